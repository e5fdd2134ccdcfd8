/* SPDX-License-Identifier: MIT */
/* What getpid() says is what everything else says. */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <glob.h>
#include <linux/capability.h>
#include <pthread.h>
#include <pty.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include "hazard.h"

extern char **environ;
int capget(struct __user_cap_header_struct *who,
	   struct __user_cap_data_struct *what);
int capset(struct __user_cap_header_struct *who,
	   const struct __user_cap_data_struct *what);

/*
 * A child waits to be killed. It ends with its parent too: one that a failed
 * scene leaves behind would keep the test's output open, which then times out.
 */
static void stay(void)
{
	must(prctl(PR_SET_PDEATHSIG, SIGKILL) == 0);
	for (;;)
		pause();
}

static pid_t sleeper(void)
{
	pid_t pid = fork();

	must(pid >= 0);
	if (pid == 0)
		stay();
	return pid;
}

static void end(pid_t pid)
{
	int status;

	must(kill(pid, SIGKILL) == 0);
	must(waitpid(pid, &status, 0) == pid);
	must(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	must(kill(pid, 0) < 0 && errno == ESRCH);
	must(waitpid(pid, &status, 0) < 0 && errno == ECHILD);
}

/* Where a child says its number. */
static pid_t *told(void)
{
	pid_t *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	must(p != MAP_FAILED);
	return p;
}

static int in_clone(void *arg)
{
	*(pid_t *)arg = getpid();
	_exit(0);
}

static void reap_exactly(pid_t pid, const pid_t *said)
{
	must(pid > 0);
	must(waitpid(pid, NULL, 0) == pid);
	must(*said == pid);
}

/* Each way to a child says the number that the child has. */
static void births(void)
{
	static char stack[65536] __attribute__((aligned(16)));
	char *argv[] = { "sh", "-c", "exit $(($$ % 251))", NULL };
	pid_t *said = told(), pid;
	int status;

	pid = fork();
	if (pid == 0)
		in_clone(said);
	reap_exactly(pid, said);
	pid = _Fork();
	if (pid == 0)
		in_clone(said);
	reap_exactly(pid, said);
	pid = clone(in_clone, stack + sizeof(stack), SIGCHLD, said);
	reap_exactly(pid, said);
	pid = (pid_t)syscall(SYS_fork);
	if (pid == 0)
		in_clone(said);
	reap_exactly(pid, said);
	pid = (pid_t)syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);
	if (pid == 0)
		in_clone(said);
	reap_exactly(pid, said);
	pid = vfork();
	if (pid == 0) {
		*said = getpid();
		execv("/bin/sh", argv);
		_exit(99);
	}
	must(waitpid(pid, &status, 0) == pid && *said == pid);
	must(WEXITSTATUS(status) == pid % 251);
	must(posix_spawn(&pid, "/bin/sh", NULL, NULL, argv, environ) == 0);
	must(waitpid(-1, &status, 0) == pid);
	must(WEXITSTATUS(status) == pid % 251);
	printf("%d\n", pid);
	fflush(stdout);
}

static void vfork_many(void)
{
	for (volatile int i = 0; i < 200; i++) {
		pid_t pid = vfork();

		if (pid == 0)
			_exit(i % 100);
		int status;

		must(waitpid(pid, &status, 0) == pid);
		must(WEXITSTATUS(status) == i % 100);
	}
}

static void family(void)
{
	pid_t me = getpid();
	int status;
	pid_t pid;

	must(syscall(SYS_getpid) == me && gettid() == me);
	must(syscall(SYS_gettid) == me && syscall(SYS_getppid) == getppid());
	pid = fork();
	if (pid == 0) {
		must(getppid() == me && gettid() == getpid());
		must(kill(getppid(), 0) == 0);
		_exit(0);
	}
	must(wait(&status) == pid && status == 0);
	printf("%d %d\n", me, getppid());
	fflush(stdout);
}

static void waits(void)
{
	pid_t a = sleeper(), b = sleeper();
	siginfo_t info;
	int status;

	must(waitpid(a, NULL, WNOHANG) == 0);
	must(kill(a, SIGSTOP) == 0);
	must(waitpid(a, &status, WUNTRACED) == a && WIFSTOPPED(status));
	must(kill(a, SIGCONT) == 0);
	must(waitid(P_PID, (id_t)a, &info, WCONTINUED) == 0);
	must(info.si_pid == a && info.si_code == CLD_CONTINUED);
	must(kill(b, SIGTERM) == 0);
	must(waitid(P_ALL, 0, &info, WEXITED | WNOWAIT) == 0);
	must(info.si_pid == b && info.si_status == SIGTERM);
	must(syscall(SYS_wait4, b, &status, 0, NULL) == b);
	end(a);
}

