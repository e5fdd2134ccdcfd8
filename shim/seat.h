/* SPDX-License-Identifier: MIT */
/* What the scheduler (turn.h) knows of one thread; a part of its block. */
#ifndef SAMEBITS_SEAT_H
#define SAMEBITS_SEAT_H

#include <stdbool.h>
#include <stdint.h>

struct thread;
struct pollfd;

/* In the order in which they will be served. */
struct queue {
	struct thread *first, *last;
	unsigned n;
};

enum seat_state {
	SEAT_NONE,    /* not scheduled: a raw thread, or one that is gone */
	SEAT_RUNNING, /* has the turn */
	SEAT_READY,
	SEAT_BLOCKED,
	SEAT_OUTER,   /* will call the outside world when nobody is ready */
	SEAT_OUTSIDE, /* runs without the turn, which was taken from it */
};

/* Bytes of a set of processors; on a machine with more, nobody is pinned. */
#define SEAT_PROCESSORS 128

struct seat {
	struct thread *next, *prev;
	struct queue *queue; /* that it stands in; NULL: none */
	struct thread *later, *sooner; /* among those with a limit */
	const void *key; /* the object that it waits for */
	const char *what; /* for people: "a mutex" */
	const int *owner; /* as of struct want */
	struct pollfd *fds; /* or what it waits for is one of these */
	unsigned nfds;
	uint32_t bits;	 /* of a futex: who may wake it */
	uint64_t until;	 /* logical ns; SEAT_EVER: no limit */
	uint64_t real;	 /* CLOCK_MONOTONIC ns: not to be served earlier */
	uint64_t since;	 /* the same clock: when it went outside */
	int go;		 /* futex, enum seat_go */
	uint8_t state;	 /* enum seat_state */
	uint8_t writer;	 /* waits to write, where others wait to read */
	uint8_t why;	 /* 0: woken; else an errno value */
	bool truly;	 /* not even --sleep=skip shortens its wait */
	bool limited;	 /* stands among those with a limit */
	bool cancels;	 /* pthread_cancel() ends its wait */
	unsigned patience; /* ms that the call to come may keep the turn */
	bool abroad;	   /* another process may end its wait */
	uint8_t halt;	   /* enum sb_halt_kind: why its turn was taken, or 0 */
	bool shared;	 /* of what several processes share */
	bool outer;	 /* within a call to the outside world */
	bool away;	 /* a handler that interrupted its wait waits itself */
	uint8_t lost; /* times that the turn was taken from it in a call */
	uint16_t in_row; /* such calls, with no pass in between; */
	uint64_t passes; /* the passes until the last one, 0: it begins anew */
	bool finished;	 /* its start function is done, and its destructors */
	bool member;	 /* works in OpenMP regions: may run for long */
	bool cancelled;	 /* pthread_cancel() was called */
	uint64_t mask;	 /* of signals, that it begins with */
	const char *frame; /* where it waits; handlers run below */
	int *gone; /* libc's word that the kernel clears at its end */
	uint8_t processors[SEAT_PROCESSORS]; /* that it believes in */
};

#define SEAT_EVER UINT64_MAX

enum seat_go {
	GO_WAIT,
	GO_ON,	   /* it has the turn */
	GO_TELL,   /* says where it waits, and waits again */
	GO_ANSWER, /* says that no handler runs, and waits again */
};

#endif
