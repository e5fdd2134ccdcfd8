/* SPDX-License-Identifier: MIT */
#include <elf.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>

#include "module.h"
#include "symbol.h"
#include "sys.h"
#include "banned.h"

#define TABLE_MAX (256u << 20)

struct symbols {
	const Elf64_Sym *sym;
	size_t n;
	const char *text; /* ends with a 0 of ours */
	size_t text_size;
};

static const struct symbols none;

static bool read_all(long fd, void *to, size_t size, uint64_t at)
{
	size_t done = 0;
	long n = 1;

	while (done < size && n > 0) {
		n = sys4(SYS_pread64, fd, (char *)to + done, size - done,
			 at + done);
		done += n > 0 ? (size_t)n : 0;
	}
	return done == size;
}

/* Memory that stays; NULL: none. One byte more is 0. */
static void *load(long fd, uint64_t size, uint64_t at)
{
	long p = -1;

	if (size && size < TABLE_MAX)
		p = sys6(SYS_mmap, NULL, size + 1, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p < 0 && p > -4096)
		return NULL;
	if (read_all(fd, (void *)p, size, at))
		return (void *)p;
	sys2(SYS_munmap, p, size + 1);
	return NULL;
}

/* The whole table where the file has it, else the exported names. */
static const Elf64_Shdr *choose(const Elf64_Shdr *section, unsigned n)
{
	const Elf64_Shdr *found = NULL;

	for (unsigned i = 0; i < n; i++)
		if (section[i].sh_type == SHT_SYMTAB ||
		    (section[i].sh_type == SHT_DYNSYM && !found))
			found = &section[i];
	return found && found->sh_link < n ? found : NULL;
}

static bool read_tables(struct symbols *s, long fd)
{
	Elf64_Ehdr head;
	Elf64_Shdr section[128];
	const Elf64_Shdr *symbols, *text;

	if (!read_all(fd, &head, sizeof(head), 0) ||
	    memcmp(head.e_ident, ELFMAG, SELFMAG) ||
	    head.e_shentsize != sizeof(section[0]) ||
	    head.e_shnum > sizeof(section) / sizeof(section[0]) ||
	    !read_all(fd, section, head.e_shnum * sizeof(section[0]),
		      head.e_shoff))
		return false;
	symbols = choose(section, head.e_shnum);
	if (!symbols)
		return false;
	text = &section[symbols->sh_link];
	s->n = symbols->sh_size / sizeof(s->sym[0]);
	s->sym = load(fd, symbols->sh_size, symbols->sh_offset);
	s->text = load(fd, text->sh_size, text->sh_offset);
	s->text_size = text->sh_size;
	return s->sym && s->text;
}

static const struct symbols *read_file(const char *path)
{
	long fd = sys4(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0);
	struct symbols made = { 0 }, *kept;
	bool good = fd >= 0 && read_tables(&made, fd);
	long p = -1;

	if (fd >= 0)
		sys1(SYS_close, fd);
	if (good)
		p = sys6(SYS_mmap, NULL, sizeof(*kept), PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p < 0 && p > -4096)
		return &none;
	kept = (struct symbols *)p;
	*kept = made;
	return kept;
}

const char *symbol_before(struct module *m, uintptr_t address)
{
	const struct symbols *s;
	/* The call may be its function's last instruction. */
	uint64_t at = m ? address - m->base - 1 : 0;

	if (!m)
		return NULL;
	if (!m->symbols)
		m->symbols = read_file(m->path);
	s = m->symbols;
	for (size_t i = 0; i < s->n; i++)
		if (ELF64_ST_TYPE(s->sym[i].st_info) == STT_FUNC &&
		    at >= s->sym[i].st_value &&
		    at < s->sym[i].st_value + s->sym[i].st_size &&
		    s->sym[i].st_name < s->text_size)
			return s->text + s->sym[i].st_name;
	return NULL;
}