static void groups(void)
{
	char *argv[] = { "sleep", "60", NULL };
	pid_t a = sleeper(), b = sleeper(), group;
	posix_spawnattr_t attr;
	int status;

	must(getpgid(0) == getpgrp() && getpgid(a) == getpgrp());
	must(getpgrp() > 0 && getsid(0) > 0 && getsid(a) == getsid(0));
	must(kill(-getpgrp(), 0) == 0 && killpg(getpgrp(), 0) == 0);
	must(setpgid(a, a) == 0 && setpgid(b, a) == 0);
	must(getpgid(a) == a && getpgid(b) == a);
	must(getpriority(PRIO_PGRP, (id_t)a) == getpriority(PRIO_PROCESS, 0));
	must(killpg(a, SIGTERM) == 0);
	must(waitpid(-a, &status, 0) > 0 && waitpid(-a, &status, 0) > 0);
	must(waitpid(-a, &status, 0) < 0 && errno == ECHILD);
	must(kill(-a, 0) < 0 && errno == ESRCH);
	/* Spawned into a group. */
	a = sleeper();
	must(setpgid(a, a) == 0);
	must(posix_spawnattr_init(&attr) == 0);
	must(posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETPGROUP) == 0);
	must(posix_spawnattr_setpgroup(&attr, a) == 0);
	must(posix_spawnattr_getpgroup(&attr, &group) == 0 && group == a);
	must(posix_spawn(&b, "/bin/sleep", NULL, &attr, argv, environ) == 0);
	must(getpgid(b) == a && kill(-a, SIGKILL) == 0);
	must(waitpid(-a, &status, 0) > 0 && waitpid(-a, &status, 0) > 0);
	/* A group outlives its leader. */
	a = sleeper();
	b = sleeper();
	must(setpgid(a, a) == 0 && setpgid(b, a) == 0);
	end(a);
	must(getpgid(b) == a && kill(-a, SIGKILL) == 0);
	must(waitpid(-a, &status, 0) == b);
	a = fork();
	if (a == 0) {
		must(setsid() == getpid() && getsid(0) == getpid());
		must(getpgrp() == getpid());
		_exit(0);
	}
	must(waitpid(a, &status, 0) == a && status == 0);
}

/* A timer that signals this thread alone. */
static void timed(void)
{
	struct sigevent event = { .sigev_notify = SIGEV_THREAD_ID,
				  .sigev_signo = SIGUSR2 };
	struct itimerspec soon = { .it_value = { 0, 1000000 } };
	sigset_t set;
	timer_t timer;

	event._sigev_un._tid = gettid();
	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	must(pthread_sigmask(SIG_BLOCK, &set, NULL) == 0);
	must(timer_create(CLOCK_MONOTONIC, &event, &timer) == 0);
	must(timer_settime(timer, 0, &soon, NULL) == 0);
	must(sigwaitinfo(&set, NULL) == SIGUSR2);
	must(timer_delete(timer) == 0);
}

static void *thread(void *arg)
{
	cpu_set_t set;

	*(pid_t *)arg = gettid();
	must(gettid() != getpid() && syscall(SYS_gettid) == gettid());
	must(tgkill(getpid(), gettid(), 0) == 0);
	must(syscall(SYS_tgkill, getpid(), gettid(), 0) == 0);
	must(getpriority(PRIO_PROCESS, (id_t)gettid()) == 0);
	must(sched_getscheduler(gettid()) == SCHED_OTHER);
	CPU_ZERO(&set);
	must(syscall(SYS_sched_getaffinity, gettid(), sizeof(set), &set) > 0);
	timed();
	return NULL;
}

static void threads(void)
{
	pid_t number[2];
	pthread_t t[2];

	for (int i = 0; i < 2; i++) {
		must(pthread_create(&t[i], NULL, thread, &number[i]) == 0);
		must(pthread_join(t[i], NULL) == 0);
		printf("%d\n", number[i]);
	}
	must(number[0] != number[1]);
	fflush(stdout);
}

static void scheduling(void)
{
	struct sched_param param = { 0 };
	struct __user_cap_header_struct head = { _LINUX_CAPABILITY_VERSION_3,
						 0 };
	struct __user_cap_data_struct data[2];
	pid_t pid = sleeper();
	struct rlimit limit;
	struct timespec ts;
	clockid_t clock;
	cpu_set_t set;

	must(sched_getscheduler(pid) == SCHED_OTHER);
	must(sched_getparam(pid, &param) == 0);
	must(sched_setscheduler(pid, SCHED_BATCH, &param) == 0);
	must(sched_getscheduler(pid) == SCHED_BATCH);
	must(sched_rr_get_interval(pid, &ts) == 0);
	must(sched_getaffinity(0, sizeof(set), &set) == 0);
	must(sched_setaffinity(pid, sizeof(set), &set) == 0);
	must(sched_getaffinity(pid, sizeof(set), &set) == 0);
	must(setpriority(PRIO_PROCESS, (id_t)pid, 5) == 0);
	must(getpriority(PRIO_PROCESS, (id_t)pid) == 5);
	must(prlimit(pid, RLIMIT_NOFILE, NULL, &limit) == 0);
	limit.rlim_cur = 77;
	must(prlimit(pid, RLIMIT_NOFILE, &limit, NULL) == 0);
	must(prlimit(pid, RLIMIT_NOFILE, NULL, &limit) == 0);
	must(limit.rlim_cur == 77);
	must(capget(&head, data) == 0);
	head.pid = gettid();
	must(capget(&head, data) == 0 && capset(&head, data) == 0);
	must(clock_getcpuclockid(pid, &clock) == 0);
	must(clock_getcpuclockid(getpid(), &clock) == 0);
	end(pid);
}

