/* SPDX-License-Identifier: MIT */
#include <limits.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include "locks.h"
#include "log.h"
#include "process.h"
#include "real.h"
#include "sys.h"
#include "team.h"
#include "text.h"
#include "thread.h"
#include "banned.h"

/* Counts forks: who worked for a thread is not in its child. */
static unsigned generation;
static pthread_key_t last_key;
static pthread_once_t last_once = PTHREAD_ONCE_INIT;

/*
 * The list of OMP_NUM_THREADS, "8,2": what regions within others get; and the
 * size of stacks, "64M" (without a letter: KiB). libgomp has read them at its
 * start, and does not say.
 */
static struct {
	bool read;
	unsigned n, threads[8];
	size_t stack;
} environment;

static void read_threads(const char *p)
{
	unsigned n;

	while (p && environment.n < 8) {
		for (n = 0; *p >= '0' && *p <= '9'; p++)
			n = n * 10 + (unsigned)(*p - '0');
		environment.threads[environment.n++] = n;
		p = strchr(p, ',');
		p += p ? strspn(p, ", ") : 0;
	}
}

static size_t read_size(const char *p)
{
	size_t n = 0;
	unsigned shift = 10;

	for (p += strspn(p, " "); *p >= '0' && *p <= '9'; p++)
		n = n * 10 + (size_t)(*p - '0');
	switch (p[strspn(p, " ")] | 0x20) {
	case 'b':
		shift = 0;
		break;
	case 'm':
		shift = 20;
		break;
	case 'g':
		shift = 30;
		break;
	}
	return n << shift;
}

static void read_environment(void)
{
	const char *stack;

	if (environment.read)
		return;
	environment.read = true;
	read_threads(samebits_variable(environ, "OMP_NUM_THREADS"));
	stack = samebits_variable(environ, "OMP_STACKSIZE");
	if (!stack)
		stack = samebits_variable(environ, "GOMP_STACKSIZE");
	if (stack)
		environment.stack = read_size(stack);
}

struct member *team_member(struct member *m, unsigned id)
{
	return &m->team->member[id];
}

/* Helpers: threads that work in the regions of one. */

static void run(struct hand *h)
{
	struct member *m = h->job;
	struct team *team = m->team;

	h->job = NULL;
	h->at = m;
	team->fn(team->data);
	crew_take(h);
	task_finish(m);
	h->at = NULL;
	if (++team->ended == team->n)
		crew_wake(h->crew, &team->ended);
}

/* At its own end its regions' helpers go, too. */
static void dismiss(struct hand *h)
{
	for (unsigned i = 0; i < h->nhelpers; i++) {
		h->helpers[i]->quit = true;
		crew_wake(h->crew, &h->helpers[i]->job);
	}
	if (h->helpers)
		team_memory_free(h->helpers,
				 h->room * sizeof(struct hand *));
	if (h->spare)
		team_memory_free(h->spare, h->spare->size);
	h->helpers = NULL;
	h->spare = NULL;
	h->nhelpers = h->room = 0;
}

/* The last of a crew takes it away, with the hand that it lies in. */
static void go(struct hand *h)
{
	struct crew *c = h->crew;
	struct hand *owner = c ? c->owner : h;

	crew_leave(h);
	if (h != owner)
		team_memory_free(h, sizeof(*h));
	if (!c || !__atomic_sub_fetch(&c->hands, 1, __ATOMIC_ACQ_REL))
		team_memory_free(owner, sizeof(*owner));
}

static void *work(void *arg)
{
	struct hand *h = arg;

	hand_me = h;
	h->thread = thread_me;
	h->tid = (int)sys0(SYS_gettid);
	if (h->thread)
		h->thread->seat.member = true;
	crew_first(h);
	while (!h->quit) {
		if (h->job)
			run(h);
		else
			crew_rest(h, &h->job);
	}
	dismiss(h);
	hand_me = NULL;
	go(h);
	return NULL;
}

/* A thread of the program's ends. */
static void leave(void *arg)
{
	struct hand *h = arg;

	hand_me = NULL;
	if (h->generation != generation)
		return;
	dismiss(h);
	go(h);
}

static void make_key(void)
{
	pthread_key_create(&last_key, leave);
}

static struct hand *me(void)
{
	struct hand *h = hand_me;

	if (!h) {
		lock_once_plain(&last_once, make_key);
		h = team_memory(sizeof(*h));
		h->tid = (int)sys0(SYS_gettid);
		h->generation = generation;
		hand_me = h;
		pthread_setspecific(last_key, h);
	}
	if (h->generation != generation) {
		h->generation = generation;
		h->nhelpers = h->engaged = 0;
		h->tid = (int)sys0(SYS_gettid);
		h->crew = NULL;
		memset(&h->own, 0, sizeof(h->own));
	}
	h->thread = thread_me;
	return h;
}

