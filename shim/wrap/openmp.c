/* SPDX-License-Identifier: MIT */
/*
 * What OpenMP's runtimes are told and asked by a program: how many threads,
 * which schedules, what time it is. With --threads N they use N.
 *
 * Schedules that a program sets for schedule(runtime) stay as set, so that it
 * reads them back; the loops make them static (gomp.c, kmp.c).
 */
#include "ltime.h"
#include "openmp.h"
#include "runtime.h"
#include "scope.h"
#include "banned.h"

#define ROW(fn, ...)                                                           \
	SOURCE(fn, .group = "openmp", .optional = 1, .bound = 1,               \
	       __VA_ARGS__)

/* Of the library that the caller reaches, for ourselves. */
int omp_get_num_threads(void);
void omp_get_schedule(int *kind, int *chunk);
static __typeof__(omp_get_num_threads) *real_omp_get_num_threads;
static __typeof__(omp_get_schedule) *real_omp_get_schedule;
OPENMP_PART(omp_get_num_threads);
OPENMP_PART(omp_get_schedule);

/* Those that only a region of ours asks for. */
int omp_get_thread_limit(void);
int omp_get_max_active_levels(void);
int omp_get_dynamic(void);
int omp_get_cancellation(void);
int omp_get_team_num(void);
int omp_get_num_teams(void);
#define ASKED(fn)                                                              \
	static __typeof__(fn) *real_##fn;                                      \
	OPENMP_PART(fn)
ASKED(omp_get_thread_limit);
ASKED(omp_get_max_active_levels);
ASKED(omp_get_dynamic);
ASKED(omp_get_cancellation);
ASKED(omp_get_team_num);
ASKED(omp_get_num_teams);

