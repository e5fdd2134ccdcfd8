/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <string.h>

#include "config.h"
#include "locks.h"
#include "module.h"
#include "process.h"
#include "python.h"
#include "stream.h"
#include "syncorder.h"
#include "sys.h"
#include "tape.h"
#include "thread.h"
#include "banned.h"

#define SLOTS 1024 /* a power of two */
#define SPINS 200  /* looks before a wait sleeps */

/* On a cache line of its own. */
static struct slot {
	uint64_t next; /* ticket */
	uint32_t waiting;
} __attribute__((aligned(64))) slots[SLOTS];

bool sync_on_flag;
static bool left; /* for good */

/* What is kept of a call: result, slot, whether it got it, ticket. */
#define GOT (1ull << 23)

static uint64_t pack(const struct sync *s)
{
	return s->ticket << 24 | (s->got ? GOT : 0) | (uint64_t)s->slot << 8 |
	       s->result;
}

static void unpack(struct sync *s, uint64_t word)
{
	s->result = (uint8_t)word;
	s->slot = (unsigned)(word >> 8) % SLOTS;
	s->got = word & GOT;
	s->ticket = word >> 24;
}

void sync_start(void)
{
	if (config.tape && !config.turns && !left)
		__atomic_store_n(&sync_on_flag, true, __ATOMIC_RELEASE);
}

void sync_forget(void)
{
	if (sync_on_flag || left)
		memset(slots, 0, sizeof(slots));
	sync_on_flag = left = false;
}

static void wake(struct slot *slot)
{
	if (__atomic_load_n(&slot->waiting, __ATOMIC_SEQ_CST))
		sys3(SYS_futex, &slot->next, FUTEX_WAKE_PRIVATE, INT_MAX);
}

void sync_leave(void)
{
	left = true;
	__atomic_store_n(&sync_on_flag, false, __ATOMIC_SEQ_CST);
	for (struct slot *s = slots; s < slots + SLOTS; s++)
		wake(s);
}

/* ---- who calls ---- */

enum caller { CALLER_UNKNOWN, CALLER_OWN, CALLER_TEAM, CALLER_PYTHON };

static enum caller look_at(uintptr_t ra)
{
	static const char *const teams[] = {
		"libopenblas",	     "libblis", "libmkl_",  "libgomp",
		"libomp.",	     "libomp-", "libiomp5", "libtbb",
		"libscipy_openblas", "libjvm.",
	};
	uint64_t mask = engine_lock();
	struct module *m = module_of(ra);
	enum caller who = CALLER_OWN;
	const char *slash, *name;

	if (m) {
		module_classify(m);
		slash = strrchr(m->path, '/');
		name = slash ? slash + 1 : m->path;
		for (size_t i = 0; i < sizeof(teams) / sizeof(*teams); i++)
			if (!strncmp(name, teams[i], strlen(teams[i])))
				who = CALLER_TEAM;
		if (m->python)
			who = CALLER_PYTHON;
	}
	engine_unlock(mask);
	return who;
}

/* Remembered by the return address; what is there is whole, as it is a word. */
static enum caller caller_of(const void *ra)
{
	static uint64_t known[1024];
	uint64_t *k = &known[((uintptr_t)ra * 0x9e3779b97f4a7c15u) >> 54];
	uint64_t word = __atomic_load_n(k, __ATOMIC_RELAXED);
	enum caller who;

	if (word >> 8 == (uintptr_t)ra)
		return (enum caller)(word & 0xff);
	who = look_at((uintptr_t)ra);
	__atomic_store_n(k, (uint64_t)(uintptr_t)ra << 8 | who,
			 __ATOMIC_RELAXED);
	return who;
}

/* That lock is a mutex and conditions; those that programs have are semaphores,
 * or since 3.13 words of memory. */
bool sync_patient(const void *ra)
{
	return sync_on && config.tape == TAPE_RECORD &&
	       caller_of(ra) == CALLER_PYTHON;
}

bool sync_aside(const void *ra)
{
	return sync_on && caller_of(ra) == CALLER_PYTHON && !python_holds(ra);
}

/* ---- a call ---- */

static unsigned slot_of(const volatile void *key)
{
	return (unsigned)(((uintptr_t)key >> 3) * 0x9e3779b97f4a7c15u >> 54) %
	       SLOTS;
}

static bool begin(struct sync *s, const volatile void *key, const void *ra)
{
	struct thread *self = thread_me;
	const uint64_t *word;
	size_t len;

	*s = (struct sync){ 0 };
	/* Those of ours, to ask CPython, are as good as the program's. */
	if (!self || !alive.yes || self->busy || caller_of(ra) == CALLER_TEAM)
		return false;
	if (config.tape == TAPE_RECORD) {
		s->slot = slot_of(key);
		s->kept = true;
		return false;
	}
	if (!tape_gives(self, SB_TAPE_SYNC))
		return false;
	self->at = NULL;
	/* Whoever waited when the recording ended waits again. */
	s->ended = tape_ended(self);
	if (s->ended)
		return false;
	word = tape_take(self, SB_TAPE_SYNC, &len);
	if (!word || len != sizeof(*word))
		return false;
	s->given = true;
	unpack(s, *word);
	return true;
}

bool sync_begin(struct sync *s, const volatile void *key, const void *ra)
{
	bool given = begin(s, key, ra);

	if (s->ended)
		tape_park(thread_me);
	return given;
}

bool sync_begin_wait(struct sync *s, pthread_mutex_t *m, const void *ra)
{
	bool given = begin(s, m, ra);

	if (s->ended) {
		lock_mutex_undo_plain(m);
		tape_park(thread_me);
		lock_mutex_plain(m);
	}
	return given;
}