static void room_for(struct hand *h, unsigned n)
{
	struct hand **more;
	unsigned room = h->room ? h->room : 16;

	if (n <= h->room)
		return;
	while (room < n)
		room *= 2;
	more = team_memory(room * sizeof(*more));
	if (h->helpers) {
		memcpy(more, h->helpers, h->nhelpers * sizeof(*more));
		team_memory_free(h->helpers, h->room * sizeof(*more));
	}
	h->helpers = more;
	h->room = room;
}

/* The baton is this hand's from now on, if it has none yet. */
static bool found_crew(struct hand *h)
{
	if (h->crew)
		return true;
	h->own.turns = turn_on;
	if (h->own.turns && !turn_take())
		return false; /* of no use: it is not scheduled */
	h->own.holder = h;
	h->own.hands = 1;
	h->own.owner = h;
	h->crew = &h->own;
	return true;
}

static bool hire(struct hand *h)
{
	struct hand *helper = team_memory(sizeof(*helper));
	pthread_attr_t attr;
	pthread_t id;
	int ret;

	helper->generation = generation;
	helper->crew = h->crew;
	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	if (environment.stack)
		pthread_attr_setstacksize(&attr, environment.stack);
	ret = pthread_create(&id, &attr, work, helper);
	pthread_attr_destroy(&attr);
	if (ret) {
		team_memory_free(helper, sizeof(*helper));
		return false;
	}
	h->helpers[h->nhelpers++] = helper;
	h->crew->hands++;
	crew_join(h->crew, helper);
	return true;
}

/* How many of n - 1 helpers there are then, and one. */
static unsigned hire_all(struct hand *h, unsigned n)
{
	n += h->engaged;
	room_for(h, n);
	if (config.turns && !turn_on)
		turn_start();
	if (!found_crew(h))
		return 1;
	while (h->nhelpers < n - 1 && hire(h))
		;
	return (h->nhelpers + 1 < n ? h->nhelpers + 1 : n) - h->engaged;
}

/* Regions. */

static struct team *team_for(struct hand *h, unsigned n)
{
	struct team *t = h->spare;
	size_t size = sizeof(*t) + n * sizeof(t->member[0]);
	unsigned room;

	h->spare = NULL;
	if (t && t->room < n) {
		team_memory_free(t, t->size);
		t = NULL;
	}
	if (!t) {
		t = team_memory(size);
		t->size = size;
		t->room = n;
		return t;
	}
	size = t->size;
	room = t->room;
	memset(t, 0, sizeof(*t) + n * sizeof(t->member[0]));
	t->size = size;
	t->room = room;
	return t;
}

static unsigned size_of(const struct region *r, const struct member *outer,
			const struct settings *set, unsigned limit)
{
	unsigned n = r->threads ? r->threads : set->threads;
	int active = outer ? (int)outer->team->active : 0;

	if (active >= set->levels || !n)
		n = 1;
	if (limit && n > limit)
		n = limit;
	return n < TEAM_MOST ? n : TEAM_MOST;
}

static struct settings within(const struct settings *set, unsigned level)
{
	struct settings s = *set;

	if (level < environment.n && environment.threads[level])
		s.threads = environment.threads[level];
	return s;
}

static void place(struct team *t, unsigned id, struct hand *h,
		  const struct settings *set)
{
	struct member *m = &t->member[id];

	m->team = t;
	m->id = id;
	m->hand = h;
	m->part.set = *set;
	m->part.group = t->reduces;
	m->task = &m->part;
	m->sections = t->sections;
	m->section = id;
	m->loop = t->loop;
	m->loop.next = id;
	if (t->cancels && (t->has_loop || t->sections))
		m->share = share_enter(m, &(bool){ false });
}

static void inherit(struct team *t, struct member *outer,
		    const struct outside *o)
{
	t->outer = outer;
	t->level = outer ? outer->team->level + 1 : 1;
	t->active = (outer ? outer->team->active : 0) + (t->n > 1);
	t->limit = outer ? outer->team->limit : o->limit;
	t->cancels = outer ? outer->team->cancels : o->cancels;
	t->number = outer ? outer->team->number : o->number;
	t->league = outer ? outer->team->league : o->league;
}

/* Who is its member of number i. */
static struct hand *helper_of(struct hand *h, unsigned i)
{
	return h->helpers[h->engaged + i - 1];
}

