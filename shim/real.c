/* SPDX-License-Identifier: MIT */
#include <dlfcn.h>
#include <elf.h>
#include <errno.h>
#include <link.h>
#include <string.h>

#include "config.h"
#include "process.h"
#include "real.h"
#include "scope.h"
#include "symtab.h"
#include "sys.h"
#include "banned.h"

extern struct source __start_sb_source[] __attribute__((visibility("hidden")));
extern struct source __stop_sb_source[] __attribute__((visibility("hidden")));

extern struct hook __start_sb_hook[] __attribute__((visibility("hidden")));
extern struct hook __stop_sb_hook[] __attribute__((visibility("hidden")));

void *(*real_dlsym_fn)(void *, const char *);
void *(*real_dlvsym_fn)(void *, const char *, const char *);
void *(*real_dlopen_fn)(const char *, int);
int (*real_dlclose_fn)(void *);
int (*real_iterate_fn)(real_visit *, void *);

unsigned real_count(void)
{
	return (unsigned)(__stop_sb_source - __start_sb_source);
}

const struct source *real_row(unsigned index)
{
	return &__start_sb_source[index];
}

void real_each(void (*visit)(struct source *row, void *arg), void *arg)
{
	for (struct source *s = __start_sb_source; s < __stop_sb_source; s++)
		visit(s, arg);
}

void real_each_hook(void (*visit)(struct hook *hook, void *arg), void *arg)
{
	for (struct hook *h = __start_sb_hook; h < __stop_sb_hook; h++)
		visit(h, arg);
}

/* We export dlsym ourselves, so the linker cannot give us libc's: read it from
 * libc's own symbol table. */
struct wanted {
	const char *name;
	void **fn;
};

/* Every lookup, and every slot of a loaded object, is asked for. */
void *real_ours(const char *name)
{
	static struct symtab own;
	const ElfW(Sym) *found;

	if (!own.sym &&
	    !symtab_of(&own, (uintptr_t)__ehdr_start, _DYNAMIC))
		return NULL;
	found = symtab_find(&own, name);
	return found ? symtab_address(&own, found) : NULL;
}

static void search(const struct link_map *map, const struct wanted *w,
		   size_t n)
{
	struct symtab names;

	if (!symtab_of(&names, map->l_addr, map->l_ld))
		return;
	for (size_t k = 0; k < n; k++) {
		const ElfW(Sym) *found = symtab_find(&names, w[k].name);

		if (found && !*w[k].fn)
			*w[k].fn = symtab_address(&names, found);
	}
}

static void bind_loader(void)
{
	const struct wanted w[] = {
		{ "dlsym", (void **)&real_dlsym_fn },
		{ "dlvsym", (void **)&real_dlvsym_fn },
		{ "dlopen", (void **)&real_dlopen_fn },
		{ "dlclose", (void **)&real_dlclose_fn },
		{ "dl_iterate_phdr", (void **)&real_iterate_fn },
	};

	for (const struct link_map *m = _r_debug.r_map; m; m = m->l_next) {
		const char *slash = strrchr(m->l_name, '/');
		const char *base = slash ? slash + 1 : m->l_name;

		if (!strncmp(base, "libc.so", 7) || !strncmp(base, "libdl.", 6))
			search(m, w, sizeof(w) / sizeof(*w));
	}
}

static bool same_object(const void *a, const void *b)
{
	Dl_info x, y;

	return dladdr(a, &x) && dladdr(b, &y) && x.dli_fbase == y.dli_fbase;
}

void *real_find(const char *symbol, const char *version)
{
	void *next, *exact = NULL;

	if (!real_dlsym_fn)
		bind_loader();
	if (!real_dlsym_fn)
		return NULL;
	next = real_dlsym_fn(RTLD_NEXT, symbol);
	if (version)
		exact = real_dlvsym_fn(RTLD_NEXT, symbol, version);
	/* Another wrapper between us and libc has no version: it is next. */
	return exact && same_object(exact, next) ? exact : next;
}

int real_iterate(real_visit *visit, void *arg)
{
	uint64_t mask;
	int ret = 0;

	if (!real_iterate_fn)
		return 0;
	mask = loader_lock();
	ret = real_iterate_fn(visit, arg);
	loader_unlock(mask);
	return ret;
}