static void descriptors(void)
{
	static int word = 7;
	int copy = 0, fd, pair[2];
	struct iovec here = { &copy, sizeof(copy) };
	struct iovec there = { &word, sizeof(word) };
	struct ucred who;
	socklen_t size = sizeof(who);
	pid_t pid;

	prctl(PR_SET_DUMPABLE, 1);
	pid = sleeper();
	must(process_vm_readv(pid, &here, 1, &there, 1, 0) == sizeof(copy));
	must(copy == 7);
	fd = pidfd_open(pid, 0);
	must(fd >= 0 && pidfd_send_signal(fd, SIGTERM, NULL, 0) == 0);
	must(waitpid(pid, NULL, 0) == pid && close(fd) == 0);
	must(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
	must(getsockopt(pair[0], SOL_SOCKET, SO_PEERCRED, &who, &size) == 0);
	must(who.pid == getpid());
	must(fcntl(pair[0], F_SETOWN, getpid()) == 0);
	must(fcntl(pair[0], F_GETOWN) == getpid());
}

static void credentials(void)
{
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(sizeof(struct ucred))];
	} c = { 0 };
	struct ucred who = { getpid(), getuid(), getgid() };
	struct iovec part = { "x", 1 };
	struct msghdr m = { .msg_iov = &part, .msg_iovlen = 1,
			    .msg_control = &c, .msg_controllen = sizeof(c) };
	int pair[2];

	c.head.cmsg_level = SOL_SOCKET;
	c.head.cmsg_type = SCM_CREDENTIALS;
	c.head.cmsg_len = CMSG_LEN(sizeof(who));
	memcpy(CMSG_DATA(&c.head), &who, sizeof(who));
	must(socketpair(AF_UNIX, SOCK_DGRAM, 0, pair) == 0);
	must(sendmsg(pair[0], &m, 0) == 1);
	memcpy(&who, CMSG_DATA(&c.head), sizeof(who));
	must(who.pid == getpid());
}

static void locks(void)
{
	char name[] = "/tmp/samebits-lock-XXXXXX";
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	int ready[2], fd = mkstemp(name);
	pid_t pid;
	char c;

	must(fd >= 0 && unlink(name) == 0 && pipe(ready) == 0);
	pid = fork();
	if (pid == 0) {
		must(fcntl(fd, F_SETLKW, &lock) == 0);
		must(prctl(PR_SET_PDEATHSIG, SIGKILL) == 0);
		must(write(ready[1], "x", 1) == 1);
		for (;;)
			pause();
	}
	must(read(ready[0], &c, 1) == 1);
	must(fcntl(fd, F_GETLK, &lock) == 0);
	must(lock.l_type == F_WRLCK && lock.l_pid == pid);
	end(pid);
	must(fcntl(fd, F_GETLK, &lock) == 0 && lock.l_type == F_UNLCK);
}

static void queued_signals(void)
{
	union sigval value = { .sival_int = 5 };
	siginfo_t info;
	sigset_t set;
	pid_t pid;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGCHLD);
	must(sigprocmask(SIG_BLOCK, &set, NULL) == 0);
	must(sigqueue(getpid(), SIGUSR1, value) == 0);
	must(sigwaitinfo(&set, &info) == SIGUSR1);
	must(info.si_pid == getpid() && info.si_value.sival_int == 5);
	pid = fork();
	if (pid == 0)
		_exit(kill(getppid(), SIGUSR1));
	must(sigwaitinfo(&set, &info) == SIGUSR1 && info.si_pid == pid);
	must(sigwaitinfo(&set, &info) == SIGCHLD && info.si_pid == pid);
	must(waitpid(pid, NULL, 0) == pid);
}

static volatile pid_t sender;
static volatile int sent;

static void note(int sig, siginfo_t *info, void *context)
{
	(void)sig;
	(void)context;
	sender = info->si_pid;
	sent = info->si_value.sival_int;
}

