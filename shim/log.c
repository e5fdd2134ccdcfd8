/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "config.h"
#include "log.h"
#include "process.h"
#include "real.h"
#include "source.h"
#include "sys.h"
#include "text.h"
#include "banned.h"

#define EXTENT (128u << 10)
#define EXTENT_FULL (1u << 20)
#define DEFS_CHUNK (16u << 10)
/* Small: a program may have a thread for each piece of work. */
#define COUNTERS_CHUNK (32u + 8 * 64u)
#define EVENTS_CHUNK (64u << 10)
#define COUNTERS_SLOTS                                                         \
	((COUNTERS_CHUNK - sizeof(struct sb_chunk)) /                          \
	 sizeof(struct sb_counter))

static struct {
	struct sb_header *header;
	size_t header_size;
	char *free, *end; /* rest of the newest extent */
	struct sb_chunk *defs;
	uint32_t ids[SB_BLIND + 1];
	uint32_t counter_chunks;
	bool full; /* no more room */
	char file[600];
} log;

static void name_file(void)
{
	struct text t = text_start(log.file, sizeof(log.file));

	text_add(&t, config.dir);
	text_add(&t, "/");
	text_number(&t, process.lineage, 16, 16);
	text_add(&t, ".");
	text_number(&t, process.exec, 10, 4);
	text_add(&t, ".log");
}

/* Reserves and maps [offset, offset + size) of the log; NULL on failure. */
static void *map(uint64_t offset, size_t size, int flags)
{
	int fd = (int)sys4(SYS_openat, AT_FDCWD, log.file,
			   O_RDWR | O_CLOEXEC | O_NOFOLLOW | flags, 0644);
	long ret;

	if (fd < 0)
		return NULL;
	ret = sys4(SYS_fallocate, fd, 0, offset, size);
	if (ret == -EOPNOTSUPP) /* e.g. NFS: cannot reserve, only grow */
		ret = sys2(SYS_ftruncate, fd, offset + size);
	if (ret == 0)
		ret = sys6(SYS_mmap, NULL, size, PROT_READ | PROT_WRITE,
			   MAP_SHARED | (config.trace_full ? MAP_POPULATE : 0),
			   fd, offset);
	sys1(SYS_close, fd);
	return ret < 0 && ret > -4096 ? NULL : (void *)ret;
}

static bool grow(size_t need)
{
	size_t size = config.trace_full ? EXTENT_FULL : EXTENT;
	void *p;

	if (log.full)
		return false;
	if (size < need)
		size = need;
	p = log.header->size + size > config.limit
		    ? NULL : map(log.header->size, size, 0);
	if (!p) {
		log.full = true;
		log_flag(SB_DEGRADED);
		return false;
	}
	/* What is left of the old extent is a hole of zeros to the reader:
	 * mark it as an empty chunk, so that it reads on. */
	if ((size_t)(log.end - log.free) >= sizeof(struct sb_chunk)) {
		struct sb_chunk *rest = (struct sb_chunk *)log.free;

		rest->size = (uint32_t)(log.end - log.free);
		rest->magic = SB_CHUNK_MAGIC;
	}
	log.header->size += size;
	log.free = p;
	log.end = log.free + size;
	return true;
}

static struct sb_chunk *take(uint32_t type, uint32_t thread, uint32_t size)
{
	struct sb_chunk *c;

	if (!log.header)
		return NULL;
	if ((size_t)(log.end - log.free) < size && !grow(size))
		return NULL;
	c = (struct sb_chunk *)log.free;
	log.free += size;
	c->type = type;
	c->size = size;
	c->thread = thread;
	__atomic_store_n(&c->magic, SB_CHUNK_MAGIC, __ATOMIC_RELEASE);
	return c;
}

static void fill_name(struct source *row, void *names)
{
	struct sb_source_name *n =
		(struct sb_source_name *)names + row->index;
	struct text t = text_start(n->name, sizeof(n->name));

	text_add(&t, row->name);
	t = text_start(n->group, sizeof(n->group));
	text_add(&t, row->group);
	n->policy = row->now;
}