/* The object that an address lies in. */
struct object {
	uintptr_t address, start, end;
	const char *name; /* "": the program; NULL: none */
};

static int holds(struct dl_phdr_info *info, size_t size, void *arg)
{
	struct object *o = arg;
	uintptr_t start = UINTPTR_MAX, end = 0;

	(void)size;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *p = &info->dlpi_phdr[i];
		uintptr_t at = info->dlpi_addr + p->p_vaddr;

		if (p->p_type == PT_LOAD && at < start)
			start = at;
		if (p->p_type == PT_LOAD && at + p->p_memsz > end)
			end = at + p->p_memsz;
	}
	if (o->address < start || o->address >= end)
		return 0;
	o->start = start;
	o->end = end;
	o->name = info->dlpi_name;
	return 1;
}

static struct object object_of(const void *address)
{
	struct object o = { .address = (uintptr_t)address };

	if (!real_dlsym_fn)
		bind_loader();
	real_iterate(holds, &o);
	return o;
}

/* In the object and what it was linked against; then in the global scope. The
 * first is what keeps two copies of a library apart: ld.so does it by symbol
 * versions, which we do not know. */
static void *search_from(const struct source *row, const struct object *o)
{
	const char *symbol = row->symbol ? row->symbol : row->name;
	void *p = row->optional && o->name && *o->name
			  ? scope_find(symbol, (const void *)o->address)
			  : NULL;

	return p ? p : real_find(symbol, row->version);
}

static bool deepbound;

void real_deepbound(void)
{
	deepbound = true;
}

void *real_in_scope(const char *symbol, const void *ra)
{
	void *p = deepbound ? scope_find(symbol, ra) : NULL;

	if (!p)
		p = real_find(symbol, NULL);
	return p || deepbound ? p : scope_find(symbol, ra);
}

/*
 * What calls from an object reach. Entries are added under a lock of their own;
 * one whose object was unloaded can be met by nobody, and is the next one's.
 */
#define REACHED 512
static struct reached {
	uintptr_t start, end; /* end 0: unloaded */
	const struct source *row;
	void *fn;
} reached[REACHED];
static unsigned nreached;
static int reached_lock;
/* Where a call from this address found its entry: tried first. */
#define HINTS 256
static uint16_t hint[HINTS];

static bool leads(const struct reached *r, const struct source *row,
		  uintptr_t ra)
{
	return r->row == row && ra >= r->start &&
	       ra < __atomic_load_n(&r->end, __ATOMIC_ACQUIRE);
}

static void *known(const struct source *row, uintptr_t ra)
{
	unsigned n = __atomic_load_n(&nreached, __ATOMIC_ACQUIRE);
	uint16_t *first = &hint[(ra ^ row->index * 31u) % HINTS];
	unsigned at = __atomic_load_n(first, __ATOMIC_RELAXED);

	if (at < n && leads(&reached[at], row, ra))
		return reached[at].fn;
	for (unsigned i = 0; i < n; i++) {
		if (!leads(&reached[i], row, ra))
			continue;
		__atomic_store_n(first, (uint16_t)i, __ATOMIC_RELAXED);
		return reached[i].fn;
	}
	return NULL;
}

static void remember(const struct source *row, const struct object *o, void *fn)
{
	struct reached *r = reached;

	/* Whoever comes second searches again at its next call. */
	if (__atomic_exchange_n(&reached_lock, 1, __ATOMIC_ACQUIRE))
		return;
	while (r < reached + nreached && r->end)
		r++;
	if (r < reached + REACHED) {
		r->row = row;
		r->start = o->start;
		r->fn = fn;
		/* Others may be looking at it. */
		__atomic_store_n(&r->end, o->end, __ATOMIC_RELEASE);
		if (r == reached + nreached)
			__atomic_store_n(&nreached, nreached + 1,
					 __ATOMIC_RELEASE);
	}
	__atomic_store_n(&reached_lock, 0, __ATOMIC_RELEASE);
}

static bool within(const void *p, uintptr_t start, uintptr_t end)
{
	return (uintptr_t)p >= start && (uintptr_t)p < end;
}
unsigned real_epoch;

