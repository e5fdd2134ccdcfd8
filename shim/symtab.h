/* SPDX-License-Identifier: MIT */
/* The names that a loaded object defines, by the tables that the loader uses. */
#ifndef SAMEBITS_SYMTAB_H
#define SAMEBITS_SYMTAB_H

#include <link.h>
#include <stdbool.h>
#include <stdint.h>

struct symtab {
	uintptr_t base;
	const ElfW(Sym) *sym;
	const char *names;
	const uint32_t *gnu, *sysv; /* hash tables; NULL: there is none */
	const uint16_t *version;    /* NULL: its symbols have none */
};

/* NULL: it has none. */
const ElfW(Dyn) *symtab_dynamic(const struct dl_phdr_info *info);
/* Of an object that is loaded at `base`. False: no names can be read, as of the
 * vDSO, whose tables are not relocated. */
bool symtab_of(struct symtab *t, uintptr_t base, const ElfW(Dyn) *dynamic);
/* NULL: not defined there, or an old version alone. */
const ElfW(Sym) *symtab_find(const struct symtab *t, const char *name);

static inline void *symtab_address(const struct symtab *t,
				   const ElfW(Sym) *symbol)
{
	return (void *)(t->base + symbol->st_value);
}

#endif
