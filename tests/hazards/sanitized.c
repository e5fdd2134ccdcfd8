/* SPDX-License-Identifier: MIT */
/* Built with a sanitizer; "overflow" makes it report. */
#include <pthread.h>
#include <sys/random.h>

#include "hazard.h"

static void *draw(void *arg)
{
	struct timespec ts;
	unsigned n;

	must(getrandom(&n, sizeof(n), 0) == sizeof(n));
	clock_gettime(CLOCK_MONOTONIC, &ts);
	printf("%u %d %ld\n", n, rand(), ts.tv_nsec);
	fflush(stdout);
	return arg;
}

static void draws(void)
{
	pthread_t t;

	draw(NULL);
	must(pthread_create(&t, NULL, draw, NULL) == 0);
	must(pthread_join(t, NULL) == 0);
	must(system("exit 3") == 3 << 8);
}

static void overflow(void)
{
	char *p = malloc(10);

	for (volatile int i = 0; i < 11; i++)
		p[i] = 1;
	free(p);
}

/* By libc's stream; the test puts a device there. */
static void input(void)
{
	unsigned n;

	must(fread(&n, sizeof(n), 1, stdin) == 1);
	printf("%u\n", n);
	fflush(stdout);
}

SCENES({ "draws", draws }, { "overflow", overflow }, { "input", input })
