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

static void set(const struct object *o, void **slot, void *value)
{
	uintptr_t page = (uintptr_t)slot & -4096ul;
	bool locked = page >= o->relro && page < o->relro_end;

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

/* A slot that leads to us, or would. */
static void settle(const struct object *o, const ElfW(Rela) *r)
{
	const ElfW(Sym) *s = &o->sym[ELF64_R_SYM(r->r_info)];
	void **slot = (void **)(o->base + r->r_offset);
	bool weak = ELF64_ST_BIND(s->st_info) == STB_WEAK &&
		    s->st_shndx == SHN_UNDEF;
	void *at = *slot;

	if (at && (entry_is(at) ||
		   is_lazy(o, ELF64_R_TYPE(r->r_info), at))) {
		at = entry_bind(o->names + s->st_name, at, slot);
		if (at != *slot && (at || weak))
			set(o, slot, at);
	} else if (at && weak && alone(at)) {
		set(o, slot, NULL);
	}
}

static void settle_object(struct object o)
{
	for (int k = 0; o.sym && o.names && k < 2; k++) {
		const ElfW(Rela) *r = o.rela[k];
		const ElfW(Rela) *end = r + o.size[k] / sizeof(*r);

		for (; r && r < end; r++)
			if (is_slot(ELF64_R_TYPE(r->r_info)))
				settle(&o, r);
	}
}

static int clear(struct dl_phdr_info *info, size_t size, void *arg)
{
	(void)size;
	(void)arg;
	settle_object(describe(info));
	return 0;
}

struct wanted {
	const uintptr_t *base;
	unsigned n;
};

static int clear_wanted(struct dl_phdr_info *info, size_t size, void *arg)
{
	const struct wanted *w = arg;

	(void)size;
	for (unsigned i = 0; i < w->n; i++)
		if (info->dlpi_addr == w->base[i])
			settle_object(describe(info));
	return 0;
}

void weak_clear_in(const uintptr_t *base, unsigned n)
{
	struct wanted w = { base, n };

	if (real_iterate_fn)
		real_iterate_fn(clear_wanted, &w);
}

void weak_clear(void)
{
	if (real_iterate_fn)
		real_iterate_fn(clear, NULL);
}
