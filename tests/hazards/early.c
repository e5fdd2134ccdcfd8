/* SPDX-License-Identifier: MIT */
/* A preloaded object whose constructor runs before everybody's (initfirst), and
 * whose resolver of an indirect function runs before that: hooks are called in
 * both. */
#include <stdlib.h>
#include <sys/auxv.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

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
}