/* As Fortran calls them: by address, and with integers of 8 bytes. */
#define SETTER(fn, value, forced, ours, text)                                        \
	void fn(int n);                                                        \
	void fn##_(const int *n);                                              \
	void fn##_8_(const int64_t *n);                                        \
	ROW(fn, .policy = SB_OBSERVE, .counts = forced, .doc = text);          \
	ROW(fn##_, .policy = SB_OBSERVE, .counts = forced,                     \
	    .doc = text ", Fortran");                                          \
	ROW(fn##_8_, .policy = SB_OBSERVE, .counts = 1,                        \
	    .doc = text ", Fortran, integers of 8 bytes");                     \
	EXPORT void fn(int n)                                                  \
	{                                                                      \
		__typeof__(real_##fn) real = REAL_HERE(fn);                    \
		bool force = openmp_event(&src_##fn, CALLER, (uint64_t)n);     \
		struct member *m = OPENMP_MEMBER(fn);                          \
                                                                               \
		if (m) {                                                       \
			ours(m, force ? value(n) : n);                         \
			return;                                                \
		}                                                              \
		real(force ? value(n) : n);                                    \
		openmp_region(OPENMP_CALLER, (void *)real, 0);                 \
	}                                                                      \
	EXPORT void fn##_(const int *n)                                        \
	{                                                                      \
		bool force = openmp_event(&src_##fn##_, CALLER, (uint64_t)*n); \
		__typeof__(real_##fn##_) real = REAL_HERE(fn##_);              \
		int v = value(*n);                                             \
		struct member *m = OPENMP_MEMBER(fn##_);                       \
                                                                               \
		if (m) {                                                       \
			ours(m, force ? v : *n);                               \
			return;                                                \
		}                                                              \
		real(force ? &v : n);                                       \
		openmp_region(OPENMP_CALLER, (void *)real, 0);                 \
	}                                                                      \
	EXPORT void fn##_8_(const int64_t *n)                                  \
	{                                                                      \
		bool force =                                                   \
			openmp_event(&src_##fn##_8_, CALLER, (uint64_t)*n);    \
		__typeof__(real_##fn##_8_) real = REAL_HERE(fn##_8_);          \
		int64_t v = value((int)*n);                                    \
		struct member *m = OPENMP_MEMBER(fn##_8_);                     \
                                                                               \
		if (m) {                                                       \
			ours(m, (int)(force ? v : *n));                        \
			return;                                                \
		}                                                              \
		real(force ? &v : n);                                       \
		openmp_region(OPENMP_CALLER, (void *)real, 0);                 \
	}

static int count(int asked)
{
	(void)asked;
	return (int)config_openmp();
}

static int never(int asked)
{
	(void)asked;
	return 0;
}

static int as_asked(int asked)
{
	return asked;
}

static void set_threads(struct member *m, int n)
{
	m->task->set.threads = n > 0 ? (unsigned)n : 1;
}

static void set_dynamic(struct member *m, int n)
{
	m->task->set.dynamic = n != 0;
}

static void set_levels(struct member *m, int n)
{
	if (n >= 0)
		m->task->set.levels = n;
}

#define MANY_LEVELS 255

static void set_nested(struct member *m, int n)
{
	if (!n)
		set_levels(m, 1);
	else if (m->task->set.levels <= 1)
		set_levels(m, MANY_LEVELS);
}

SETTER(omp_set_num_threads, count, 1, set_threads, "how many threads regions get")
SETTER(omp_set_dynamic, never, 1, set_dynamic,
       "may regions get fewer threads?")
SETTER(omp_set_nested, as_asked, 0, set_nested,
       "may regions lie within others?")
SETTER(omp_set_max_active_levels, as_asked, 0, set_levels,
       "how deep regions may lie")

/* What programs may set for schedule(runtime). */
void omp_set_schedule(int kind, int chunk);
void omp_set_schedule_(const int *kind, const int *chunk);
void omp_set_schedule_8_(const int *kind, const int64_t *chunk);
#define RUNTIME "what schedule(runtime) means"
ROW(omp_set_schedule, .policy = SB_OBSERVE, .doc = RUNTIME);
ROW(omp_set_schedule_, .policy = SB_OBSERVE, .doc = RUNTIME ", Fortran");
ROW(omp_set_schedule_8_, .policy = SB_OBSERVE,
    .doc = RUNTIME ", Fortran, integers of 8 bytes");

static void set_schedule(struct member *m, int kind, int chunk)
{
	m->task->set.kind = kind;
	m->task->set.chunk = chunk;
}

EXPORT void omp_set_schedule(int kind, int chunk)
{
	struct member *m = OPENMP_MEMBER(omp_set_schedule);

	openmp_event(&src_omp_set_schedule, CALLER, (uint64_t)kind);
	if (m) {
		set_schedule(m, kind, chunk);
		return;
	}
	REAL_HERE(omp_set_schedule)(kind, chunk);
}

EXPORT void omp_set_schedule_(const int *kind, const int *chunk)
{
	struct member *m = OPENMP_MEMBER(omp_set_schedule_);

	openmp_event(&src_omp_set_schedule_, CALLER, (uint64_t)*kind);
	if (m) {
		set_schedule(m, *kind, *chunk);
		return;
	}
	REAL_HERE(omp_set_schedule_)(kind, chunk);
}

EXPORT void omp_set_schedule_8_(const int *kind, const int64_t *chunk)
{
	struct member *m = OPENMP_MEMBER(omp_set_schedule_8_);

	openmp_event(&src_omp_set_schedule_8_, CALLER, (uint64_t)*kind);
	if (m) {
		set_schedule(m, *kind, (int)*chunk);
		return;
	}
	REAL_HERE(omp_set_schedule_8_)(kind, chunk);
}

/* Counts: what they say follows from what was set, but for the number of
 * processors. */
#define GETTER(fn, ours, inside, text)                                                 \
	int fn(void);                                                          \
	ROW(fn, .policy = SB_OBSERVE, .counts = ours, .doc = text);            \
	EXPORT int fn(void)                                                    \
	{                                                                      \
		struct member *m = OPENMP_MEMBER(fn);                          \
		struct call c;                                                 \
		int n;                                                         \
                                                                               \
		if (openmp_begin(&c, &src_##fn, CALLER) == SB_FORCE)           \
			n = (int)config_openmp();                              \
		else if (inside && m)                                          \
			n = (int)m->task->set.threads;                         \
		else                                                           \
			n = REAL_HERE(fn)();                                   \
		call_end(&c, (uint64_t)n, 0);                                  \
		return n;                                                      \
	}

GETTER(omp_get_max_threads, 0, true, "threads that a region would get")
GETTER(omp_get_max_threads_, 0, true,
       "threads that a region would get, Fortran")
GETTER(omp_get_num_procs, 1, false, "processors, as OpenMP counts them")
GETTER(omp_get_num_procs_, 1, false,
       "processors, as OpenMP counts them, Fortran")

/* Time, as the group "clock" has it. */
#define TIME(fn, ours, text)                                                   \
	double fn(void);                                                       \
	ROW(fn, .policy = SB_FORCE, .timed = 1, .doc = text);                  \
	EXPORT double fn(void)                                                 \
	{                                                                      \
		struct call c;                                                 \
		double t;                                                      \
                                                                               \
		if (openmp_begin(&c, &src_##fn, CALLER) == SB_FORCE)           \
			t = ours(c.self);                                      \
		else                                                           \
			t = REAL_HERE(fn)();                                   \
		call_end(&c, digest_bytes(&t, sizeof(t)), 0);                  \
		return t;                                                      \
	}

TIME(omp_get_wtime, ltime_seconds, "OpenMP's clock")
TIME(omp_get_wtime_, ltime_seconds, "OpenMP's clock, Fortran")
TIME(omp_get_wtick, ltime_tick, "resolution of OpenMP's clock")
TIME(omp_get_wtick_, ltime_tick, "resolution of OpenMP's clock, Fortran")

/* Intel's own way to set variables of the environment, once it runs. */
void kmp_set_defaults(const char *text);
ROW(kmp_set_defaults, .policy = SB_OBSERVE, .doc = "settings of libomp's");

EXPORT void kmp_set_defaults(const char *text)
{
	openmp_event(&src_kmp_set_defaults, CALLER,
		     text ? digest_string(text) : 0);
	REAL_HERE(kmp_set_defaults)(text);
}

#define SCHEDULE_STATIC 1
#define SCHEDULE_DYNAMIC 2

long openmp_runtime_chunk(const void *caller)
{
	__typeof__(real_omp_get_schedule) get =
		(__typeof__(get))real_from(&src_omp_get_schedule, caller);
	int kind = 0, chunk = 0;

	if (get)
		get(&kind, &chunk);
	kind &= 0x7fffffff; /* monotonic */
	if (kind != SCHEDULE_STATIC && kind != SCHEDULE_DYNAMIC)
		return 0;
	return chunk > 0 ? chunk : 0;
}

unsigned openmp_usual(const void *caller)
{
	__typeof__(real_omp_get_max_threads) get =
		(__typeof__(get))real_from(&src_omp_get_max_threads, caller);
	struct member *m = member_me();

	if (m)
		return m->task->set.threads;
	return get ? (unsigned)get() : 0;
}

unsigned openmp_clause(const struct source *row, unsigned n)
{
	if (row->now == SB_FORCE && config_openmp() && n > config_openmp())
		return config_openmp();
	return n;
}

void openmp_region(const void *caller, const void *real, unsigned n)
{
	runtime_seen("openmp", real, NULL, n ? n : openmp_usual(caller));
}

void openmp_within(const void *caller, const void *real)
{
	__typeof__(real_omp_get_num_threads) get =
		(__typeof__(get))real_from(&src_omp_get_num_threads, caller);

	runtime_seen("openmp", real, NULL, get ? (unsigned)get() : 0);
}

bool openmp_mixed;
__thread unsigned openmp_leagues;

/* What the object at an address is; libraries that were looked at. */
#define LIBRARIES 32
static struct {
	const void *real;
	unsigned epoch;
	bool gnu;
} library[LIBRARIES];
static unsigned libraries;

/* LLVM's has GCC's entry points, too: it is not served. */
static bool is_gnu(const void *real)
{
	return scope_find("GOMP_parallel", real) &&
	       !scope_find("__kmpc_fork_call", real);
}

static bool look_at(const void *real)
{
	unsigned epoch = __atomic_load_n(&real_epoch, __ATOMIC_RELAXED);
	bool gnu = is_gnu(real);
	uint64_t mask = engine_lock();
	unsigned i;

	for (i = 0; i < libraries && library[i].real != real; i++)
		;
	if (i < LIBRARIES) {
		library[i].gnu = gnu;
		library[i].epoch = epoch;
		library[i].real = real;
		if (i == libraries)
			__atomic_store_n(&libraries, i + 1, __ATOMIC_RELEASE);
	}
	engine_unlock(mask);
	if (!gnu)
		openmp_mixed = true;
	return gnu;
}

bool openmp_serves(const void *real)
{
	unsigned n;

	if (!config.openmp_ordered)
		return false;
	n = __atomic_load_n(&libraries, __ATOMIC_ACQUIRE);
	for (unsigned i = 0; i < n; i++)
		if (library[i].real == real && library[i].epoch == real_epoch)
			return library[i].gnu;
	return look_at(real);
}

static int ask(struct source *part, const void *caller, int unknown)
{
	int (*get)(void) = (__typeof__(get))real_from(part, caller);

	return get ? get() : unknown;
}

void openmp_outside(struct outside *o, const void *caller)
{
	__typeof__(real_omp_get_schedule) schedule;

	if (member_me())
		return;
	o->set.threads = openmp_usual(caller);
	o->set.levels = ask(&src_omp_get_max_active_levels, caller, 1);
	o->set.dynamic = ask(&src_omp_get_dynamic, caller, 0);
	o->limit = (unsigned)ask(&src_omp_get_thread_limit, caller, 0);
	o->cancels = ask(&src_omp_get_cancellation, caller, 0);
	o->league = 1;
	schedule = (__typeof__(schedule))real_from(&src_omp_get_schedule,
						   caller);
	if (schedule)
		schedule(&o->set.kind, &o->set.chunk);
	if (openmp_leagues) {
		o->number = (unsigned)ask(&src_omp_get_team_num, caller, 0);
		o->league = (unsigned)ask(&src_omp_get_num_teams, caller, 1);
	}
}
