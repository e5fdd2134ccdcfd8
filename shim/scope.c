/* SPDX-License-Identifier: MIT */
#include <elf.h>
#include <link.h>
#include <string.h>
#include <sys/mman.h>

#include "real.h"
#include "scope.h"
#include "sys.h"
#include "banned.h"

#define MOST 1024 /* objects */
#define NONE MOST

struct object {
	uintptr_t base;
	const ElfW(Dyn) *dynamic;
	const char *path, *soname; /* soname NULL: it has none */
	bool queued;
};

/* All that is loaded, and the order in which it is searched. */
struct scope {
	uintptr_t inside;
	const char *symbol;
	void *found;
	bool chosen; /* by a function, which `found` is (IFUNC) */
	unsigned n, first; /* first: holds `inside`, or NONE */
	unsigned queue[MOST], queued;
	struct object object[MOST];
};

static const char *strings(const struct object *o)
{
	for (const ElfW(Dyn) *d = o->dynamic; d->d_tag != DT_NULL; d++)
		/* The vDSO's tables are not relocated. */
		if (d->d_tag == DT_STRTAB && d->d_un.d_ptr >= o->base)
			return (const char *)d->d_un.d_ptr;
	return NULL;
}

static const char *soname(const struct object *o)
{
	const char *names = strings(o);

	for (const ElfW(Dyn) *d = o->dynamic; names && d->d_tag != DT_NULL; d++)
		if (d->d_tag == DT_SONAME)
			return names + d->d_un.d_val;
	return NULL;
}

static int collect(struct dl_phdr_info *info, size_t size, void *arg)
{
	struct scope *s = arg;
	struct object *o = &s->object[s->n];
	bool holds = false;

	(void)size;
	if (s->n == MOST)
		return 1;
	*o = (struct object){ .base = info->dlpi_addr,
			      .path = info->dlpi_name };
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *p = &info->dlpi_phdr[i];
		uintptr_t at = o->base + p->p_vaddr;

		if (p->p_type == PT_DYNAMIC)
			o->dynamic = (const void *)at;
		holds |= p->p_type == PT_LOAD && s->inside >= at &&
			 s->inside < at + p->p_memsz;
	}
	if (!o->dynamic)
		return 0;
	o->soname = soname(o);
	if (holds)
		s->first = s->n;
	s->n++;
	return 0;
}

static void queue(struct scope *s, unsigned i)
{
	if (s->object[i].queued)
		return;
	s->object[i].queued = true;
	s->queue[s->queued++] = i;
}

static bool is_called(const struct object *o, const char *name)
{
	const char *slash = strrchr(o->path, '/');

	return (o->soname && !strcmp(o->soname, name)) ||
	       !strcmp(slash && !strchr(name, '/') ? slash + 1 : o->path, name);
}

static void queue_needed(struct scope *s, const struct object *o)
{
	const char *names = strings(o);

	for (const ElfW(Dyn) *d = o->dynamic; names && d->d_tag != DT_NULL; d++)
		for (unsigned i = 0; d->d_tag == DT_NEEDED && i < s->n; i++)
			if (is_called(&s->object[i], names + d->d_un.d_val)) {
				queue(s, i);
				break;
			}
}

struct tables {
	const ElfW(Sym) *sym;
	const char *names;
	const uint32_t *gnu, *sysv;
	const uint16_t *version;
};

static struct tables tables_of(const struct object *o)
{
	struct tables t = { .names = strings(o) };

	for (const ElfW(Dyn) *d = o->dynamic; d->d_tag != DT_NULL; d++) {
		const void *at = (const void *)d->d_un.d_ptr;

		if (d->d_tag == DT_SYMTAB)
			t.sym = at;
		else if (d->d_tag == DT_GNU_HASH)
			t.gnu = at;
		else if (d->d_tag == DT_HASH)
			t.sysv = at;
		else if (d->d_tag == DT_VERSYM)
			t.version = at;
	}
	return t;
}

#define HIDDEN 0x8000u /* an old version of it */

static bool matches(const struct tables *t, uint32_t i, const char *symbol)
{
	const ElfW(Sym) *s = &t->sym[i];

	return s->st_shndx != SHN_UNDEF && s->st_value &&
	       ELF64_ST_BIND(s->st_info) != STB_LOCAL &&
	       !(t->version && t->version[i] & HIDDEN) &&
	       !strcmp(t->names + s->st_name, symbol);
}

/* 0: not there. */
static uint32_t search_gnu(const struct tables *t, const char *symbol)
{
	const ElfW(Addr) *bloom = (const void *)(t->gnu + 4);
	const uint32_t *bucket = (const uint32_t *)(bloom + t->gnu[2]);
	const uint32_t *chain = bucket + t->gnu[0];
	uint32_t hash = 5381, i;

	for (const char *c = symbol; *c; c++)
		hash = hash * 33 + (unsigned char)*c;
	if (!t->gnu[0] || !(bloom[hash / 64 % t->gnu[2]] >> hash % 64 & 1))
		return 0;
	i = bucket[hash % t->gnu[0]];
	for (; i; i = chain[i - t->gnu[1]] & 1 ? 0 : i + 1)
		if ((chain[i - t->gnu[1]] | 1) == (hash | 1) &&
		    matches(t, i, symbol))
			return i;
	return 0;
}

static uint32_t search_all(const struct tables *t, const char *symbol)
{
	for (uint32_t i = 1; i < t->sysv[1]; i++)
		if (matches(t, i, symbol))
			return i;
	return 0;
}

static bool search(struct scope *s, const struct object *o)
{
	struct tables t = tables_of(o);
	uint32_t i = 0;

	if (!t.sym || !t.names)
		return false;
	if (t.gnu)
		i = search_gnu(&t, s->symbol);
	else if (t.sysv)
		i = search_all(&t, s->symbol);
	if (!i)
		return false;
	s->found = (void *)(o->base + t.sym[i].st_value);
	s->chosen = ELF64_ST_TYPE(t.sym[i].st_info) == STT_GNU_IFUNC;
	return true;
}

/* All within one visit: nothing is unloaded meanwhile. */
static int search_scope(struct dl_phdr_info *info, size_t size, void *arg)
{
	struct scope *s = arg;

	(void)info;
	(void)size;
	real_iterate_fn(collect, s);
	if (s->first != NONE)
		queue(s, s->first);
	for (unsigned k = 0; k < s->queued; k++) {
		const struct object *o = &s->object[s->queue[k]];

		if (search(s, o))
			break;
		queue_needed(s, o);
	}
	return 1;
}

void *scope_find(const char *symbol, const void *inside)
{
	long at = sys6(SYS_mmap, NULL, sizeof(struct scope),
		       PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		       0);
	struct scope *s = (struct scope *)at;
	void *found;

	if (at < 0 && at > -4096)
		return NULL;
	s->inside = (uintptr_t)inside;
	s->symbol = symbol;
	s->first = NONE;
	real_iterate(search_scope, s);
	found = s->found;
	if (found && s->chosen)
		found = ((void *(*)(void))found)();
	sys2(SYS_munmap, s, sizeof(*s));
	return found;
}
