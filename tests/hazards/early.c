/* SPDX-License-Identifier: MIT */
/* A preloaded object whose constructor runs before everybody's (initfirst), and
 * whose resolver of an indirect function runs before that: hooks are called in
 * both. */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/auxv.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* Files by every kind of hook. */
static void opens(void)
{
	int fd = openat(AT_FDCWD, "/dev/null", O_RDONLY);
	FILE *f = fopen("/dev/null", "r");
	DIR *dir = opendir("/");
	struct stat st;
	char byte;

	if (!f || read(fd, &byte, 1) || pread(fd, &byte, 1, 0) ||
	    fgetc(f) != EOF)
		_exit(1);
	fclose(f);
	if (fcntl(fd, F_GETFD) < 0 || fstat(fd, &st) || access("/", X_OK) ||
	    !dir || !readdir(dir))
		_exit(1);
	closedir(dir);
	close(fd);
	close(open("/dev/null", O_RDONLY));
}

__attribute__((constructor)) static void first(void)
{
	struct timespec ts;
	char bytes[8], host[256];

	if (sysconf(_SC_PAGESIZE) != 4096 || sysconf(_SC_NPROCESSORS_ONLN) < 1)
		_exit(1);
	if (getauxval(AT_PAGESZ) != 4096 || gethostname(host, sizeof(host)))
		_exit(1);
	clock_gettime(CLOCK_MONOTONIC, &ts);
	time(NULL);
	getpid();
	rand();
	if (getrandom(bytes, sizeof(bytes), 0) != sizeof(bytes))
		_exit(1);
	free(malloc(100));
	opens();
}
