/* SPDX-License-Identifier: MIT */
/* An object that is called as a library of cryptography is. */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

uint64_t key_read(void);
uint64_t key_stream(void);
uint64_t key_opened(void);
uint64_t key_uuid(void);

uint64_t key_read(void)
{
	int fd = open("/dev/urandom", O_RDONLY);
	uint64_t n = 0;

	if (read(fd, &n, sizeof(n)) != sizeof(n))
		abort();
	close(fd);
	return n;
}

static uint64_t from(FILE *f)
{
	uint64_t n = 0;

	if (!f || fread(&n, sizeof(n), 1, f) != 1)
		abort();
	fclose(f);
	return n;
}

uint64_t key_stream(void)
{
	return from(fopen("/dev/random", "r"));
}

uint64_t key_opened(void)
{
	return from(fdopen(open("/dev/urandom", O_RDONLY), "r"));
}

uint64_t key_uuid(void)
{
	return from(fopen("/proc/sys/kernel/random/uuid", "r"));
}
