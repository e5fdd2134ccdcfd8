/* SPDX-License-Identifier: MIT */
#include <dlfcn.h>
#include <errno.h>
#include <string.h>

#include "lapack.h"
#include "real.h"
#include "route.h"
#include "runtime.h"
#include "scope.h"
#include "symtab.h"
#include "banned.h"

/* The names of a routine, in the order of entries.S. */
static const struct naming {
	const char *prefix, *suffix;
	bool c;	   /* C's calling convention */
	bool wide; /* integers of 8 bytes */
	bool bare; /* a word that may be anybody's */
} naming[] = {
	{ "", "_", false, false, false },
	{ "", "", false, false, true },
	{ "", "_64_", false, true, false },
	{ "", "_64", false, true, true },
	{ "scipy_", "_", false, false, false },
	{ "scipy_", "_64_", false, true, false },
	{ "cblas_", "", true, false, false },
	{ "cblas_", "64_", true, true, false },
	{ "cblas_", "_64", true, true, false },
	{ "scipy_cblas_", "", true, false, false },
	{ "scipy_cblas_", "64_", true, true, false },
};
#define NAMES (sizeof(naming) / sizeof(*naming))
/* Those that routines of LAPACK have, likewise. */
static const uint8_t lapack_naming[] = { 0, 2, 4, 5 };
#define LAPACK_NAMES sizeof(lapack_naming)

#define ROUTINE(f, cname, type, kind, words, text)                             \
	SOURCE_ROW(f, .group = "blas", .policy = SB_OBSERVE, .optional = 1,    \
		   .doc = text);
#include "blas.def"
#undef ROUTINE

#define ROUTINE(f, type, words, text)                                          \
	SOURCE_ROW(f, .group = "lapack", .policy = SB_OBSERVE, .optional = 1,  \
		   .doc = text);
#include "lapack.def"
#undef ROUTINE
SOURCE_ROW(lapack_other, .group = "lapack", .policy = SB_OBSERVE, .optional = 1,
	   .doc = "other routines of LAPACK, under --blas=same alone");

#define SEEN(symbol, family, words, text)                                      \
	SOURCE_ROW(symbol, .group = family, .policy = SB_OBSERVE,              \
		   .optional = 1, .doc = text);
#include "calls.def"
#undef SEEN

/* The routines of BLAS, those of LAPACK, then the other calls; last, what stands
 * for all other routines of LAPACK. */
