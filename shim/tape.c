/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>

#include "config.h"
#include "deny.h"
#include "log.h"
#include "ltime.h"
#include "process.h"
#include "real.h"
#include "stack.h"
#include "stream.h"
#include "syncorder.h"
#include "sys.h"
#include "tape.h"
#include "text.h"
#include "banned.h"

static bool failed(long p)
{
	return p < 0 && p > -4096;
}

/* ---- the file ---- */

static void name_file(char *file, int size, const char *dir,
		      const struct thread *self)
{
	struct text t = text_start(file, size);

	text_add(&t, dir);
	text_add(&t, "/");
	text_number(&t, process.lineage, 16, 16);
	text_add(&t, ".");
	text_number(&t, process.exec, 10, 4);
	text_add(&t, ".");
	text_number(&t, self->lineage, 16, 16);
	text_add(&t, ".tape");
}

/* Reserved before it is mapped: a full disk is no SIGBUS. */
static long map_part(int fd, uint64_t offset, uint64_t size)
{
	long ret = may_write(offset + size)
			   ? sys4(SYS_fallocate, fd, 0, offset, size)
			   : -EFBIG;

	if (ret == -EOPNOTSUPP) /* e.g. NFS: cannot reserve, only grow */
		ret = sys2(SYS_ftruncate, fd, offset + size);
	return ret ? ret
		   : sys6(SYS_mmap, NULL, size, PROT_READ | PROT_WRITE,
			  MAP_SHARED, fd, offset);
}

static void begin_file(struct thread *self)
{
	struct sb_tape head = { .version = SB_VERSION,
				.exec = process.exec,
				.process = process.lineage,
				.thread = self->lineage };

	memcpy(head.magic, SB_TAPE_MAGIC, sizeof(head.magic));
	memcpy(self->tape.map, &head, sizeof(head));
	self->tape.used = sizeof(head);
}

static void unmap(struct tape *tape)
{
	if (tape->map)
		sys2(SYS_munmap, tape->map, tape->size);
	tape->map = NULL;
}

/* Nothing more of this thread is kept. */
static void give_up(struct tape *tape)
{
	unmap(tape);
	tape->left = true;
	log_flag(SB_DEGRADED);
}

/* Maps the part of the file in which a record of `need` bytes has room. */
static void next_part(struct thread *self, uint64_t need)
{
	struct tape *tape = &self->tape;
	bool first = !tape->opened;
	uint64_t offset = tape->offset + tape->size, size;
	char file[sizeof(config.dir) + 64];
	long map;
	int fd;

	/* Parts end at multiples of SB_TAPE_PART. */
	size = first ? SB_PAGE : SB_TAPE_PART - offset % SB_TAPE_PART;
	while (size < need + (first ? sizeof(struct sb_tape) : 0))
		size += SB_TAPE_PART - (offset + size) % SB_TAPE_PART;
	unmap(tape);
	tape->opened = true;
	name_file(file, sizeof(file), config.dir, self);
	fd = (int)sys4(SYS_openat, AT_FDCWD, file,
		       O_RDWR | O_CLOEXEC | O_NOFOLLOW |
			       (first ? O_CREAT | O_EXCL : 0),
		       0644);
	map = fd < 0 ? fd : map_part(fd, offset, size);
	if (fd >= 0)
		sys1(SYS_close, fd);
	if (failed(map)) {
		give_up(tape);
		return;
	}
	tape->map = (char *)map;
	tape->offset = offset;
	tape->size = size;
	tape->used = 0;
	if (first)
		begin_file(self);
}

/* ---- a record ---- */

static uint64_t padded(size_t len)
{
	return (len + 7) & ~(uint64_t)7;
}

/* offset: in the file, so that what was moved is no record. */
static uint64_t check_of(uint64_t head, const void *bytes, size_t len,
			 uint64_t offset)
{
	uint64_t digest = digest_word(head >> 24, offset), word;

	if (len == 8) {
		memcpy(&word, bytes, 8);
		digest = digest_word(digest, word);
	} else {
		digest = digest_word(digest, digest_bytes(bytes, len));
	}
	/* Never 0: a head of zeros is the end. */
	return (digest >> 40) | 1;
}

static uint64_t head_of(const struct thread *self, enum sb_tape_kind kind,
			size_t len)
{
	const struct key *k = self->at;
	uint32_t source = k ? k->id & KEY_SOURCE : 0;
	uint32_t tag = k && k->counter ? stack_site_tag(k->counter->site) : 0;

	return sb_tape_head(tag, source, kind,
			    len < SB_TAPE_LONG ? (uint32_t)len : SB_TAPE_LONG);
}

