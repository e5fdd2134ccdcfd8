/* SPDX-License-Identifier: MIT */
/*
 * --trap=syscall: system calls that a program makes by an instruction of its
 * own. The first byte of each such instruction becomes HLT, which a program may
 * not execute: the fault leads here, and the call is served by the table that
 * syscall(2) has. What no server wants is made where it was meant to be, on the
 * program's own stack with its own registers: a place beside has the
 * instruction and a jump back. So a new thread, a child, or a return from a
 * handler needs no care.
 *
 * Nothing is armed, in no thread and no child: the bytes are there for all of
 * them, and a program that is executed has its own. Where it is proven what is
 * asked for, and nobody serves that, nothing is changed.
 */
#ifndef SAMEBITS_RAWCALL_H
#define SAMEBITS_RAWCALL_H

#include <stdint.h>

void rawcall_start(void);
/* Objects were loaded at these addresses. Not under the engine's lock. */
void rawcall_loaded(const uintptr_t *base, unsigned n);
/* What lay in [start, end) is gone. Under the engine's lock. */
void rawcall_unloaded(uintptr_t start, uintptr_t end);

#endif