/* Its threads come after the caller, in the order of their numbers. */
static void start(struct team *t, struct hand *h, const struct settings *set)
{
	struct hand *helper;

	place(t, 0, h, set);
	for (unsigned i = 1; i < t->n; i++)
		place(t, i, helper_of(h, i), set);
	for (unsigned i = 1; i < t->n; i++) {
		helper = helper_of(h, i);
		helper->job = &t->member[i];
		crew_wake(h->crew, &helper->job);
	}
}

/* The watch has patience with who is in a region. */
static void patient(struct hand *h, bool yes)
{
	if (h->thread)
		h->thread->seat.member = yes;
}

unsigned team_open(const struct region *r)
{
	struct hand *h = me();
	struct member *outer = h->at;
	const struct settings *base = outer ? &outer->task->set
					    : &r->outside.set;
	unsigned limit = outer ? outer->team->limit : r->outside.limit;
	struct settings set;
	struct team *t;
	unsigned n;

	read_environment();
	crew_take(h);
	n = size_of(r, outer, base, limit);
	if (n > 1)
		n = hire_all(h, n);
	t = team_for(h, n);
	t->n = n;
	inherit(t, outer, &r->outside);
	t->fn = r->fn;
	t->data = r->data;
	t->sections = r->sections;
	t->has_loop = r->loop != NULL;
	if (r->loop)
		t->loop = *r->loop;
	if (r->runtime)
		t->loop.piece = loop_piece(base, 0, 0);
	if (r->reductions) {
		reductions_make(&t->group, r->reductions, NULL, n);
		t->reduces = &t->group;
	}
	set = within(base, t->level);
	start(t, h, &set);
	h->engaged += n - 1;
	patient(h, true);
	h->at = &t->member[0];
	return n;
}

static void free_shares(struct team *t)
{
	struct share *s;

	while ((s = t->shares)) {
		t->shares = s->next;
		team_memory_free(s->progress, t->n * sizeof(uint64_t));
		team_memory_free(s->memory, s->size);
		team_memory_free(s, sizeof(*s));
	}
}

void team_close(void)
{
	struct hand *h = hand_me;
	struct member *m = h->at;
	struct team *t = m->team;

	crew_take(h);
	task_finish(m);
	t->ended++;
	while (t->ended < t->n)
		crew_wait(h, &t->ended, "the end of an OpenMP region");
	free_shares(t);
	h->engaged -= t->n - 1;
	h->at = t->outer;
	if (!t->outer)
		patient(h, false);
	if (h->spare)
		team_memory_free(t, t->size);
	else
		h->spare = t;
}

unsigned team_run(const struct region *r)
{
	unsigned n = team_open(r);

	r->fn(r->data);
	team_close();
	return n;
}

bool team_barrier(struct member *m, bool cancellable)
{
	struct team *t = m->team;
	uint64_t phase;

	crew_take(m->hand);
	if (cancellable && t->cancelled)
		return true;
	task_finish(m);
	phase = t->phase;
	if (++t->arrived == t->n) {
		t->arrived = 0;
		t->phase++;
		if (t->n > 1)
			crew_wake(m->hand->crew, &t->phase);
		return cancellable && t->cancelled;
	}
	while (t->phase == phase && !(cancellable && t->cancelled))
		crew_wait(m->hand, &t->phase, "an OpenMP barrier");
	return cancellable && t->cancelled;
}

/* What all members meet. */

struct share *share_enter(struct member *m, bool *first)
{
	struct team *t = m->team;
	struct share *s, **at;

	m->constructs++;
	for (at = &t->shares; (s = *at); at = &s->next)
		if (s->number == m->constructs)
			return s;
	*first = true;
	s = *at = team_memory(sizeof(*s));
	s->number = m->constructs;
	return s;
}

void share_leave(struct member *m, struct share *s)
{
	struct team *t = m->team;
	struct share **at;

	if (++s->left < t->n)
		return;
	for (at = &t->shares; *at != s; at = &(*at)->next)
		;
	*at = s->next;
	team_memory_free(s->progress, t->n * sizeof(uint64_t));
	team_memory_free(s->memory, s->size);
	team_memory_free(s, sizeof(*s));
}

bool team_single(struct member *m)
{
	bool first = false;
	struct share *s;

	crew_take(m->hand);
	if (m->team->n == 1)
		return true;
	s = share_enter(m, &first);
	share_leave(m, s);
	return first;
}

void *team_copy_start(struct member *m)
{
	if (team_single(m))
		return NULL;
	team_barrier(m, false);
	return m->team->copy;
}

void team_copy_end(struct member *m, void *data)
{
	crew_take(m->hand);
	m->team->copy = data;
	team_barrier(m, false);
}

/* Only its caller is left, and who worked for it is not. */
void teams_forked(void)
{
	generation++;
	team_memory_forked();
}
