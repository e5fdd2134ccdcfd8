/* SPDX-License-Identifier: MIT */
/*
 * Copies of libgomp that only the library which was opened reaches: argv[1] that
 * library, argv[2], where given, a libgomp of another place, asked by dlsym().
 */
#include <dlfcn.h>
#include <stdio.h>

static void member(void *data)
{
	int (*number)(void) = *(int (**)(void))data;

	printf("%d", number());
}

int main(int argc, char **argv)
{
	void *library = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL), *copy;
	float (*sum)(int);
	void (*parallel)(void (*)(void *), void *, unsigned, unsigned);
	int (*number)(void);

	if (!library) {
		fprintf(stderr, "%s\n", dlerror());
		return 1;
	}
	sum = (__typeof__(sum))dlsym(library, "library_sum");
	printf("%a\n", (double)sum(10000));
	if (argc < 3)
		return 0;
	copy = dlopen(argv[2], RTLD_NOW | RTLD_LOCAL);
	if (!copy) {
		fprintf(stderr, "%s\n", dlerror());
		return 1;
	}
	parallel = (__typeof__(parallel))dlsym(copy, "GOMP_parallel");
	number = (__typeof__(number))dlsym(copy, "omp_get_thread_num");
	parallel(member, &number, 5, 0);
	printf("\n%a\n", (double)sum(10000));
	return 0;
}
