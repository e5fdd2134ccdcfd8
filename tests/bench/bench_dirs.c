/* SPDX-License-Identifier: MIT */
/* Times opendir, readdir to the end and closedir of each directory named;
 * prints "directory nanoseconds" lines, the best of many. */
#include <dirent.h>
#include <stdio.h>

#include "now.h"

static volatile long sink;

#define ENOUGH 3e8 /* ns for one directory, and 3 rounds at least */

static long read_all(const char *path)
{
	DIR *dir = opendir(path);
	const struct dirent *e;
	long sum = 0;

	while ((e = readdir(dir)))
		sum += e->d_name[0];
	closedir(dir);
	return sum;
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		double began = now(), best = 1e30;

		for (int r = 0; r < 3 || now() - began < ENOUGH; r++) {
			double start = now();

			sink += read_all(argv[i]);
			start = now() - start;
			if (start < best)
				best = start;
		}
		printf("%s %.0f\n", argv[i], best);
	}
	return 0;
}
