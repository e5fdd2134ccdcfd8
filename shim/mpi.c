/* SPDX-License-Identifier: MIT */
#include <dlfcn.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>

#include "digest.h"
#include "mpi.h"
#include "process.h"
#include "real.h"
#include "scope.h"
#include "sys.h"
#include "banned.h"

#define FEW 2048	  /* bytes that fit on the stack */
#define SMALL (64u << 10) /* bytes that are gathered rather than spread */
#define STEP (4u << 20)	  /* bytes of a step's operands, where that suffices */

/* ---- the library ---- */

void *mpi_variable(const char *name, const void *function)
{
	void *found = real_dlsym_fn ? real_dlsym_fn(RTLD_DEFAULT, name) : NULL;

	return found ? found : scope_find(name, function);
}

#define MPICH_WORLD 0x44000000u

const struct mpi *mpi_of(const void *function)
{
	static struct mpi known;
	static int ready;
	struct mpi made = { 0 };
	uint64_t mask;

	if (__atomic_load_n(&ready, __ATOMIC_ACQUIRE))
		return &known;
#define PART(member, name, result, parameters)                                 \
	made.member = (__typeof__(made.member))scope_find(name, function);
	MPI_PARTS(PART)
#undef PART
	made.world = (mpi_handle)mpi_variable("ompi_mpi_comm_world", function);
	made.open = made.world;
	/* What its header calls MPI_DUP_FN. A third ABI's world is not known,
	 * and a wrong handle ends the program. */
	if (!made.open && scope_find("MPIR_Dup_fn", function))
		made.world = MPICH_WORLD;
	mask = engine_lock();
	known = made;
	__atomic_store_n(&ready, 1, __ATOMIC_RELEASE);
	engine_unlock(mask);
	return &known;
}

/* Open MPI: source, tag, error, cancelled, bytes (8). MPICH: bytes (lower
 * half), bytes (upper half) and cancelled (a bit), source, tag, error. */
uint64_t mpi_source(const struct mpi *mpi, const void *status, int n)
{
	const int32_t *word = (const int32_t *)status + n * (mpi->open ? 6 : 5);

	if (!mpi->open)
		word += 2;
	return (uint64_t)(uint32_t)word[0] << 32 | (uint32_t)word[1];
}

uint64_t mpi_received(const struct mpi *mpi, const void *status)
{
	const uint32_t *word = status;
	uint64_t bytes;

	if (!mpi->open)
		return (uint64_t)(word[1] >> 1) << 32 | word[0];
	memcpy(&bytes, word + 4, sizeof(bytes));
	return bytes;
}

/* The kernel reads a word before it sees that there is nothing to be done. What
 * programs send from is asked for once: pages that could be read. */
static bool readable(const void *at)
{
	static uintptr_t asked[64];
	uintptr_t word = (uintptr_t)at & ~(uintptr_t)7;
	uintptr_t page = word / SB_PAGE, *known = &asked[page % 64];

	if (__atomic_load_n(known, __ATOMIC_RELAXED) == page)
		return true;
	if (sys4(SYS_rt_sigprocmask, ~0, word, NULL, 8) == -EFAULT)
		return false;
	__atomic_store_n(known, page, __ATOMIC_RELAXED);
	return true;
}

uint64_t mpi_digest(const void *data, size_t len)
{
	if (!len || !readable(data) || !readable((const char *)data + len - 1))
		return 0;
	return digest_of(data, len);
}

/* ---- room for operands ---- */

/*
 * Never unmapped: fabrics keep a register of what lies in memory that they may
 * read, and learn of changes by libc's functions alone.
 */
struct room {
	struct room *next;
	size_t size;
	char data[] __attribute__((aligned(64)));
};
static struct room *rooms;

static struct room *room_take(size_t size)
{
	uint64_t mask = engine_lock();
	struct room **at = &rooms, *r;
	long p;

	while (*at && (*at)->size < size)
		at = &(*at)->next;
	r = *at;
	if (r)
		*at = r->next;
	engine_unlock(mask);
	if (r)
		return r;
	size = size < STEP ? STEP : size;
	p = sys6(SYS_mmap, NULL, size + sizeof(*r), PROT_READ | PROT_WRITE,
		 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p < 0 && p > -4096)
		return NULL;
	r = (struct room *)p;
	r->size = size;
	return r;
}

static void room_give(struct room *r)
{
	uint64_t mask = engine_lock();

	r->next = rooms;
	rooms = r;
	engine_unlock(mask);
}

/* ---- reductions ---- */

#define NO_MEMORY 16 /* MPI_ERR_OTHER, or nearly so */

bool reduction_possible(struct reduction *r)
{
	const struct mpi *m = r->mpi;
	intptr_t low = 0, extent = 0;
	int inter = 0, size = 0;

	if (!m->reduce_local || !m->comm_test_inter || !m->type_extent ||
	    m->comm_test_inter(r->comm, &inter) || inter ||
	    m->comm_size(r->comm, &r->size) ||
	    m->comm_rank(r->comm, &r->rank) || m->type_size(r->type, &size) ||
	    m->type_extent(r->type, &low, &extent))
		return false;
	r->extent = (size_t)extent;
	return r->size > 1 && low == 0 && extent == size && size > 0;
}

/* All operands of n elements lie one after the other; each becomes the result
 * of all up to it. */
static int fold(const struct reduction *r, char *operand, int n)
{
	size_t bytes = (size_t)n * r->extent;
	int ret = 0;

	for (int i = 1; i < r->size && !ret; i++, operand += bytes)
		ret = r->mpi->reduce_local(operand, operand + bytes, n, r->type,
					   r->op);
	return ret;
}

static const char *operands(const struct reduction *r)
{
	return mpi_in_place(r->send) ? r->receive : r->send;
}

