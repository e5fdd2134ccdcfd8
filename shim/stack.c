/* SPDX-License-Identifier: MIT */
#include <dlfcn.h>
#include <errno.h>
#include <string.h>

#include "log.h"
#include "module.h"
#include "process.h"
#include "real.h"
#include "stack.h"
#include "stream.h"
#include "banned.h"

#define SITES 16384 /* a power of two */

static int (*backtrace_fn)(void **frames, int n);
static struct {
	uint64_t hash;
	uint32_t id;
} site[SITES];
static unsigned sites;

void stack_warm(struct thread *self)
{
	void *frame[4];

	if (!backtrace_fn || self->busy)
		return;
	self->busy = true;
	backtrace_fn(frame, 4);
	self->busy = false;
	self->warm = true;
}

void stack_start(void)
{
	/* RTLD_LOCAL: its _Unwind_* must not stand before libgcc's. */
	void *h = real_dlopen_fn("libunwind.so.8", RTLD_NOW | RTLD_LOCAL);

	if (h)
		*(void **)&backtrace_fn = real_dlsym_fn(h, "unw_backtrace");
	if (backtrace_fn)
		stack_warm(thread_me);
	else
		log_flag(SB_NO_UNWIND);
}

void stack_forget(void)
{
	memset(site, 0, sizeof(site));
	sites = 0;
	modules_forget();
}

/* The frames from the hook's caller on; at least `ra` itself. */
static int walk(uintptr_t ra, void **frame)
{
	void *raw[STACK_DEPTH + 8];
	int n = backtrace_fn ? backtrace_fn(raw, STACK_DEPTH + 8) : 0;
	int i = 0;

	while (i < n && (uintptr_t)raw[i] != ra)
		i++;
	if (i >= n) {
		frame[0] = (void *)ra;
		return 1;
	}
	n = n - i > STACK_DEPTH ? STACK_DEPTH : n - i;
	memcpy(frame, raw + i, (size_t)n * sizeof(*frame));
	return n;
}

bool stack_passes(const char *part)
{
	void *raw[STACK_DEPTH + 8];
	struct thread *self = thread_me;
	uint64_t mask = engine_lock();
	bool was = self && self->busy;
	int n = 0;
	bool found = false;

	if (self)
		self->busy = true;
	n = backtrace_fn ? backtrace_fn(raw, STACK_DEPTH + 8) : 0;
	for (int i = 0; i < n && !found; i++) {
		struct module *m = module_of((uintptr_t)raw[i]);

		found = m && strstr(m->path, part);
	}
	if (self)
		self->busy = was;
	engine_unlock(mask);
	return found;
}

uint32_t stack_site(uintptr_t ra)
{
	void *address[STACK_DEPTH];
	struct module *m[STACK_DEPTH];
	int n = walk(ra, address);
	uint64_t hash = (uint64_t)n;
	struct sb_site *r;
	unsigned i;

	for (int k = 0; k < n; k++) {
		m[k] = module_of((uintptr_t)address[k]);
		hash = digest_word(hash, m[k] ? m[k]->name : 0);
		hash = digest_word(hash, m[k] ? (uintptr_t)address[k] -
							m[k]->base : 0);
	}
	hash |= 1; /* 0 is a free place */
	for (i = hash % SITES; site[i].hash; i = (i + 1) % SITES)
		if (site[i].hash == hash)
			return site[i].id;
	if (sites > SITES * 3 / 4) {
		log_flag(SB_KEYS_FULL);
		return 0;
	}
	for (int k = 0; k < n; k++)
		if (m[k])
			module_id(m[k]);
	r = log_record(SB_SITE, (unsigned)(sizeof(*r) +
					   (size_t)n * sizeof(r->frame[0])));
	if (!r)
		return 0;
	r->hash = hash;
	r->depth = (uint32_t)n;
	for (int k = 0; k < n; k++) {
		r->frame[k].module = m[k] ? m[k]->id : 0;
		r->frame[k].offset =
			m[k] ? (uintptr_t)address[k] - m[k]->base : 0;
	}
	log_publish(r, SB_SITE);
	site[i].hash = hash;
	site[i].id = r->head.id;
	sites++;
	return r->head.id;
}