/* The part was full when it was seen; a signal handler may have been here. */
static void go_on(struct thread *self, const struct tape *seen, uint64_t at,
		  uint64_t need)
{
	struct tape *tape = &self->tape;
	uint64_t all = ~0ull, mask, rest;

	sys4(SYS_rt_sigprocmask, 0 /* SIG_BLOCK */, &all, &mask, 8);
	if (tape->map == seen->map && tape->offset == seen->offset) {
		if (tape->map && at < tape->size) {
			rest = sb_tape_head(0, 0, SB_TAPE_REST, 0);
			rest |= check_of(rest, NULL, 0, tape->offset + at);
			memcpy(tape->map + at, &rest, 8);
		}
		next_part(self, need);
	}
	sys4(SYS_rt_sigprocmask, 2 /* SIG_SETMASK */, &mask, NULL, 8);
}

/* The place of a record; NULL: it is not kept. One instruction takes it: a
 * signal handler of this thread may come at any time. */
static char *place(struct thread *self, uint64_t need, uint64_t *offset)
{
	struct tape *tape = &self->tape;

	while (!tape->left) {
		struct tape seen = *tape;
		uint64_t at = seen.map ? local_add(&tape->used, need) : 0;

		if (seen.map && at + need <= tape->size) {
			*offset = tape->offset + at;
			return tape->map + at;
		}
		go_on(self, &seen, at, need);
	}
	return NULL;
}

void tape_keep(struct thread *self, enum sb_tape_kind kind, const void *bytes,
	       size_t len)
{
	uint64_t head = head_of(self, kind, len), offset, count = len;
	bool is_long = len >= SB_TAPE_LONG;
	char *to = place(self, 8 + 8 * is_long + padded(len), &offset);

	if (!to)
		return;
	self->tape.count++;
	if (is_long)
		memcpy(to + 8, &count, 8);
	memcpy(to + 8 + 8 * is_long, bytes, len);
	head |= check_of(head, bytes, len, offset);
	__atomic_store_n((uint64_t *)to, head, __ATOMIC_RELEASE);
}

/* ---- given back ---- */

/* The recorded file as a whole. */
static void open_recorded(struct thread *self)
{
	struct tape *tape = &self->tape;
	char file[sizeof(config.from) + 64];
	struct sb_tape head;
	struct stat st;
	long map = -ENOENT;
	int fd;

	tape->opened = true;
	name_file(file, sizeof(file), config.from, self);
	fd = (int)sys4(SYS_openat, AT_FDCWD, file, O_RDONLY | O_CLOEXEC, 0);
	if (fd >= 0 && sys_fstat(fd, &st) && st.st_size >= (off_t)sizeof(head))
		map = sys6(SYS_mmap, NULL, st.st_size, PROT_READ, MAP_PRIVATE,
			   fd, 0);
	if (fd >= 0)
		sys1(SYS_close, fd);
	if (failed(map))
		return;
	memcpy(&head, (void *)map, sizeof(head));
	tape->map = (char *)map;
	tape->size = (uint64_t)st.st_size;
	tape->used = sizeof(head);
	if (memcmp(head.magic, SB_TAPE_MAGIC, sizeof(head.magic)) ||
	    head.version != SB_VERSION || head.process != process.lineage ||
	    head.exec != process.exec || head.thread != self->lineage)
		tape->used = tape->size;
}

/* One record of the file. */
struct found {
	uint64_t head; /* 0: there is none */
	const char *bytes;
	uint64_t len, whole;
	bool damaged;
};

static struct found look(const struct tape *tape)
{
	struct found f = { 0 };
	uint64_t at = tape->used;
	const char *p = tape->map + at;

	if (!tape->map || at + 8 > tape->size)
		return f;
	memcpy(&f.head, p, 8);
	if (!f.head)
		return f;
	f.len = SB_TAPE_LENGTH(f.head);
	f.bytes = p + 8;
	if (f.len == SB_TAPE_LONG && at + 16 <= tape->size) {
		memcpy(&f.len, p + 8, 8);
		f.bytes += 8;
	}
	f.whole = (uint64_t)(f.bytes - p) + padded(f.len);
	if (f.len > tape->size || at + f.whole > tape->size ||
	    check_of(f.head, f.bytes, f.len, at) != SB_TAPE_CHECK(f.head))
		f = (struct found){ .damaged = true };
	return f;
}

static bool is_wanted(unsigned kind)
{
	return !config.tape_kinds || config.tape_kinds >> kind & 1;
}

/* Whether it had to wait for another to initialise a variable is only asked
 * where it has to now. */
static bool is_optional(const struct found *f)
{
	uint64_t result;

	if (SB_TAPE_KIND(f->head) != SB_TAPE_GUARD || f->len != sizeof(result))
		return false;
	memcpy(&result, f->bytes, sizeof(result));
	return !(result & 1);
}

