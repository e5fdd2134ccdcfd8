/* SPDX-License-Identifier: MIT */
/*
 * What MPI adds up over ranks. In which order a library brings the operands
 * together depends on its version, its algorithms, the number of ranks, where
 * they run and how much there is: floating-point sums differ by that. With
 * --mpi ordered it is the order of ranks, whatever else there is.
 *
 * An event's value is a digest of the result, its length the bytes.
 */
#include <string.h>

#include "call.h"
#include "mpi.h"
#include "banned.h"

#define ROW(fn, orders_, text)                                                 \
	SOURCE(fn, .group = "mpi", .optional = 1, .policy = SB_OBSERVE,        \
	       .orders = orders_, .doc = text)

static uint64_t bytes_of(const struct mpi *m, mpi_handle type, int count)
{
	int size = 0;

	if (m->type_size)
		m->type_size(type, &size);
	return (uint64_t)size * (uint64_t)(count > 0 ? count : 0);
}

/* Once a row: "MPI_Iallreduce was called: ...". */
static void say_native(const struct source *row, const char *why)
{
	static uint64_t said[64];
	uint64_t bit = 1ull << (row->index % 64);
	uint64_t *word = &said[row->index / 64 % 64];

	if (config.mpi_ordered && !config.audit &&
	    !(__atomic_fetch_or(word, bit, __ATOMIC_RELAXED) & bit))
		call_blind("mpi", row, why);
}

/* One rank alone has nothing to order. */
static void not_possible(const struct source *row, const struct reduction *r)
{
	if (r->size != 1)
		say_native(row, " reduced between groups, or elements with "
				"gaps: in the library's own order");
}

/* Is it to be ordered, and can it? */
static bool ordered(const struct call *c, const struct source *row,
		    struct reduction *r)
{
	if (c->key->policy != SB_FORCE || r->count <= 0)
		return false;
	if (reduction_possible(r))
		return true;
	not_possible(row, r);
	return false;
}

/* What one rank alone gets, or all. */
static void end(struct call *c, const struct reduction *r, bool here)
{
	uint64_t bytes = bytes_of(r->mpi, r->type, r->count);

	call_end(c, here ? mpi_digest(r->receive, bytes) : 0, bytes);
}

