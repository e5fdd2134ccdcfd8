/* SPDX-License-Identifier: MIT */
/* The times of files: what a program wrote, set and looked at, agrees. */
#undef _FILE_OFFSET_BITS
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <utime.h>

#include "hazard.h"

#define START 1893456000 /* of the logical clock */

static char dir[64];

static void enter(void)
{
	const char *in = getenv("FILES_DIR");

	snprintf(dir, sizeof(dir), "%s/samebits-files-XXXXXX",
		 in ? in : "/tmp");
	must(mkdtemp(dir));
	must(chdir(dir) == 0);
}

static void leave(void)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf '%s'", dir);
	must(system(command) == 0);
}

static int64_t ns(const struct timespec *ts)
{
	return ts->tv_sec * 1000000000ll + ts->tv_nsec;
}

static struct stat look(const char *name)
{
	struct stat st;

	must(lstat(name, &st) == 0);
	return st;
}

static int64_t mtime(const char *name)
{
	struct stat st = look(name);

	return ns(&st.st_mtim);
}

static int64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return ns(&ts);
}

static void write_file(const char *name, const char *text)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	must(write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	must(close(fd) == 0);
}

/* Between readings of the clock; what has not been written has its time. */
static void written(void)
{
	int64_t before, old = mtime("/bin/sh");

	enter();
	before = now();
	write_file("a", "1");
	/* The kernel's clock for files has ticks. */
	must(!controlled() || mtime("a") > before);
	must(mtime("a") <= now());
	must(mtime("/bin/sh") == old);
	must(old < START * 1000000000ll);
	leave();
}

/* Many in one tick of the kernel's clock: each is later than the one before,
 * and a look changes nothing. */
static void at_once(void)
{
	int64_t last = 0, next;

	enter();
	for (int i = 0; i < 300 && controlled(); i++) {
		write_file(i % 3 ? "a" : "b", "1");
		next = mtime(i % 3 ? "a" : "b");
		must(next > last);
		must(mtime(i % 3 ? "a" : "b") == next);
		last = next;
	}
	/* Nobody looks in between. */
	for (int i = 0; i < 300 && controlled(); i++) {
		write_file("target", "1");
		write_file("source", "1");
		must(mtime("source") > mtime("target"));
		write_file("target", "1");
		must(mtime("source") < mtime("target"));
	}
	leave();
}

/* Streams, and descriptors that end in other ways. */
static void endings(void)
{
	int64_t last = 0;
	int fd, saved;
	FILE *f;

	enter();
	for (int i = 0; i < 20 && controlled(); i++) {
		f = fopen("stream", "w");
		must(fputs("text", f) >= 0);
		must(fclose(f) == 0);
		/* As a shell redirects its own output. */
		fd = open("shell", O_WRONLY | O_CREAT | O_TRUNC, 0644);
		saved = dup(1);
		dup2(fd, 1);
		close(fd);
		must(write(1, "x", 1) == 1);
		dup2(saved, 1);
		close(saved);
		write_file("last", "x");
		/* Looked at in the other order. */
		must(mtime("last") > mtime("shell"));
		must(mtime("shell") > mtime("stream"));
		must(mtime("stream") > last);
		last = mtime("last");
	}
	leave();
}

/* What a child leaves in a buffer until its very end was written by then. */
static void left_open(void)
{
	enter();
	must(system("/usr/bin/python3 -c 'import os, sys; sys.stdout.write(\"x\")'"
		    " > first; echo > second") == 0);
	must(mtime("second") > mtime("first") || !controlled());
	must(system("awk 'BEGIN { print 1 }' > third; echo > fourth") == 0);
	must(mtime("fourth") > mtime("third") || !controlled());
	must(mtime("third") > mtime("second") || !controlled());
	must(mtime("fourth") <= now());
	leave();
}

