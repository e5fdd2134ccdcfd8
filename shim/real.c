/* SPDX-License-Identifier: MIT */
#include <dlfcn.h>
#include <elf.h>
#include <link.h>
#include <string.h>

#include "config.h"
#include "real.h"
#include "banned.h"

extern struct source __start_sb_source[] __attribute__((visibility("hidden")));
extern struct source __stop_sb_source[] __attribute__((visibility("hidden")));

extern struct hook __start_sb_hook[] __attribute__((visibility("hidden")));
extern struct hook __stop_sb_hook[] __attribute__((visibility("hidden")));

void *(*real_dlsym_fn)(void *, const char *);
void *(*real_dlvsym_fn)(void *, const char *, const char *);
void *(*real_dlopen_fn)(const char *, int);
int (*real_iterate_fn)(int (*)(struct dl_phdr_info *, size_t, void *), void *);

unsigned real_count(void)
{
	return (unsigned)(__stop_sb_source - __start_sb_source);
}

void real_each(void (*visit)(struct source *row, void *arg), void *arg)
{
	for (struct source *s = __start_sb_source; s < __stop_sb_source; s++)
		visit(s, arg);
}

void real_each_hook(void (*visit)(struct hook *hook, void *arg), void *arg)
{
	for (struct hook *h = __start_sb_hook; h < __stop_sb_hook; h++)
		visit(h, arg);
}

/*
 * We export dlsym ourselves, so the linker cannot give us libc's: read it from
 * libc's own symbol table. A name may stand there twice (2.2.5 and 2.34, the
 * same code): any will do for these.
 */
struct wanted {
	const char *name;
	void **fn;
};

static void search(const struct link_map *map, const struct wanted *w,
		   size_t n)
{
	const ElfW(Sym) *sym = NULL;
	const char *str = NULL;
	const uint32_t *hash = NULL;
	uint32_t last = 0;

	for (const ElfW(Dyn) *d = map->l_ld; d->d_tag != DT_NULL; d++) {
		if (d->d_tag == DT_SYMTAB)
			sym = (const void *)d->d_un.d_ptr;
		else if (d->d_tag == DT_STRTAB)
			str = (const void *)d->d_un.d_ptr;
		else if (d->d_tag == DT_GNU_HASH)
			hash = (const void *)d->d_un.d_ptr;
	}
	if (!sym || !str || !hash || (uintptr_t)sym < map->l_addr)
		return;
	/* Highest bucket, then to the end of its chain: the symbol count. */
	const uint32_t *bucket = hash + 4 + hash[2] * (sizeof(long) / 4);
	const uint32_t *chain = bucket + hash[0];

	for (uint32_t i = 0; i < hash[0]; i++)
		if (bucket[i] > last)
			last = bucket[i];
	while (last >= hash[1] && !(chain[last - hash[1]] & 1))
		last++;
	for (uint32_t i = hash[1]; i <= last; i++)
		for (size_t k = 0; k < n; k++)
			if (!*w[k].fn && sym[i].st_shndx != SHN_UNDEF &&
			    !strcmp(str + sym[i].st_name, w[k].name))
				*w[k].fn = (void *)(map->l_addr +
						    sym[i].st_value);
}

static void bind_loader(void)
{
	const struct wanted w[] = {
		{ "dlsym", (void **)&real_dlsym_fn },
		{ "dlvsym", (void **)&real_dlvsym_fn },
		{ "dlopen", (void **)&real_dlopen_fn },
		{ "dl_iterate_phdr", (void **)&real_iterate_fn },
	};

	for (const struct link_map *m = _r_debug.r_map; m; m = m->l_next) {
		const char *slash = strrchr(m->l_name, '/');
		const char *base = slash ? slash + 1 : m->l_name;

		if (!strncmp(base, "libc.so", 7) || !strncmp(base, "libdl.", 6))
			search(m, w, sizeof(w) / sizeof(*w));
	}
}

static bool same_object(const void *a, const void *b)
{
	Dl_info x, y;

	return dladdr(a, &x) && dladdr(b, &y) && x.dli_fbase == y.dli_fbase;
}

void *real_find(const char *symbol, const char *version)
{
	void *next, *exact = NULL;

	if (!real_dlsym_fn)
		bind_loader();
	if (!real_dlsym_fn)
		return NULL;
	next = real_dlsym_fn(RTLD_NEXT, symbol);
	if (version)
		exact = real_dlvsym_fn(RTLD_NEXT, symbol, version);
	/* Another wrapper between us and libc has no version: it is next. */
	return exact && same_object(exact, next) ? exact : next;
}

void *real_late(struct source *row, const void *ra)
{
	const char *symbol = row->symbol ? row->symbol : row->name;
	void *p = *row->real;
	Dl_info info;

	if (p)
		return p;
	p = real_find(symbol, row->version);
	if (!p && dladdr(ra, &info) && info.dli_fname) {
		void *h = real_dlopen_fn(info.dli_fname,
					 RTLD_LAZY | RTLD_NOLOAD);

		/* Searches the caller and what it was linked against. */
		if (h)
			p = real_dlsym_fn(h, symbol);
	}
	*row->real = p;
	return p;
}

void real_bind(void)
{
	uint16_t index = 0;

	for (struct source *s = __start_sb_source; s < __stop_sb_source; s++) {
		s->index = index++;
		s->now = SB_PASS;
		if (s->real && !s->optional)
			*s->real = real_find(s->symbol ? s->symbol : s->name,
					     s->version);
	}
	for (struct hook *h = __start_sb_hook; h < __stop_sb_hook; h++)
		*h->real = real_find(h->name, NULL);
}

/* Does the '+'-separated list name this row or its group? */
static bool listed(const char *list, const struct source *s)
{
	while (*list) {
		size_t n = strcspn(list, "+");

		if ((strlen(s->name) == n && !memcmp(list, s->name, n)) ||
		    (strlen(s->group) == n && !memcmp(list, s->group, n)))
			return true;
		list += n + (list[n] == '+');
	}
	return false;
}

void real_policies(void)
{
	for (struct source *s = __start_sb_source; s < __stop_sb_source; s++) {
		s->now = config.audit ? SB_OBSERVE : s->policy;
		if (config.time_real && !strcmp(s->group, "clock"))
			s->now = SB_OBSERVE;
		if (!config.pids_namespace && !config.pids_virtual &&
		    !strcmp(s->group, "pid"))
			s->now = SB_OBSERVE;
		if (!config.audit && s->policy == SB_FORCE &&
		    listed(config.force, s))
			s->now = SB_FORCE;
		if (listed(config.observe, s))
			s->now = SB_OBSERVE;
	}
}
