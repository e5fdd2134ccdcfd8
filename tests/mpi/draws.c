/* SPDX-License-Identifier: MIT */
/* What each rank draws, and what it reads of clocks, before, between and after
 * messages; rank 0 takes what the others send as it comes. */
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

static unsigned drawn(void)
{
	unsigned n = 0;

	if (getrandom(&n, sizeof(n), 0) != sizeof(n))
		exit(1);
	return n;
}

static long long now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return ts.tv_sec * 1000000000ll + ts.tv_nsec;
}

static void collect(int rank, int size)
{
	int got, mine = rank * 11;
	MPI_Status status;

	if (rank) {
		MPI_Send(&mine, 1, MPI_INT, 0, rank, MPI_COMM_WORLD);
		return;
	}
	for (int i = 1; i < size; i++) {
		MPI_Recv(&got, 1, MPI_INT, MPI_ANY_SOURCE, MPI_ANY_TAG,
			 MPI_COMM_WORLD, &status);
		if (got != status.MPI_SOURCE * 11)
			exit(1);
	}
}

int main(int argc, char **argv)
{
	int rank, size;
	long long first;
	double start;
	char name[32];
	FILE *out;

	MPI_Init(&argc, &argv);
	MPI_Comm_rank(MPI_COMM_WORLD, &rank);
	MPI_Comm_size(MPI_COMM_WORLD, &size);
	start = MPI_Wtime();
	first = now();
	collect(rank, size);
	MPI_Barrier(MPI_COMM_WORLD);
	printf("rank %d of %d: %08x, clock %lld + %lld, MPI's + %.9f\n", rank,
	       size, drawn(), first, now() - first, MPI_Wtime() - start);
	snprintf(name, sizeof(name), "out.%d", rank);
	out = argc > 1 ? fopen(name, "w") : NULL;
	if (out) {
		fprintf(out, "%u\n", drawn());
		fclose(out);
	}
	MPI_Finalize();
	printf("rank %d ends at + %lld\n", rank, now() - first);
	return 0;
}
