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

/* As Fortran calls them: by address, and with integers of 8 bytes. */
#define SETTER(fn, value, forced, text)                                        \
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
                                                                               \
		real(force ? value(n) : n);                                    \
		openmp_region(OPENMP_CALLER, (void *)real, 0);                 \
	}                                                                      \
	EXPORT void fn##_(const int *n)                                        \
	{                                                                      \
		bool force = openmp_event(&src_##fn##_, CALLER, (uint64_t)*n); \
		__typeof__(real_##fn##_) real = REAL_HERE(fn##_);              \
		int ours = value(*n);                                          \
                                                                               \
		real(force ? &ours : n);                                       \
		openmp_region(OPENMP_CALLER, (void *)real, 0);                 \
	}                                                                      \
	EXPORT void fn##_8_(const int64_t *n)                                  \
	{                                                                      \
		bool force =                                                   \
			openmp_event(&src_##fn##_8_, CALLER, (uint64_t)*n);    \
		__typeof__(real_##fn##_8_) real = REAL_HERE(fn##_8_);          \
		int64_t ours = value((int)*n);                                 \
                                                                               \
		real(force ? &ours : n);                                       \
		openmp_region(OPENMP_CALLER, (void *)real, 0);                 \
	}

static int count(int asked)
{
	(void)asked;
	return (int)config_team();
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

SETTER(omp_set_num_threads, count, 1, "how many threads regions get")
SETTER(omp_set_dynamic, never, 1, "may regions get fewer threads?")
SETTER(omp_set_nested, as_asked, 0, "may regions lie within others?")
SETTER(omp_set_max_active_levels, as_asked, 0, "how deep regions may lie")

/* What programs may set for schedule(runtime). */
void omp_set_schedule(int kind, int chunk);
void omp_set_schedule_(const int *kind, const int *chunk);
void omp_set_schedule_8_(const int *kind, const int64_t *chunk);
#define RUNTIME "what schedule(runtime) means"
ROW(omp_set_schedule, .policy = SB_OBSERVE, .doc = RUNTIME);
ROW(omp_set_schedule_, .policy = SB_OBSERVE, .doc = RUNTIME ", Fortran");
ROW(omp_set_schedule_8_, .policy = SB_OBSERVE,
    .doc = RUNTIME ", Fortran, integers of 8 bytes");

EXPORT void omp_set_schedule(int kind, int chunk)
{
	openmp_event(&src_omp_set_schedule, CALLER, (uint64_t)kind);
	REAL_HERE(omp_set_schedule)(kind, chunk);
}

EXPORT void omp_set_schedule_(const int *kind, const int *chunk)
{
	openmp_event(&src_omp_set_schedule_, CALLER, (uint64_t)*kind);
	REAL_HERE(omp_set_schedule_)(kind, chunk);
}

EXPORT void omp_set_schedule_8_(const int *kind, const int64_t *chunk)
{
	openmp_event(&src_omp_set_schedule_8_, CALLER, (uint64_t)*kind);
	REAL_HERE(omp_set_schedule_8_)(kind, chunk);
}

/* Counts: what they say follows from what was set, but for the number of
 * processors. */
#define GETTER(fn, ours, text)                                                 \
	int fn(void);                                                          \
	ROW(fn, .policy = SB_OBSERVE, .counts = ours, .doc = text);            \
	EXPORT int fn(void)                                                    \
	{                                                                      \
		struct call c;                                                 \
		int n;                                                         \
                                                                               \
		if (openmp_begin(&c, &src_##fn, CALLER) == SB_FORCE)           \
			n = (int)config_team();                                \
		else                                                           \
			n = REAL_HERE(fn)();                                   \
		call_end(&c, (uint64_t)n, 0);                                  \
		return n;                                                      \
	}

GETTER(omp_get_max_threads, 0, "threads that a region would get")
GETTER(omp_get_max_threads_, 0, "threads that a region would get, Fortran")
GETTER(omp_get_num_procs, 1, "processors, as OpenMP counts them")
GETTER(omp_get_num_procs_, 1, "processors, as OpenMP counts them, Fortran")

/* Time, as the group "clock" has it. */
static double seconds(struct thread *self)
{
	struct timespec ts = ltime_show(CLOCK_MONOTONIC, ltime_read(self));

	return (double)ts.tv_sec + (double)ts.tv_nsec * 1e-9;
}

static double tick(struct thread *self)
{
	(void)self;
	return 1e-9;
}

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

TIME(omp_get_wtime, seconds, "OpenMP's clock")
TIME(omp_get_wtime_, seconds, "OpenMP's clock, Fortran")
TIME(omp_get_wtick, tick, "resolution of OpenMP's clock")
TIME(omp_get_wtick_, tick, "resolution of OpenMP's clock, Fortran")

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

	return get ? (unsigned)get() : 0;
}

unsigned openmp_clause(const struct source *row, unsigned n)
{
	if (row->now == SB_FORCE && config_team() && n > config_team())
		return config_team();
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
