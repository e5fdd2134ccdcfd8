/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>

#include "config.h"
#include "log.h"
#include "process.h"
#include "real.h"
#include "source.h"
#include "sys.h"
#include "text.h"
#include "banned.h"

#define DEFS_CHUNK (16u << 10)
/* The first of a thread is small: a program may have a thread for each piece
 * of work. */
#define COUNTERS_FIRST 4
#define COUNTERS_NEXT 16
#define WINDOW (64u << 10)

#define SOURCES_MOST 4096 /* KEY_SOURCE has no room for more */

static struct {
	struct sb_header *header;
	char *free, *end; /* rest of the newest extent */
	struct sb_chunk *defs;
	uint32_t ids[SB_RECORD_TYPES];
	uint32_t counters; /* slots for them, so far */
	bool full; /* no more room */
	uint64_t named[SOURCES_MOST / 64]; /* sources that have a record */
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

static int open_file(int flags)
{
	return (int)sys4(SYS_openat, AT_FDCWD, log.file,
			 O_RDWR | O_CLOEXEC | O_NOFOLLOW | flags, 0644);
}

static bool may_reach(uint64_t size)
{
	return size <= config.limit && may_write(size);
}

/* Reserves and maps [offset, offset + size) of the log; NULL on failure. */
static void *map(uint64_t offset, size_t size, int flags)
{
	int fd = may_reach(offset + size) ? open_file(flags) : -EFBIG;
	long ret;

	if (fd < 0)
		return NULL;
	ret = sys4(SYS_fallocate, fd, 0, offset, size);
	if (ret == -EOPNOTSUPP) /* e.g. NFS: cannot reserve, only grow */
		ret = sys2(SYS_ftruncate, fd, offset + size);
	if (ret == 0)
		ret = sys6(SYS_mmap, NULL, size, PROT_READ | PROT_WRITE,
			   MAP_SHARED, fd, offset);
	sys1(SYS_close, fd);
	if (ret < 0 && ret > -4096 && flags) /* made for nothing */
		sys3(SYS_unlinkat, AT_FDCWD, log.file, 0);
	return ret < 0 && ret > -4096 ? NULL : (void *)ret;
}

static void give_up(void)
{
	log.full = true;
	config.trace_full = false;
	log_flag(SB_DEGRADED);
}

static bool grow(size_t need)
{
	size_t size = need > SB_EXTENT ? need : SB_EXTENT;
	void *p;

	if (log.full)
		return false;
	p = map(log.header->size, size, 0);
	if (!p) {
		give_up();
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

int log_open(void)
{
	struct sb_header *h;
	long len;

	memset(&log, 0, sizeof(log));
	config.trace_full = config.trace_wanted;
	name_file();
	/* Without a run there is no place for it: not the root directory. */
	h = config.dir[0] ? map(0, SB_EXTENT, O_CREAT | O_EXCL) : NULL;
	if (!h) {
		log.full = true;
		config.trace_full = false;
		return -EIO;
	}
	h->version = SB_VERSION;
	h->header_size = SB_PAGE;
	h->nsources = real_count();
	h->lineage = process.lineage;
	h->exec = process.exec;
	h->pid = (uint32_t)process.pid;
	h->slot = process.slot;
	h->mode = config.audit ? SB_AUDIT : SB_RUN;
	h->seed = config.seed;
	h->size = SB_EXTENT;
	memcpy(h->path, process.path, sizeof(h->path));
	len = sys4(SYS_readlinkat, AT_FDCWD, "/proc/self/exe", h->program,
		   sizeof(h->program) - 1);
	h->program[len < 0 ? 0 : len] = 0;
	memcpy(h->magic, SB_LOG_MAGIC, sizeof(h->magic));
	log.header = h;
	log.free = (char *)h + SB_PAGE;
	log.end = (char *)h + SB_EXTENT;
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

void log_source(const struct source *row)
{
	uint64_t bit = 1ull << row->index % 64;
	uint64_t *named = &log.named[row->index / 64];
	unsigned name = (unsigned)strlen(row->name) + 1;
	unsigned group = (unsigned)strlen(row->group) + 1;
	struct sb_source *r;

	if (*named & bit)
		return;
	r = log_record(SB_SOURCE, (unsigned)sizeof(*r) + name + group);
	if (!r)
		return;
	r->head.id = row->index + 1u;
	r->policy = row->now;
	memcpy(r->text, row->name, name);
	memcpy(r->text + name, row->group, group);
	log_publish(r, SB_SOURCE);
	*named |= bit;
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

	if (!c || c->used == c->size - sizeof(*c)) {
		uint32_t n = c ? COUNTERS_NEXT : COUNTERS_FIRST;

		c = take(SB_COUNTERS, t->id,
			 (uint32_t)(sizeof(*c) +
				    n * sizeof(struct sb_counter)));
		if (!c)
			return NULL;
		t->counters = c;
		t->counters_base = log.counters;
		log.counters += n;
	}
	i = c->used / sizeof(struct sb_counter);
	c->used += sizeof(struct sb_counter);
	*id = t->counters_base + (uint32_t)i + 1;
	return (struct sb_counter *)(c + 1) + i;
}

static void limit_reached(void)
{
	log_flag(SB_TRACE_LIMITED);
	config.trace_full = false;
}

/* Appends what a window holds, to whole pages, as the next extent must start
 * on one. Killed in between, the same events stand in both places: `base`
 * tells. */
static bool append(const struct sb_chunk *window)
{
	struct sb_chunk head = *window;
	struct iovec part[2] = { { &head, sizeof(head) },
				 { (void *)(window + 1), 0 } };
	uint64_t at = log.header->size;
	long n;
	int fd;

	head.size = (uint32_t)((sizeof(head) + head.used + SB_PAGE - 1) &
			       ~(uint64_t)(SB_PAGE - 1));
	part[1].iov_len = head.size - sizeof(head);
	if (at + head.size > config.limit) {
		limit_reached();
		return false;
	}
	fd = may_reach(at + head.size) ? open_file(0) : -EFBIG;
	n = fd < 0 ? fd : sys4(SYS_pwritev, fd, part, 2, at);
	if (fd >= 0)
		sys1(SYS_close, fd);
	if (n != (long)head.size) {
		give_up();
		return false;
	}
	log.header->size = at + head.size;
	return true;
}

/* The stores are in this order for a reader after SIGKILL, as the processor
 * keeps it. */
static void empty(struct sb_chunk *window)
{
	uint64_t n = window->used / sizeof(struct sb_event);

	window->used = 0;
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	memset(window + 1, 0, window->size - sizeof(*window));
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	window->base += n;
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
}

static struct sb_chunk *new_window(struct thread *t, uint64_t base)
{
	uint64_t at = log.header->size;
	struct sb_chunk *c;

	if (at + WINDOW > config.limit) {
		limit_reached();
		return NULL;
	}
	c = log.full ? NULL : map(at, WINDOW, 0);
	if (!c) {
		give_up();
		return NULL;
	}
	log.header->size = at + WINDOW;
	c->type = SB_EVENTS;
	c->size = WINDOW;
	c->thread = t->id;
	c->base = base;
	__atomic_store_n(&c->magic, SB_CHUNK_MAGIC, __ATOMIC_RELEASE);
	return c;
}

struct sb_chunk *log_events(struct thread *t)
{
	const size_t room = (WINDOW - sizeof(struct sb_chunk)) /
			    sizeof(struct sb_event) * sizeof(struct sb_event);
	struct sb_chunk *w = t->events;

	if (!log.header || !config.trace_full)
		return NULL;
	if (!w)
		return t->events = new_window(t, 0);
	if (w->used < room)
		return w; /* a handler came first */
	w->used = room;
	/* A handler that interrupted the writing of an event leaves the window
	 * to it. */
	if (t->writing)
		return t->events = new_window(t, w->base +
					room / sizeof(struct sb_event));
	if (!append(w))
		return NULL;
	empty(w);
	return w;
}

struct sb_chunk *log_events_end(struct thread *t)
{
	struct sb_chunk *w = t->events;

	if (!w || (w->used && (!log.header || !append(w))))
		return NULL;
	empty(w);
	w->base = 0;
	w->thread = 0;
	return w;
}
