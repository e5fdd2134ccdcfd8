/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>

#include "call.h"
#include "deny.h"
#include "dir.h"
#include "filetable.h"
#include "filetime.h"
#include "lineage.h"
#include "log.h"
#include "ltime.h"
#include "module.h"
#include "opened.h"
#include "pids.h"
#include "process.h"
#include "runtime.h"
#include "shape.h"
#include "shared.h"
#include "stack.h"
#include "syncorder.h"
#include "sys.h"
#include "tape.h"
#include "team.h"
#include "text.h"
#include "thread.h"
#include "timers.h"
#include "turnfd.h"
#include "turntell.h"
#include "variables.h"
#include "banned.h"

struct process process;

struct alive alive;

/* 0 free, 1 held, 2 held and waited for */
static int engine_word, loader_word;
static uint64_t fork_mask, fork_loader;

uint64_t word_take(int *word)
{
	uint64_t all = ~0ull, mask = 0;
	int was = 0;

	sys4(SYS_rt_sigprocmask, 0 /* SIG_BLOCK */, &all, &mask, 8);
	if (__atomic_compare_exchange_n(word, &was, 1, false, __ATOMIC_ACQUIRE,
					__ATOMIC_RELAXED))
		return mask;
	/* Drepper, Futexes are tricky, 2011: the third mutex. */
	while (__atomic_exchange_n(word, 2, __ATOMIC_ACQUIRE))
		sys4(SYS_futex, word, FUTEX_WAIT_PRIVATE, 2, NULL);
	return mask;
}

void word_give(int *word, uint64_t mask)
{
	if (__atomic_exchange_n(word, 0, __ATOMIC_RELEASE) == 2)
		sys3(SYS_futex, word, FUTEX_WAKE_PRIVATE, 1);
	sys4(SYS_rt_sigprocmask, 2 /* SIG_SETMASK */, &mask, NULL, 8);
}

uint64_t engine_lock(void)
{
	return word_take(&engine_word);
}

void engine_unlock(uint64_t mask)
{
	word_give(&engine_word, mask);
}

uint64_t loader_lock(void)
{
	return word_take(&loader_word);
}

void loader_unlock(uint64_t mask)
{
	word_give(&loader_word, mask);
}

static struct sb_slot *slot(uint32_t i)
{
	return process.board && i < SB_SLOTS ? &process.board->slot[i] : NULL;
}

static const struct shared board_file = {
	.name = "board",
	.head = offsetof(struct sb_board, slot),
	.item = sizeof(struct sb_slot),
	.step = 64,
};

static uint32_t take_slot(uint64_t lineage, const char *path, uint32_t state)
{
	struct sb_slot *s;
	uint32_t i;

	if (!process.board)
		return SB_SLOTS;
	i = __atomic_fetch_add(&process.board->next, 1, __ATOMIC_RELAXED);
	s = i < SB_SLOTS &&
		    shared_reserve(&board_file, &process.board->ready, i)
		    ? slot(i) : NULL;
	if (!s)
		return SB_SLOTS;
	s->lineage = lineage;
	s->number = pids_number(lineage);
	strncpy(s->path, path, sizeof(s->path) - 1);
	__atomic_store_n(&s->state, state, __ATOMIC_RELEASE);
	return i;
}

static void map_board(void)
{
	process.board = shared_map(&board_file, sizeof(struct sb_board));
}

/* config.dir becomes the first name that is free, or empty. */
static bool make_directory(void)
{
	long ret = -EEXIST;
	struct text t;

	sys3(SYS_mkdirat, AT_FDCWD, config.store, 0755);
	for (unsigned n = 1; n < 1000000 && ret == -EEXIST; n++) {
		t = text_start(config.dir, sizeof(config.dir));
		text_add(&t, config.store);
		text_add(&t, "/");
		text_number(&t, n, 10, 6);
		ret = sys3(SYS_mkdirat, AT_FDCWD, config.dir, 0755);
	}
	if (ret)
		config.dir[0] = 0;
	return !ret;
}

bool process_make_run(void)
{
	long fd, ret;

	if (!make_directory())
		return false;
	fd = shared_open(&board_file, O_CREAT | O_EXCL);
	if (fd < 0)
		return false;
	/* Its head; a slot is reserved when it is taken. */
	ret = sys2(SYS_ftruncate, fd, offsetof(struct sb_board, slot));
	if (!ret)
		ret = sys4(SYS_fallocate, fd, 0, 0,
			   offsetof(struct sb_board, slot));
	sys1(SYS_close, fd);
	if (ret && ret != -EOPNOTSUPP)
		return false;
	map_board();
	if (!process.board)
		return false;
	memcpy(process.board->magic, SB_BOARD_MAGIC, 8);
	process.board->version = SB_VERSION;
	process.board->nslots = SB_SLOTS;
	config.slot = take_slot(lineage_root(config.path), config.path,
				SB_EXPECTED);
	return true;
}

