/* SPDX-License-Identifier: MIT */
#include <dlfcn.h>
#include <errno.h>
#include <link.h>
#include <string.h>

#include "entry.h"
#include "lapack.h"
#include "real.h"
#include "route.h"
#include "text.h"
#include "weak.h"
#include "banned.h"

#define DEBIAN "/usr/lib/x86_64-linux-gnu/"

static struct {
	/* blas: what LAPACK needs, by its soname: else it would be whatever
	 * library the system prefers, with threads of its own. */
	const char *blas, *lapack;
	const char *suffix; /* names of BLAS with integers of that size */
	int state;	    /* 0: not asked for so far, 1: open, -1: not there */
	void *handle;
	uintptr_t base; /* where it lies */
} libraries[2] = {
	{ DEBIAN "blas/libblas.so.3", DEBIAN "lapack/liblapack.so.3", "", 0,
	  NULL, 0 },
	{ DEBIAN "blas64/libblas64.so.3", DEBIAN "lapack64/liblapack64.so.3",
	  "64_", 0, NULL, 0 },
};

/* Fortran's: the length of the name comes last. */
typedef void xerbla_fn(const char *name, const void *argument, size_t length);

/* By width: who is told of wrong arguments, and who is where nobody is. */
static xerbla_fn *told[2], *own[2];

static void tell(bool wide, const char *name, const void *argument,
		 size_t length)
{
	xerbla_fn *fn = __atomic_load_n(&told[wide], __ATOMIC_RELAXED);

	(fn ? fn : own[wide])(name, argument, length);
}

static void tell_narrow(const char *name, const void *argument, size_t length)
{
	tell(false, name, argument, length);
}

static void tell_wide(const char *name, const void *argument, size_t length)
{
	tell(true, name, argument, length);
}

/* What a slot of LAPACK's becomes; NULL: it is right. */
static void *lead(const char *name, void *now, void *arg)
{
	bool wide = *(bool *)arg;
	char ours[64];
	struct text t = text_start(ours, sizeof(ours));
	uint32_t number;

	if (!strcmp(name, "xerbla_")) {
		void *teller = (void *)(wide ? tell_wide : tell_narrow);

		if (now != teller)
			own[wide] = (xerbla_fn *)now;
		return teller;
	}
	text_add(&t, name);
	text_add(&t, libraries[wide].suffix);
	number = entry_number(ours);
	return number != ENTRY_NONE && route_is_blas(number)
		       ? entry_for(number, now) : NULL;
}

/* Threads that come first at once do the same. Its own names come before the
 * program's: those may be another LAPACK's. */
static int open_library(bool wide, const struct lapack_caller *c)
{
	struct link_map *map;
	void *h;

	real_dlopen_fn(libraries[wide].blas, RTLD_LAZY | RTLD_LOCAL);
	h = real_dlopen_fn(libraries[wide].lapack,
			   RTLD_NOW | RTLD_LOCAL | RTLD_DEEPBIND);
	if (!h || dlinfo(h, RTLD_DI_LINKMAP, &map))
		return -1;
	told[wide] = (xerbla_fn *)route_xerbla(c->number, c->ra, c->fn);
	weak_rebind(map->l_addr, lead, &wide);
	libraries[wide].handle = h;
	libraries[wide].base = map->l_addr;
	return 1;
}

void lapack_unloaded(uintptr_t start, uintptr_t end)
{
	for (int wide = 0; wide < 2; wide++)
		if ((uintptr_t)told[wide] >= start &&
		    (uintptr_t)told[wide] < end)
			__atomic_store_n(&told[wide], NULL, __ATOMIC_RELAXED);
}

bool lapack_there(bool wide)
{
	return __atomic_load_n(&libraries[wide].state, __ATOMIC_ACQUIRE) > 0;
}

bool lapack_is(uintptr_t base)
{
	return base == libraries[0].base || base == libraries[1].base;
}

void *lapack_find(const char *routine, bool wide,
		  const struct lapack_caller *caller, void **found)
{
	int saved = errno;
	char name[32];
	struct text t = text_start(name, sizeof(name));

	if (__atomic_load_n(found, __ATOMIC_ACQUIRE))
		return *found;
	if (!__atomic_load_n(&libraries[wide].state, __ATOMIC_ACQUIRE))
		__atomic_store_n(&libraries[wide].state,
				 open_library(wide, caller), __ATOMIC_RELEASE);
	text_add(&t, routine);
	text_add(&t, "_");
	if (libraries[wide].state > 0)
		__atomic_store_n(found,
				 real_dlsym_fn(libraries[wide].handle, name),
				 __ATOMIC_RELEASE);
	errno = saved;
	return *found;
}