void real_unloaded(uintptr_t start, uintptr_t end)
{
	__atomic_add_fetch(&real_epoch, 1, __ATOMIC_RELAXED);
	for (unsigned i = 0; i < nreached; i++)
		if ((reached[i].start >= start && reached[i].start < end) ||
		    within(reached[i].fn, start, end))
			reached[i].end = 0;
	/* What is loaded next is found by dlsym() as the first one was. */
	for (struct source *s = __start_sb_source; s < __stop_sb_source; s++)
		if (s->optional && s->real && within(*s->real, start, end))
			*s->real = NULL;
}

bool real_reaches(const struct source *row, const void *ra)
{
	struct object o = object_of(ra);

	return search_from(row, &o);
}

void *real_from(struct source *row, const void *ra)
{
	int saved = errno;
	struct object o;
	void *p;

	if (!row->optional && *row->real)
		return *row->real;
	p = known(row, (uintptr_t)ra);
	if (p)
		return p;
	o = object_of(ra);
	p = search_from(row, &o);
	errno = saved;
	if (!p) /* looked up by dlsym(), and called from elsewhere */
		p = *row->real;
	if (!*row->real)
		*row->real = p;
	if (o.name && p)
		remember(row, &o, p);
	return p;
}

void *real_hook(struct hook *hook)
{
	if (!*hook->real)
		*hook->real = real_find(hook->name, NULL);
	return *hook->real;
}

static void bind_hook(struct hook *hook, void *arg)
{
	(void)arg;
	real_hook(hook);
}

void real_bind(void)
{
	uint16_t index = 0;

	for (struct source *s = __start_sb_source; s < __stop_sb_source; s++) {
		s->index = index++;
		s->now = SB_PASS;
		if (s->real && !s->optional)
			*s->real = real_find(s->symbol ? s->symbol : s->name,
					     s->version);
	}
	real_each_hook(bind_hook, NULL);
}

/* Does the '+'-separated list name this row or its group? */
static bool listed(const char *list, const struct source *s)
{
	while (*list) {
		size_t n = strcspn(list, "+");

		if ((strlen(s->name) == n && !memcmp(list, s->name, n)) ||
		    (strlen(s->group) == n && !memcmp(list, s->group, n)))
			return true;
		list += n + (list[n] == '+');
	}
	return false;
}

static bool of_framework(const struct source *s)
{
	return !strcmp(s->group, "torch") || !strcmp(s->group, "tensorflow");
}

/* What teams it sets the size of, or tells it, have how many? */
static uint32_t team_of(const struct source *s)
{
	if (!strcmp(s->group, "openmp"))
		return config_openmp();
	return !strcmp(s->group, "numeric") ? config_team() : config.threads;
}

/* Called often, and made from nothing but what the program does. */
static bool follows(const struct source *s)
{
	static const char *const groups[] = { "rand", "blas", "lapack",
					      SB_OUTPUT };

	for (size_t i = 0; i < sizeof(groups) / sizeof(*groups); i++)
		if (!strcmp(s->group, groups[i]))
			return true;
	return false;
}

void real_policies(void)
{
	for (struct source *s = __start_sb_source; s < __stop_sb_source; s++) {
		s->untaped = follows(s);
		s->now = config.audit ? SB_OBSERVE : s->policy;
		if (s->counts && !config.audit && team_of(s))
			s->now = SB_FORCE;
		if (config.reseed && !config.audit &&
		    !strcmp(s->group, SB_SEEDING))
			s->now = SB_FORCE;
		if (s->orders && config.mpi_ordered && !config.audit)
			s->now = SB_FORCE;
		if (s->served)
			s->now = SB_FORCE;
		if (s->keys && config.crypto_force && !config.audit)
			s->now = SB_FORCE;
		if (config.time_real &&
		    (s->timed || !strcmp(s->group, "clock")))
			s->now = SB_OBSERVE;
		if (!config.pids_namespace && !config.pids_virtual &&
		    !strcmp(s->group, "pid"))
			s->now = SB_OBSERVE;
		if (!config.audit && s->policy == SB_FORCE &&
		    listed(config.force, s))
			s->now = SB_FORCE;
		if (config.framework_off && of_framework(s))
			s->now = SB_OBSERVE;
		if (listed(config.observe, s) ||
		    (s->names && config.order == ORDER_DISK))
			s->now = SB_OBSERVE;
	}
}
