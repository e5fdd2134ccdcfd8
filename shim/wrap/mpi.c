/* SPDX-License-Identifier: MIT */
/*
 * MPI's messages: which of several came is chance wherever a receiver takes any
 * (MPI_ANY_SOURCE, MPI_Waitany and its like). An event's value is the source
 * (upper half) and the tag of what came, its length the bytes. Tests that found
 * nothing make no event: how often a program asks depends on how long it waits.
 * Which came is only seen.
 */
#include <string.h>

#include "call.h"
#include "ltime.h"
#include "mpi.h"
#include "runtime.h"
#include "text.h"
#include "banned.h"

#define ROW(fn, ...) SOURCE(fn, .group = "mpi", .optional = 1, __VA_ARGS__)

static void *use_own(void *status, struct mpi_status *own)
{
	memset(own, 0, sizeof(*own));
	return mpi_ignored(status) ? own : status;
}

static void came(struct call *c, const void *fn, const void *status)
{
	const struct mpi *m = mpi_of(fn);

	call_end(c, mpi_source(m, status, 0), mpi_received(m, status));
}

/* The hook of a function whose last argument is the status; the event is made
 * where something came. */
#define RECEIVES_WHEN(yes, fn, text, parameters, arguments)                    \
	int fn parameters;                                                     \
	ROW(fn, .policy = SB_OBSERVE, .doc = text);                            \
	EXPORT int fn parameters                                               \
	{                                                                      \
		__typeof__(real_##fn) real = REAL_HERE(fn);                    \
		struct mpi_status own;                                         \
		struct call c;                                                 \
		int ret;                                                       \
                                                                               \
		CALL(&c, fn);                                                  \
		status = use_own(status, &own);                                \
		ret = real arguments;                                          \
		if (yes)                                                       \
			came(&c, (void *)real, status);                        \
		return ret;                                                    \
	}
#define RECEIVES(...) RECEIVES_WHEN(true, __VA_ARGS__)
#define TESTS(...) RECEIVES_WHEN(ret == 0 && *flag, __VA_ARGS__)

RECEIVES(MPI_Recv, "receives a message",
	 (void *buffer, int count, mpi_handle type, int source, int tag,
	  mpi_handle comm, void *status),
	 (buffer, count, type, source, tag, comm, status))
RECEIVES(MPI_Mrecv, "receives the message that was found",
	 (void *buffer, int count, mpi_handle type, void *message,
	  void *status),
	 (buffer, count, type, message, status))
RECEIVES(MPI_Probe, "waits for a message",
	 (int source, int tag, mpi_handle comm, void *status),
	 (source, tag, comm, status))
RECEIVES(MPI_Mprobe, "waits for a message, and takes it",
	 (int source, int tag, mpi_handle comm, void *message, void *status),
	 (source, tag, comm, message, status))
RECEIVES(MPI_Sendrecv, "sends and receives",
	 (const void *send, int sends, mpi_handle send_type, int to,
	  int send_tag, void *buffer, int count, mpi_handle type, int source,
	  int tag, mpi_handle comm, void *status),
	 (send, sends, send_type, to, send_tag, buffer, count, type, source,
	  tag, comm, status))
RECEIVES(MPI_Wait, "waits for what was begun", (void *request, void *status),
	 (request, status))

TESTS(MPI_Iprobe, "is there a message?",
      (int source, int tag, mpi_handle comm, int *flag, void *status),
      (source, tag, comm, flag, status))
TESTS(MPI_Improbe, "is there a message? takes it",
      (int source, int tag, mpi_handle comm, int *flag, void *message,
       void *status),
      (source, tag, comm, flag, message, status))
TESTS(MPI_Test, "has it ended?", (void *request, int *flag, void *status),
      (request, flag, status))

/* Of one among several: which one, and from whom. */
static void one_of(struct call *c, const void *fn, int which,
		   const void *status)
{
	const struct mpi *m = mpi_of(fn);
	uint64_t source = mpi_source(m, status, 0) >> 32;

	call_end(c, (uint64_t)(uint32_t)which << 32 | source,
		 mpi_received(m, status));
}

int MPI_Waitany(int n, void *requests, int *which, void *status);
ROW(MPI_Waitany, .policy = SB_OBSERVE, .doc = "waits for any of several");
int MPI_Testany(int n, void *requests, int *which, int *flag, void *status);
ROW(MPI_Testany, .policy = SB_OBSERVE, .doc = "has any of several ended?");

EXPORT int MPI_Waitany(int n, void *requests, int *which, void *status)
{
	__typeof__(real_MPI_Waitany) real = REAL_HERE(MPI_Waitany);
	struct mpi_status own;
	struct call c;
	int ret;

	CALL(&c, MPI_Waitany);
	status = use_own(status, &own);
	ret = real(n, requests, which, status);
	one_of(&c, (void *)real, *which, status);
	return ret;
}

EXPORT int MPI_Testany(int n, void *requests, int *which, int *flag,
		       void *status)
{
	__typeof__(real_MPI_Testany) real = REAL_HERE(MPI_Testany);
	struct mpi_status own;
	struct call c;
	int ret;

	CALL(&c, MPI_Testany);
	status = use_own(status, &own);
	ret = real(n, requests, which, flag, status);
	if (ret == 0 && *flag)
		one_of(&c, (void *)real, *which, status);
	return ret;
}

/* Digest of whom n messages came from, where the program asks for that. */
static uint64_t sources(const void *fn, const void *statuses, int n,
			uint64_t digest)
{
	for (int i = 0; i < n && !mpi_ignored(statuses); i++)
		digest = digest_word(digest,
				     mpi_source(mpi_of(fn), statuses, i));
	return digest;
}

int MPI_Waitall(int n, void *requests, void *statuses);
ROW(MPI_Waitall, .policy = SB_OBSERVE, .doc = "waits for all of several");
int MPI_Testall(int n, void *requests, int *flag, void *statuses);
ROW(MPI_Testall, .policy = SB_OBSERVE, .doc = "have all of several ended?");

EXPORT int MPI_Waitall(int n, void *requests, void *statuses)
{
	__typeof__(real_MPI_Waitall) real = REAL_HERE(MPI_Waitall);
	struct call c;
	int ret;

	CALL(&c, MPI_Waitall);
	ret = real(n, requests, statuses);
	call_end(&c, sources((void *)real, statuses, n, 0), 0);
	return ret;
}

EXPORT int MPI_Testall(int n, void *requests, int *flag, void *statuses)
{
	__typeof__(real_MPI_Testall) real = REAL_HERE(MPI_Testall);
	struct call c;
	int ret;

	CALL(&c, MPI_Testall);
	ret = real(n, requests, flag, statuses);
	if (ret == 0 && *flag)
		call_end(&c, sources((void *)real, statuses, n, 0), 0);
	return ret;
}

int MPI_Waitsome(int n, void *requests, int *done, int *which, void *statuses);
ROW(MPI_Waitsome, .policy = SB_OBSERVE, .doc = "waits for some of several");
int MPI_Testsome(int n, void *requests, int *done, int *which, void *statuses);
ROW(MPI_Testsome, .policy = SB_OBSERVE, .doc = "have some of several ended?");

/* MPI_UNDEFINED, where there was nothing to wait for, is negative. */
static void some_of(struct call *c, const void *fn, int done, const int *which,
		    const void *statuses)
{
	uint64_t digest =
		done > 0 ? digest_bytes(which, (size_t)done * sizeof(*which))
			 : 0;

	call_end(c, sources(fn, statuses, done, digest), 0);
}

EXPORT int MPI_Waitsome(int n, void *requests, int *done, int *which,
			void *statuses)
{
	__typeof__(real_MPI_Waitsome) real = REAL_HERE(MPI_Waitsome);
	struct call c;
	int ret;

	CALL(&c, MPI_Waitsome);
	ret = real(n, requests, done, which, statuses);
	some_of(&c, (void *)real, *done, which, statuses);
	return ret;
}

EXPORT int MPI_Testsome(int n, void *requests, int *done, int *which,
			void *statuses)
{
	__typeof__(real_MPI_Testsome) real = REAL_HERE(MPI_Testsome);
	struct call c;
	int ret;

	CALL(&c, MPI_Testsome);
	ret = real(n, requests, done, which, statuses);
	if (ret == 0 && *done > 0)
		some_of(&c, (void *)real, *done, which, statuses);
	return ret;
}

/* ---- the beginning ---- */

/* "Open MPI v4.1.4" of a text that goes on about how it was built. */
static void name_library(const struct mpi *m, const void *fn)
{
	char text[8192];
	int n = 0;

	if (!m->version || m->version(text, &n) || n <= 0)
		return;
	text[n < 60 ? n : 60] = 0;
	text[strcspn(text, ",\n\t")] = 0;
	runtime_seen("mpi", fn, text, 0);
}

/* Its value: how many ranks there are, and which this is. */
static void began(struct call *c, const void *fn)
{
	const struct mpi *m = mpi_of(fn);
	int rank = 0, size = 0;

	name_library(m, fn);
	if (m->world && m->comm_rank && m->comm_size) {
		m->comm_rank(m->world, &rank);
		m->comm_size(m->world, &size);
	}
	call_end(c, (uint64_t)(uint32_t)size << 32 | (uint32_t)rank, 0);
}

int MPI_Init(int *argc, char ***argv);
int MPI_Init_thread(int *argc, char ***argv, int wanted, int *got);
void mpi_init_(int32_t *error);
void mpi_init_thread_(const int32_t *wanted, int32_t *got, int32_t *error);
ROW(MPI_Init, .policy = SB_OBSERVE, .doc = "joins the other ranks");
ROW(MPI_Init_thread, .policy = SB_OBSERVE,
    .doc = "joins the other ranks, with threads");
ROW(mpi_init_, .policy = SB_OBSERVE, .doc = "joins the other ranks, Fortran");
ROW(mpi_init_thread_, .policy = SB_OBSERVE,
    .doc = "joins the other ranks, with threads, Fortran");

EXPORT int MPI_Init(int *argc, char ***argv)
{
	__typeof__(real_MPI_Init) real = REAL_HERE(MPI_Init);
	struct call c;
	int ret;

	CALL(&c, MPI_Init);
	ret = real(argc, argv);
	if (ret == 0)
		began(&c, (void *)real);
	return ret;
}

EXPORT int MPI_Init_thread(int *argc, char ***argv, int wanted, int *got)
{
	__typeof__(real_MPI_Init_thread) real = REAL_HERE(MPI_Init_thread);
	struct call c;
	int ret;

	CALL(&c, MPI_Init_thread);
	ret = real(argc, argv, wanted, got);
	if (ret == 0)
		began(&c, (void *)real);
	return ret;
}

EXPORT void mpi_init_(int32_t *error)
{
	__typeof__(real_mpi_init_) real = REAL_HERE(mpi_init_);
	struct call c;

	CALL(&c, mpi_init_);
	real(error);
	began(&c, (void *)real);
}

EXPORT void mpi_init_thread_(const int32_t *wanted, int32_t *got,
			     int32_t *error)
{
	__typeof__(real_mpi_init_thread_) real = REAL_HERE(mpi_init_thread_);
	struct call c;

	CALL(&c, mpi_init_thread_);
	real(wanted, got, error);
	began(&c, (void *)real);
}

/* ---- time, as the group "clock" has it ---- */

#define TIME(fn, ours, text)                                                   \
	double fn(void);                                                       \
	ROW(fn, .policy = SB_FORCE, .timed = 1, .doc = text);                  \
	EXPORT double fn(void)                                                 \
	{                                                                      \
		struct call c;                                                 \
		double t;                                                      \
                                                                               \
		if (CALL(&c, fn) == SB_FORCE)                                  \
			t = ours(c.self);                                      \
		else                                                           \
			t = REAL_HERE(fn)();                                   \
		call_end(&c, digest_bytes(&t, sizeof(t)), 0);                  \
		return t;                                                      \
	}

TIME(MPI_Wtime, ltime_seconds, "MPI's clock")
TIME(MPI_Wtick, ltime_tick, "resolution of MPI's clock")
TIME(mpi_wtime_, ltime_seconds, "MPI's clock, Fortran")
TIME(mpi_wtick_, ltime_tick, "resolution of MPI's clock, Fortran")
