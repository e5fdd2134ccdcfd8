/* SPDX-License-Identifier: MIT */
/*
 * MPI without its headers, as there are two ABIs: MPICH's (and Intel's, Cray's,
 * MVAPICH's), whose handles are numbers, and Open MPI's, whose handles are
 * addresses. Both fit a register, and are handed on as they came. Which of the
 * two it is, the functions beside the called one tell.
 */
#ifndef SAMEBITS_MPI_H
#define SAMEBITS_MPI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uintptr_t mpi_handle;

/* 24 bytes in Open MPI, 20 in MPICH. */
struct mpi_status {
	int32_t word[16];
};

/* A library's own entry points, behind profilers: we call for ourselves. */
#define MPI_PARTS(X)                                                           \
	X(allgather, "PMPI_Allgather",                                         \
	  int, (const void *, int, mpi_handle, void *, int, mpi_handle,        \
		mpi_handle))                                                   \
	X(alltoall, "PMPI_Alltoall",                                           \
	  int, (const void *, int, mpi_handle, void *, int, mpi_handle,        \
		mpi_handle))                                                   \
	X(alltoallv, "PMPI_Alltoallv",                                         \
	  int, (const void *, const int *, const int *, mpi_handle, void *,    \
		const int *, const int *, mpi_handle, mpi_handle))             \
	X(gather, "PMPI_Gather",                                               \
	  int, (const void *, int, mpi_handle, void *, int, mpi_handle, int,   \
		mpi_handle))                                                   \
	X(reduce_local, "PMPI_Reduce_local",                                   \
	  int, (const void *, void *, int, mpi_handle, mpi_handle))            \
	X(comm_rank, "PMPI_Comm_rank", int, (mpi_handle, int *))               \
	X(comm_size, "PMPI_Comm_size", int, (mpi_handle, int *))               \
	X(comm_test_inter, "PMPI_Comm_test_inter", int, (mpi_handle, int *))   \
	X(type_size, "PMPI_Type_size", int, (mpi_handle, int *))               \
	X(type_extent, "PMPI_Type_get_extent",                                 \
	  int, (mpi_handle, intptr_t *, intptr_t *))                           \
	X(version, "PMPI_Get_library_version", int, (char *, int *))           \
	/* Open MPI's alone: in MPICH Fortran's handles are C's. */            \
	X(comm_f2c, "PMPI_Comm_f2c", mpi_handle, (int32_t))                    \
	X(type_f2c, "PMPI_Type_f2c", mpi_handle, (int32_t))                    \
	X(op_f2c, "PMPI_Op_f2c", mpi_handle, (int32_t))

struct mpi {
	mpi_handle world; /* MPI_COMM_WORLD; 0: not known */
	bool open;	  /* Open MPI */
#define PART(member, name, result, parameters) result(*member) parameters;
	MPI_PARTS(PART)
#undef PART
};

/* A variable of the library's: programs may hold the copy that counts. NULL:
 * there is none. */
void *mpi_variable(const char *name, const void *function);
/* Of the library that a function of its lies in. */
const struct mpi *mpi_of(const void *function);

/* A status that the caller may have left out (MPI_STATUS_IGNORE is 0 or 1). */
static inline bool mpi_ignored(const void *status)
{
	return (uintptr_t)status <= 1;
}

/* MPI_IN_PLACE: 1 in Open MPI, -1 in MPICH. */
static inline bool mpi_in_place(const void *buffer)
{
	return (uintptr_t)buffer == 1 || (uintptr_t)buffer == UINTPTR_MAX;
}

/* Of the n-th status in an array: its source and tag, in one word; how many
 * bytes came. */
uint64_t mpi_source(const struct mpi *mpi, const void *status, int n);
uint64_t mpi_received(const struct mpi *mpi, const void *status);

/* Digest of a buffer; 0 where it is not the processor's to read: graphics cards'
 * memory may be handed over as well. */
uint64_t mpi_digest(const void *data, size_t len);

/* A reduction whose operands come together in the order of ranks. */
enum mpi_kind { MPI_ALL, MPI_ONE, MPI_PREFIX, MPI_BEFORE };
struct reduction {
	const struct mpi *mpi;
	enum mpi_kind kind;
	const void *send; /* or MPI_IN_PLACE */
	void *receive;
	int count;
	mpi_handle type, op, comm;
	int root; /* of MPI_ONE */
	/* Filled by reduction_possible(): */
	int size, rank;
	size_t extent; /* of an element, which has no gaps */
};

/* False: between two groups, alone, or of elements with gaps. */
bool reduction_possible(struct reduction *r);
/*
 * ((x0 op x1) op x2) ... whatever the library, its algorithms and the network
 * are. Each rank reduces a part and sends it on, which is what the library
 * itself would send. Returns what MPI's functions return.
 */
int reduction_ordered(const struct reduction *r);
/* MPI_Reduce_scatter: counts[i] elements for rank i; and with one for all. */
int reduction_scatter(const struct reduction *r, const int *counts);
int reduction_scatter_block(const struct reduction *r);

#endif
