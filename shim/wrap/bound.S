/* SPDX-License-Identifier: MIT */
/*
 * The thunks of bound.h. Each says its number; bound_common calls the hook with
 * the arguments as they came, those on the stack copied, and returns what it
 * returned. It is a call and no jump, as the definition has to stand somewhere
 * until the hook has asked for it: the frame is the thread's own, and a signal
 * handler's lies elsewhere.
 */
	.text

#define THUNK_SIZE 16
#define BOUND_HOOKS 1024 /* as in bound.h */

	.set number, 0
	.hidden bound_first
	.globl bound_first
	.balign THUNK_SIZE
bound_first:
	.cfi_startproc
	.rept BOUND_HOOKS
	endbr64
	movl $number, %r11d
	jmp bound_common
	.set number, number + 1
	.balign THUNK_SIZE
	.endr
	.cfi_endproc

	.type bound_common, @function
	.balign 16
bound_common:
	.cfi_startproc
	pushq %rbp
	.cfi_def_cfa_offset 16
	.cfi_offset %rbp, -16
	movq %rsp, %rbp
	.cfi_def_cfa_register %rbp
	shll $4, %r11d
	leaq bound_target(%rip), %r10
	addq %r10, %r11
	pushq (%r11)
	subq $8, %rsp
	/* The longest has 10 arguments, 4 of them here. */
	pushq 40(%rbp)
	pushq 32(%rbp)
	pushq 24(%rbp)
	pushq 16(%rbp)
	call *8(%r11)
	.hidden bound_return
	.globl bound_return
bound_return:
	leave
	.cfi_def_cfa %rsp, 8
	ret
	.cfi_endproc
	.size bound_common, .-bound_common

	.section .note.GNU-stack, "", @progbits
