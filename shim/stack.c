/* SPDX-License-Identifier: MIT */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>

#include "log.h"
#include "module.h"
#include "process.h"
#include "python.h"
#include "real.h"
#include "stack.h"
#include "stream.h"
#include "sys.h"
#include "thread.h"
#include "banned.h"

#define SITES 16384 /* a power of two */
#define LINES 8192  /* likewise */

static struct {
	uint64_t hash;
	uint32_t id;
} site[SITES];
static unsigned sites;
static uint32_t tags[SITES]; /* of each, by its id */

static struct {
	uint64_t hash;
	uint32_t id;
} line_record[LINES];
static unsigned line_records;

static __typeof__(unw_init_local) *init_fn;
static __typeof__(unw_step) *step_fn;
static __typeof__(unw_get_reg) *reg_fn;
static __typeof__(unw_flush_cache) *flush_fn;
static unw_addr_space_t local_space;
static __typeof__(unw_is_signal_frame) *signal_fn;
int (*stack_capture_fn)(unw_context_t *);
unw_context_t stack_context;

#define ENGINE_STACK (64u << 10)

void stack_run(void (*fn)(void *), void *arg, void *top); /* switch.S */

/* Forbidden room on both sides: an overflow is caught, and valgrind takes a
 * jump of more than 2 MB for a change of stacks, a shorter one for an end of
 * the frames between. */
#define GUARD ((2u << 20) + SB_PAGE)

