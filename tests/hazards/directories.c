/* SPDX-License-Identifier: MIT */
/* Streams and descriptors of directories: what programs may do with them holds
 * as it does natively, and under control the names come in order. */
#include "folder.h"

#include <dlfcn.h>
#include <pthread.h>
#include <signal.h>
#include <sys/time.h>
#include <sys/wait.h>

#define MANY 400

/* The next name that is no dots; NULL: the end, with errno as it was. */
static const char *next(DIR *dir)
{
	struct dirent *e;
	int was = errno;

	do
		e = readdir(dir);
	while (e && is_dots(e->d_name));
	must(errno == was);
	return e ? e->d_name : NULL;
}

static int rest(DIR *dir)
{
	int n = 0;

	while (next(dir))
		n++;
	return n;
}

/* Every position leads to where it was taken, as often as one likes, d_off as
 * well; in a new stream, too. */
static void seek(const char *under)
{
	long at[64], d_off[64];
	char name[64][16];
	struct dirent *e;
	int n = 0;
	DIR *dir;

	folder_enter(under);
	touch_many(60);
	dir = opendir(".");
	at[0] = telldir(dir);
	while ((e = readdir(dir))) {
		snprintf(name[n], sizeof(name[n]), "%.15s", e->d_name);
		d_off[n++] = e->d_off;
		must(telldir(dir) == e->d_off);
		at[n] = telldir(dir);
		must(!controlled() || at[n] == n);
	}
	must(n == 62);
	must(telldir(dir) == at[n]);
	for (int k = 0; k < 3 * n; k++) {
		int i = k * 37 % n;

		seekdir(dir, k % 2 && i ? d_off[i - 1] : at[i]);
		must(telldir(dir) == at[i]);
		e = readdir(dir);
		must(e && !strcmp(e->d_name, name[i]));
	}
	seekdir(dir, at[n]);
	must(!readdir(dir) && !readdir(dir));
	rewinddir(dir);
	must(telldir(dir) == at[0] && rest(dir) == 60);
	closedir(dir);
	dir = opendir(".");
	seekdir(dir, at[50]);
	must(!strcmp(readdir(dir)->d_name, name[50]));
	closedir(dir);
	folder_leave();
}

static void positions(void)
{
	seek("/tmp");
	seek("/dev/shm");
}

/* What stays is seen once; what came or went, perhaps; after rewinddir() what
 * is there now. */
static void changes(void)
{
	int seen[MANY] = { 0 }, extra = 0;
	char name[16];
	const char *found;
	DIR *dir;

	folder_enter("/tmp");
	touch_many(MANY);
	dir = opendir(".");
	for (int k = 0; (found = next(dir)); k++) {
		if (found[0] == 'f')
			seen[atoi(found + 1)]++;
		if (k == MANY / 2)
			for (int i = 0; i < MANY; i += 4) {
				snprintf(name, sizeof(name), "f%03d", i);
				must(unlink(name) == 0);
				name[0] = 'g';
				touch(name);
			}
	}
	for (int i = 0; i < MANY; i++)
		must(i % 4 ? seen[i] == 1 : seen[i] <= 1);
	rewinddir(dir);
	memset(seen, 0, sizeof(seen));
	while ((found = next(dir))) {
		seen[atoi(found + 1)]++;
		extra += found[0] == 'g';
	}
	for (int i = 0; i < MANY; i++)
		must(seen[i] == 1);
	must(extra == MANY / 4);
	/* As rm -r does. */
	rewinddir(dir);
	while ((found = next(dir)))
		must(unlink(found) == 0);
	rewinddir(dir);
	must(!next(dir));
	closedir(dir);
	folder_leave();
}

/* Names from getdents64(), as many as fit into `room`. */
static int names_of(int fd, size_t room, char name[][16], off_t *off)
{
	char buf[4096];
	ssize_t n = getdents64(fd, buf, room);
	int count = 0;

	must(n >= 0);
	for (ssize_t at = 0; at < n; count++) {
		const struct dirent *e = (const void *)(buf + at);

		snprintf(name[count], 16, "%.15s", e->d_name);
		off[count] = e->d_off;
		at += e->d_reclen;
	}
	return count;
}

/* A descriptor's place is one, shared by dup() and fork(), and what lseek()
 * says. */
