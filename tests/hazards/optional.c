/* SPDX-License-Identifier: MIT */
/* Names of libraries that may be absent, or there twice. */
#include <dlfcn.h>

#include "hazard.h"

static void *open_user(int n, int (**fn)(void))
{
	char path[4096];
	void *h;

	snprintf(path, sizeof(path), CHAIN "/twin_user_%d.so", n);
	h = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	if (!h)
		dprintf(2, "%s\n", dlerror());
	must(h);
	*(void **)fn = dlsym(h, "twin_of");
	must(*fn);
	return h;
}

/* Who asks whether a library is there is told so. */
static void absent(void)
{
	static const char *const names[] = {
		"RAND_bytes", "uuid_generate", "_gfortran_random_r8",
		"_ZNK2at7Context23deterministicAlgorithmsEv",
		"_ZN3tsl21OpDeterminismRequiredEv",
		"omp_set_num_threads", "GOMP_loop_dynamic_next",
		"MKL_Set_Num_Threads",
	};
	int (*fn)(void);
	void *h;

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		must(dlsym(RTLD_DEFAULT, names[i]) == NULL);
		must(strstr(dlerror(), names[i]));
		must(dlsym(RTLD_NEXT, names[i]) == NULL);
		must(dlerror());
	}
	h = open_user(1, &fn);
	must(dlsym(RTLD_DEFAULT, "RAND_bytes") == NULL);
	must(dlsym(h, "RAND_bytes"));
	must(dlsym(h, "RAND_poll") == NULL);
}

/* Each of two libraries of one name answers those that were linked with it. */
static void twins(void)
{
	int (*one)(void), (*two)(void);

	open_user(1, &one);
	open_user(2, &two);
	for (int i = 0; i < 3; i++) {
		must(one() == 1);
		must(two() == 2);
	}
}

SCENES({ "absent", absent }, { "twins", twins })