/* What is set can be asked for, by all who set and ask. */
static void handlers(void)
{
	struct sigaction act = { .sa_sigaction = note,
				 .sa_flags = SA_SIGINFO | SA_RESTART };
	struct sigaction old;
	pid_t pid;

	must(sigaction(SIGUSR1, &act, NULL) == 0);
	must(sigaction(SIGUSR1, NULL, &old) == 0);
	must(old.sa_sigaction == note && old.sa_flags & SA_SIGINFO);
	must(kill(getpid(), SIGUSR1) == 0 && sender == getpid());
	sender = 0;
	must(raise(SIGUSR1) == 0 && sender == getpid());
	must(sigqueue(getpid(), SIGUSR1, (union sigval){ 9 }) == 0);
	must(sent == 9);
	pid = fork();
	if (pid == 0)
		_exit(kill(getppid(), SIGUSR1));
	must(waitpid(pid, NULL, 0) == pid && sender == pid);
	must(signal(SIGUSR1, SIG_IGN) == (void *)note);
	must(raise(SIGUSR1) == 0 && signal(SIGUSR1, SIG_DFL) == SIG_IGN);
	must(sigaction(SIGUSR1, &old, &act) == 0 && act.sa_handler == SIG_DFL);
	must(raise(SIGUSR1) == 0 && sender == getpid());
	must(sigaction(SIGKILL, &old, NULL) < 0 && errno == EINVAL);
	must(sigaction(1000, &old, NULL) < 0 && errno == EINVAL);
	must(sigaction(SIGCHLD, &old, NULL) == 0);
	pid = fork();
	if (pid == 0)
		_exit(0);
	must(waitpid(pid, NULL, 0) == pid && sender == pid);
}

static int is_of_stat(const char *path, const struct stat *st, int type,
		      struct FTW *at)
{
	struct stat same;

	(void)at;
	must(type == FTW_F || type == FTW_D || type == FTW_SL);
	must(lstat(path, &same) == 0 && same.st_ino == st->st_ino);
	return type == FTW_D ? 0 : 1;
}

/* A walk comes to the same files, up to the first that is no directory. */
static void walk(pid_t pid)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/comm", pid);
	must(nftw(path, is_of_stat, 4, FTW_PHYS) == 1);
	must(nftw(path, is_of_stat, 4, FTW_PHYS | FTW_CHDIR) == 1);
	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	must(nftw(path, is_of_stat, 4, FTW_PHYS) == 1);
	must(nftw(path, is_of_stat, 1, FTW_PHYS) == 1);
	must(nftw(path, is_of_stat, 4, FTW_PHYS | FTW_CHDIR) == 1);
}

static void proc(void)
{
	char path[64], link[64] = "";
	const char *volatile none = NULL;
	glob_t found;
	pid_t pid = sleeper();

	must(readlink(none, link, sizeof(link)) < 0 && errno == EFAULT);
	must(access(none, R_OK) < 0 && errno == EFAULT);
	must(readlink("/proc/self", link, sizeof(link) - 1) > 0);
	must(atoi(link) == getpid());
	snprintf(link, sizeof(link), "%d/task/%d", getpid(), gettid());
	memset(path, 0, sizeof(path));
	must(readlink("/proc/thread-self", path, sizeof(path) - 1) > 0);
	must(strcmp(path, link) == 0);
	snprintf(path, sizeof(path), "/proc/%d/comm", pid);
	must(glob(path, 0, NULL, &found) == 0 && found.gl_pathc == 1);
	globfree(&found);
	walk(pid);
	must(access(path, R_OK) == 0 && faccessat(3, path, R_OK, 0) == 0);
	snprintf(path, sizeof(path), "/proc/%d/task/%d/exe", pid, pid);
	must(readlink(path, link, sizeof(link)) > 0);
	snprintf(path, sizeof(path), "/proc/%d", pid);
	must(chdir(path) == 0 && access("comm", R_OK) == 0);
	end(pid);
	must(access(path, F_OK) < 0);
}

static void terminals(void)
{
	int fd;
	char said[32] = "";
	pid_t pid = forkpty(&fd, NULL, NULL, NULL);

	must(pid >= 0);
	if (pid == 0) {
		must(tcgetpgrp(0) == getpid() && tcgetsid(0) == getpid());
		dprintf(1, "%d", getpid());
		pause();
	}
	must(read(fd, said, sizeof(said) - 1) > 0 && atoi(said) == pid);
	end(pid);
}

SCENES({ "births", births }, { "vfork_many", vfork_many },
       { "family", family }, { "waits", waits }, { "groups", groups },
       { "threads", threads }, { "scheduling", scheduling },
       { "descriptors", descriptors }, { "credentials", credentials },
       { "locks", locks }, { "queued_signals", queued_signals },
       { "handlers", handlers }, { "proc", proc }, { "terminals", terminals })
