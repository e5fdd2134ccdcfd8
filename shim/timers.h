/* SPDX-License-Identifier: MIT */
/*
 * Timers that the program has set. They run in real time, the kernel's; when
 * one has gone off and the program comes back from waiting for it, the logical
 * clock goes to its moment. Else a loop that waits for ticks until some time
 * has come would never end.
 *
 * A wait meets each timer once: ticks that came together count as one, so that
 * the clock does not depend on how late the program was.
 */
#ifndef SAMEBITS_TIMERS_H
#define SAMEBITS_TIMERS_H

#include <stdbool.h>
#include <stdint.h>

#include "thread.h"

enum timer_kind {
	TIMER_DESCRIPTOR, /* of timerfd_create(2) */
	TIMER_POSIX,	  /* of timer_create(2) */
	TIMER_ALARM,	  /* the process's one of alarm(2), setitimer(2) */
};

/* Armed for `first` (logical ns since the start; 0: disarmed), then each
 * `interval` ns (0: never), by a call that began at `since` (CLOCK_MONOTONIC,
 * real: so that we never expect it later than the kernel does). One that had
 * gone off is met before. Returns how much was left of it. */
uint64_t timers_set(struct thread *self, enum timer_kind kind, uint64_t id,
		    uint64_t first, uint64_t interval, uint64_t since);
/* Logical ns until it goes off; 0: it is not armed. */
uint64_t timers_left(struct thread *self, enum timer_kind kind, uint64_t id);
/* The program woke up: by a timer with a signal, perhaps. */
void timers_signalled(struct thread *self);
/* It read from a descriptor, where the kernel counted so many expirations. */
void timers_read(struct thread *self, int fd, uint64_t expirations);
/* A timer is set by this descriptor. */
void timers_note(int fd);
/* Was one ever? Cheap. */
bool timers_descriptor(int fd);
/* Will a signal come that the program handles? May be asked by the watch, which
 * holds no lock of the engine's. */
bool timers_awaited(void);
/* Its descriptor is closed. */
void timers_closed(int fd);

struct pollfd;
/*
 * Under --schedule=turns the logical clock alone says when a timer goes off,
 * for a wait on descriptors of the process's own: those among `fds`, or watched
 * by one of them, are taken from the kernel. Which time has come, is ready to
 * be read. Returns the moment of the next one, UINT64_MAX: there is none.
 */
uint64_t timers_hold(uint64_t clock, const struct pollfd *fds, unsigned n);
/* Gives them back, for a wait in the outside world. */
void timers_release(uint64_t clock, const struct pollfd *fds, unsigned n);
/* Is a timer of any descriptor set? Cheap. */
bool timers_running(void);
void timers_forked(void); /* those with signals are not inherited */

#endif
