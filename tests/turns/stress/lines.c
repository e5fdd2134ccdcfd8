/* SPDX-License-Identifier: MIT */
/* Threads write into one pipe, and one reads what came in which order. */
#include "stress.h"

#define EACH 200

static int ends[2];

static void *talk(void *arg)
{
	struct {
		int who, what;
	} line = { (int)(intptr_t)arg, 0 };

	for (; line.what < EACH; line.what++) {
		check(write(ends[1], &line, sizeof(line)) == sizeof(line),
		      "write");
		if (line.what % 20 == 0)
			sched_yield();
	}
	return arg;
}

static void *listen(void *arg)
{
	uint64_t *hash = arg, line;

	while (read(ends[0], &line, sizeof(line)) == sizeof(line))
		*hash = mix(*hash, line);
	return arg;
}

int main(void)
{
	uint64_t hash = 0;
	pthread_t t;

	check(!pipe(ends), "pipe");
	check(!pthread_create(&t, NULL, listen, &hash), "create");
	race(talk);
	close(ends[1]);
	check(!pthread_join(t, NULL), "join");
	printf("%016llx\n", (unsigned long long)hash);
	return 0;
}