static void offsets(void)
{
	char all[128][16], name[128][16];
	off_t off[128], some[128];
	int fd, twin, n;

	folder_enter("/tmp");
	touch_many(100);
	fd = open(".", O_RDONLY | O_DIRECTORY);
	n = names_of(fd, 4096, all, off);
	must(n == 102 && names_of(fd, 4096, name, some) == 0);
	must(names_of(fd, 4096, name, some) == 0);
	for (int k = 0; k < 200; k++) {
		int i = k * 31 % 100;

		must(lseek(fd, i ? off[i - 1] : 0, SEEK_SET) >= 0);
		must(names_of(fd, 64, name, some) == 2);
		must(!strcmp(name[0], all[i]) && !strcmp(name[1], all[i + 1]));
		must(lseek(fd, 0, SEEK_CUR) == off[i + 1]);
	}
	twin = dup(fd);
	lseek(fd, 0, SEEK_SET);
	names_of(fd, 64, name, some);
	names_of(twin, 64, name, some);
	must(!strcmp(name[0], all[2]));
	if (fork() == 0) {
		names_of(twin, 64, name, some);
		_exit(strcmp(name[0], all[4]) != 0);
	}
	wait(&n);
	must(n == 0);
	names_of(fd, 64, name, some);
	must(!strcmp(name[0], all[6]));
	folder_leave();
}

/* A stream goes on where its descriptor was. */
static void descriptors(void)
{
	int fd, fds[100], round, total = 0;
	char name[128][16];
	off_t off[128];
	DIR *dir;

	folder_enter("/tmp");
	touch_many(100);
	fd = open(".", O_RDONLY | O_DIRECTORY);
	dir = fdopendir(dup(fd));
	must(rest(dir) == 100);
	closedir(dir);
	dir = fdopendir(dup(fd));
	must(rest(dir) == 0);
	rewinddir(dir);
	must(rest(dir) == 100);
	closedir(dir);
	lseek(fd, 0, SEEK_SET);
	dir = fdopendir(fd);
	must(dirfd(dir) == fd && rest(dir) == 100);
	closedir(dir);
	must(fcntl(fd, F_GETFD) < 0 && errno == EBADF);
	/* Many descriptors, each at its own place. */
	for (int i = 0; i < 100; i++)
		fds[i] = open(".", O_RDONLY | O_DIRECTORY);
	do {
		round = 0;
		for (int i = 0; i < 100; i++)
			round += names_of(fds[i], 256, name, off);
		total += round;
	} while (round);
	must(total == 100 * 102);
	folder_leave();
}

static void errors(void)
{
	char buf[512];
	int file, pipes[2], fd;
	DIR *dir;

	folder_enter("/tmp");
	touch_many(3);
	must(mkdir("gone", 0755) == 0 && pipe(pipes) == 0);
	file = open("f000", O_RDWR);
	must(write(file, "text", 4) == 4);
	must(getdents64(file, buf, sizeof(buf)) < 0 && errno == ENOTDIR);
	must(lseek(file, 0, SEEK_CUR) == 4);
	must(getdents64(pipes[0], buf, sizeof(buf)) < 0 && errno == ENOTDIR);
	must(getdents64(-1, buf, sizeof(buf)) < 0 && errno == EBADF);
	must(syscall(SYS_getdents, -1, buf, sizeof(buf)) < 0 &&
	     errno == EBADF);
	must(!fdopendir(file) && errno == ENOTDIR);
	must(!opendir("nowhere") && errno == ENOENT);
	fd = open(".", O_RDONLY | O_DIRECTORY);
	must(getdents64(fd, buf, 8) < 0 && errno == EINVAL);
	must(getdents64(fd, buf, sizeof(buf)) > 0);

	dir = opendir(".");
	errno = 77;
	must(rest(dir) == 4 && errno == 77);
	closedir(dir);
	dir = opendir(".");
	close(dirfd(dir));
	must(!readdir(dir) && errno == EBADF);
	must(!readdir(dir) && errno == EBADF);
	closedir(dir);
	dir = opendir("gone");
	fd = open("gone", O_RDONLY | O_DIRECTORY);
	must(rmdir("gone") == 0);
	errno = 77;
	must(!readdir(dir) && errno == 77);
	must(getdents64(fd, buf, sizeof(buf)) < 0 && errno == ENOENT);
	closedir(dir);
	folder_leave();
}

