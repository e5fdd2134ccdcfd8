/* SPDX-License-Identifier: MIT */
#include <sys/sem.h>

#include "victim.h"

const struct facts facts = { .calls = 1, .output = "11\n1\n10001\n" };

void victim(void)
{
	struct timespec ts = { 0, WAIT_NS };
	struct sembuf op = { .sem_op = -1 };
	int64_t began = real_ns();
	int id = semget(IPC_PRIVATE, 1, 0600);

	wait_emit(began, semtimedop(id, &op, 1, &ts) ? errno : 0);
	semctl(id, 0, IPC_RMID);
}
