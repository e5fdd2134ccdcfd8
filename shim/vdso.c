/* SPDX-License-Identifier: MIT */
#include <elf.h>
#include <errno.h>
#include <link.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>

#include "log.h"
#include "process.h"
#include "real.h"
#include "registers.h"
#include "sys.h"
#include "trap.h"
#include "vdso.h"
#include "banned.h"

/* wrap/vdso.S */
#define OURS(name)                                                             \
	extern char vdso_##name[] __attribute__((visibility("hidden")))
OURS(clock_gettime);
OURS(clock_getres);
OURS(gettimeofday);
OURS(time);
OURS(getcpu);
OURS(getrandom);

static const struct {
	const char *name;
	char *ours;
} functions[] = {
	{ "__vdso_clock_gettime", vdso_clock_gettime },
	{ "__vdso_clock_getres", vdso_clock_getres },
	{ "__vdso_gettimeofday", vdso_gettimeofday },
	{ "__vdso_time", vdso_time },
	{ "__vdso_getcpu", vdso_getcpu },
	{ "__vdso_getrandom", vdso_getrandom },
};

/* The code of those for whom libc's siblings are hooked already: libc itself
 * and the loader. */
static struct span {
	uintptr_t start, end;
} libc, loader;

static bool within(const struct span *s, const void *address)
{
	return (uintptr_t)address >= s->start && (uintptr_t)address < s->end;
}

struct seen {
	struct registers r;
	struct caller by;
	long result;
};

static void serve(void *arg)
{
	struct seen *s = arg;
	int saved = errno;

	if (syscall_serve(&s->r, &s->by))
		s->result = s->r.nr == -1 ? -errno : s->r.nr;
	else
		s->result = registers_go_on(&s->r);
	errno = saved;
}

/* getrandom() of the kernel's object has a state of its caller's, of which it
 * is asked how large it is: "not here" leads to the system call. */
static bool asks_for_state(const struct registers *r)
{
	return r->nr == SYS_getrandom && ARG(r, 5) == -1;
}

long samebits_vdso(struct registers *r, void *ret, void *frame);
long samebits_vdso(struct registers *r, void *ret, void *frame)
{
	struct seen s = { .r = *r, .by = { ret, frame, 0 } };

	if (asks_for_state(r))
		return -ENOSYS;
	if (within(&libc, ret) || within(&loader, ret) ||
	    ours((uintptr_t)ret) || !process.active || !trap_thread_known())
		return registers_go_on(r);
	trap_run(serve, &s);
	return s.result;
}

struct wanted {
	const void *part; /* of the object */
	struct span *span;
};

static int visit(struct dl_phdr_info *info, size_t size, void *arg)
{
	struct wanted *w = arg;

	(void)size;
	for (unsigned i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *p = &info->dlpi_phdr[i];
		uintptr_t at = info->dlpi_addr + p->p_vaddr;

		if (p->p_type != PT_LOAD ||
		    (uintptr_t)w->part - at >= p->p_memsz)
			continue;
		w->span->start = at;
		w->span->end = at + p->p_memsz;
		return 1;
	}
	return 0;
}

static void find_span(struct span *span, const void *part)
{
	struct wanted w = { part, span };

	if (part)
		real_iterate(visit, &w);
}

/* jmp *(next eight bytes) */
static void lead(uint8_t *at, const char *to)
{
	static const uint8_t jump[] = { 0xff, 0x25, 0, 0, 0, 0 };

	memcpy(at + sizeof(jump), &to, sizeof(to));
	memcpy(at, jump, sizeof(jump));
}

static void lead_all(uintptr_t base)
{
	const Elf64_Ehdr *e = (const void *)base;
	const Elf64_Phdr *p = (const void *)(base + e->e_phoff);
	const Elf64_Dyn *d = NULL;
	const Elf64_Sym *sym = NULL;
	const char *names = NULL;
	uintptr_t move = 0;

	for (unsigned i = e->e_phnum; i-- > 0;) {
		if (p[i].p_type == PT_LOAD)
			move = base + p[i].p_offset - p[i].p_vaddr;
		if (p[i].p_type == PT_DYNAMIC)
			d = (const void *)(base + p[i].p_offset);
	}
	for (; d && d->d_tag != DT_NULL; d++) {
		if (d->d_tag == DT_SYMTAB)
			sym = (const void *)(move + d->d_un.d_ptr);
		if (d->d_tag == DT_STRTAB)
			names = (const void *)(move + d->d_un.d_ptr);
	}
	/* The names follow the symbols, as linkers have it. */
	for (; sym && (const char *)sym < names; sym++)
		for (size_t i = 0; i < sizeof(functions) / sizeof(*functions);
		     i++)
			if (sym->st_size >= 14 &&
			    !strcmp(names + sym->st_name, functions[i].name))
				lead((uint8_t *)(move + sym->st_value),
				     functions[i].ours);
}

static void say(const char *text)
{
	uint64_t mask = engine_lock();

	log_blind("trap", text);
	engine_unlock(mask);
}

static size_t size_of(uintptr_t base)
{
	const Elf64_Ehdr *e = (const void *)base;
	const Elf64_Phdr *p = (const void *)(base + e->e_phoff);
	size_t size = 0;

	for (unsigned i = 0; i < e->e_phnum; i++)
		if (p[i].p_type == PT_LOAD && p[i].p_memsz > size)
			size = p[i].p_memsz;
	return (size + SB_PAGE - 1) & ~(size_t)(SB_PAGE - 1);
}

void vdso_start(void)
{
	unsigned long (*ask)(unsigned long) = NULL;
	uintptr_t base;

	*(void **)&ask = real_find("getauxval", NULL);
	base = ask ? ask(AT_SYSINFO_EHDR) : 0;
	if (!base)
		return; /* there is none to call */
	find_span(&libc, real_find("getpid", NULL));
	find_span(&loader, (const void *)(ask(AT_BASE) + SB_PAGE));
	if (sys3(SYS_mprotect, base, size_of(base),
		 PROT_READ | PROT_WRITE | PROT_EXEC)) {
		say("--trap=vdso: the kernel seals its object in this process "
		    "(mprotect was refused), whose clocks stay real to who "
		    "calls them without libc; boot with vdso=0 for programs "
		    "to ask by system calls, and add --trap=syscall");
		return;
	}
	lead_all(base);
	sys3(SYS_mprotect, base, size_of(base), PROT_READ | PROT_EXEC);
}
