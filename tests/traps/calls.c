/* SPDX-License-Identifier: MIT */
/*
 * System calls without libc. A scene of the first kind prints what a source
 * gave, which differs natively; one of the second checks itself and says "ok",
 * natively and trapped.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/futex.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "raw.h"
#include "vdso.h"

extern char **environ;
static const char *self;

#define CHECK(what)                                                            \
	do {                                                                   \
		if (!(what)) {                                                 \
			printf("line %d: " #what "\n", __LINE__);              \
			exit(1);                                               \
		}                                                              \
	} while (0)

static void print(const void *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		printf("%02x", ((const unsigned char *)bytes)[i]);
	putchar('\n');
}

/* Of the first kind. */

static void random_bytes(void)
{
	unsigned char b[16] = { 0 };

	CHECK(R3(SYS_getrandom, b, sizeof(b), 0) == sizeof(b));
	print(b, sizeof(b));
}

static void device(void)
{
	unsigned char b[16] = { 0 };
	long fd = R4(SYS_openat, AT_FDCWD, "/dev/urandom", O_RDONLY, 0);

	CHECK(fd >= 0);
	CHECK(R3(SYS_read, fd, b, sizeof(b)) == sizeof(b));
	CHECK(R1(SYS_close, fd) == 0);
	print(b, sizeof(b));
}

static void clocks(void)
{
	struct timespec ts = { 0 };
	struct timeval tv = { 0 };
	long t;

	CHECK(R2(SYS_clock_gettime, CLOCK_REALTIME, &ts) == 0);
	CHECK(R2(SYS_gettimeofday, &tv, NULL) == 0);
	t = R1(SYS_time, NULL);
	printf("%ld.%09ld %ld.%06ld %ld\n", ts.tv_sec, ts.tv_nsec, tv.tv_sec,
	       tv.tv_usec, t);
}

/* The number stands beside the instruction. */
static void fixed(void)
{
	struct timespec ts = { 0 };
	long ret;

	__asm__ volatile("syscall"
			 : "=a"(ret)
			 : "a"(SYS_clock_gettime), "D"(CLOCK_REALTIME), "S"(&ts)
			 : "rcx", "r11", "memory");
	CHECK(ret == 0);
	printf("%ld.%09ld\n", ts.tv_sec, ts.tv_nsec);
}

static void numbers(void)
{
	printf("%ld %ld %ld\n", R0(SYS_getpid), R0(SYS_getppid),
	       R0(SYS_gettid));
}

/* Made in an order that is not that of their names, nor a disk's. */
static void names(void)
{
	char dir[] = "/tmp/samebits-traps-XXXXXX", path[128], b[4096];
	long fd, n;

	CHECK(mkdtemp(dir));
	for (unsigned i = 0, k = (unsigned)getpid(); i < 12; i++) {
		k = k * 1103515245 + 12345;
		snprintf(path, sizeof(path), "%s/%02u", dir, k / 65536 % 100);
		close(open(path, O_CREAT | O_WRONLY, 0600));
	}
	fd = R4(SYS_openat, AT_FDCWD, dir, O_RDONLY | O_DIRECTORY, 0);
	CHECK(fd >= 0);
	while ((n = R3(SYS_getdents64, fd, b, sizeof(b))) > 0)
		for (long at = 0; at < n; at += *(uint16_t *)(b + at + 16))
			if (b[at + 19] != '.') {
				printf("%s ", b + at + 19);
				unlinkat((int)fd, b + at + 19, 0);
			}
	putchar('\n');
	CHECK(n == 0);
	close((int)fd);
	rmdir(dir);
}