/* Each process goes on by itself with what the stream has read. */
static void forks(void)
{
	int status;
	DIR *dir;

	folder_enter("/tmp");
	touch_many(100);
	dir = opendir(".");
	for (int i = 0; i < 10; i++)
		readdir(dir);
	if (fork() == 0) {
		must(rest(dir) >= 90);
		rewinddir(dir);
		must(rest(dir) == 100);
		_exit(closedir(dir));
	}
	wait(&status);
	must(status == 0);
	must(rest(dir) >= 90);
	closedir(dir);
	folder_leave();
}

static int taken[MANY];

static void *take(void *dir)
{
	struct dirent *e;

	while ((e = readdir(dir)))
		if (!is_dots(e->d_name))
			__atomic_fetch_add(&taken[atoi(e->d_name + 1)], 1,
					   __ATOMIC_RELAXED);
	return NULL;
}

/* Threads that share a stream share its names. */
static void threads(void)
{
	pthread_t t[4];
	DIR *dir;

	folder_enter("/tmp");
	touch_many(MANY);
	for (int round = 0; round < 50; round++) {
		dir = opendir(".");
		memset(taken, 0, sizeof(taken));
		for (int i = 0; i < 4; i++)
			pthread_create(&t[i], NULL, take, dir);
		for (int i = 0; i < 4; i++)
			pthread_join(t[i], NULL);
		for (int i = 0; i < MANY; i++)
			must(taken[i] == 1);
		closedir(dir);
	}
	folder_leave();
}

static void *reads_all(void *arg)
{
	for (int i = 0; i < 200; i++) {
		DIR *dir = opendir(i % 2 ? "." : "sub");

		must(dir && rest(dir) == (i % 2 ? 51 : 0));
		closedir(dir);
	}
	return arg;
}

static void each_its_own(void)
{
	pthread_t t[8];

	folder_enter("/tmp");
	touch_many(50);
	must(mkdir("sub", 0755) == 0);
	for (int i = 0; i < 8; i++)
		pthread_create(&t[i], NULL, reads_all, NULL);
	for (int i = 0; i < 8; i++)
		pthread_join(t[i], NULL);
	folder_leave();
}

static int handled;

/* Descriptors only: libc's malloc is not for handlers. */
static void handler(int sig)
{
	static char name[128][16];
	static off_t off[128];
	int fd = open(".", O_RDONLY | O_DIRECTORY), n = 0, k;

	(void)sig;
	while ((k = names_of(fd, 256, name, off)) > 0)
		n += k;
	must(n == 52);
	close(fd);
	handled++;
}

static void signals(void)
{
	struct itimerval often = { { 0, 500 }, { 0, 500 } }, never = { 0 };

	folder_enter("/tmp");
	touch_many(50);
	signal(SIGALRM, handler);
	setitimer(ITIMER_REAL, &often, NULL);
	for (int i = 0; i < 1000000 && handled < 100; i++) {
		DIR *dir = opendir(".");

		must(rest(dir) == 50);
		closedir(dir);
	}
	setitimer(ITIMER_REAL, &never, NULL);
	must(handled >= 100);
	folder_leave();
}

static void *counts(void *n)
{
	DIR *dir = opendir(".");

	*(int *)n = rest(dir);
	closedir(dir);
	return NULL;
}

static void smallest_stack(void)
{
	pthread_attr_t attr;
	pthread_t t;
	int n = 0;

	folder_enter("/dev/shm");
	touch_many(3000);
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, PTHREAD_STACK_MIN);
	must(pthread_create(&t, &attr, counts, &n) == 0);
	pthread_join(t, NULL);
	must(n == 3000);
	folder_leave();
}

/* Any bytes make a name. */
static void names(void)
{
	static const char *const odd[] = { "\x01", "\n", " ", "!", "-", ".a",
					   "..b", "a\nb", "\xc3\x28", "\xff",
					   "\xff\xfe" };
	const size_t n = sizeof(odd) / sizeof(*odd);
	char longest[256], last[256] = "";
	const char *name;
	size_t found = 0;
	DIR *dir;

	folder_enter("/tmp");
	memset(longest, 'x', 255);
	longest[255] = 0;
	touch(longest);
	longest[254] = 'a';
	touch(longest);
	for (size_t i = 0; i < n; i++)
		touch(odd[i]);
	dir = opendir(".");
	while ((name = next(dir))) {
		must(!controlled() || strcmp(last, name) < 0);
		strcpy(last, name);
		must(access(name, F_OK) == 0);
		found++;
	}
	must(found == n + 2);
	closedir(dir);
	folder_leave();
}

