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

#define MOST 1024 /* objects */
#define NONE MOST

struct object {
	struct symtab names; /* sym NULL: none can be read */
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
	struct object *o = &s->object[s->n];
	bool holds = false;

	(void)size;
	if (s->n == MOST)
		return 1;
	*o = (struct object){ .dynamic = symtab_dynamic(info),
			      .path = info->dlpi_name };
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *p = &info->dlpi_phdr[i];
		uintptr_t at = info->dlpi_addr + p->p_vaddr;

		holds |= p->p_type == PT_LOAD && s->inside >= at &&
			 s->inside < at + p->p_memsz;
	}
	if (symtab_of(&o->names, info->dlpi_addr, o->dynamic))
		o->soname = soname(o);
	else
		o->names.sym = NULL;
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
	const char *names = o->names.names;

	if (!o->names.sym)
		return;
	for (const ElfW(Dyn) *d = o->dynamic; d->d_tag != DT_NULL; d++)
		for (unsigned i = 0; d->d_tag == DT_NEEDED && i < s->n; i++)
			if (is_called(&s->object[i], names + d->d_un.d_val)) {
				queue(s, i);
				break;
			}
}

static bool search(struct scope *s, const struct object *o)
{
	const ElfW(Sym) *found;

	found = o->names.sym ? symtab_find(&o->names, s->symbol) : NULL;
	if (!found)
		return false;
	s->found = symtab_address(&o->names, found);
	s->chosen = ELF64_ST_TYPE(found->st_info) == STT_GNU_IFUNC;
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