static char *make_stack(void)
{
	long p = sys6(SYS_mmap, NULL, ENGINE_STACK + 2 * GUARD, PROT_NONE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (p < 0 && p > -4096)
		return NULL;
	if (sys3(SYS_mprotect, p + GUARD, ENGINE_STACK,
		 PROT_READ | PROT_WRITE)) {
		sys2(SYS_munmap, p, ENGINE_STACK + 2 * GUARD);
		return NULL;
	}
	return (char *)p + GUARD + ENGINE_STACK;
}

void stack_call(struct thread *self, void (*fn)(void *), void *arg)
{
	if (!self->engine_stack)
		self->engine_stack = make_stack();
	if (self->engine_stack)
		stack_run(fn, arg, self->engine_stack);
	else
		fn(arg);
}

/* Pages found readable in this walk. */
static uintptr_t readable[16];

/* The part of the program's first stack that this walk stands on; empty on
 * other stacks, of which we do not know where they end. */
static uintptr_t live_low, live_top, first_top;

void stack_first(const void *top)
{
	first_top = (uintptr_t)top;
}

/* The kernel keeps everything else this far away from the first stack. */
#define APART (64u << 20)

static void find_live(void)
{
	uintptr_t sp = (uintptr_t)stack_context.uc_mcontext.gregs[REG_RSP];

	live_top = sp < first_top && first_top - sp < APART ? first_top : 0;
	live_low = sp;
}

/* Can the word be read? The kernel looks at a mask before it refuses the
 * operation. */
static bool word_readable(uintptr_t address)
{
	uintptr_t page = address / SB_PAGE;
	uintptr_t *known = &readable[page % 16];

	if (address >= live_low && address < live_top)
		return true;
	if (!page) /* NULL would mean no mask; nothing lives there */
		return false;
	if (*known == page && (address + 7) / SB_PAGE == page)
		return true;
	if (sys4(SYS_rt_sigprocmask, -1, address, NULL, 8) == -EFAULT)
		return false;
	*known = page;
	return true;
}

/*
 * Memory for libunwind. Its own function asks a pipe whether an address can be
 * read: the descriptors would be seen by the program, and when it closes and
 * reuses their numbers, its own files would be read and written.
 */
static int access_memory(unw_addr_space_t space, unw_word_t address,
			 unw_word_t *value, int write, void *arg)
{
	(void)space;
	(void)arg;
	if (write || !word_readable(address))
		return -UNW_EINVAL;
	memcpy(value, (const void *)address, sizeof(*value));
	return 0;
}

/* Puts our function in place of libunwind's, and closes its pipe, which has
 * the two lowest free numbers. */
static void take_memory(unw_accessors_t *(*accessors)(unw_addr_space_t),
			unw_addr_space_t space)
{
	int lowest[2];
	bool free = !sys2(SYS_pipe2, lowest, O_CLOEXEC);

	for (int i = 0; free && i < 2; i++)
		sys1(SYS_close, lowest[i]);
	accessors(space)->access_mem = access_memory;
	for (int i = 0; free && i < 2; i++)
		sys1(SYS_close, lowest[i]);
}

void stack_start(void)
{
	/* RTLD_LOCAL: its _Unwind_* must not stand before libgcc's. */
	void *h = real_dlopen_fn("libunwind.so.8", RTLD_NOW | RTLD_LOCAL);
	unw_accessors_t *(*accessors)(unw_addr_space_t) = NULL;
	unw_addr_space_t *space = NULL;
	void *capture = NULL;

	if (h) {
		init_fn = real_dlsym_fn(h, "_ULx86_64_init_local");
		step_fn = real_dlsym_fn(h, "_ULx86_64_step");
		reg_fn = real_dlsym_fn(h, "_ULx86_64_get_reg");
		signal_fn = real_dlsym_fn(h, "_ULx86_64_is_signal_frame");
		accessors = real_dlsym_fn(h, "_Ux86_64_get_accessors");
		space = real_dlsym_fn(h, "_ULx86_64_local_addr_space");
		capture = real_dlsym_fn(h, "_Ux86_64_getcontext");
		flush_fn = real_dlsym_fn(h, "_Ux86_64_flush_cache");
	}
	if (!init_fn || !step_fn || !reg_fn || !signal_fn || !accessors ||
	    !space || !capture) {
		log_flag(SB_NO_UNWIND);
		return;
	}
	local_space = *space;
	take_memory(accessors, local_space);
	stack_capture_fn = capture;
}

void stack_flush(void)
{
	if (flush_fn && local_space)
		flush_fn(local_space, 0, 0);
}

void stack_forget(void)
{
	memset(site, 0, sizeof(site));
	sites = 0;
	memset(line_record, 0, sizeof(line_record));
	line_records = 0;
	modules_forget();
}

/*
 * The stack as this thread's last walk found it, innermost first. A new walk
 * that comes to one of its frames, and finds every return address further out
 * where it was, knows the rest: an interpreter's stacks differ in their first
 * few frames, and a step costs half a microsecond.
 */
#define CHAIN STACK_DEEPEST
struct chain {
	int n;
	bool whole; /* to the end of the stack */
	uintptr_t ip[CHAIN];
	uintptr_t sp[CHAIN]; /* as in that frame: the return address is below */
	bool signal[CHAIN];  /* the kernel's frame below a signal handler */
};

static bool still_there(const struct chain *last, int i)
{
	uintptr_t at = last->sp[i] - sizeof(uintptr_t);

	return word_readable(at) && *(const uintptr_t *)at == last->ip[i];
}

/* Appends what `last` knows to be outside of c's newest frame. */
static bool append_known(struct chain *c, const struct chain *last, int *at,
			 int depth)
{
	uintptr_t sp = c->sp[c->n - 1];
	int i = *at, n = c->n;

	while (i < last->n && last->sp[i] < sp)
		i++;
	*at = i;
	if (i == last->n || last->sp[i] != sp || last->ip[i] != c->ip[n - 1])
		return false;
	if (!last->whole && n + last->n - i - 1 < depth)
		return false;
	while (++i < last->n && n < CHAIN) {
		if (!still_there(last, i))
			return false;
		c->ip[n] = last->ip[i];
		c->signal[n] = last->signal[i];
		c->sp[n++] = last->sp[i];
	}
	c->n = n;
	c->whole = last->whole && i == last->n;
	return true;
}

/* From the captured place on; where `from` is given, from that return address
 * on, or nothing. */
static void walk(struct chain *c, const struct chain *last, uintptr_t from,
		 int depth)
{
	static unw_cursor_t cursor;
	bool found = !from;
	int at = 0;

	c->n = 0;
	c->whole = false;
	memset(readable, 0, sizeof(readable));
	find_live();
	if (!stack_capture_fn || init_fn(&cursor, &stack_context))
		return;
	/* Our own frames come before: a handful. */
	for (int i = 0; c->n < depth && (found || i < 16); i++) {
		unw_word_t ip, sp;

		if (reg_fn(&cursor, UNW_REG_IP, &ip) || !ip ||
		    reg_fn(&cursor, UNW_REG_SP, &sp))
			break;
		found |= ip == from;
		if (found) {
			c->ip[c->n] = ip;
			c->signal[c->n] = signal_fn(&cursor) > 0;
			c->sp[c->n++] = sp;
			if (append_known(c, last, &at, depth))
				return;
		}
		if (step_fn(&cursor) <= 0) {
			c->whole = true;
			break;
		}
	}
}

/* Where a thread's chain is kept: at the far end of its engine's stack. */
static struct chain *chain_of(const struct thread *self)
{
	return self->engine_stack ? (struct chain *)(self->engine_stack -
						     ENGINE_STACK)
				  : NULL;
}

static void keep(struct chain *last, const struct chain *c)
{
	size_t n = (size_t)c->n;

	last->n = c->n;
	last->whole = c->whole;
	memcpy(last->ip, c->ip, n * sizeof(c->ip[0]));
	memcpy(last->sp, c->sp, n * sizeof(c->sp[0]));
	memcpy(last->signal, c->signal, n * sizeof(c->signal[0]));
}

/* The calling thread's chain from there on, which it keeps for the next. */
static const struct chain *follow(uintptr_t from, int depth)
{
	static const struct chain none;
	static struct chain c;
	struct chain *last = chain_of(thread_me);

	walk(&c, last ? last : &none, from, depth);
	if (last)
		keep(last, &c);
	return &c;
}

struct question {
	const char *part;
	bool answer;
};

static void look_for(void *arg)
{
	struct question *q = arg;
	const struct chain *c = follow(0, STACK_DEPTH);

	for (int i = 0; i < c->n && i < STACK_DEPTH && !q->answer; i++) {
		struct module *m = module_of(c->ip[i]);

		q->answer = m && strstr(m->path, q->part);
	}
}

bool stack_passes(const char *part)
{
	struct question q = { .part = part };
	struct thread *self = thread_me;
	uint64_t mask = engine_lock();

	self->busy = true;
	stack_capture();
	stack_call(self, look_for, &q);
	self->busy = false;
	engine_unlock(mask);
	return q.answer;
}

const struct stack *stack_walk(uintptr_t ra, int depth)
{
	static struct stack s;
	const struct chain *c = follow(ra, depth);

	s.n = 0;
	s.handler = false;
	for (int i = 0; i < c->n && s.n < depth; i++) {
		/* What we stand in front of was called by our caller. */
		if (i && ours(c->ip[i]))
			continue;
		s.address[s.n] = c->ip[i];
		s.module[s.n++] = module_of(c->ip[i]);
		s.handler |= c->signal[i];
	}
	if (!s.n) {
		s.address[0] = ra;
		s.module[0] = module_of(ra);
		s.n = 1;
	}
	return &s;
}

uint64_t stack_digest(uintptr_t ra, uint64_t seed)
{
	const struct chain *c = follow(ra, STACK_DEEPEST);

	for (int i = 0; i < c->n; i++)
		seed = digest_word(seed, c->ip[i]);
	return seed | 1;
}

static uint64_t line_hash(const struct line *line)
{
	uint64_t hash = digest_word(digest_string(line->file), line->number);

	return digest_word(hash, digest_string(line->function)) | 1;
}

/* With its end; too long ones are cut, as a record has its limit. */
static unsigned cut(const char *text, unsigned most)
{
	size_t n = strlen(text) + 1;

	return n < most ? (unsigned)n : most;
}

/* The id of its record, written on first use; 0: the log cannot grow. */
static uint32_t line_id(const struct line *line)
{
	uint64_t hash = line_hash(line);
	unsigned file = cut(line->file, 1024), i = hash % LINES;
	unsigned function = cut(line->function, 256);
	struct sb_line *r;

	for (; line_record[i].hash; i = (i + 1) % LINES)
		if (line_record[i].hash == hash)
			return line_record[i].id;
	if (line_records > LINES * 3 / 4)
		return 0;
	r = log_record(SB_LINE, (unsigned)sizeof(*r) + file + function);
	if (!r)
		return 0;
	r->number = line->number;
	memcpy(r->text, line->file, file - 1);
	memcpy(r->text + file, line->function, function - 1);
	log_publish(r, SB_LINE);
	line_record[i].hash = hash;
	line_records++;
	return line_record[i].id = r->head.id;
}

static uint64_t site_hash(const struct stack *s, int n,
			  const struct line *line, unsigned lines)
{
	uint64_t hash = (uint64_t)n;

	for (int k = 0; k < n; k++) {
		const struct module *m = s->module[k];

		hash = digest_word(hash, m ? m->name : 0);
		hash = digest_word(hash, m ? s->address[k] - m->base : 0);
	}
	for (unsigned k = 0; k < lines; k++)
		hash = digest_word(hash, line_hash(&line[k]));
	return hash | 1; /* 0 is a free place */
}

static uint32_t write_site(const struct stack *s, int n,
			   const struct line *line, unsigned lines,
			   uint64_t hash)
{
	uint32_t id[SB_LINES];
	struct sb_site *r;

	for (int k = 0; k < n; k++)
		if (s->module[k])
			module_id(s->module[k]);
	for (unsigned k = 0; k < lines; k++)
		id[k] = line_id(&line[k]);
	r = log_record(SB_SITE,
		       (unsigned)(sizeof(*r) + (size_t)n * sizeof(r->frame[0]) +
				  lines * sizeof(id[0])));
	if (!r)
		return 0;
	r->hash = hash;
	r->depth = (uint32_t)n;
	r->lines = lines;
	for (int k = 0; k < n; k++) {
		const struct module *m = s->module[k];

		r->frame[k].module = m ? m->id : 0;
		r->frame[k].offset = m ? s->address[k] - m->base : 0;
	}
	memcpy(&r->frame[n], id, lines * sizeof(id[0]));
	log_publish(r, SB_SITE);
	return r->head.id;
}

uint32_t stack_site_tag(uint32_t id)
{
	return tags[id % SITES];
}

uint32_t stack_site(const struct stack *s, const struct line *line,
		    unsigned lines)
{
	int n = s->n < STACK_DEPTH ? s->n : STACK_DEPTH;
	uint64_t hash;
	unsigned i;

	if (lines > SB_LINES)
		lines = SB_LINES;
	hash = site_hash(s, n, line, lines);
	for (i = hash % SITES; site[i].hash; i = (i + 1) % SITES)
		if (site[i].hash == hash)
			return site[i].id;
	if (sites > SITES * 3 / 4) {
		log_flag(SB_KEYS_FULL);
		return 0;
	}
	site[i].id = write_site(s, n, line, lines, hash);
	if (site[i].id) {
		site[i].hash = hash;
		sites++;
		tags[site[i].id % SITES] = SB_TAPE_TAG(hash);
	}
	return site[i].id;
}