static bool is_due(const struct sync *s)
{
	return __atomic_load_n(&slots[s->slot].next, __ATOMIC_ACQUIRE) >=
		       s->ticket ||
	       !__atomic_load_n(&sync_on_flag, __ATOMIC_SEQ_CST);
}

static void wait_due(const struct sync *s)
{
	struct slot *slot = &slots[s->slot];
	uint64_t seen;

	for (int i = 0; i < SPINS; i++) {
		if (is_due(s))
			return;
		__builtin_ia32_pause();
	}
	__atomic_add_fetch(&slot->waiting, 1, __ATOMIC_SEQ_CST);
	for (;;) {
		seen = __atomic_load_n(&slot->next, __ATOMIC_SEQ_CST);
		if (is_due(s))
			break;
		sys4(SYS_futex, &slot->next, FUTEX_WAIT_PRIVATE, (uint32_t)seen,
		     NULL);
	}
	__atomic_sub_fetch(&slot->waiting, 1, __ATOMIC_SEQ_CST);
}

void sync_await(const struct sync *s)
{
	if (s->given && s->got)
		wait_due(s);
}

void sync_before(struct sync *s, const volatile void *key, const void *ra)
{
	if (sync_on && key && sync_begin(s, key, ra))
		sync_await(s);
}

void sync_end(struct sync *s, bool got, int result)
{
	struct thread *self = thread_me;
	struct slot *slot = &slots[s->slot];
	uint64_t word;

	if (s->kept) {
		s->got = got;
		s->result = (uint8_t)result;
		if (got)
			s->ticket = __atomic_fetch_add(&slot->next, 1,
						       __ATOMIC_ACQ_REL);
		word = pack(s);
		self->at = NULL;
		tape_keep(self, SB_TAPE_SYNC, &word, sizeof(word));
	} else if (s->given && s->got) {
		__atomic_store_n(&slot->next, s->ticket + 1, __ATOMIC_SEQ_CST);
		wake(slot);
	} else if (s->ended) {
		tape_beyond(self, SB_TAPE_SYNC, sizeof(word));
	}
}

/* Another thread does it soon; but its recording may have been cut. */
#define GUARD_NS 20000 /* between two looks */
#define GUARD_LOOKS 200000

enum sync_guard sync_guard(const unsigned char *done, const void *ra)
{
	const uint64_t here = (uint64_t)(uintptr_t)done << 1;
	struct timespec moment = { 0, GUARD_NS };
	struct thread *self = thread_me;
	uint64_t word;
	size_t len;

	if (!self || self->busy || caller_of(ra) == CALLER_TEAM ||
	    !tape_gives(self, SB_TAPE_GUARD))
		return SYNC_GUARD_ASK;
	self->at = NULL;
	/* Waits for others, at which nobody had to wait now. */
	while (tape_guards(self, &word) && !(word & 1))
		tape_take(self, SB_TAPE_GUARD, &len);
	if (tape_guards(self, &word) && word == (here | 1)) {
		tape_take(self, SB_TAPE_GUARD, &len);
		return SYNC_GUARD_OURS;
	}
	for (int i = 0; i < GUARD_LOOKS && sync_on &&
			!__atomic_load_n(done, __ATOMIC_ACQUIRE);
	     i++)
		sys2(SYS_nanosleep, &moment, NULL);
	return __atomic_load_n(done, __ATOMIC_ACQUIRE) ? SYNC_GUARD_DONE
						       : SYNC_GUARD_ASK;
}

void sync_guard_end(const unsigned char *done, int ours, const void *ra)
{
	struct thread *self = thread_me;
	uint64_t word = (uint64_t)(uintptr_t)done << 1 | (ours != 0);

	if (!self || self->busy || config.tape != TAPE_RECORD ||
	    caller_of(ra) == CALLER_TEAM)
		return;
	self->at = NULL;
	tape_keep(self, SB_TAPE_GUARD, &word, sizeof(word));
}

int sync_mutex(struct sync *s, pthread_mutex_t *m, const void *ra)
{
	int ret;

	if (!sync_begin(s, m, ra))
		return NOT_OURS;
	ret = s->result;
	sync_await(s);
	if (s->got)
		lock_mutex_plain(m);
	sync_end(s, s->got, ret);
	return ret;
}

int sync_rwlock(struct sync *s, pthread_rwlock_t *l, bool write, const void *ra)
{
	int ret;

	if (!sync_begin(s, l, ra))
		return NOT_OURS;
	ret = s->result;
	sync_await(s);
	if (s->got)
		lock_rwlock_plain(l, write);
	sync_end(s, s->got, ret);
	return ret;
}

int sync_sem(struct sync *s, sem_t *sem, const void *ra)
{
	int ret;

	if (!sync_begin(s, sem, ra))
		return NOT_OURS;
	ret = s->result;
	sync_await(s);
	if (s->got)
		lock_sem_plain(sem);
	sync_end(s, s->got, ret);
	return ret;
}

/* Who signals has, or had, the mutex: its ticket tells that it may go on. */
int sync_cond(struct sync *s, pthread_mutex_t *m, const void *ra)
{
	int ret;

	if (!sync_begin_wait(s, m, ra))
		return NOT_OURS;
	ret = s->result;
	if (!s->got)
		return ret;
	lock_mutex_undo_plain(m);
	sync_await(s);
	lock_mutex_plain(m);
	sync_end(s, true, ret);
	return ret;
}
