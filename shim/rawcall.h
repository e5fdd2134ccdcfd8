/* SPDX-License-Identifier: MIT */
/*
 * --trap=syscall: system calls that a program makes by an instruction of its
 * own. Each such instruction becomes a trap (rawpatch.h), and the call is
 * served by the table that syscall(2) has. What no server wants is made where
 * it was meant to be, on the program's own stack with its own registers: a
 * place beside has the instruction and a jump back. So a new thread, a child,
 * or a return from a handler needs no care.
 *
 * Where it is proven what is asked for, and nobody serves that, nothing is
 * changed.
 */
#ifndef SAMEBITS_RAWCALL_H
#define SAMEBITS_RAWCALL_H

#include "rawsite.h"

void rawcall_claim(void); /* takes SIGSEGV */
/* Makes traps of those that were found. */
void rawcall_patch(const struct rawsites *found);

#endif
