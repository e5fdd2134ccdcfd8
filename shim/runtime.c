/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "log.h"
#include "module.h"
#include "process.h"
#include "runtime.h"
#include "thread.h"
#include "banned.h"

#define TEXT 192

static struct runtime {
	const char *kind;
	uintptr_t start, end; /* end 0: unloaded */
	uint32_t least, most;
	char text[TEXT];
	struct sb_runtime *record; /* NULL: to be written */
} runtime[RUNTIMES];
static unsigned runtimes;

static struct runtime *find(const char *kind, uintptr_t address)
{
	unsigned n = __atomic_load_n(&runtimes, __ATOMIC_ACQUIRE);

	for (unsigned i = 0; i < n; i++)
		if (address >= runtime[i].start && address < runtime[i].end &&
		    !strcmp(runtime[i].kind, kind))
			return &runtime[i];
	return NULL;
}

unsigned runtime_number(const char *kind, const void *address)
{
	const struct runtime *r = find(kind, (uintptr_t)address);

	return r ? (unsigned)(r - runtime) + 1 : 0;
}

static struct sb_runtime *write_record(const struct runtime *r,
				       struct module *m)
{
	uint32_t id = module_id(m); /* may write a record of its own */
	unsigned kind = (unsigned)strlen(r->kind) + 1;
	unsigned text = (unsigned)strlen(r->text) + 1;
	struct sb_runtime *record = log_record(
		SB_RUNTIME,
		(unsigned)sizeof(*record) + kind + text);

	if (!record)
		return NULL;
	record->module = id;
	memcpy(record->text, r->kind, kind);
	memcpy(record->text + kind, r->text, text);
	record->least = r->least;
	record->most = r->most;
	log_publish(record, SB_RUNTIME);
	return record;
}

static struct runtime *add(const char *kind, const struct module *m,
			   const char *text)
{
	struct runtime *r = &runtime[runtimes];
	size_t n;

	if (runtimes == RUNTIMES)
		return NULL;
	*r = (struct runtime){ .kind = kind, .start = m->start,
			       .end = m->end };
	if (text)
		strncpy(r->text, text, TEXT - 1);
	/* MKL fills its text with blanks. */
	for (n = strlen(r->text); n && r->text[n - 1] == ' '; n--)
		r->text[n - 1] = 0;
	__atomic_store_n(&runtimes, runtimes + 1, __ATOMIC_RELEASE);
	return r;
}

static void note(const char *kind, uintptr_t address, const char *text,
		 uint32_t threads)
{
	struct module *m = module_of(address);
	struct runtime *r = find(kind, address);

	if (!r && m)
		r = add(kind, m, text);
	if (!r)
		return;
	if (threads && (!r->least || threads < r->least))
		r->least = threads;
	if (threads > r->most)
		r->most = threads;
	if (!r->record && m)
		r->record = write_record(r, m);
	if (!r->record)
		return;
	r->record->least = r->least;
	r->record->most = r->most;
}

void runtime_seen(const char *kind, const void *address, const char *text,
		  uint32_t threads)
{
	const struct runtime *r = find(kind, (uintptr_t)address);
	uint64_t mask;

	if (!alive.yes || (thread_me && thread_me->busy))
		return;
	if (r && r->record &&
	    (!threads || (threads >= r->least && threads <= r->most)))
		return;
	mask = engine_lock();
	note(kind, (uintptr_t)address, text, threads);
	engine_unlock(mask);
}

void runtimes_unloaded(uintptr_t start, uintptr_t end)
{
	for (unsigned i = 0; i < runtimes; i++)
		if (runtime[i].start >= start && runtime[i].start < end)
			runtime[i].end = 0;
}

void runtimes_forget(void)
{
	for (unsigned i = 0; i < runtimes; i++)
		runtime[i].record = NULL;
}