/* Shown as set, in every way to set them. */
static void set(void)
{
	struct timespec ts[2] = { { 1000000000, 123456789 },
				  { 1100000000, 987654321 } };
	struct timeval tv[2] = { { 1200000000, 123456 },
				 { 1300000000, 654321 } };
	struct utimbuf u = { 1400000000, 1500000000 };
	struct stat st;
	int fd;

	enter();
	write_file("a", "1");
	must(utimensat(AT_FDCWD, "a", ts, 0) == 0);
	st = look("a");
	must(ns(&st.st_atim) == ns(&ts[0]) && ns(&st.st_mtim) == ns(&ts[1]));
	must(!controlled() || st.st_ctime >= START);
	must(utimes("a", tv) == 0);
	st = look("a");
	must(st.st_atime == 1200000000 && st.st_mtime == 1300000000);
	must(st.st_mtim.tv_nsec == 654321000);
	must(utime("a", &u) == 0);
	st = look("a");
	must(st.st_atime == 1400000000 && st.st_mtime == 1500000000);
	fd = open("a", O_RDONLY);
	must(futimens(fd, ts) == 0);
	must(fstat(fd, &st) == 0);
	must(ns(&st.st_atim) == ns(&ts[0]) && ns(&st.st_mtim) == ns(&ts[1]));
	must(futimes(fd, tv) == 0);
	must(mtime("a") == 1300000000654321000);
	must(futimesat(AT_FDCWD, "a", NULL) == 0);
	must(mtime("a") > ns(&ts[1]));
	must(mtime("a") <= now());
	must(symlink("a", "link") == 0);
	must(lutimes("link", tv) == 0);
	must(mtime("link") == 1300000000654321000);
	must(mtime("a") != mtime("link"));
	must(syscall(SYS_utimensat, AT_FDCWD, "a", ts, 0) == 0);
	must(mtime("a") == ns(&ts[1]));
	close(fd);
	leave();
}

/* One of the two; now; the logical time that was read; times out of range. */
static void set_partly(void)
{
	struct timespec access[2] = { { 1000000000, 1 }, { 0, UTIME_OMIT } };
	struct timespec modified[2] = { { 0, UTIME_OMIT }, { 1000000000, 2 } };
	struct timespec far[2] = { { -5, 7 }, { 10000000000, 8 } };
	struct timespec both[2] = { { 0, UTIME_NOW }, { 0, UTIME_NOW } };
	struct stat a, b;
	int64_t before;

	enter();
	write_file("a", "1");
	a = look("a");
	must(utimensat(AT_FDCWD, "a", access, 0) == 0);
	b = look("a");
	must(ns(&b.st_mtim) == ns(&a.st_mtim) && b.st_atim.tv_nsec == 1);
	must(utimensat(AT_FDCWD, "a", modified, 0) == 0);
	b = look("a");
	must(b.st_mtim.tv_nsec == 2 && b.st_atim.tv_nsec == 1);
	before = now();
	must(utimensat(AT_FDCWD, "a", both, 0) == 0);
	b = look("a");
	must(!controlled() || ns(&b.st_mtim) > before);
	must(ns(&b.st_mtim) == ns(&b.st_atim) && ns(&b.st_mtim) <= now());
	/* cp -p */
	write_file("b", "1");
	both[0] = a.st_atim;
	both[1] = a.st_mtim;
	must(utimensat(AT_FDCWD, "b", both, 0) == 0);
	b = look("b");
	must(ns(&b.st_mtim) == ns(&a.st_mtim));
	must(utimensat(AT_FDCWD, "a", far, 0) == 0);
	b = look("a");
	must(b.st_atime == -5 && b.st_atim.tv_nsec == 7);
	must(b.st_mtime == 10000000000 && b.st_mtim.tv_nsec == 8);
	/* And what is wrong stays wrong. */
	far[0].tv_nsec = 1000000000;
	must(utimensat(AT_FDCWD, "a", far, 0) < 0 && errno == EINVAL);
	must(utimensat(AT_FDCWD, "nothing", access, 0) < 0 && errno == ENOENT);
	leave();
}

/* A directory's time tells that something came or went (Python's imports),
 * where the kernel's clock for files has gone on. */
static void directories(void)
{
	int64_t last;

	enter();
	must(mkdir("d", 0755) == 0);
	last = mtime("d");
	for (int i = 0; i < 10 && controlled(); i++) {
		usleep(15000);
		write_file("d/file", "");
		must(mtime("d") > last);
		last = mtime("d");
		must(mtime("d") == last);
		usleep(15000);
		must(unlink("d/file") == 0);
		must(mtime("d") > last);
		last = mtime("d");
	}
	leave();
}

/* A new file with an old one's number is a new file. */
static void reused_numbers(void)
{
	struct timespec ts[2] = { { 1000000000, 1 }, { 1000000000, 2 } };
	int64_t last = 0;
	struct stat st;

	enter();
	for (int i = 0; i < 50; i++) {
		write_file("a", "1");
		st = look("a");
		must(st.st_atime != 1000000000 && st.st_mtime != 1000000000);
		must(!controlled() || ns(&st.st_mtim) > last);
		last = ns(&st.st_mtim);
		must(utimensat(AT_FDCWD, "a", ts, 0) == 0);
		must(unlink("a") == 0);
	}
	leave();
}

