/* SPDX-License-Identifier: MIT */
/* The kernel's object, found without libc. */
#ifndef SAMEBITS_TEST_VDSO_H
#define SAMEBITS_TEST_VDSO_H

#include <elf.h>
#include <string.h>
#include <sys/auxv.h>

static void *vdso_function(const char *name)
{
	char *base = (char *)getauxval(AT_SYSINFO_EHDR);
	Elf64_Ehdr *e = (Elf64_Ehdr *)base;
	Elf64_Phdr *p = (Elf64_Phdr *)(base + e->e_phoff);
	Elf64_Dyn *d = NULL;
	Elf64_Sym *sym = NULL;
	char *strings = NULL;

	for (int i = 0; i < e->e_phnum; i++)
		if (p[i].p_type == PT_DYNAMIC)
			d = (Elf64_Dyn *)(base + p[i].p_offset);
	for (; d->d_tag; d++) {
		if (d->d_tag == DT_SYMTAB)
			sym = (Elf64_Sym *)(base + d->d_un.d_ptr);
		if (d->d_tag == DT_STRTAB)
			strings = base + d->d_un.d_ptr;
	}
	for (; (char *)sym < strings; sym++)
		if (!strcmp(strings + sym->st_name, name))
			return base + sym->st_value;
	return NULL;
}

#endif
