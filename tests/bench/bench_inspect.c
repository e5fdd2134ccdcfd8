/* SPDX-License-Identifier: MIT */
/* How fast objects are inspected: "inspect MB-per-second" over the files named,
 * which are read once before. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "../../tools/inspect.h"

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
	static const uint8_t any[20];
	static struct inspection found;
	double bytes = 0, seconds = 0;

	for (int i = 1; i < argc; i++) {
		struct stat st;
		double start;

		if (stat(argv[i], &st) || inspect(&found, argv[i], any)) {
			fprintf(stderr, "%s: cannot be inspected\n", argv[i]);
			return 1;
		}
		start = now();
		inspect(&found, argv[i], any);
		seconds += now() - start;
		bytes += (double)st.st_size;
	}
	printf("inspect %.0f\n", seconds > 0 ? bytes / 1e6 / seconds : 0);
	return 0;
}