/* Who waited for a child that wrote lives later than its file, and so does who
 * finds a file by name. */
static void processes(void)
{
	pid_t pid;

	enter();
	for (int i = 0; i < 10; i++) {
		pid = fork();
		if (pid == 0) {
			for (int k = 0; k < 50; k++)
				now();
			write_file("child", "1");
			_exit(0);
		}
		must(waitpid(pid, NULL, 0) == pid);
		write_file("parent", "1");
		must(!controlled() || mtime("parent") > mtime("child"));
	}
	pid = fork();
	if (pid == 0) {
		for (int k = 0; k < 50; k++)
			now();
		write_file("child", "1");
		pause();
	}
	while (look("child").st_size == 0 || access("child", F_OK) ||
	       (controlled() && mtime("child") < mtime("parent")))
		usleep(1000);
	must(mtime("child") <= now());
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	leave();
}

static void *writer(void *arg)
{
	char name[16];

	snprintf(name, sizeof(name), "t%d", (int)(intptr_t)arg);
	for (int i = 0; i < 200; i++) {
		write_file(name, "x");
		write_file("common", "x");
		must(mtime(name) <= now());
		must(mtime("common") > 0);
	}
	return NULL;
}

static volatile sig_atomic_t handled;

static void handler(int sig)
{
	struct stat st;

	(void)sig;
	handled += stat("common", &st) == 0;
}

/* Threads and a signal handler at the same files. */
static void together(void)
{
	struct sigaction sa = { .sa_handler = handler,
				.sa_flags = SA_RESTART };
	struct itimerval it = { { 0, 1000 }, { 0, 1000 } };
	pthread_t t[4];

	enter();
	sigaction(SIGALRM, &sa, NULL);
	setitimer(ITIMER_REAL, &it, NULL);
	for (int i = 0; i < 4; i++)
		must(!pthread_create(&t[i], NULL, writer, (void *)(intptr_t)i));
	for (int i = 0; i < 4; i++)
		must(!pthread_join(t[i], NULL));
	memset(&it, 0, sizeof(it));
	setitimer(ITIMER_REAL, &it, NULL);
	leave();
}

/* Pipes, sockets and devices have no times that tell anything. */
static void no_files(void)
{
	struct stat st;
	int fd[2];

	must(pipe(fd) == 0);
	must(fstat(fd[0], &st) == 0);
	must(!controlled() || ns(&st.st_mtim) == START * 1000000000ll);
	must(stat("/dev/null", &st) == 0);
	must(!controlled() || ns(&st.st_mtim) == START * 1000000000ll);
	must(stat("/proc/self/status", &st) == 0);
	must(!controlled() || ns(&st.st_mtim) == START * 1000000000ll);
}

/* More files than a small table would hold: printed, so that runs compare. */
static void many(void)
{
	uint64_t digest = 0;
	char name[16];

	enter();
	for (int i = 0; i < 3000; i++) {
		snprintf(name, sizeof(name), "f%d", i);
		write_file(name, "x");
	}
	for (int i = 2999; controlled() && i >= 0; i--) {
		struct stat st;

		snprintf(name, sizeof(name), "f%d", i);
		st = look(name);
		digest = digest * 31 + (uint64_t)ns(&st.st_mtim);
		digest = digest * 31 + (uint64_t)ns(&st.st_ctim);
	}
	printf("%llu\n", (unsigned long long)digest);
	fflush(stdout);
	leave();
}

static int agrees(const char *path, const struct stat *st, int type,
		  struct FTW *at)
{
	(void)type;
	(void)at;
	must(ns(&st->st_mtim) == mtime(path));
	return 0;
}

/* A walk shows the same times. */
static void walked(void)
{
	enter();
	write_file("file", "x");
	must(mkdir("d", 0755) == 0 && symlink("file", "d/link") == 0);
	must(nftw(".", agrees, 4, FTW_PHYS) == 0);
	leave();
}

SCENES({ "written", written }, { "at_once", at_once }, { "endings", endings },
       { "left_open", left_open }, { "set", set },
       { "set_partly", set_partly }, { "directories", directories },
       { "reused_numbers", reused_numbers }, { "processes", processes },
       { "together", together }, { "no_files", no_files }, { "many", many },
       { "walked", walked })
