/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <linux/futex.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/uio.h>
#include <ucontext.h>

#include "call.h"
#include "config.h"
#include "deny.h"
#include "log.h"
#include "module.h"
#include "process.h"
#include "pydump.h"
#include "stack.h"
#include "symbol.h"
#include "sys.h"
#include "text.h"
#include "turn.h"
#include "turntell.h"
#include "banned.h"

#define FRAMES 12
#define TELL_NS 500000000  /* that a thread has, to say where it is */
#define HALTS 256	   /* that are written down */
#define BUSY_SIGNAL SIGURG /* ignored, where nobody has asked for it */

static struct sb_turns *record; /* NULL: the log has no room */
static unsigned halts;
static bool quiet;     /* the launcher will say it, which knows lines */
static char usual[16]; /* what threads are called that nobody named */

static struct {
	char where[192]; /* of a busy loop */
	int told;	 /* futex, 1: `where` is written */
} busy;

/* ---- the process ---- */

static void own_name(char name[16])
{
	memset(name, 0, 16);
	sys2(SYS_prctl, PR_GET_NAME, name);
}

void turntell_start(void)
{
	own_name(usual);
	record = log_record(SB_TURNS, sizeof(*record));
	if (record) {
		record->seed = config.turns_seed;
		record->seeded = config.turns_seeded;
		record->threads = 1;
		log_publish(record, SB_TURNS);
	}
}

void turntell_forked(void)
{
	record = NULL;
	halts = 0;
}

void turntell_thread(void)
{
	if (record)
		record->threads++;
}

void turntell_count(void)
{
	if (record)
		record->passes = turn.passes;
}

void turntell_halt(enum sb_halt_kind kind)
{
	if (record)
		record->halts[kind]++;
}

/* ---- one thread, of itself ---- */

struct telling {
	struct thread *self;
	uintptr_t ra;	  /* in the program */
	bool instruction; /* it is no return address */
	enum sb_halt_kind kind;
	struct line line[SB_LINES];
	unsigned lines;
	char room[2048]; /* their texts */
};

static const char nobody[] = "";

/* The number at `at`, in an object that may be gone while somebody waits for it:
 * the kernel looks. */
static int read_number(const int *at)
{
	int value = 0;
	struct iovec to = { &value, sizeof(value) };
	struct iovec from = { (void *)at, sizeof(*at) };

	if (!at || sys6(SYS_process_vm_readv, process.pid, &to, 1, &from, 1,
			0) != sizeof(value))
		return 0;
	return value;
}

/* The lineage of who has what this one waits for. */
static const char *holder(const struct seat *s)
{
	int tid = s->key ? read_number(s->owner) : 0;

	for (struct thread *t = thread_first(); t && tid > 0; t = t->next)
		if (t->tid == tid && !t->ended && t->seat.state != SEAT_NONE)
			return t->path;
	return tid > 0 ? "that has ended" : nobody;
}

static const char *what_of(const struct telling *t)
{
	const char *what = t->self->seat.what;

	if (t->kind == SB_HALT_BUSY)
		return "nothing, it runs";
	if (t->kind == SB_HALT_UNSEEN)
		return "something unseen";
	return what ? what : "its turn";
}

static void write_halt(const struct telling *t, const struct stack *stack)
{
	const struct seat *s = &t->self->seat;
	bool waits = t->kind == SB_HALT_DEADLOCK;
	const char *what = what_of(t), *who = waits ? holder(s) : nobody;
	size_t n = strlen(what) + 1, m = strlen(who) + 1;
	struct module *module = NULL;
	struct sb_halt *r;
	uint32_t site, id;

	if (halts++ >= HALTS)
		return;
	thread_name(t->self);
	if (waits && s->key)
		module = module_of((uintptr_t)s->key);
	id = module ? module_id(module) : 0;
	site = stack_site(stack, t->line, t->lines);
	r = log_record(SB_HALT, (unsigned)(sizeof(*r) + n + m));
	if (!r)
		return;
	r->kind = t->kind;
	r->thread = t->self->id;
	r->site = site;
	r->module = id;
	r->key = waits ? (uintptr_t)s->key : 0;
	r->offset = module ? r->key - module->base : 0;
	own_name(r->name);
	memcpy(r->text, what, n);
	memcpy(r->text + n, who, m);
	log_publish(r, SB_HALT);
}

static void add_name(struct text *t)
{
	char name[16];

	own_name(name);
	if (!strcmp(name, usual))
		return;
	text_add(t, " (");
	text_add(t, name);
	text_add(t, ")");
}

static void say_halt(const struct telling *t, const struct stack *stack)
{
	static char message[8192];
	struct text out = text_start(message, sizeof(message));
	const struct seat *s = &t->self->seat;
	const char *who = holder(s);

	text_add(&out, "samebits: thread ");
	text_add(&out, t->self->path);
	add_name(&out);
	text_add(&out, " waits for ");
	text_add(&out, what_of(t));
	if (s->key) {
		text_add(&out, " at 0x");
		text_number(&out, (uintptr_t)s->key, 16, 1);
	}
	if (*who) {
		text_add(&out, *who >= '0' && *who <= '9' ? ", of thread "
							  : ", of one ");
		text_add(&out, who);
	}
	text_add(&out, "\n");
	if (t->lines)
		deny_say_lines(&out, t->line, t->lines);
	else
		deny_say_stack(&out, stack);
	sys3(SYS_write, 2, message, out.at - message);
}

