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
} libraries[2] = {
	{ DEBIAN "blas/libblas.so.3", DEBIAN "lapack/liblapack.so.3", "", 0,
	  NULL },
	{ DEBIAN "blas64/libblas64.so.3", DEBIAN "lapack64/liblapack64.so.3",
	  "64_", 0, NULL },
};

struct leading {
	const char *suffix;
	void *xerbla;
};

/* What a slot of LAPACK's becomes; NULL: it is right. */
static void *lead(const char *name, void *now, void *arg)
{
	const struct leading *l = arg;
	char ours[64];
	struct text t = text_start(ours, sizeof(ours));
	uint32_t number;

	if (!strcmp(name, "xerbla_"))
		return l->xerbla;
	text_add(&t, name);
	text_add(&t, l->suffix);
	number = entry_number(ours);
	return number != ENTRY_NONE && route_is_blas(number)
		       ? entry_for(number, now) : NULL;
}

/* Threads that come first at once do the same. Its own names come before the
 * program's: those may be another LAPACK's. */
static int open_library(bool wide, void *xerbla)
{
	struct leading l = { libraries[wide].suffix, xerbla };
	struct link_map *map;
	void *h;

	real_dlopen_fn(libraries[wide].blas, RTLD_LAZY | RTLD_LOCAL);
	h = real_dlopen_fn(libraries[wide].lapack,
			   RTLD_NOW | RTLD_LOCAL | RTLD_DEEPBIND);
	if (!h || dlinfo(h, RTLD_DI_LINKMAP, &map))
		return -1;
	weak_rebind(map->l_addr, lead, &l);
	libraries[wide].handle = h;
	return 1;
}

void *lapack_find(const struct source *row, bool wide, void *xerbla)
{
	static void *known[2][2048]; /* by row */
	void **found = &known[wide][row->index % 2048];
	int saved = errno;
	char name[32];
	struct text t = text_start(name, sizeof(name));

	if (__atomic_load_n(found, __ATOMIC_ACQUIRE))
		return *found;
	if (!__atomic_load_n(&libraries[wide].state, __ATOMIC_ACQUIRE))
		__atomic_store_n(&libraries[wide].state,
				 open_library(wide, xerbla), __ATOMIC_RELEASE);
	text_add(&t, row->name);
	text_add(&t, "_");
	if (libraries[wide].state > 0)
		__atomic_store_n(found,
				 real_dlsym_fn(libraries[wide].handle, name),
				 __ATOMIC_RELEASE);
	errno = saved;
	return *found;
}