static void vdso(void)
{
	long (*clock)(clockid_t, struct timespec *) =
		(long (*)(clockid_t, struct timespec *))vdso_function(
			"__vdso_clock_gettime");
	long (*day)(struct timeval *, void *) = (long (*)(
		struct timeval *, void *))vdso_function("__vdso_gettimeofday");
	long (*seconds)(time_t *) =
		(long (*)(time_t *))vdso_function("__vdso_time");
	struct timespec ts;
	struct timeval tv;

	CHECK(clock && day && seconds);
	CHECK(clock(CLOCK_REALTIME, &ts) == 0 && day(&tv, NULL) == 0);
	CHECK(clock(1000, &ts) == -EINVAL);
	printf("%ld.%09ld %ld.%06ld %ld\n", ts.tv_sec, ts.tv_nsec, tv.tv_sec,
	       tv.tv_usec, seconds(NULL));
}

/* Of the second. */

static void six(void)
{
	char *p = (char *)R6(SYS_mmap, NULL, 4096, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	CHECK((long)p > 0);
	p[4095] = 1;
	CHECK(R2(SYS_munmap, p, 4096) == 0);
	errno = 77;
	CHECK(R1(SYS_close, -1) == -EBADF);
	CHECK(R3(SYS_read, -1, p, 1) == -EBADF);
	CHECK(R2(SYS_clock_gettime, 1000, &p) == -EINVAL);
	CHECK(R1(9999, 0) == -ENOSYS);
	CHECK(errno == 77);
}

static void forks(void)
{
	int status = 0;
	long pid = R0(SYS_fork);

	if (pid == 0) {
		R2(SYS_clock_gettime, CLOCK_REALTIME, &(struct timespec){ 0 });
		R1(SYS_exit_group, 5);
	}
	CHECK(pid > 0);
	CHECK(R4(SYS_wait4, pid, &status, 0, NULL) == pid);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 5);
	pid = R5(SYS_clone, SIGCHLD, 0, 0, 0, 0);
	if (pid == 0)
		R1(SYS_exit_group, 6);
	CHECK(R4(SYS_wait4, pid, &status, 0, NULL) == pid);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 6);
}

/* A child on a stack of its own, with our memory. */
static int shared;
__attribute__((noinline)) static long on_stack(long flags, char *top)
{
	register long r10 __asm__("r10") = 0;
	long ret;

	__asm__ volatile("syscall\n\t"
			 "test %%rax, %%rax\n\t"
			 "jnz 1f\n\t"
			 "movl $23, %4\n\t"
			 "movl %5, %%eax\n\t"
			 "xorl %%edi, %%edi\n\t"
			 "syscall\n\t"
			 "hlt\n"
			 "1:"
			 : "=a"(ret)
			 : "a"(SYS_clone), "D"(flags), "S"(top), "m"(shared),
			   "i"(SYS_exit), "d"(0), "r"(r10)
			 : "rcx", "r11", "r8", "memory");
	return ret;
}

static void clones(void)
{
	static char stack[65536] __attribute__((aligned(16)));
	int status;
	long pid = on_stack(CLONE_VM | SIGCHLD, stack + sizeof(stack));

	CHECK(pid > 0);
	CHECK(waitpid((pid_t)pid, &status, 0) == pid);
	CHECK(shared == 23 && status == 0);
	shared = 0;
	pid = on_stack(CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND |
			       CLONE_THREAD | CLONE_SYSVSEM,
		       stack + sizeof(stack));
	CHECK(pid > 0);
	for (int i = 0; i < 2000 && !*(volatile int *)&shared; i++)
		usleep(1000);
	CHECK(shared == 23);
}

static void becomes(void)
{
	char *argv[] = { (char *)self, "clocks", NULL };

	R3(SYS_execve, self, argv, environ);
	CHECK(!"reached");
}

/* As a library for starting programs does it: the child borrows all. */
__attribute__((noinline)) static long spawn(char **argv, char **envp)
{
	long pid;

	__asm__ volatile("mov %1, %%eax\n\t"
			 "syscall\n\t"
			 "test %%rax, %%rax\n\t"
			 "jnz 1f\n\t"
			 "mov %2, %%rdi\n\t"
			 "mov %3, %%rsi\n\t"
			 "mov %4, %%rdx\n\t"
			 "mov %5, %%eax\n\t"
			 "syscall\n\t"
			 "mov $1, %%edi\n\t"
			 "mov %6, %%eax\n\t"
			 "syscall\n"
			 "1:"
			 : "=&a"(pid)
			 : "i"(SYS_vfork), "r"(self), "r"(argv), "r"(envp),
			   "i"(SYS_execve), "i"(SYS_exit)
			 : "rcx", "r11", "rdi", "rsi", "rdx", "memory");
	return pid;
}