/* The next record of a kind that is given back, which is not taken yet. */
static struct found next(struct thread *self, bool guards)
{
	struct tape *tape = &self->tape;
	struct found f;

	if (!tape->opened)
		open_recorded(self);
	for (;;) {
		f = look(tape);
		if (!f.head)
			return f;
		if (SB_TAPE_KIND(f.head) == SB_TAPE_REST)
			tape->used = sb_tape_border(tape->used);
		else if (!is_wanted(SB_TAPE_KIND(f.head)) ||
			 (!guards && is_optional(&f)))
			tape->used += f.whole;
		else
			return f;
	}
}

static void say_head(struct text *t, const char *which, uint64_t head,
		     uint64_t len)
{
	text_add(t, which);
	text_add(t, " ");
	text_number(t, SB_TAPE_KIND(head), 10, 1);
	text_add(t, " ");
	text_number(t, len, 10, 1);
	text_add(t, " ");
	text_number(t, SB_TAPE_SOURCE(head), 10, 1);
	text_add(t, " ");
	text_number(t, SB_TAPE_TAG_OF(head), 10, 1);
	text_add(t, "\n");
}

/*
 * The first thread of the run that leaves the recording says where: lines of a
 * word and what belongs to it. "recorded" and "asked" are each a kind, a
 * length, a source's index and a site's tag; "site" is the id of where it
 * asked, in the process's log.
 */