int log_open(void)
{
	unsigned n = real_count();
	size_t names = (n * sizeof(struct sb_source_name) + SB_PAGE - 1) &
		       ~(size_t)(SB_PAGE - 1);
	struct sb_header *h;
	long len;

	memset(&log, 0, sizeof(log));
	name_file();
	log.header_size = SB_PAGE + names;
	h = map(0, EXTENT, O_CREAT | O_EXCL);
	if (!h) {
		log.full = true;
		return -EIO;
	}
	h->version = SB_VERSION;
	h->header_size = (uint32_t)log.header_size;
	h->nsources = n;
	h->lineage = process.lineage;
	h->exec = process.exec;
	h->pid = (uint32_t)process.pid;
	h->slot = process.slot;
	h->mode = config.audit ? SB_AUDIT : SB_RUN;
	h->seed = config.seed;
	h->size = EXTENT;
	memcpy(h->path, process.path, sizeof(h->path));
	len = sys4(SYS_readlinkat, AT_FDCWD, "/proc/self/exe", h->program,
		   sizeof(h->program) - 1);
	h->program[len < 0 ? 0 : len] = 0;
	real_each(fill_name, (char *)h + SB_PAGE);
	memcpy(h->magic, SB_LOG_MAGIC, sizeof(h->magic));
	log.header = h;
	log.free = (char *)h + log.header_size;
	log.end = (char *)h + EXTENT;
	return 0;
}

void log_forget(void)
{
	/* The parent's pages stay mapped: a few hundred KiB of address space,
	 * shared; unmapping them would need a list of every extent. */
	memset(&log, 0, sizeof(log));
}

void log_flag(uint32_t flag)
{
	if (log.header)
		__atomic_or_fetch(&log.header->flags, flag, __ATOMIC_RELAXED);
}

void log_dropped(void)
{
	if (log.header)
		__atomic_add_fetch(&log.header->dropped, 1, __ATOMIC_RELAXED);
}

void *log_record(unsigned type, unsigned size)
{
	struct sb_record *r;
	unsigned need = (size + 7) & ~7u;

	if (!log.defs ||
	    log.defs->size - sizeof(*log.defs) - log.defs->used < need) {
		log.defs = take(SB_DEFS, 0, DEFS_CHUNK);
		if (!log.defs)
			return NULL;
	}
	r = (struct sb_record *)((char *)(log.defs + 1) + log.defs->used);
	r->size = (uint16_t)need;
	r->id = ++log.ids[type];
	return r;
}

void log_publish(void *record, unsigned type)
{
	struct sb_record *r = record;

	__atomic_store_n(&r->type, (uint16_t)type, __ATOMIC_RELEASE);
	log.defs->used += r->size;
}

void log_blind(const char *kind, const char *text)
{
	size_t k = strlen(kind) + 1, n = strlen(text) + 1;
	struct sb_blind *b;

	if (n > 1024)
		n = 1024;
	b = log_record(SB_BLIND, (unsigned)(sizeof(*b) + k + n));
	if (!b)
		return;
	memcpy(b->text, kind, k);
	memcpy(b->text + k, text, n - 1);
	log_publish(b, SB_BLIND);
}

struct sb_counter *log_counter(struct thread *t, uint32_t *id)
{
	struct sb_chunk *c = t->counters;
	uint64_t i;

	if (!c || c->used + sizeof(struct sb_counter) >
			  c->size - sizeof(*c)) {
		c = take(SB_COUNTERS, t->id, COUNTERS_CHUNK);
		if (!c)
			return NULL;
		t->counters = c;
		t->counters_base =
			(uint32_t)(log.counter_chunks++ * COUNTERS_SLOTS);
	}
	i = c->used / sizeof(struct sb_counter);
	c->used += sizeof(struct sb_counter);
	*id = t->counters_base + (uint32_t)i + 1;
	return (struct sb_counter *)(c + 1) + i;
}

struct sb_chunk *log_events(struct thread *t)
{
	if (t->events) {
		sys2(SYS_munmap, t->events, t->events->size);
		t->events = NULL;
	}
	if (!log.header || log.header->flags & SB_TRACE_LIMITED)
		return NULL;
	if (log.header->size + EVENTS_CHUNK > config.limit &&
	    log.end - log.free < EVENTS_CHUNK) {
		log_flag(SB_TRACE_LIMITED);
		return NULL;
	}
	/* Chunks are unmapped one by one: keep them on page boundaries. */
	while (log.end - log.free >= (long)sizeof(struct sb_chunk) &&
	       (uintptr_t)log.free % SB_PAGE) {
		size_t gap = SB_PAGE - (uintptr_t)log.free % SB_PAGE;

		if (!take(0, 0, (uint32_t)gap))
			return NULL;
	}
	t->events = take(SB_EVENTS, t->id, EVENTS_CHUNK);
	return t->events;
}