/* What this rank gets of the results, which all lie here. */
static void keep(const struct reduction *r, const char *result, int n, int at)
{
	size_t bytes = (size_t)n * r->extent;
	int which = r->kind == MPI_PREFIX   ? r->rank
		    : r->kind == MPI_BEFORE ? r->rank - 1
					    : r->size - 1;

	if (which >= 0)
		memcpy((char *)r->receive + (size_t)at * r->extent,
		       result + (size_t)which * bytes, bytes);
}

/* Every rank, or the root alone, gets all operands. */
static int together(const struct reduction *r, char *room, int n, int at)
{
	const char *from = operands(r) + (size_t)at * r->extent;
	bool here = r->kind != MPI_ONE || r->rank == r->root;
	int ret;

	if (r->kind == MPI_ONE)
		ret = r->mpi->gather(from, n, r->type, room, n, r->type,
				     r->root, r->comm);
	else
		ret = r->mpi->allgather(from, n, r->type, room, n, r->type,
					r->comm);
	if (!ret && here)
		ret = fold(r, room, n);
	if (!ret && here)
		keep(r, room, n, at);
	return ret;
}

/* Results of this rank's part go to whom they belong. For MPI_BEFORE there is
 * room for n elements in front of the operands, and for all behind them: what
 * the first rank has there stays as it is. */
static int hand_out(const struct reduction *r, char *operand, int n, int at)
{
	size_t bytes = (size_t)n * r->extent;
	char *last = operand + bytes * (size_t)(r->size - 1);
	char *to = (char *)r->receive + (size_t)at * r->extent;

	switch (r->kind) {
	case MPI_ALL:
		return r->mpi->allgather(last, n, r->type, to, n, r->type,
					 r->comm);
	case MPI_ONE:
		return r->mpi->gather(last, n, r->type,
				      r->rank == r->root ? to : NULL, n,
				      r->type, r->root, r->comm);
	case MPI_PREFIX:
		return r->mpi->alltoall(operand, n, r->type, to, n, r->type,
					r->comm);
	case MPI_BEFORE:
		return r->mpi->alltoall(operand - bytes, n, r->type,
					r->rank ? to : last + bytes, n, r->type,
					r->comm);
	}
	return NO_MEMORY;
}

/* Each rank reduces n elements of size * n. */
static int spread(const struct reduction *r, char *room, int n, int at)
{
	const char *from = operands(r) + (size_t)at * r->extent;
	char *operand = room + (size_t)n * r->extent;
	int ret = r->mpi->alltoall(from, n, r->type, operand, n, r->type,
				   r->comm);

	if (!ret)
		ret = fold(r, operand, n);
	return ret ? ret : hand_out(r, operand, n, at);
}

/* How many elements of each rank a step takes, if `left` are left. */
static int step(const struct reduction *r, size_t left, bool *spreads)
{
	size_t each = (size_t)r->size * r->extent;
	size_t most = STEP / each ? STEP / each : 1;

	*spreads = left >= (size_t)r->size && left * each > SMALL;
	if (*spreads)
		left /= (size_t)r->size;
	return (int)(left < most ? left : most);
}

/* A few numbers, as most sums are of. */
static int few(const struct reduction *r)
{
	char room[FEW] __attribute__((aligned(64)));

	return together(r, room, r->count, 0);
}

int reduction_ordered(const struct reduction *r)
{
	size_t slots = (size_t)r->size * 2 + 1;
	struct room *room = NULL;
	int ret = 0;

	if ((size_t)r->count * (size_t)r->size * r->extent <= FEW)
		return few(r);

	for (int at = 0; at < r->count && !ret;) {
		bool spreads;
		int n = step(r, (size_t)(r->count - at), &spreads);
		size_t bytes = slots * (size_t)n * r->extent;

		if (room && room->size < bytes) {
			room_give(room);
			room = NULL;
		}
		if (!room)
			room = room_take(bytes);
		if (!room)
			return NO_MEMORY;
		ret = spreads ? spread(r, room->data, n, at)
			      : together(r, room->data, n, at);
		at += spreads ? n * r->size : n;
	}
	if (room)
		room_give(room);
	return ret;
}

int reduction_scatter_block(const struct reduction *r)
{
	size_t bytes = (size_t)r->count * r->extent;
	struct room *room = room_take(bytes * (size_t)r->size);
	int ret;

	if (!room)
		return NO_MEMORY;
	ret = r->mpi->alltoall(operands(r), r->count, r->type, room->data,
			       r->count, r->type, r->comm);
	if (!ret)
		ret = fold(r, room->data, r->count);
	if (!ret)
		memcpy(r->receive, room->data + bytes * (size_t)(r->size - 1),
		       bytes);
	room_give(room);
	return ret;
}

int reduction_scatter(const struct reduction *r, const int *counts)
{
	size_t ranks = (size_t)r->size, bytes;
	int n = counts[r->rank], ret, *where;
	struct room *room;

	bytes = (size_t)n * r->extent;
	room = room_take(ranks * bytes + 64 + 3 * ranks * sizeof(int));
	if (!room)
		return NO_MEMORY;
	where = (int *)(room->data + (ranks * bytes + 63) / 64 * 64);
	for (int i = 0, sum = 0; i < r->size; sum += counts[i++]) {
		where[i] = sum;
		where[r->size + i] = n;
		where[2 * r->size + i] = n * i;
	}
	ret = r->mpi->alltoallv(operands(r), counts, where, r->type, room->data,
				where + r->size, where + 2 * r->size, r->type,
				r->comm);
	if (!ret && n)
		ret = fold(r, room->data, n);
	if (!ret)
		memcpy(r->receive, room->data + bytes * (ranks - 1), bytes);
	room_give(room);
	return ret;
}