static void write_down(const struct thread *self, const char *why,
		       uint64_t recorded, uint64_t recorded_len, uint64_t asked,
		       uint64_t asked_len, uint32_t site)
{
	char file[sizeof(config.dir) + 16], said[768];
	struct text t = text_start(file, sizeof(file));
	long fd;

	text_add(&t, config.dir);
	text_add(&t, "/divergence");
	fd = sys4(SYS_openat, AT_FDCWD, file,
		  O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (fd < 0)
		return;
	t = text_start(said, sizeof(said));
	text_add(&t, "why ");
	text_add(&t, why);
	text_add(&t, "\nprocess ");
	text_add(&t, process.path);
	text_add(&t, "\nexec ");
	text_number(&t, process.exec, 10, 1);
	text_add(&t, "\nthread ");
	text_add(&t, self->path);
	text_add(&t, "\nindex ");
	text_number(&t, self->tape.count + 1, 10, 1);
	text_add(&t, "\n");
	if (recorded)
		say_head(&t, "recorded", recorded, recorded_len);
	if (asked)
		say_head(&t, "asked", asked, asked_len);
	if (site) {
		text_add(&t, "site ");
		text_number(&t, site, 10, 1);
		text_add(&t, "\n");
	}
	sys3(SYS_write, fd, said, t.at - said);
	sys1(SYS_close, fd);
}

/* The place where it asks, which nobody may have looked at. */
struct asks {
	uintptr_t ra;
	uint32_t site;
};

static void find_site(void *arg)
{
	struct asks *a = arg;

	a->site = stack_site(stack_walk(a->ra, STACK_DEPTH), NULL, 0);
}

static void diverged(struct thread *self, const struct found *f, uint64_t asked,
		     uint64_t asked_len)
{
	const char *why = f->damaged	    ? "damaged"
			  : f->head	    ? "other"
			  : !self->tape.map ? "missing"
					    : "end";
	struct asks a = { (uintptr_t)call_from(CALLER), 0 };
	uint64_t mask;

	self->tape.left = true;
	sync_leave();
	mask = engine_lock();
	self->busy = true;
	stack_capture();
	if (asked)
		stack_call(self, find_site, &a);
	write_down(self, why, f->head, f->len, asked, asked_len, a.site);
	self->busy = false;
	if (config.tape_stop)
		deny_end(SB_ENDED_DIVERGED);
	engine_unlock(mask);
}

/* Did this process come to its end, or was it killed? */
static bool was_whole(void)
{
	static int whole = -1;
	char file[sizeof(config.from) + 16];
	struct text t = text_start(file, sizeof(file));
	struct sb_slot slot;
	uint64_t at = offsetof(struct sb_board, slot);
	long fd;

	if (whole >= 0)
		return whole;
	text_add(&t, config.from);
	text_add(&t, "/board");
	fd = sys4(SYS_openat, AT_FDCWD, file, O_RDONLY | O_CLOEXEC, 0);
	whole = 0;
	for (; fd >= 0 &&
	       sys4(SYS_pread64, fd, &slot, sizeof(slot), at) == sizeof(slot);
	     at += sizeof(slot))
		whole |= slot.lineage == process.lineage &&
			 slot.exec == process.exec && slot.state == SB_ENDED;
	if (fd >= 0)
		sys1(SYS_close, fd);
	return whole;
}

/* The end is not far, as it came before this thread's next step; but a file may
 * have been cut. */
#define PARKED 1000
#define PARKED_NS 10000000

void tape_park(const struct thread *self)
{
	struct timespec moment = { 0, PARKED_NS };

	for (int i = 0; i < PARKED && !self->first && was_whole(); i++)
		sys2(SYS_nanosleep, &moment, NULL);
}

bool tape_gives(const struct thread *self, enum sb_tape_kind kind)
{
	return config.tape == TAPE_REPLAY && !self->tape.left &&
	       is_wanted(kind);
}

/* any: the length is whatever it was. */
static const void *take(struct thread *self, enum sb_tape_kind kind, bool any,
			size_t *len)
{
	struct found f;
	uint64_t asked;

	if (!tape_gives(self, kind))
		return NULL;
	f = next(self, kind == SB_TAPE_GUARD);
	if (!f.head && !f.damaged)
		tape_park(self);
	asked = head_of(self, kind, any ? 0 : *len);
	if (!f.head || SB_TAPE_KIND(f.head) != kind ||
	    (kind < SB_TAPE_NAMES &&
	     SB_TAPE_SOURCE(f.head) != SB_TAPE_SOURCE(asked)) ||
	    (!any && f.len != *len)) {
		diverged(self, &f, asked, any ? 0 : *len);
		return NULL;
	}
	self->tape.used += f.whole;
	self->tape.count++;
	*len = f.len;
	return f.bytes;
}

const void *tape_take(struct thread *self, enum sb_tape_kind kind, size_t *len)
{
	return take(self, kind, true, len);
}

/* ---- what the generators ask ---- */

static bool fill(char *buf, size_t len)
{
	while (len) {
		long n = sys3(SYS_getrandom, buf, len, 0);

		if (n == -EINTR)
			continue;
		if (n <= 0) /* a filter */
			return false;
		buf += n;
		len -= (size_t)n;
	}
	return true;
}

bool tape_draw(struct thread *self, enum stream_id id, void *buf, size_t len)
{
	enum sb_tape_kind kind = SB_TAPE_ENTROPY + id;
	const void *kept;

	if (config.tape == TAPE_RECORD) {
		if (!fill(buf, len))
			return false;
		tape_keep(self, kind, buf, len);
		return true;
	}
	kept = take(self, kind, false, &len);
	if (kept)
		memcpy(buf, kept, len);
	return kept;
}

bool tape_clock(struct thread *self, uint64_t *t)
{
	size_t len = sizeof(*t);
	const void *kept;

	if (self->at && sync_aside((const void *)self->at->ra)) {
		*t = config.tape == TAPE_RECORD ? ltime_real() : self->clock;
		return true;
	}
	if (config.tape == TAPE_RECORD) {
		*t = ltime_real();
		tape_keep(self, SB_TAPE_CLOCK, t, sizeof(*t));
		return true;
	}
	kept = take(self, SB_TAPE_CLOCK, false, &len);
	if (kept)
		memcpy(t, kept, sizeof(*t));
	return kept;
}

/* ---- ends ---- */

void tape_forget(struct thread *t)
{
	unmap(&t->tape);
	t->tape = (struct tape){ 0 };
	t->at = NULL;
}

bool tape_ended(struct thread *self)
{
	struct found f = next(self, false);

	return !f.head && !f.damaged;
}

bool tape_guards(struct thread *self, uint64_t *word)
{
	struct found f = next(self, true);

	if (SB_TAPE_KIND(f.head) != SB_TAPE_GUARD || f.len != sizeof(*word))
		return false;
	memcpy(word, f.bytes, sizeof(*word));
	return true;
}

void tape_beyond(struct thread *self, enum sb_tape_kind kind, size_t len)
{
	const struct found none = { 0 };

	if (!self->tape.left)
		diverged(self, &none, head_of(self, kind, len), len);
}

/* Gives back what was reserved and not used. */
static void trim(struct thread *t)
{
	uint64_t size = t->tape.offset + t->tape.used;
	char file[sizeof(config.dir) + 64];

	if (!t->tape.map || t->tape.used >= t->tape.size)
		return;
	unmap(&t->tape);
	name_file(file, sizeof(file), config.dir, t);
	sys2(SYS_truncate, file, size);
}

void tape_end(struct thread *t)
{
	struct found f;

	if (!config.tape || t->tape.left)
		return;
	if (config.tape == TAPE_REPLAY) {
		f = next(t, false);
		if (f.head || f.damaged)
			diverged(t, &f, 0, 0);
	}
	t->tape.left = true;
	if (config.tape == TAPE_RECORD)
		trim(t);
}
