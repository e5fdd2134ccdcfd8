/* SPDX-License-Identifier: MIT */
/*
 * Descriptors under --schedule=turns. A pipe, socket pair or eventfd that this
 * process made, and shares with no other, is written to by its own threads: who
 * waits for it, waits for their turns. All others lead to the outside world.
 */
#ifndef SAMEBITS_TURNFD_H
#define SAMEBITS_TURNFD_H

#include <poll.h>
#include <signal.h>
#include <stdbool.h>

#include "timers.h"
#include "turn.h"

void turnfd_made(int fd);  /* both of its ends are this process's */
void turnfd_gone(int fd);  /* or known no more */
void turnfd_copied(int from, int to);
void turnfd_shared(void);  /* a child may have them, all of them */
void turnfd_watched(int epoll, int fd); /* epoll waits for fd, too */
bool turnfd_watches(int epoll, int fd);
void turnfd_timed(void); /* a timer was set, for which others may wait */
void turnfd_look(int epoll); /* or maybe no more, before a wait */

bool turnfd_wait_slow(int fd, short events);
/* Before a call that waits for `events` of fd; turn_return() belongs after it.
 * False: a handler ran, and errno is EINTR. */
static inline bool turnfd_wait(int fd, short events)
{
	return !turn_on || (turn_alone() && !timers_running()) ||
	       turnfd_wait_slow(fd, events);
}

/*
 * Before poll(2) and its like: waits until one of them may be ready, or for ns.
 * False: a handler ran. Where time is up, *late is set: poll without waiting,
 * the clock shows it already. `mask`: as ppoll(2) takes it; where it is not the
 * caller's own, only the kernel can wait under it.
 */
bool turnfd_poll(struct pollfd *fds, unsigned n, uint64_t ns,
		 const sigset_t *mask, bool *late);

#endif
