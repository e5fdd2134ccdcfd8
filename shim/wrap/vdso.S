/* SPDX-License-Identifier: MIT */
/*
 * What stands in front of the vDSO's functions. They are called as C functions
 * are, maybe with little left of a stack: what is put there is the arguments,
 * as registers.h has them, and one call.
 */
#include <sys/syscall.h>

	.text

	.macro ENTRY name number
	.hidden vdso_\name
	.globl vdso_\name
	.type vdso_\name, @function
	.p2align 4
vdso_\name:
	.cfi_startproc
	endbr64
	movl $\number, %eax
	jmp vdso_common
	.cfi_endproc
	.size vdso_\name, .-vdso_\name
	.endm

ENTRY clock_gettime SYS_clock_gettime
ENTRY clock_getres SYS_clock_getres
ENTRY gettimeofday SYS_gettimeofday
ENTRY time SYS_time
ENTRY getcpu SYS_getcpu
ENTRY getrandom SYS_getrandom

	.type vdso_common, @function
	.p2align 4
vdso_common:
	.cfi_startproc
	pushq %rbp
	.cfi_def_cfa_offset 16
	.cfi_offset %rbp, -16
	movq %rsp, %rbp
	.cfi_def_cfa_register %rbp
	andq $-16, %rsp
	pushq %rax
	pushq %rdi
	pushq %rsi
	pushq %rdx
	pushq %rcx
	pushq %r8
	movq %rsp, %rdi
	movq 8(%rbp), %rsi
	movq %rbp, %rdx
	call samebits_vdso
	leave
	.cfi_def_cfa %rsp, 8
	ret
	.cfi_endproc
	.size vdso_common, .-vdso_common

	.section .note.GNU-stack, "", @progbits
