/* SPDX-License-Identifier: MIT */
#include <elf.h>
#include <link.h>
#include <string.h>
#include <sys/mman.h>

#include "real.h"
#include "scope.h"
#include "symtab.h"
#include "sys.h"
#include "banned.h"

struct question {
	const char *symbol;
	uintptr_t inside;
	void *found;
	bool chosen; /* by a function, which `found` is (IFUNC) */
};

#define MOST 1024 /* objects */

struct object {
	struct symtab names;
	const ElfW(Dyn) *dynamic;
	const char *path, *soname; /* soname NULL: it has none */
	bool queued;
};

/* All that is loaded, and the order in which it is searched. */
struct scope {
	unsigned n, queue[MOST], queued;
	struct object object[MOST];
};

static const char *soname(const struct object *o)
{
	for (const ElfW(Dyn) *d = o->dynamic; d->d_tag != DT_NULL; d++)
		if (d->d_tag == DT_SONAME)
			return o->names.names + d->d_un.d_val;
	return NULL;
}

static int collect(struct dl_phdr_info *info, size_t size, void *arg)
{
	struct scope *s = arg;
	struct object o = { .dynamic = symtab_dynamic(info),
			    .path = info->dlpi_name };

	(void)size;
	if (s->n == MOST || !symtab_of(&o.names, info->dlpi_addr, o.dynamic))
		return s->n == MOST;
	o.soname = soname(&o);
	s->object[s->n++] = o;
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

static void queue_needed(struct scope *s, const struct symtab *names,
			 const ElfW(Dyn) *d)
{
	for (; d->d_tag != DT_NULL; d++)
		for (unsigned i = 0; d->d_tag == DT_NEEDED && i < s->n; i++)
			if (is_called(&s->object[i],
				      names->names + d->d_un.d_val)) {
				queue(s, i);
				break;
			}
}

static bool search(struct question *q, const struct symtab *names)
{
	const ElfW(Sym) *found = symtab_find(names, q->symbol);

	if (!found)
		return false;
	q->found = symtab_address(names, found);
	q->chosen = ELF64_ST_TYPE(found->st_info) == STT_GNU_IFUNC;
	return true;
}

/* What the object needs, breadth first. */
static void search_needed(struct question *q, const struct symtab *names,
			  const ElfW(Dyn) *dynamic)
{
	long p = sys6(SYS_mmap, NULL, sizeof(struct scope),
		      PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		      0);
	struct scope *s = (struct scope *)p;

	if (p < 0 && p > -4096)
		return;
	real_iterate_fn(collect, s);
	queue_needed(s, names, dynamic);
	for (unsigned k = 0; k < s->queued; k++) {
		const struct object *o = &s->object[s->queue[k]];

		if (search(q, &o->names))
			break;
		queue_needed(s, &o->names, o->dynamic);
	}
	sys2(SYS_munmap, s, sizeof(*s));
}

static bool holds(const struct dl_phdr_info *info, uintptr_t address)
{
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *p = &info->dlpi_phdr[i];
		uintptr_t at = info->dlpi_addr + p->p_vaddr;

		if (p->p_type == PT_LOAD && address >= at &&
		    address < at + p->p_memsz)
			return true;
	}
	return false;
}

/* All within one visit: nothing is unloaded meanwhile. */
static int search_from(struct dl_phdr_info *info, size_t size, void *arg)
{
	const ElfW(Dyn) *dynamic = symtab_dynamic(info);
	struct question *q = arg;
	struct symtab names;

	(void)size;
	if (!holds(info, q->inside))
		return 0;
	if (symtab_of(&names, info->dlpi_addr, dynamic) && !search(q, &names))
		search_needed(q, &names, dynamic);
	return 1;
}

void *scope_find(const char *symbol, const void *inside)
{
	struct question q = { symbol, (uintptr_t)inside, NULL, false };

	real_iterate(search_from, &q);
	return q.found && q.chosen ? ((void *(*)(void))q.found)() : q.found;
}