#define SUM(fn, kind_, text)                                                   \
	int fn(const void *send, void *receive, int count, mpi_handle type,    \
	       mpi_handle op, mpi_handle comm);                                \
	ROW(fn, 1, text);                                                      \
	EXPORT int fn(const void *send, void *receive, int count,              \
		      mpi_handle type, mpi_handle op, mpi_handle comm)         \
	{                                                                      \
		__typeof__(real_##fn) real = REAL_HERE(fn);                    \
		struct reduction r = { .mpi = mpi_of((void *)real),            \
				       .kind = kind_,                          \
				       .send = send,                           \
				       .receive = receive,                     \
				       .count = count,                         \
				       .type = type,                           \
				       .op = op,                               \
				       .comm = comm };                         \
		struct call c;                                                 \
		int ret;                                                       \
                                                                               \
		CALL(&c, fn);                                                  \
		if (ordered(&c, &src_##fn, &r))                                \
			ret = reduction_ordered(&r);                           \
		else                                                           \
			ret = real(send, receive, count, type, op, comm);      \
		end(&c, &r, kind_ != MPI_BEFORE || !first_rank(&r));           \
		return ret;                                                    \
	}

/* Its result is not defined, where there are none before it. */
static bool first_rank(const struct reduction *r)
{
	int rank = 0;

	return !r->mpi->comm_rank || r->mpi->comm_rank(r->comm, &rank) ||
	       rank == 0;
}

SUM(MPI_Allreduce, MPI_ALL, "sums over all ranks")
SUM(MPI_Scan, MPI_PREFIX, "sums over all ranks up to this one")
SUM(MPI_Exscan, MPI_BEFORE, "sums over all ranks before this one")

int MPI_Reduce(const void *send, void *receive, int count, mpi_handle type,
	       mpi_handle op, int root, mpi_handle comm);
ROW(MPI_Reduce, 1, "sums over all ranks, for one");

static bool is_rank(const struct reduction *r, int root)
{
	int rank = -1;

	return r->mpi->comm_rank && !r->mpi->comm_rank(r->comm, &rank) &&
	       rank == root;
}

EXPORT int MPI_Reduce(const void *send, void *receive, int count,
		      mpi_handle type, mpi_handle op, int root, mpi_handle comm)
{
	__typeof__(real_MPI_Reduce) real = REAL_HERE(MPI_Reduce);
	struct reduction r = { .mpi = mpi_of((void *)real),
			       .kind = MPI_ONE,
			       .send = send,
			       .receive = receive,
			       .count = count,
			       .type = type,
			       .op = op,
			       .comm = comm,
			       .root = root };
	struct call c;
	int ret;

	CALL(&c, MPI_Reduce);
	if (ordered(&c, &src_MPI_Reduce, &r))
		ret = reduction_ordered(&r);
	else
		ret = real(send, receive, count, type, op, root, comm);
	end(&c, &r, is_rank(&r, root));
	return ret;
}

int MPI_Reduce_scatter_block(const void *send, void *receive, int count,
			     mpi_handle type, mpi_handle op, mpi_handle comm);
int MPI_Reduce_scatter(const void *send, void *receive, const int *counts,
		       mpi_handle type, mpi_handle op, mpi_handle comm);
ROW(MPI_Reduce_scatter_block, 1, "sums over all ranks, a part for each");
ROW(MPI_Reduce_scatter, 1, "sums over all ranks, a part for each");

EXPORT int MPI_Reduce_scatter_block(const void *send, void *receive, int count,
				    mpi_handle type, mpi_handle op,
				    mpi_handle comm)
{
	__typeof__(real_MPI_Reduce_scatter_block) real =
		REAL_HERE(MPI_Reduce_scatter_block);
	struct reduction r = { .mpi = mpi_of((void *)real),
			       .send = send,
			       .receive = receive,
			       .count = count,
			       .type = type,
			       .op = op,
			       .comm = comm };
	struct call c;
	int ret;

	CALL(&c, MPI_Reduce_scatter_block);
	if (ordered(&c, &src_MPI_Reduce_scatter_block, &r))
		ret = reduction_scatter_block(&r);
	else
		ret = real(send, receive, count, type, op, comm);
	end(&c, &r, true);
	return ret;
}

EXPORT int MPI_Reduce_scatter(const void *send, void *receive,
			      const int *counts, mpi_handle type, mpi_handle op,
			      mpi_handle comm)
{
	__typeof__(real_MPI_Reduce_scatter) real =
		REAL_HERE(MPI_Reduce_scatter);
	struct reduction r = { .mpi = mpi_of((void *)real),
			       .send = send,
			       .receive = receive,
			       .count = 1,
			       .type = type,
			       .op = op,
			       .comm = comm };
	struct call c;
	int ret, rank = 0;

	CALL(&c, MPI_Reduce_scatter);
	if (ordered(&c, &src_MPI_Reduce_scatter, &r))
		ret = reduction_scatter(&r, counts);
	else
		ret = real(send, receive, counts, type, op, comm);
	if (r.mpi->comm_rank)
		r.mpi->comm_rank(comm, &rank);
	r.count = counts[rank];
	end(&c, &r, true);
	return ret;
}

/*
 * Begun here and ended elsewhere: to do all of it at once would wait for ranks
 * that may be waiting for us. Only seen.
 */
#define NOT_WAITED                                                             \
	" was called: it reduces in the library's own order; the blocking "    \
	"function would be ordered"

int MPI_Iallreduce(const void *send, void *receive, int count, mpi_handle type,
		   mpi_handle op, mpi_handle comm, void *request);
int MPI_Ireduce(const void *send, void *receive, int count, mpi_handle type,
		mpi_handle op, int root, mpi_handle comm, void *request);
ROW(MPI_Iallreduce, 0, "begins to sum over all ranks");
ROW(MPI_Ireduce, 0, "begins to sum over all ranks, for one");

EXPORT int MPI_Iallreduce(const void *send, void *receive, int count,
			  mpi_handle type, mpi_handle op, mpi_handle comm,
			  void *request)
{
	__typeof__(real_MPI_Iallreduce) real = REAL_HERE(MPI_Iallreduce);
	struct call c;
	int ret;

	CALL(&c, MPI_Iallreduce);
	say_native(&src_MPI_Iallreduce, NOT_WAITED);
	ret = real(send, receive, count, type, op, comm, request);
	call_end(&c, 0, bytes_of(mpi_of((void *)real), type, count));
	return ret;
}

EXPORT int MPI_Ireduce(const void *send, void *receive, int count,
		       mpi_handle type, mpi_handle op, int root,
		       mpi_handle comm, void *request)
{
	__typeof__(real_MPI_Ireduce) real = REAL_HERE(MPI_Ireduce);
	struct call c;
	int ret;

	CALL(&c, MPI_Ireduce);
	say_native(&src_MPI_Ireduce, NOT_WAITED);
	ret = real(send, receive, count, type, op, root, comm, request);
	call_end(&c, 0, bytes_of(mpi_of((void *)real), type, count));
	return ret;
}

/* Sums into another rank's memory, in the order in which they come. */
int MPI_Accumulate(const void *from, int count, mpi_handle type, int rank,
		   intptr_t at, int there, mpi_handle type_there, mpi_handle op,
		   mpi_handle window);
ROW(MPI_Accumulate, 0, "adds to another rank's memory");

EXPORT int MPI_Accumulate(const void *from, int count, mpi_handle type,
			  int rank, intptr_t at, int there,
			  mpi_handle type_there, mpi_handle op,
			  mpi_handle window)
{
	__typeof__(real_MPI_Accumulate) real = REAL_HERE(MPI_Accumulate);
	uint64_t bytes;
	struct call c;

	CALL(&c, MPI_Accumulate);
	say_native(&src_MPI_Accumulate,
		   " was called: several ranks add in the order in which they "
		   "come");
	bytes = bytes_of(mpi_of((void *)real), type, count);
	call_end(&c, mpi_digest(from, bytes), bytes);
	return real(from, count, type, rank, at, there, type_there, op, window);
}

int MPI_Bcast(void *data, int count, mpi_handle type, int root,
	      mpi_handle comm);
ROW(MPI_Bcast, 0, "gets what one rank has");

EXPORT int MPI_Bcast(void *data, int count, mpi_handle type, int root,
		     mpi_handle comm)
{
	__typeof__(real_MPI_Bcast) real = REAL_HERE(MPI_Bcast);
	const struct mpi *m = mpi_of((void *)real);
	uint64_t bytes;
	struct call c;
	int ret;

	CALL(&c, MPI_Bcast);
	ret = real(data, count, type, root, comm);
	bytes = bytes_of(m, type, count);
	call_end(&c, mpi_digest(data, bytes), bytes);
	return ret;
}

/* ---- Fortran: by address, handles are numbers of its own ---- */

static mpi_handle convert(mpi_handle (*f2c)(int32_t), const int32_t *handle)
{
	return f2c ? f2c(*handle) : (mpi_handle)(uint32_t)*handle;
}

/* Fortran's MPI_IN_PLACE is a variable of the library's. */
static const void *place(const void *send, const void *fn)
{
	static const char *const names[] = { "mpi_fortran_in_place_",
					     "mpi_fortran_in_place",
					     "mpi_fortran_in_place__",
					     "MPI_FORTRAN_IN_PLACE" };
	void *const *mpich = mpi_variable("MPIR_F_MPI_IN_PLACE", fn);

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (send && send == mpi_variable(names[i], fn))
			return (void *)1;
	return mpich && send == *mpich ? (void *)1 : send;
}

static struct reduction of_fortran(const void *fn, const void *send,
				   void *receive, const int32_t *count,
				   const int32_t *type, const int32_t *op,
				   const int32_t *comm)
{
	const struct mpi *m = mpi_of(fn);

	return (struct reduction){ .mpi = m,
				   .send = place(send, fn),
				   .receive = receive,
				   .count = *count,
				   .type = convert(m->type_f2c, type),
				   .op = convert(m->op_f2c, op),
				   .comm = convert(m->comm_f2c, comm) };
}

void mpi_allreduce_(const void *send, void *receive, const int32_t *count,
		    const int32_t *type, const int32_t *op, const int32_t *comm,
		    int32_t *error);
void mpi_reduce_(const void *send, void *receive, const int32_t *count,
		 const int32_t *type, const int32_t *op, const int32_t *root,
		 const int32_t *comm, int32_t *error);
ROW(mpi_allreduce_, 1, "sums over all ranks, Fortran");
ROW(mpi_reduce_, 1, "sums over all ranks, for one, Fortran");

EXPORT void mpi_allreduce_(const void *send, void *receive,
			   const int32_t *count, const int32_t *type,
			   const int32_t *op, const int32_t *comm,
			   int32_t *error)
{
	__typeof__(real_mpi_allreduce_) real = REAL_HERE(mpi_allreduce_);
	struct reduction r =
		of_fortran((void *)real, send, receive, count, type, op, comm);
	struct call c;

	CALL(&c, mpi_allreduce_);
	if (ordered(&c, &src_mpi_allreduce_, &r))
		*error = reduction_ordered(&r);
	else
		real(send, receive, count, type, op, comm, error);
	end(&c, &r, true);
}

EXPORT void mpi_reduce_(const void *send, void *receive, const int32_t *count,
			const int32_t *type, const int32_t *op,
			const int32_t *root, const int32_t *comm,
			int32_t *error)
{
	__typeof__(real_mpi_reduce_) real = REAL_HERE(mpi_reduce_);
	struct reduction r =
		of_fortran((void *)real, send, receive, count, type, op, comm);
	struct call c;

	r.kind = MPI_ONE;
	r.root = *root;
	CALL(&c, mpi_reduce_);
	if (ordered(&c, &src_mpi_reduce_, &r))
		*error = reduction_ordered(&r);
	else
		real(send, receive, count, type, op, root, comm, error);
	end(&c, &r, is_rank(&r, *root));
}
