/* SPDX-License-Identifier: MIT */
/* Two processes of two threads that ask for the time until they are killed,
 * and count in the shared file argv[1] how many answers they have got. */
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define THREADS 2

static volatile uint64_t *answers; /* [process][thread] */

static void *ask(void *slot)
{
	volatile uint64_t *mine = slot;

	for (;;) {
		time(NULL);
		++*mine;
	}
	return NULL;
}

int main(int argc, char **argv)
{
	pthread_t thread[THREADS];
	int fd = argc > 1 ? open(argv[1], O_RDWR) : -1;

	answers = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (answers == MAP_FAILED)
		return 2;
	if (fork() == 0)
		answers += THREADS;
	for (int i = 0; i < THREADS; i++)
		pthread_create(&thread[i], NULL, ask, (void *)&answers[i]);
	pthread_join(thread[0], NULL);
	return 0;
}
