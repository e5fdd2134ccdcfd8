/* SPDX-License-Identifier: MIT */
/*
 * sums COUNT: every reduction of MPI over COUNT floats a rank, each compared
 * with what adding in the order of ranks gives. Says for each which it was; a
 * digest of all follows, which must not depend on the library's algorithms
 * under
 * --mpi ordered.
 */
#include <mpi.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int rank, size, count;
static float *mine, *all, *result, *want;
static uint64_t digest = 1469598103934665603u;

static void mix(const float *data, int n)
{
	const unsigned char *p = (const unsigned char *)data;

	for (size_t i = 0; i < (size_t)n * sizeof(float); i++)
		digest = (digest ^ p[i]) * 1099511628211u;
}

/* want[i]: ranks 0 to last - 1, in this order. */
static void by_rank(int last, int from, int n)
{
	for (int i = 0; i < n; i++) {
		want[i] = all[from + i];
		for (int k = 1; k < last; k++)
			want[i] += all[k * count + from + i];
	}
}

static void say(const char *what, int n)
{
	int same = !memcmp(result, want, (size_t)n * sizeof(float)), every;

	mix(result, n);
	MPI_Allreduce(&same, &every, 1, MPI_INT, MPI_MIN, MPI_COMM_WORLD);
	if (!rank)
		printf("%s %s\n", what, every ? "by rank" : "otherwise");
}

static void clear(void)
{
	memset(result, 0x55, (size_t)count * sizeof(float));
}

static void reductions(void)
{
	by_rank(size, 0, count);
	clear();
	MPI_Allreduce(mine, result, count, MPI_FLOAT, MPI_SUM, MPI_COMM_WORLD);
	say("MPI_Allreduce", count);
	memcpy(result, mine, (size_t)count * sizeof(float));
	MPI_Allreduce(MPI_IN_PLACE, result, count, MPI_FLOAT, MPI_SUM,
		      MPI_COMM_WORLD);
	say("MPI_Allreduce in place", count);
	memcpy(result, want, (size_t)count * sizeof(float));
	MPI_Reduce(mine, rank == 1 ? result : NULL, count, MPI_FLOAT, MPI_SUM,
		   1, MPI_COMM_WORLD);
	say("MPI_Reduce", count);
	/* For rank 0: MPICH 4.0.2 crashes where another one's is in place. */
	memcpy(result, rank ? want : mine, (size_t)count * sizeof(float));
	MPI_Reduce(rank ? mine : MPI_IN_PLACE, rank ? NULL : result, count,
		   MPI_FLOAT, MPI_SUM, 0, MPI_COMM_WORLD);
	say("MPI_Reduce in place", count);
}

static void scans(void)
{
	by_rank(rank + 1, 0, count);
	clear();
	MPI_Scan(mine, result, count, MPI_FLOAT, MPI_SUM, MPI_COMM_WORLD);
	say("MPI_Scan", count);
	by_rank(rank, 0, count);
	clear();
	if (!rank) /* it stays as it is */
		memcpy(want, result, (size_t)count * sizeof(float));
	MPI_Exscan(mine, result, count, MPI_FLOAT, MPI_SUM, MPI_COMM_WORLD);
	say("MPI_Exscan", count);
}

static void scatters(void)
{
	int n = count / size, *counts = calloc((size_t)size, sizeof(int));
	int from = 0;

	by_rank(size, rank * n, n);
	MPI_Reduce_scatter_block(mine, result, n, MPI_FLOAT, MPI_SUM,
				 MPI_COMM_WORLD);
	say("MPI_Reduce_scatter_block", n);
	/* All that is left is the last one's; the first has none. */
	for (int i = 1; i < size; i++)
		counts[i] = i < size - 1 ? n : count - n * (size - 2);
	for (int i = 0; i < rank; i++)
		from += counts[i];
	by_rank(size, from, counts[rank]);
	MPI_Reduce_scatter(mine, result, counts, MPI_FLOAT, MPI_SUM,
			   MPI_COMM_WORLD);
	say("MPI_Reduce_scatter", counts[rank]);
	free(counts);
}

/* a op b is a alone, then b's place: it tells the order. */
static void affine(void *in, void *inout, int *n, MPI_Datatype *type)
{
	const float *a = in;
	float *b = inout;

	(void)type;
	for (int i = 0; i < *n; i++)
		b[i] = a[i] * 0.5f + b[i];
}

static void own_operation(void)
{
	MPI_Op op;

	MPI_Op_create(affine, 0, &op);
	for (int i = 0; i < count; i++) {
		want[i] = all[i];
		for (int k = 1; k < size; k++)
			want[i] = want[i] * 0.5f + all[k * count + i];
	}
	MPI_Allreduce(mine, result, count, MPI_FLOAT, op, MPI_COMM_WORLD);
	say("an operation of the program's own", count);
	MPI_Op_free(&op);
}

/* Elements with gaps, which belong to somebody else: left to the library. */
static void gaps(void)
{
	struct {
		double value;
		int where;
	} in = { rank % 2 ? 7 : 3, rank }, out;

	memset(&out, 0, sizeof(out));
	MPI_Allreduce(&in, &out, 1, MPI_DOUBLE_INT, MPI_MAXLOC, MPI_COMM_WORLD);
	if (!rank)
		printf("the largest is rank %d's\n", out.where);
}

int main(int argc, char **argv)
{
	MPI_Init(&argc, &argv);
	MPI_Comm_rank(MPI_COMM_WORLD, &rank);
	MPI_Comm_size(MPI_COMM_WORLD, &size);
	count = argc > 1 ? atoi(argv[1]) : 1000;
	mine = malloc((size_t)count * sizeof(float));
	result = malloc((size_t)count * sizeof(float));
	want = malloc((size_t)count * sizeof(float));
	all = malloc((size_t)count * (size_t)size * sizeof(float));
	for (int i = 0; i < count; i++)
		mine[i] = (float)((i * 7919 + rank * 104729) % 10007 - 5003) *
			  (float)(1 << (i + rank * 5) % 21) * 0.3f;
	MPI_Allgather(mine, count, MPI_FLOAT, all, count, MPI_FLOAT,
		      MPI_COMM_WORLD);
	reductions();
	scans();
	scatters();
	own_operation();
	gaps();
	for (int i = 0; i < size; i++) {
		MPI_Barrier(MPI_COMM_WORLD);
		if (i == rank)
			printf("rank %d: %016llx\n", rank,
			       (unsigned long long)digest);
	}
	MPI_Finalize();
	return 0;
}