static void come_alive(void)
{
	struct sb_slot *s = slot(process.slot);
	long n;

	if (!s)
		return;
	s->pid = (uint32_t)process.pid;
	s->exec = process.exec;
	s->lineage = process.lineage;
	strncpy(s->path, process.path, sizeof(s->path) - 1);
	if (!s->number)
		s->number = pids_number(process.lineage);
	n = sys4(SYS_readlinkat, AT_FDCWD, "/proc/self/exe", s->what,
		 sizeof(s->what) - 1);
	s->what[n < 0 ? 0 : n] = 0;
	__atomic_store_n(&s->state, SB_ALIVE, __ATOMIC_RELEASE);
}

static void begin(void)
{
	deny_check();
	come_alive();
	if (log_open() == 0 && slot(process.slot))
		slot(process.slot)->logged = 1;
	alive.yes = true;
}

void process_start(void)
{
	process.pid = (int)sys0(SYS_getpid);
	if (!process.board)
		map_board();
	memcpy(process.path, config.path, sizeof(process.path));
	process.lineage = lineage_root(process.path);
	process.slot = config.slot;
	process.exec = config.exec;
	process.children = config.children;
	/* Where the kernel refuses, raw forks share their parent's log. */
	sys3(SYS_madvise, &alive, sizeof(alive), MADV_WIPEONFORK);
	process.shared = !lineage_is_root(process.path);
	if (process.board && !process.exec && !process.shared)
		pids_outside();
	process.real_start = sys_now(CLOCK_MONOTONIC);
	process.clock_start = config.clock;
	if (config.tape == TAPE_RECORD)
		ltime_start();
	begin();
	if (!config.audit && !config.time_real && !filetable_start())
		log_blind("files", "the times of files are real: the table of "
				   "them could not be made");
}

struct thread *process_announce(void)
{
	struct thread *self = thread_me ? thread_me : thread_adopt();

	if (!self)
		return NULL;
	self->child.lineage = lineage_process(
		self->child.path, sizeof(self->child.path), process.path,
		process.lineage, self->path, ++self->children);
	self->child.slot = take_slot(self->child.lineage, self->child.path,
				     SB_FREE);
	process.shared = true;
	if (config.turns)
		turnfd_shared();
	turn_anew();
	__atomic_add_fetch(&process.children, 1, __ATOMIC_RELAXED);
	return self;
}

void process_fork_prepare(void)
{
	process_announce();
	fork_mask = engine_lock();
	fork_loader = loader_lock();
	turn_fork_prepare();
}

void process_fork_parent(void)
{
	turn_fork_parent();
	loader_unlock(fork_loader);
	engine_unlock(fork_mask);
}

/* The calling thread is the only one of a new process. */
static void start_over(const char *path, uint64_t lineage, uint32_t where)
{
	process.pid = (int)sys0(SYS_getpid);
	memmove(process.path, path, sizeof(process.path));
	process.lineage = lineage;
	process.slot = where;
	process.exec = 0;
	config.generation = 0;
	process.children = 0;
	process.drawn = process.lent = false;
	call_forget();
	dir_forget();
	sync_forget();
	stack_forget();
	runtimes_forget();
	shapes_forget();
	log_forget();
	opened_forget();
	begin();
	thread_forked();
	timers_forked();
	turn_forked();
	teams_forked();
}

void process_fork_child(void)
{
	uint64_t mask = fork_mask;
	struct thread *self = thread_me;

	loader_unlock(fork_loader);
	if (self)
		start_over(self->child.path, self->child.lineage,
			   self->child.slot);
	else
		start_over(process.path, process.lineage, SB_SLOTS);
	engine_unlock(mask);
}

/* Is the slot that the parent announced still nobody's? Then it is ours. */
static bool claim(uint32_t i)
{
	struct sb_slot *s = slot(i);
	uint32_t free = SB_FREE;

	return s && __atomic_compare_exchange_n(&s->state, &free, SB_ALIVE,
						false, __ATOMIC_ACQUIRE,
						__ATOMIC_RELAXED);
}

/* A name that no announced child has: the parent's raw children are counted on
 * its slot, as its memory is out of reach. */
static void name_raw(struct thread *self)
{
	struct sb_slot *parent = slot(process.slot);
	uint64_t n = parent ? __atomic_add_fetch(&parent->raw, 1,
						 __ATOMIC_RELAXED)
			    : (uint64_t)sys0(SYS_getpid);

	self->child.lineage =
		lineage_process(self->child.path, sizeof(self->child.path),
				process.path, process.lineage, "raw", n);
	self->child.slot =
		take_slot(self->child.lineage, self->child.path, SB_FREE);
}