static void borrows(void)
{
	char *argv[] = { (char *)self, "clocks", NULL };
	int status;
	long pid;

	fflush(stdout);
	pid = spawn(argv, environ);
	CHECK(pid > 0);
	CHECK(waitpid((pid_t)pid, &status, 0) == pid && status == 0);
}

static volatile int *volatile nowhere = (volatile int *)16;
static sigjmp_buf out;
static volatile int caught;

static void on_fault(int sig, siginfo_t *info, void *context)
{
	(void)context;
	caught = sig;
	CHECK(info->si_addr == (void *)16);
	R2(SYS_clock_gettime, CLOCK_REALTIME, &(struct timespec){ 0 });
	siglongjmp(out, 1);
}

/* Its own faults stay its own. */
static void faults(void)
{
	struct sigaction act = { .sa_sigaction = on_fault,
				 .sa_flags = SA_SIGINFO },
			 old;

	sigfillset(&act.sa_mask);
	CHECK(sigaction(SIGSEGV, &act, NULL) == 0);
	CHECK(sigaction(SIGSEGV, NULL, &old) == 0);
	CHECK(old.sa_sigaction == on_fault);
	for (int i = 0; i < 3; i++) {
		caught = 0;
		if (!sigsetjmp(out, 1))
			*nowhere = 1;
		CHECK(caught == SIGSEGV);
		CHECK(R0(SYS_getpid) > 0);
	}
}

struct kernel_action {
	void *handler;
	unsigned long flags;
	void *restorer;
	uint64_t mask;
};

__attribute__((naked)) static void restorer(void)
{
	__asm__("mov $15, %eax\n\tsyscall");
}

static volatile int handled;

static void on_user(int sig)
{
	handled = sig;
	/* The mask says that everything is blocked. */
	R2(SYS_clock_gettime, CLOCK_REALTIME, &(struct timespec){ 0 });
}

/* Handlers and masks that were set past libc. */
static void masks(void)
{
	struct kernel_action act = { (void *)on_user, 0x04000000,
				     (void *)restorer, ~0ull },
			     old;
	uint64_t all = ~0ull, was = 1, none = 0;

	CHECK(R4(SYS_rt_sigaction, SIGUSR1, &act, NULL, 8) == 0);
	CHECK(R4(SYS_rt_sigprocmask, SIG_SETMASK, &all, &was, 8) == 0);
	CHECK(was == 0);
	CHECK(R2(SYS_kill, R0(SYS_getpid), SIGUSR1) == 0);
	CHECK(!handled);
	CHECK(R4(SYS_rt_sigprocmask, SIG_SETMASK, &none, &was, 8) == 0);
	CHECK(was & 1 << (SIGSEGV - 1));
	CHECK(handled == SIGUSR1);
	act.handler = (void *)on_fault;
	act.flags |= SA_SIGINFO | SA_NODEFER;
	CHECK(R4(SYS_rt_sigaction, SIGSEGV, &act, NULL, 8) == 0);
	CHECK(R4(SYS_rt_sigaction, SIGSEGV, NULL, &old, 8) == 0);
	CHECK(old.handler == (void *)on_fault);
	if (!sigsetjmp(out, 1))
		*nowhere = 1;
	CHECK(caught == SIGSEGV);
}

static void on_alarm(int sig)
{
	handled = sig;
	R0(SYS_getpid);
}

/* A sleep that a signal ends, whose handler comes to traps, too. */
static void interrupted(void)
{
	struct itimerval t = { .it_value = { 0, 50000 } };
	struct sigaction act = { .sa_handler = on_alarm };
	struct timespec ts = { 30, 0 }, left = { 0 };

	CHECK(sigaction(SIGALRM, &act, NULL) == 0);
	setitimer(ITIMER_REAL, &t, NULL);
	CHECK(R2(SYS_nanosleep, &ts, &left) == -EINTR);
	CHECK(handled == SIGALRM && left.tv_sec == 29);
}