static const struct routine routine[] = {
#define ROUTINE(f, cname, type, kind, words, text)                             \
	{ #f, #cname, words, &src_##f, type, kind },
#include "blas.def"
#undef ROUTINE
#define ROUTINE(f, type, words, text) { #f, #f, words, &src_##f, type, OTHER },
#include "lapack.def"
#undef ROUTINE
#define SEEN(symbol, family, words, text)                                      \
	{ #symbol, #symbol, words, &src_##symbol, S, OTHER },
#include "calls.def"
#undef SEEN
	{ "lapack_other", "lapack_other", "", &src_lapack_other, S, OTHER },
};
#define ALL (sizeof(routine) / sizeof(*routine))
enum {
#define ROUTINE(f, cname, type, kind, words, text) number_##f,
#include "blas.def"
#undef ROUTINE
	ROUTINES, /* of BLAS */
	before_lapack = ROUTINES - 1,
#define ROUTINE(f, type, words, text) number_##f,
#include "lapack.def"
#undef ROUTINE
	NUMERIC /* routines of both */
};
#define BLAS_ENTRIES (ROUTINES * NAMES)
#define NUMERIC_ENTRIES                                                        \
	(BLAS_ENTRIES + (NUMERIC - ROUTINES) * LAPACK_NAMES)
#define ENTRIES (NUMERIC_ENTRIES + (ALL - 1 - NUMERIC))
/* Numbers of names that no thunk in entries.S has: one for each naming. */
#define OTHERS (ENTRIES + BOUND_THUNKS)

extern const char entry_first[] __attribute__((visibility("hidden")));
extern const char entry_bound[] __attribute__((visibility("hidden")));
#define THUNK_SIZE 16

static struct library library[RUNTIMES];

static struct bound {
	uintptr_t ra; /* of who calls; 0: free, GONE: was */
	uint32_t number;
	struct target target;
} bound[4096];
#define BOUND (sizeof(bound) / sizeof(*bound))
#define GONE 1u
static unsigned nbound;

/* What dlsym() gave out. */
static struct {
	uint32_t number;
	bool ready; /* the rest of `target` was found out, at a first call */
	bool stale; /* what lay there was unloaded */
	struct target target; /* fn NULL: free */
	struct other other;
} thunk[BOUND_THUNKS];

static struct plan plans[ALL][2][2]; /* by convention, by width */

/* Several threads may make the same one at once. */
static const struct plan *plan_of(const struct routine *r, bool c, bool wide)
{
	struct plan *p = &plans[r - routine][c][wide], made;

	if (__builtin_expect(__atomic_load_n(&p->ready, __ATOMIC_ACQUIRE), 1))
		return p;
	plan_make(&made, r, c, wide);
	memcpy(p, &made, sizeof(made));
	__atomic_store_n(&p->ready, 1, __ATOMIC_RELEASE);
	return p;
}

bool route_is_blas(uint32_t number)
{
	return number < BLAS_ENTRIES;
}

bool route_is_lapack(uint32_t number)
{
	return (number >= BLAS_ENTRIES && number < NUMERIC_ENTRIES) ||
	       number >= OTHERS;
}

static const struct naming *naming_of(uint32_t number)
{
	static const struct naming call = { "", "", true, false, false };

	if (route_is_blas(number))
		return &naming[number % NAMES];
	if (number >= OTHERS)
		return &naming[lapack_naming[number - OTHERS]];
	return route_is_lapack(number)
		       ? &naming[lapack_naming[(number - BLAS_ENTRIES) %
					       LAPACK_NAMES]]
		       : &call;
}

bool route_is_wide(uint32_t number)
{
	return naming_of(number)->wide;
}

bool route_is_c(uint32_t number)
{
	return naming_of(number)->c;
}

struct symbol {
	char text[64];
};

const struct routine *routine_of(uint32_t number)
{
	if (route_is_blas(number))
		return &routine[number / NAMES];
	if (number >= OTHERS)
		return &routine[ALL - 1];
	if (route_is_lapack(number))
		return &routine[(number - BLAS_ENTRIES) / LAPACK_NAMES +
				ROUTINES];
	return &routine[number - NUMERIC_ENTRIES + NUMERIC];
}

static struct symbol symbol_by(const struct naming *n, const char *name)
{
	struct symbol s;
	struct text t = text_start(s.text, sizeof(s.text));

	text_add(&t, n->prefix);
	text_add(&t, name);
	text_add(&t, n->suffix);
	return s;
}

static struct symbol symbol_of(uint32_t number)
{
	const struct naming *n = naming_of(number);

	return symbol_by(n, n->c ? routine_of(number)->c
				 : routine_of(number)->name);
}

/* The first of these that the object knows, its dependencies included. */
static void *any_of(const void *fn, const char *const *names)
{
	void *p = NULL;

	for (; !p && *names; names++)
		p = scope_find(*names, fn);
	return p;
}

static const char *const config_names[] = {
	"openblas_get_config", "openblas_get_config64_",
	"openblas_get_config_64", "scipy_openblas_get_config",
	"scipy_openblas_get_config64_", NULL
};
static const char *const threads_names[] = {
	"openblas_get_num_threads", "openblas_get_num_threads64_",
	"openblas_get_num_threads_64", "scipy_openblas_get_num_threads",
	"scipy_openblas_get_num_threads64_", "MKL_Get_Max_Threads",
	"bli_thread_get_num_threads", "flexiblas_get_num_threads", NULL
};

/* What the library says of itself. */
static void identify(const void *fn, char *text, int size)
{
	struct text t = text_start(text, (size_t)size);
	const char *(*config)(void) = any_of(fn, config_names);
	void (*mkl)(char *, int) = scope_find("mkl_get_version_string", fn);
	const char *(*blis)(void) = scope_find("bli_info_get_version_str", fn);
	int (*arch)(void) = scope_find("bli_arch_query_id", fn);
	const char *(*arch_name)(int) = scope_find("bli_arch_string", fn);

	if (config) {
		text_add(&t, config());
	} else if (mkl) {
		mkl(text, size);
	} else if (blis) {
		text_add(&t, "BLIS ");
		text_add(&t, blis());
		if (arch && arch_name) {
			text_add(&t, " ");
			text_add(&t, arch_name(arch()));
		}
	}
}

static struct library *library_known(uintptr_t start)
{
	for (unsigned i = 0; i < RUNTIMES; i++)
		if (__atomic_load_n(&library[i].start, __ATOMIC_ACQUIRE) ==
		    start)
			return &library[i];
	return NULL;
}

/* A free entry. Two threads that come first at once make two for a library. */
static struct library *library_claim(void)
{
	for (unsigned i = 0; i < RUNTIMES; i++) {
		uintptr_t none = 0;

		if (__atomic_compare_exchange_n(&library[i].start, &none, GONE,
						false, __ATOMIC_ACQUIRE,
						__ATOMIC_RELAXED))
			return &library[i];
	}
	return NULL;
}

static struct library *library_meet(const Dl_info *info, const void *fn,
				    const char *kind)
{
	struct library l = { .start = (uintptr_t)info->dli_fbase };
	const char *slash = strrchr(info->dli_fname, '/');
	struct library *made;
	char text[160] = "";
	uintptr_t start;

	identify(fn, text, sizeof(text));
	strncpy(l.name, slash ? slash + 1 : info->dli_fname,
		sizeof(l.name) - 1);
	l.digest = digest_string(l.name);
	l.threads = any_of(fn, threads_names);
	l.wide = strstr(text, "USE64BITINT") || strstr(info->dli_fname, "ilp64");
	l.odd = scope_find("mkl_get_version_string", fn);
	runtime_seen(*text ? "blas" : kind, fn, text,
		     l.threads ? (uint32_t)l.threads() : 0);
	made = library_claim();
	if (!made)
		return NULL;
	start = l.start;
	l.start = GONE;
	*made = l;
	__atomic_store_n(&made->start, start, __ATOMIC_RELEASE);
	return made;
}

/* NULL: a word of that name, but no BLAS. Asks the library, so not under a lock
 * of ours. */
static struct library *library_of(uint32_t number, const void *fn)
{
	static struct library plain;
	const struct naming *n = naming_of(number);
	struct symbol s = symbol_of(number);
	struct library *l;
	Dl_info info;

	if (number >= NUMERIC_ENTRIES && number < OTHERS)
		return &plain;
	if (!dladdr(fn, &info) || !info.dli_fname)
		return NULL;
	l = library_known((uintptr_t)info.dli_fbase);
	if (n->bare) {
		/* BLAS has the name with the usual end as well. */
		size_t len = strlen(s.text);

		memcpy(s.text + len, "_", 2);
		if (!scope_find(s.text, fn))
			return NULL;
	}
	return l ? l : library_meet(&info, fn, routine_of(number)->row->group);
}

void *route_xerbla(uint32_t number, const void *ra, const void *fn)
{
	const struct naming *n = naming_of(number);
	char name[64];
	struct text t = text_start(name, sizeof(name));
	void *found;

	text_add(&t, n->prefix);
	text_add(&t, "xerbla");
	text_add(&t, n->suffix);
	/* The program stands before us. */
	found = real_dlsym_fn(RTLD_DEFAULT, name);
	if (!found)
		found = scope_find(name, ra);
	return found ? found : real_in_scope(name, fn);
}

static struct bound *bound_place(uintptr_t ra, uint32_t number)
{
	uint64_t hash = (ra ^ (uint64_t)number << 44) * 0x9e3779b97f4a7c15u;
	size_t i = hash >> 52; /* 12 bits */

	while (bound[i].ra && !(bound[i].ra == ra && bound[i].number == number))
		i = (i + 1) % BOUND;
	return &bound[i];
}

/* The lock is this thread's already. */
static bool in_engine(void)
{
	return thread_me && thread_me->busy;
}

/* Under the lock. */
static void remember(uintptr_t ra, uint32_t number, struct target target)
{
	struct bound *b = bound_place(ra, number);

	if (b->ra || nbound >= BOUND * 3 / 4)
		return;
	nbound++;
	b->number = number;
	b->target = target;
	__atomic_store_n(&b->ra, ra, __ATOMIC_RELEASE);
}

static struct target target_of(uint32_t number, void *fn)
{
	const struct naming *n = naming_of(number);
	const struct routine *r = routine_of(number);
	struct library *l = library_of(number, fn);

	return (struct target){
		fn, l, l ? plan_of(r, n->c, n->wide || l->wide) : NULL, r->row,
		NULL
	};
}

/* The first call of a name from there. */
static struct target bind(uint32_t number, uintptr_t ra)
{
	struct symbol s = symbol_of(number);
	struct target t = { .fn = real_in_scope(s.text, (const void *)ra) };
	uint64_t mask;
	int saved = errno;

	if (!t.fn || in_engine())
		return t;
	t = target_of(number, t.fn);
	mask = engine_lock();
	remember(ra, number, t);
	engine_unlock(mask);
	errno = saved;
	return t;
}

void entries_unloaded(uintptr_t start, uintptr_t end)
{
	for (unsigned i = 0; i < BOUND; i++) {
		uintptr_t fn = (uintptr_t)bound[i].target.fn;

		if (bound[i].ra > GONE &&
		    ((bound[i].ra >= start && bound[i].ra < end) ||
		     (fn >= start && fn < end)))
			bound[i].ra = GONE;
	}
	for (unsigned i = 0; i < BOUND_THUNKS && thunk[i].target.fn; i++) {
		uintptr_t fn = (uintptr_t)thunk[i].target.fn;

		/* It stays: another thread may have loaded the library again,
		 * to the same place, and have been given this thunk. */
		if (fn < start || fn >= end)
			continue;
		thunk[i].stale = true;
		__atomic_store_n(&thunk[i].ready, false, __ATOMIC_RELAXED);
		__atomic_store_n(&thunk[i].target.library, NULL,
				 __ATOMIC_RELEASE);
	}
	for (unsigned i = 0; i < RUNTIMES; i++)
		if (library[i].start >= start && library[i].start < end)
			library[i].start = 0;
}

/* What dlsym() is asked for */

bool entry_is(const void *address)
{
	return (const char *)address >= entry_first &&
	       (const char *)address <
		       entry_bound + BOUND_THUNKS * THUNK_SIZE;
}

uint32_t entry_number(const char *name)
{
	/* C++'s names, most of all, begin with an underscore. */
	const char *at = *name == '_' ? NULL : real_ours(name);

	return at && entry_is(at) ? (uint32_t)(at - entry_first) / THUNK_SIZE
				  : ENTRY_NONE;
}

/* name: of another routine of LAPACK; NULL: the number tells it. */
static void *thunk_for(uint32_t number, void *fn, const char *name)
{
	unsigned room = BOUND_THUNKS, old = BOUND_THUNKS;

	for (unsigned i = 0; i < BOUND_THUNKS; i++) {
		if (thunk[i].target.fn == fn && thunk[i].number == number) {
			thunk[i].stale = false;
			return (void *)(entry_bound + i * THUNK_SIZE);
		}
		if (thunk[i].stale && old == BOUND_THUNKS)
			old = i;
		if (!thunk[i].target.fn) { /* none were taken behind it */
			room = i;
			break;
		}
	}
	room = room < BOUND_THUNKS ? room : old;
	if (room == BOUND_THUNKS)
		return fn;
	thunk[room].number = number;
	thunk[room].stale = false;
	thunk[room].ready = false;
	thunk[room].target = (struct target){ .fn = fn };
	thunk[room].other = (struct other){ .same = NULL };
	if (name) {
		strncpy(thunk[room].other.name, name, OTHER_NAME - 1);
		thunk[room].target.other = &thunk[room].other;
	}
	return (void *)(entry_bound + room * THUNK_SIZE);
}

static void *thunk_lead(uint32_t number, void *found, const char *name)
{
	uint64_t mask;
	void *answer;

	if (!found || entry_is(found) || in_engine())
		return NULL;
	mask = engine_lock();
	answer = thunk_for(number, found, name);
	engine_unlock(mask);
	if (answer == found && alive.yes)
		call_blind("not-seen", routine_of(number)->row,
			   " is not seen: more than 8192 functions of numeric "
			   "libraries are in use");
	return answer;
}

void *entry_for(uint32_t number, void *found)
{
	return thunk_lead(number, found, NULL);
}

void *entry_found(const char *name, void *found)
{
	uint32_t number = entry_number(name);
	char other[OTHER_NAME];

	if (number != ENTRY_NONE)
		return entry_for(number, found);
	number = entry_other(name, other);
	return number == ENTRY_NONE ? NULL
				    : entry_bind_other(number, other, found,
						       NULL);
}

bool entry_alone(const char *name, const void *ra)
{
	return entry_number(name) != ENTRY_NONE && !real_in_scope(name, ra);
}

void *entry_bind(uint32_t number, void *now, const void *inside)
{
	struct symbol s = symbol_of(number);
	void *fn, *thunk;

	/* The program itself may have it, and comes before us. */
	if (!entry_is(now) && !entry_is(real_dlsym_fn(RTLD_DEFAULT, s.text)))
		return now;
	fn = real_in_scope(s.text, inside);
	thunk = entry_for(number, fn);
	return fn && !thunk ? now : thunk;
}

/* What only tells the time. */
static bool is_timer(const char *name)
{
	return !strcmp(name, "second") || !strcmp(name, "dsecnd");
}

uint32_t entry_other(const char *symbol, char name[OTHER_NAME])
{
	bool scipy = !strncmp(symbol, "scipy_", 6), wide;
	size_t len, i;

	symbol += scipy ? 6 : 0;
	len = strlen(symbol);
	if (!config.blas_same || config.audit || !strchr("sdcz", *symbol) ||
	    len < 5 || symbol[len - 1] != '_')
		return ENTRY_NONE;
	wide = !strcmp(symbol + len - 4, "_64_");
	len -= wide ? 4 : 1;
	if (len >= OTHER_NAME)
		return ENTRY_NONE;
	for (i = 0; i < len; i++)
		if (!strchr("abcdefghijklmnopqrstuvwxyz0123456789_", symbol[i]))
			return ENTRY_NONE;
	memcpy(name, symbol, len);
	name[len] = 0;
	return is_timer(name) ? ENTRY_NONE
			      : (uint32_t)OTHERS + 2 * scipy + wide;
}

/* The object that holds an address. */
struct home {
	uintptr_t address, base;
	const ElfW(Dyn) *dynamic; /* NULL: not found */
};

static int is_home(struct dl_phdr_info *info, size_t size, void *arg)
{
	struct home *home = arg;

	(void)size;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *p = &info->dlpi_phdr[i];
		uintptr_t at = info->dlpi_addr + p->p_vaddr;

		if (p->p_type != PT_LOAD || home->address < at ||
		    home->address - at >= p->p_memsz)
			continue;
		home->base = info->dlpi_addr;
		home->dynamic = symtab_dynamic(info);
		return 1;
	}
	return 0;
}

/* dladdr() would go through all its symbols, of thousands of names each time. */
static struct home home_of(const void *address)
{
	struct home home = { .address = (uintptr_t)address };

	real_iterate(is_home, &home);
	return home;
}

void *entry_bind_other(uint32_t number, const char *name, void *now,
		       const void *inside)
{
	const struct naming *n = naming_of(number);
	struct symbol s = symbol_by(n, name), solver = symbol_by(n, "dgesv");
	struct symtab t;
	struct home home;

	if (!now)
		now = real_dlsym_fn(RTLD_DEFAULT, s.text);
	if (!now)
		now = scope_find(s.text, inside);
	home = home_of(now);
	if (!home.dynamic || home.base == home_of(inside).base ||
	    lapack_is(home.base) ||
	    !symtab_of(&t, home.base, home.dynamic) ||
	    !symtab_find(&t, solver.text))
		return NULL;
	return thunk_lead(number, now, name);
}

static const struct target *thunk_target(uint32_t *number)
{
	unsigned i = *number - (uint32_t)ENTRIES;
	struct target made;
	int saved = errno;

	*number = thunk[i].number;
	if (__builtin_expect(__atomic_load_n(&thunk[i].ready,
					     __ATOMIC_ACQUIRE), 1))
		return &thunk[i].target;
	/* Threads that come first at once find out the same. */
	made = target_of(*number, thunk[i].target.fn);
	thunk[i].target.plan = made.plan;
	thunk[i].target.row = made.row;
	__atomic_store_n(&thunk[i].target.library, made.library,
			 __ATOMIC_RELEASE);
	__atomic_store_n(&thunk[i].ready, true, __ATOMIC_RELEASE);
	errno = saved;
	return &thunk[i].target;
}

const struct target *route(uint32_t *number, uintptr_t ra, struct target *made)
{
	const struct bound *b;

	if (*number >= ENTRIES)
		return thunk_target(number);
	b = bound_place(ra, *number);
	if (__builtin_expect(b->ra == ra, 1))
		return &b->target;
	*made = bind(*number, ra);
	return made;
}