void process_fork_raw(void)
{
	struct thread *self;
	uint64_t mask;

	/* Whoever held it in the parent is not here. */
	engine_word = loader_word = 0;
	self = thread_me ? thread_me : thread_adopt();
	mask = engine_lock();
	if (!alive.yes && self) {
		if (!claim(self->child.slot))
			name_raw(self);
		start_over(self->child.path, self->child.lineage,
			   self->child.slot);
	}
	engine_unlock(mask);
}

bool process_borrowed(void)
{
	return (int)sys0(SYS_getpid) != process.pid;
}

struct environment *environment_lasting(struct environment *own)
{
	struct thread *self = thread_me;
	long p;

	if (!self)
		return own;
	if (!self->lasting) {
		p = sys6(SYS_mmap, NULL, sizeof(*own), PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (p < 0)
			return own;
		self->lasting = (struct environment *)p;
	}
	return self->lasting;
}

int environment_size(char *const envp[])
{
	int n = 0;

	while (envp && envp[n])
		n++;
	return n + 3 + variables_kept();
}

/* Is our object among the ':' or ' ' separated ones? */
static bool names_us(const char *list)
{
	size_t len = strlen(config.lib);
	const char *p = list;

	while ((p = strstr(p, config.lib))) {
		if ((p == list || p[-1] == ':' || p[-1] == ' ') &&
		    (!p[len] || p[len] == ':' || p[len] == ' '))
			return true;
		p += len;
	}
	return false;
}

/* envp with our two variables in place of what it has of them, and the counts
 * of threads, which a program does not change for those that it starts. */
static void put_back(struct environment *e, char *const envp[],
		     const struct child *child)
{
	struct text t = text_start(e->preload, sizeof(e->preload));
	const char *theirs = NULL;
	int n = 0;

	for (; envp && *envp; envp++) {
		if (!strncmp(*envp, "LD_PRELOAD=", 11))
			theirs = *envp + 11;
		else if (strncmp(*envp, "SAMEBITS=", 9) &&
			 !variables_replace(*envp))
			e->vector[n++] = *envp;
	}
	n += variables_put(e->vector + n);
	text_add(&t, "LD_PRELOAD=");
	if (!theirs || !names_us(theirs)) {
		text_add(&t, config.lib);
		if (theirs && *theirs)
			text_add(&t, ":");
	}
	if (theirs)
		text_add(&t, theirs);
	config_child(e->state, sizeof(e->state), child);
	e->vector[n++] = e->preload;
	e->vector[n++] = e->state;
	e->vector[n] = NULL;
}

void environment_first(struct environment *e, char *const envp[])
{
	struct child child = { .slot = config.slot, .clock = config.clock,
			       .path = config.path };

	put_back(e, envp, &child);
}

void environment_make(struct environment *e, char *const envp[], bool spawned,
		      const char *what)
{
	struct thread *self = thread_me;
	uint32_t where = !spawned ? process.slot
			 : self	  ? self->child.slot
				  : SB_SLOTS;
	struct child child = {
		.slot = where,
		.exec = spawned ? 0 : process.exec + 1,
		.generation = spawned ? 0 : config.generation + process.drawn,
		.children = spawned ? 0 : process.children,
		.clock = self ? self->clock : 0,
		.path = spawned && self ? self->child.path : process.path,
	};
	struct sb_slot *s = slot(where);

	put_back(e, envp, &child);
	if (s) {
		strncpy(s->what, what ? what : "", sizeof(s->what) - 1);
		__atomic_store_n(&s->state, SB_EXPECTED, __ATOMIC_RELEASE);
	}
}

void environment_undo(bool spawned)
{
	struct thread *self = thread_me;
	struct sb_slot *s = slot(!spawned ? process.slot
				 : self	  ? self->child.slot
					  : SB_SLOTS);

	if (s)
		__atomic_store_n(&s->state, spawned ? SB_FREE : SB_ALIVE,
				 __ATOMIC_RELEASE);
}

uint32_t process_slots(void)
{
	const struct sb_board *b = process.board;
	uint32_t next, ready;

	if (!b)
		return 0;
	next = __atomic_load_n(&b->next, __ATOMIC_ACQUIRE);
	ready = __atomic_load_n(&b->ready, __ATOMIC_ACQUIRE);
	return next < ready ? next : ready;
}

uint64_t process_clock_of(int pid)
{
	for (uint32_t i = process_slots(); i-- > 0;)
		if ((int)process.board->slot[i].pid == pid)
			return process.board->slot[i].clock;
	return 0;
}

__attribute__((destructor)) void process_leave(void)
{
	struct sb_slot *s = alive.yes ? slot(process.slot) : NULL;

	if (!s || process_borrowed())
		return;
	turntell_count();
	modules_leave();
	filetime_leave();
	if (thread_me)
		tape_end(thread_me);
	s->clock = thread_highest();
	s->state = SB_ENDED;
}
