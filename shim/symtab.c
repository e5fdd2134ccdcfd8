/* SPDX-License-Identifier: MIT */
#include <elf.h>
#include <string.h>

#include "symtab.h"
#include "banned.h"

const ElfW(Dyn) *symtab_dynamic(const struct dl_phdr_info *info)
{
	for (int i = 0; i < info->dlpi_phnum; i++)
		if (info->dlpi_phdr[i].p_type == PT_DYNAMIC)
			return (const void *)(info->dlpi_addr +
					      info->dlpi_phdr[i].p_vaddr);
	return NULL;
}

bool symtab_of(struct symtab *t, uintptr_t base, const ElfW(Dyn) *dynamic)
{
	*t = (struct symtab){ .base = base };
	for (const ElfW(Dyn) *d = dynamic; d && d->d_tag != DT_NULL; d++) {
		const void *at = (const void *)d->d_un.d_ptr;

		if (d->d_tag == DT_SYMTAB)
			t->sym = at;
		else if (d->d_tag == DT_STRTAB)
			t->names = at;
		else if (d->d_tag == DT_GNU_HASH)
			t->gnu = at;
		else if (d->d_tag == DT_HASH)
			t->sysv = at;
		else if (d->d_tag == DT_VERSYM)
			t->version = at;
	}
	return t->sym && t->names && (t->gnu || t->sysv) &&
	       (uintptr_t)t->sym > base;
}

#define HIDDEN 0x8000u /* an old version of it */

static bool matches(const struct symtab *t, uint32_t i, const char *name)
{
	const ElfW(Sym) *s = &t->sym[i];

	return s->st_shndx != SHN_UNDEF &&
	       ELF64_ST_BIND(s->st_info) != STB_LOCAL &&
	       !(t->version && t->version[i] & HIDDEN) &&
	       !strcmp(t->names + s->st_name, name);
}

/* 0: not there. */
static uint32_t search_gnu(const struct symtab *t, const char *name)
{
	const ElfW(Addr) *bloom = (const void *)(t->gnu + 4);
	const uint32_t *bucket = (const uint32_t *)(bloom + t->gnu[2]);
	const uint32_t *chain = bucket + t->gnu[0] - t->gnu[1];
	uint32_t hash = 5381, i;

	for (const char *c = name; *c; c++)
		hash = hash * 33 + (unsigned char)*c;
	if (!t->gnu[0] || !(bloom[hash / 64 % t->gnu[2]] >> hash % 64 & 1))
		return 0;
	i = bucket[hash % t->gnu[0]];
	for (; i; i = chain[i] & 1 ? 0 : i + 1)
		if ((chain[i] | 1) == (hash | 1) && matches(t, i, name))
			return i;
	return 0;
}

static uint32_t search_all(const struct symtab *t, const char *name)
{
	for (uint32_t i = 1; i < t->sysv[1]; i++)
		if (matches(t, i, name))
			return i;
	return 0;
}

const ElfW(Sym) *symtab_find(const struct symtab *t, const char *name)
{
	uint32_t i = t->gnu ? search_gnu(t, name) : search_all(t, name);

	return i ? &t->sym[i] : NULL;
}