static void deadline(void)
{
	struct timespec before, after, limit = { 0, 30000000 };
	int word = 0;

	R2(SYS_clock_gettime, CLOCK_MONOTONIC, &before);
	CHECK(R4(SYS_futex, &word, FUTEX_WAIT, 0, &limit) == -ETIMEDOUT);
	CHECK(R3(SYS_poll, NULL, 0, 30) == 0);
	R2(SYS_clock_gettime, CLOCK_MONOTONIC, &after);
	CHECK((after.tv_sec - before.tv_sec) * 1000000000 + after.tv_nsec -
		      before.tv_nsec >=
	      60000000);
}

static void *rounds(void *arg)
{
	for (int i = 0; i < 2000; i++) {
		CHECK(R0(SYS_getpid) > 0);
		CHECK(R1(SYS_close, -1) == -EBADF);
	}
	R1(SYS_exit, 0);
	return arg;
}

static void threads(void)
{
	pthread_t t[4];

	for (int i = 0; i < 4; i++)
		CHECK(!pthread_create(&t[i], NULL, rounds, NULL));
	for (int i = 0; i < 4; i++)
		CHECK(!pthread_join(t[i], NULL));
}

/* Little is left of the stack, and there is an alternate one. */
static void *cramped(void *arg)
{
	unsigned char b[8];

	CHECK(R3(SYS_getrandom, b, sizeof(b), 0) == sizeof(b));
	return arg;
}

static void small(void)
{
	pthread_attr_t attr;
	pthread_t t;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 16384 + 8192);
	CHECK(!pthread_create(&t, &attr, cramped, NULL));
	CHECK(!pthread_join(t, NULL));
}

static void on_sys(int sig, siginfo_t *info, void *context)
{
	(void)context;
	handled = sig;
	caught = info->si_syscall;
}

/* The program's own filter, of calls that nobody serves. */
static void filter(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getpgrp, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getuid, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { 6, code };
	struct sigaction act = { .sa_sigaction = on_sys,
				 .sa_flags = SA_SIGINFO };

	CHECK(sigaction(SIGSYS, &act, NULL) == 0);
	CHECK(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
	CHECK(R3(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0);
	R0(SYS_getpgrp);
	CHECK(handled == SIGSYS && caught == SYS_getpgrp);
	CHECK(R0(SYS_getuid) == -EPERM);
	CHECK(R2(SYS_clock_gettime, CLOCK_REALTIME, &(struct timespec){ 0 }) ==
	      0);
}

static const struct {
	const char *name;
	void (*play)(void);
	int prints;
} scenes[] = {
	{ "random", random_bytes, 1 },
	{ "device", device, 1 },
	{ "clocks", clocks, 1 },
	{ "fixed", fixed, 1 },
	{ "numbers", numbers, 1 },
	{ "names", names, 1 },
	{ "vdso", vdso, 1 },
	{ "becomes", becomes, 1 },
	{ "borrows", borrows, 1 },
	{ "six", six, 0 },
	{ "forks", forks, 0 },
	{ "clones", clones, 0 },
	{ "faults", faults, 0 },
	{ "masks", masks, 0 },
	{ "interrupted", interrupted, 0 },
	{ "deadline", deadline, 0 },
	{ "threads", threads, 0 },
	{ "small", small, 0 },
	{ "filter", filter, 0 },
};

int main(int argc, char **argv)
{
	self = argv[0];
	alarm(60);
	for (size_t i = 0; i < sizeof(scenes) / sizeof(*scenes); i++) {
		if (argc != 2 || strcmp(argv[1], scenes[i].name))
			continue;
		scenes[i].play();
		if (!scenes[i].prints)
			puts("ok");
		return 0;
	}
	fprintf(stderr, "no such scene\n");
	return 2;
}