/* KiB; *mapped: with what was not touched. */
static long resident(long *mapped)
{
	long size = 0, pages = 0;
	FILE *f = fopen("/proc/self/statm", "r");

	must(f && fscanf(f, "%ld %ld", &size, &pages) == 2);
	fclose(f);
	*mapped = size * 4;
	return pages * 4;
}

/* Given back with the stream, also when it is closed before the end. */
static void memory(void)
{
	long before = 0, mapped, mapped_before;

	folder_enter("/dev/shm");
	touch_many(40000);
	for (int i = 0; i < 20; i++) {
		DIR *dir = opendir(".");

		must(i % 2 || rest(dir) == 40000);
		must(i % 2 == 0 || readdir(dir));
		closedir(dir);
		if (i == 3)
			before = resident(&mapped);
	}
	must(resident(&mapped) < before + 1024);
	for (int i = 0; i < 2000; i++) {
		DIR *dir[3] = { opendir("/"), opendir("/"), opendir("/") };

		for (int k = 0; k < 3; k++) {
			must(readdir(dir[k]));
			closedir(dir[k]);
		}
	}
	must(resident(&mapped) < before + 2048);
	mapped_before = mapped;
	for (int i = 0; i < 3; i++) {
		DIR *dir = opendir("/");

		close(dirfd(dir));
		for (int k = 0; k < 2000; k++)
			must(!readdir(dir) && errno == EBADF);
		closedir(dir);
	}
	resident(&mapped);
	must(mapped < mapped_before + 65536);
	folder_leave();
}

/* As ctypes and other foreign-function interfaces call them. */
static void looked_up(void)
{
	void *libc = dlopen("libc.so.6", RTLD_NOW | RTLD_LOCAL);
	DIR *(*open_it)(const char *);
	int (*close_it)(DIR *);
	void (*rewind_it)(DIR *);
	struct dirent *(*read_it)(DIR *);

	*(void **)&open_it = dlsym(libc, "opendir");
	*(void **)&close_it = dlsym(libc, "closedir");
	*(void **)&rewind_it = dlsym(libc, "rewinddir");
	*(void **)&read_it = dlsym(libc, "readdir64");
	must(open_it && close_it && rewind_it && read_it);
	folder_enter("/tmp");
	touch_many(100);
	for (int round = 0; round < 4; round++) {
		DIR *dir = round < 2 ? open_it(".") : opendir(".");
		char last[16] = "";

		for (int i = 0; i < 50; i++) {
			const char *name = read_it(dir)->d_name;

			if (is_dots(name))
				continue;
			must(!controlled() || strcmp(last, name) < 0);
			snprintf(last, sizeof(last), "%.15s", name);
		}
		rewind_it(dir);
		must(rest(dir) == 100);
		must((round % 2 ? closedir : close_it)(dir) == 0);
	}
	folder_leave();
}

/* Where the kernel makes the names up: both ways find the same. */
static void virtual_one(const char *path, const char *sure)
{
	static char name[4096][16];
	static off_t off[4096];
	int fd = open(path, O_RDONLY | O_DIRECTORY), k, n = 0, found = 0;
	DIR *dir = opendir(path);
	struct dirent *e;

	must(dir && fd >= 0);
	while ((k = names_of(fd, 1024, name + n, off)) > 0)
		n += k;
	for (k = 0; (e = readdir(dir)); k++) {
		must(k < n && !strncmp(name[k], e->d_name, 15));
		found |= !strcmp(e->d_name, sure);
	}
	must(k == n && found);
	closedir(dir);
	close(fd);
}

static void virtual(void)
{
	virtual_one("/proc/self", "maps");
	virtual_one("/proc/self/task", "..");
	virtual_one("/proc/sys/kernel", "ostype");
	virtual_one("/sys", "kernel");
	virtual_one("/sys/kernel", "mm");
	virtual_one("/dev", "null");
}

SCENES({ "positions", positions }, { "changes", changes },
       { "offsets", offsets }, { "descriptors", descriptors },
       { "errors", errors }, { "forks", forks }, { "threads", threads },
       { "each_its_own", each_its_own }, { "signals", signals },
       { "smallest_stack", smallest_stack }, { "names", names },
       { "memory", memory },
       { "looked_up", looked_up }, { "virtual", virtual })
