/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "slurmpart.h"

#define LINE 29 /* 7 digits, 20 digits, a blank, an end */

void due_print(FILE *to, const struct due *due)
{
	fprintf(to, "%7zu %20" PRIu64 "\n", due->run, due->seed);
}

/* All that is there of it; or -errno. */
static ssize_t read_at(const char *path, char *text, size_t size, off_t at)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n, got = 0;

	if (fd < 0)
		return -errno;
	while ((n = pread(fd, text + got, size - (size_t)got, at + got)) > 0)
		got += n;
	if (n < 0)
		got = -errno;
	close(fd);
	return got;
}

int due_read(const char *path, size_t first, size_t n, struct due *due)
{
	size_t size = n * LINE;
	char *text = calloc(size + 1, 1);
	ssize_t got = text ? read_at(path, text, size, (off_t)(first * LINE))
			   : -ENOMEM;
	int ret = got < 0 ? (int)got : (size_t)got < size ? -ENODATA : 0;

	for (size_t i = 0; i < n && !ret; i++)
		if (sscanf(text + i * LINE, "%zu %" SCNu64, &due[i].run,
			   &due[i].seed) != 2)
			ret = -EPROTO;
	free(text);
	return ret;
}

int part_close(FILE *to)
{
	int ret = ferror(to) ? -EIO : 0;

	if (fclose(to) && !ret)
		ret = -errno;
	return ret;
}

int words_write(const char *path, const char *const *options,
		char *const *argv)
{
	FILE *to = fopen(path, "we");

	if (!to)
		return -errno;
	for (; *options; options++)
		fwrite(*options, 1, strlen(*options) + 1, to);
	for (; *argv; argv++)
		fwrite(*argv, 1, strlen(*argv) + 1, to);
	return part_close(to);
}

/* Its words where they stand in `text`. */
static char **words_in(char *text, size_t size)
{
	size_t n = 0, at = 0;
	char **words;

	for (size_t i = 0; i < size; i++)
		n += !text[i];
	words = calloc(n + 1, sizeof(*words));
	for (size_t i = 0; words && i < n; i++) {
		words[i] = text + at;
		at += strlen(text + at) + 1;
	}
	return words;
}

char **words_read(const char *path)
{
	struct stat st;
	char *text, **words = NULL;
	ssize_t n;

	if (stat(path, &st))
		return NULL;
	text = malloc((size_t)st.st_size + 1);
	n = text ? read_at(path, text, (size_t)st.st_size, 0) : -ENOMEM;
	if (n > 0) {
		text[n] = 0;
		words = words_in(text, (size_t)n);
	}
	if (!words) {
		errno = n < 0 ? (int)-n : n ? ENOMEM : ENODATA;
		free(text);
	}
	return words;
}

void shell_print(FILE *to, const char *word)
{
	fputc('\'', to);
	for (; *word; word++) {
		if (*word == '\'')
			fputs("'\\'", to);
		fputc(*word, to);
	}
	fputc('\'', to);
}
