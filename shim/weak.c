/* SPDX-License-Identifier: MIT */
#include <elf.h>
#include <stdbool.h>
#include <sys/mman.h>

#include "entry.h"
#include "real.h"
#include "source.h"
#include "sys.h"
#include "weak.h"
#include "banned.h"

struct object {
	uintptr_t base, end;
	const char *names;
	uintptr_t relro, relro_end; /* pages that are read-only by now */
	const ElfW(Sym) *sym;
	const ElfW(Rela) *rela[2]; /* of data, of functions */
	size_t size[2];		   /* bytes */
};

static struct object describe(const struct dl_phdr_info *info)
{
	struct object o = { .base = info->dlpi_addr };
	const ElfW(Dyn) *d = NULL;

	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *p = &info->dlpi_phdr[i];
		uintptr_t at = o.base + p->p_vaddr;

		if (p->p_type == PT_LOAD && at + p->p_memsz > o.end)
			o.end = at + p->p_memsz;
		if (p->p_type == PT_DYNAMIC)
			d = (const void *)at;
		if (p->p_type != PT_GNU_RELRO)
			continue;
		o.relro = at & -4096ul;
		o.relro_end = (at + p->p_memsz) & -4096ul;
	}
	for (; d && d->d_tag != DT_NULL; d++) {
		if (d->d_tag == DT_SYMTAB)
			o.sym = (const void *)d->d_un.d_ptr;
		else if (d->d_tag == DT_STRTAB)
			o.names = (const void *)d->d_un.d_ptr;
		else if (d->d_tag == DT_RELA)
			o.rela[0] = (const void *)d->d_un.d_ptr;
		else if (d->d_tag == DT_RELASZ)
			o.size[0] = d->d_un.d_val;
		else if (d->d_tag == DT_JMPREL)
			o.rela[1] = (const void *)d->d_un.d_ptr;
		else if (d->d_tag == DT_PLTRELSZ)
			o.size[1] = d->d_un.d_val;
	}
	/* The vDSO's tables are not relocated. */
	if ((uintptr_t)o.sym < o.base)
		o.sym = NULL;
	return o;
}

struct question {
	const void *hook;
	bool alone;
};

static void ask(struct source *row, void *arg)
{
	struct question *q = arg;

	if (row->optional && row->hook == q->hook)
		q->alone = !real_find(row->symbol ? row->symbol : row->name,
				      row->version);
}

/* An optional hook of ours, whose library is not there? */
static bool alone(const void *fn)
{
	struct question q = { .hook = fn };

	real_each(ask, &q);
	return q.alone;
}

static void set(void **slot, bool locked, void *value)
{
	uintptr_t page = (uintptr_t)slot & -4096ul;

	if (locked && sys3(SYS_mprotect, page, 4096, PROT_READ | PROT_WRITE))
		return;
	__atomic_store_n(slot, value, __ATOMIC_RELAXED);
	if (locked)
		sys3(SYS_mprotect, page, 4096, PROT_READ);
}

static bool is_slot(unsigned type)
{
	return type == R_X86_64_GLOB_DAT || type == R_X86_64_JUMP_SLOT ||
	       type == R_X86_64_64;
}

/* Will the first call through it ask for the function? */
static bool is_lazy(const struct object *o, unsigned type, const void *value)
{
	return type == R_X86_64_JUMP_SLOT && (uintptr_t)value >= o->base &&
	       (uintptr_t)value < o->end;
}

/* A slot that leads to us, or would; what it is told by outlives its object. */
struct slot {
	void **at;
	void *was, *now;
	uint32_t number; /* of the routine; ENTRY_NONE: another's name */
	char other[OTHER_NAME]; /* "": the number tells its name */
	bool weak;
	bool lazy;   /* not bound so far */
	bool locked; /* read-only by now */
};

/* Slots, in memory that is not touched before it is needed; those of others are
 * led on call by call. */
#define MOST 16384
struct batch {
	const uintptr_t *base; /* of the objects that are meant; NULL: all */
	unsigned nbase;
	unsigned n;
	struct slot slot[MOST];
};

static void note(struct batch *b, const struct object *o, const ElfW(Rela) *r)
{
	const ElfW(Sym) *s = &o->sym[ELF64_R_SYM(r->r_info)];
	void **at = (void **)(o->base + r->r_offset);
	uintptr_t page = (uintptr_t)at & -4096ul;
	struct slot slot = {
		.at = at,
		.was = *at,
		.number = ENTRY_NONE,
		.weak = ELF64_ST_BIND(s->st_info) == STB_WEAK &&
			s->st_shndx == SHN_UNDEF,
		.locked = page >= o->relro && page < o->relro_end,
	};
	bool leads = ours((uintptr_t)slot.was);

	slot.lazy = is_lazy(o, ELF64_R_TYPE(r->r_info), slot.was);
	if (leads || slot.lazy)
		slot.number = entry_number(o->names + s->st_name);
	if (!leads && slot.number == ENTRY_NONE)
		slot.number = entry_other(o->names + s->st_name, slot.other);
	if (slot.was && b->n < MOST &&
	    (slot.number != ENTRY_NONE || (leads && slot.weak)))
		b->slot[b->n++] = slot;
}

