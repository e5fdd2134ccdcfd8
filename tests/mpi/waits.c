/* SPDX-License-Identifier: MIT */
/* Each way to be told which message came; and sums that are only begun. */
#include <mpi.h>
#include <stdio.h>

#define MOST 8

static int rank, size, got[MOST];
static MPI_Request request[MOST];

static void begin(int tag)
{
	int mine = rank;

	for (int i = 1; !rank && i < size; i++)
		MPI_Irecv(&got[i - 1], 1, MPI_INT, MPI_ANY_SOURCE, tag,
			  MPI_COMM_WORLD, &request[i - 1]);
	if (rank)
		MPI_Send(&mine, 1, MPI_INT, 0, tag, MPI_COMM_WORLD);
}

static void waits(void)
{
	int which[MOST], n, one, flag = 0;
	MPI_Status status[MOST];

	begin(1);
	MPI_Wait(&request[0], MPI_STATUS_IGNORE);
	for (int left = size - 2; left > 0; left -= n)
		MPI_Waitsome(size - 1, request, &n, which, status);
	begin(2);
	MPI_Waitany(size - 1, request, &one, &status[0]);
	MPI_Waitall(size - 1, request, status);
	begin(3);
	while (!flag)
		MPI_Testany(size - 1, request, &one, &flag, MPI_STATUS_IGNORE);
	for (flag = 0; !flag;)
		MPI_Testall(size - 1, request, &flag, MPI_STATUSES_IGNORE);
	begin(4);
	for (flag = 0; !flag;)
		MPI_Test(&request[0], &flag, &status[0]);
	for (int left = size - 2; left > 0; left -= n)
		MPI_Testsome(size - 1, request, &n, which, status);
}

static void probes(void)
{
	MPI_Message message;
	MPI_Status status;
	int flag = 0, n = 0;

	MPI_Probe(MPI_ANY_SOURCE, 5, MPI_COMM_WORLD, &status);
	MPI_Recv(&n, 1, MPI_INT, status.MPI_SOURCE, 5, MPI_COMM_WORLD,
		 MPI_STATUS_IGNORE);
	while (!flag)
		MPI_Iprobe(MPI_ANY_SOURCE, 6, MPI_COMM_WORLD, &flag, &status);
	MPI_Mprobe(MPI_ANY_SOURCE, 6, MPI_COMM_WORLD, &message, &status);
	MPI_Mrecv(&n, 1, MPI_INT, &message, MPI_STATUS_IGNORE);
	for (flag = 0; !flag;)
		MPI_Improbe(MPI_ANY_SOURCE, 7, MPI_COMM_WORLD, &flag, &message,
			    &status);
	MPI_Mrecv(&n, 1, MPI_INT, &message, &status);
}

static void begun(void)
{
	int one = 1, sum = 0, last = 0;
	MPI_Request r[2];

	MPI_Iallreduce(&one, &sum, 1, MPI_INT, MPI_SUM, MPI_COMM_WORLD, &r[0]);
	MPI_Ireduce(&one, &last, 1, MPI_INT, MPI_SUM, 0, MPI_COMM_WORLD, &r[1]);
	MPI_Waitall(2, r, MPI_STATUSES_IGNORE);
	MPI_Bcast(&last, 1, MPI_INT, 0, MPI_COMM_WORLD);
	if (!rank)
		printf("%d %d\n", sum, last);
}

static void accumulates(void)
{
	int value = 0, one = 1;
	MPI_Win window;

	MPI_Win_create(&value, sizeof(value), 1, MPI_INFO_NULL, MPI_COMM_WORLD,
		       &window);
	MPI_Win_fence(0, window);
	MPI_Accumulate(&one, 1, MPI_INT, 0, 0, 1, MPI_INT, MPI_SUM, window);
	MPI_Win_fence(0, window);
	MPI_Win_free(&window);
	if (!rank)
		printf("%d\n", value);
}

int main(int argc, char **argv)
{
	int provided, mine = 5;

	MPI_Init_thread(&argc, &argv, MPI_THREAD_MULTIPLE, &provided);
	MPI_Comm_rank(MPI_COMM_WORLD, &rank);
	MPI_Comm_size(MPI_COMM_WORLD, &size);
	if (rank)
		for (int tag = 1; tag <= 4; tag++)
			begin(tag);
	else
		waits();
	MPI_Sendrecv(&rank, 1, MPI_INT, (rank + 1) % size, 9, &mine, 1, MPI_INT,
		     (rank + size - 1) % size, 9, MPI_COMM_WORLD,
		     MPI_STATUS_IGNORE);
	if (rank == 1)
		for (int tag = 5; tag <= 7; tag++)
			MPI_Send(&rank, 1, MPI_INT, 0, tag, MPI_COMM_WORLD);
	else if (!rank)
		probes();
	begun();
	accumulates();
	if (!rank)
		printf("tick %d\n", MPI_Wtick() > 0);
	MPI_Finalize();
	return 0;
}
