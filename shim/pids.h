/* SPDX-License-Identifier: MIT */
/*
 * Process numbers: what the program sees ("shown") and what the kernel knows
 * ("real"). Everything that the program hands to the system goes through a
 * function ..._in, everything that the system hands out through ..._out.
 *
 * --pids=virtual: what is shown follows from the lineage. The first process is
 * 3 and its parent 2, as in a namespace; the others have a number from 2^21 to
 * 2^22, kept on the board. --pids=namespace: real numbers repeat by themselves,
 * but groups and sessions that were made outside have none in there: the kernel
 * says 0. In both, the group that samebits was started in is shown as 2, its
 * session as 1. Numbers of other processes pass unchanged; so does everything
 * under --pids=real.
 *
 * All are async-signal-safe and leave errno alone.
 */
#ifndef SAMEBITS_PIDS_H
#define SAMEBITS_PIDS_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

/* What stands for a process of the run that is gone: the kernel knows none. */
#define PIDS_NOBODY 0x7fffffff

/* From the constructor; envp tells who started us, where no launcher did. */
void pids_start(char *const envp[]);
/* In the first process, with a board: remembers what stands around it. */
void pids_outside(void);

/* The number of a process about to be made; for its slot on the board. */
uint32_t pids_number(uint64_t lineage);
/* The child that slot i was announced for has this number, in the parent;
 * returns what is shown. Not above 0: no child. */
int pids_born(uint32_t i, int real);
/* A wait has taken it; returns what is shown. */
int pids_reaped(int real);

int pids_self(void);   /* in a vfork child too */
int pids_parent(void);
int pids_thread(void); /* of the calling thread */

int pids_out(int real);
int pids_in(int shown); /* 0 and negative numbers stay */
int pids_thread_in(int shown); /* of a thread or a process */
int pids_thread_out(int real);
int pids_group_out(int real);
int pids_group_in(int shown);
int pids_session_out(int real);
/* As kill() and waitpid() take it: a process, or minus a group. */
int pids_target_in(int shown);
/* The group in front of a terminal, as the kernel named it. */
int pids_terminal_out(int fd, int real);
/* Puts the group that samebits was started in in front; 0 or -errno. */
int pids_terminal_back(int fd);
/* si_pid, where there is one. */
void pids_info_out(siginfo_t *info);

/* Is it the group that samebits was started in, and has no number in here? */
bool pids_group_outside(int shown);

#endif