/* "function in module+0xoffset, called from …" */
static void note_where(const struct stack *s)
{
	struct text t = text_start(busy.where, sizeof(busy.where));

	for (int i = 0; i < s->n && i < 3; i++) {
		struct module *m = s->module[i];
		const char *function = symbol_before(m, s->address[i]);
		const char *path = m ? m->path : "unknown code";
		const char *slash = strrchr(path, '/');

		text_add(&t, i ? ", called from " : " in ");
		text_add(&t, function ? function : "?");
		text_add(&t, " of ");
		text_add(&t, slash ? slash + 1 : path);
		text_add(&t, "+0x");
		text_number(&t, s->address[i] - (m ? m->base : 0), 16, 1);
	}
}

/* On the engine's stack. */
static void tell(void *arg)
{
	struct telling *t = arg;
	struct stack s = *stack_walk(t->ra, FRAMES);

	if (t->kind == SB_HALT_BUSY)
		note_where(&s);
	if (t->instruction && s.n)
		s.address[0]++; /* so that it lies behind what runs */
	write_halt(t, &s);
	if (t->kind == SB_HALT_DEADLOCK && !quiet)
		say_halt(t, &s);
}

/* instruction: `ra` is no return address, but where the thread was stopped. Its
 * lines first, as an interpreter that writes them comes through our hooks. */
static void speak(struct thread *self, enum sb_halt_kind kind, uintptr_t ra,
		  bool instruction)
{
	struct telling t;
	int saved = errno;
	uint64_t mask;

	t.self = self;
	t.kind = kind;
	t.ra = ra;
	t.instruction = instruction;
	self->busy = true;
	t.lines = pydump(t.line, SB_LINES, t.room, sizeof(t.room));
	mask = engine_lock();
	stack_capture();
	stack_call(self, tell, &t);
	self->busy = false;
	engine_unlock(mask);
	errno = saved;
}

void turntell_waits(struct thread *self)
{
	speak(self, SB_HALT_DEADLOCK,
	      (uintptr_t)call_from(__builtin_return_address(0),
				   __builtin_frame_address(0)),
	      false);
}

void turntell_back(struct thread *self, enum sb_halt_kind kind)
{
	if (self->busy || halts >= HALTS)
		return;
	speak(self, kind,
	      (uintptr_t)call_from(__builtin_return_address(0),
				   __builtin_frame_address(0)),
	      false);
}

static void in_loop(int sig, siginfo_t *info, void *context)
{
	const ucontext_t *uc = context;
	struct thread *self = thread_me;

	(void)sig;
	(void)info;
	if (self && !self->busy)
		speak(self, SB_HALT_BUSY,
		      (uintptr_t)uc->uc_mcontext.gregs[REG_RIP], true);
	busy.told = 1;
	sys3(SYS_futex, &busy.told, FUTEX_WAKE_PRIVATE, 1);
}

/* ---- the watch, of others ---- */

/* Where the thread is, itself alone can tell: a signal asks it. */
void turntell_busy(const struct thread *t)
{
	static const struct timespec limit = { 0, TELL_NS };
	struct sigaction ours = { .sa_sigaction = in_loop,
				  .sa_flags = SA_SIGINFO | SA_RESTART |
					      SA_ONSTACK },
			 theirs;

	sigfillset(&ours.sa_mask);
	busy.told = busy.where[0] = 0;
	if (sigaction(BUSY_SIGNAL, &ours, &theirs))
		return;
	if (sys3(SYS_tgkill, process.pid, t->tid, BUSY_SIGNAL) == 0)
		sys4(SYS_futex, &busy.told, FUTEX_WAIT_PRIVATE, 0, &limit);
	sigaction(BUSY_SIGNAL, &theirs, NULL);
}

const char *turntell_where(void)
{
	return busy.where;
}

/* Without the lock, as what it calls may take it. */
static bool ask(struct thread *t)
{
	static const struct timespec limit = { 0, TELL_NS };
	int waits = GO_WAIT, *go = &t->seat.go;

	if (t->seat.state != SEAT_BLOCKED ||
	    !__atomic_compare_exchange_n(go, &waits, GO_TELL, false,
					 __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
		return false;
	sys3(SYS_futex, go, FUTEX_WAKE_PRIVATE, 1);
	sys4(SYS_futex, go, FUTEX_WAIT_PRIVATE, GO_TELL, &limit);
	return true;
}

static void say_head(void)
{
	char message[512];
	struct text t = text_start(message, sizeof(message));

	text_add(&t, "samebits: deadlock: all threads of process ");
	text_add(&t, process.path);
	text_add(&t, " wait for each other\n");
	sys3(SYS_write, 2, message, t.at - message);
}

#define ASKED 100 /* threads: more say nothing new */

static void say_end(unsigned left)
{
	char message[512];
	struct text t = text_start(message, sizeof(message));

	if (left) {
		text_add(&t, "samebits: … and ");
		text_number(&t, left, 10, 1);
		text_add(&t, " threads more\n");
	}
	if (!config.deadlock_exit)
		text_add(&t, "samebits: they are left as they are (--deadlock "
			     "exit ends the run); samebits report knows the "
			     "lines\n");
	sys3(SYS_write, 2, message, t.at - message);
}

void turntell_deadlock(void)
{
	unsigned asked = 0, left = 0;

	quiet = config.deadlock_exit && process.board &&
		process.board->launcher;
	turntell_halt(SB_HALT_DEADLOCK);
	if (!quiet)
		say_head();
	for (struct thread *t = thread_first(); t; t = t->next)
		if (asked < ASKED)
			asked += ask(t);
		else
			left += t->seat.state == SEAT_BLOCKED;
	if (!quiet)
		say_end(left);
}