static uintptr_t rebound[2]; /* by weak_rebind(): objects of ours */

static bool meant(const struct batch *b, uintptr_t base)
{
	if (base && (base == rebound[0] || base == rebound[1]))
		return false;
	for (unsigned i = 0; i < b->nbase; i++)
		if (base == b->base[i])
			return true;
	return !b->base;
}

/* Only looks: in here nothing may be looked up (loader_lock). */
static int gather(struct dl_phdr_info *info, size_t size, void *arg)
{
	struct batch *b = arg;
	struct object o;

	(void)size;
	if (!meant(b, info->dlpi_addr))
		return 0;
	o = describe(info);
	for (int k = 0; o.sym && o.names && k < 2; k++) {
		const ElfW(Rela) *r = o.rela[k];
		const ElfW(Rela) *end = r + o.size[k] / sizeof(*r);

		for (; r && r < end; r++)
			if (is_slot(ELF64_R_TYPE(r->r_info)))
				note(b, &o, r);
	}
	return 0;
}

/* What it shall hold. Its object may be gone by now. */
static void *decide(const struct slot *s)
{
	void *now = s->was;

	if (s->other[0]) {
		now = entry_bind_other(s->number, s->other,
				       s->lazy ? NULL : s->was, s->at);
		return now ? now : s->was;
	}
	if (s->number != ENTRY_NONE)
		now = entry_bind(s->number, s->was, s->at);
	else if (alone(s->was))
		now = NULL;
	return now || s->weak ? now : s->was;
}

/* In what is still there. */
static int settle(struct dl_phdr_info *info, size_t size, void *arg)
{
	const struct batch *b = arg;
	struct object o = describe(info);

	(void)size;
	for (unsigned i = 0; i < b->n; i++) {
		const struct slot *s = &b->slot[i];

		if ((uintptr_t)s->at >= o.base && (uintptr_t)s->at < o.end &&
		    s->now != s->was && *s->at == s->was)
			set(s->at, s->locked, s->now);
	}
	return 0;
}

void weak_clear_in(const uintptr_t *base, unsigned n)
{
	long p = sys6(SYS_mmap, NULL, sizeof(struct batch),
		      PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		      0);
	struct batch *b = (struct batch *)p;

	if (p < 0 && p > -4096)
		return;
	b->base = base;
	b->nbase = n;
	real_iterate(gather, b);
	for (unsigned i = 0; i < b->n; i++)
		b->slot[i].now = decide(&b->slot[i]);
	if (b->n)
		real_iterate(settle, b);
	sys2(SYS_munmap, b, sizeof(*b));
}

void weak_clear(void)
{
	weak_clear_in(NULL, 0);
}

struct asked {
	uintptr_t base;
	struct object object;
};

static int find(struct dl_phdr_info *info, size_t size, void *arg)
{
	struct asked *a = arg;

	(void)size;
	if (info->dlpi_addr != a->base)
		return 0;
	a->object = describe(info);
	return 1;
}

static void rebind(const struct object *o, const ElfW(Rela) *r,
		   void *(*choose)(const char *name, void *now, void *arg),
		   void *arg)
{
	const ElfW(Sym) *s = &o->sym[ELF64_R_SYM(r->r_info)];
	void **at = (void **)(o->base + r->r_offset);
	uintptr_t page = (uintptr_t)at & -4096ul;
	void *now;

	if (!is_slot(ELF64_R_TYPE(r->r_info)) || !*at)
		return;
	now = choose(o->names + s->st_name, *at, arg);
	if (now)
		set(at, page >= o->relro && page < o->relro_end, now);
}

void weak_rebind(uintptr_t base,
		 void *(*choose)(const char *name, void *now, void *arg),
		 void *arg)
{
	struct asked a = { .base = base };

	rebound[rebound[0] && rebound[0] != base] = base;
	if (!real_iterate(find, &a) || !a.object.sym || !a.object.names)
		return;
	for (int k = 0; k < 2; k++) {
		const ElfW(Rela) *r = a.object.rela[k];
		const ElfW(Rela) *end = r + a.object.size[k] / sizeof(*r);

		for (; r && r < end; r++)
			rebind(&a.object, r, choose, arg);
	}
}
