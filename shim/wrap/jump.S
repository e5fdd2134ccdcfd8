/* SPDX-License-Identifier: MIT */
/*
 * Hooks that must leave by a jump: the real function has to see the program's
 * own return address (dlopen, dlsym), or to return twice (vfork), or takes any
 * arguments (syscall).
 */
#include <sys/syscall.h>

	.text

/* Keeps the six argument registers over a call, at the frame below. */
	.macro SAVE
	.cfi_startproc
	endbr64
	pushq %rbp
	.cfi_def_cfa_offset 16
	.cfi_offset %rbp, -16
	movq %rsp, %rbp
	.cfi_def_cfa_register %rbp
	pushq %rdi
	pushq %rsi
	pushq %rdx
	pushq %rcx
	pushq %r8
	pushq %r9
	.endm

	.macro RESTORE
	movq -8(%rbp), %rdi
	movq -16(%rbp), %rsi
	movq -24(%rbp), %rdx
	movq -32(%rbp), %rcx
	movq -40(%rbp), %r8
	movq -48(%rbp), %r9
	leave
	.cfi_def_cfa %rsp, 8
	.endm

/* Jumps to the real function of this number (samebits_jump). */
	.macro JUMP which
	movl $\which, %edi
	call samebits_jump
	movq %rax, %r11
	RESTORE
	xorl %eax, %eax
	jmp *%r11
	.cfi_endproc
	.endm

/* Returns what the bookkeeping answered (rax), if it has an answer (rdx). */
	.macro ANSWER
	testq %rdx, %rdx
	jz 1f
	leave
	.cfi_remember_state
	.cfi_def_cfa %rsp, 8
	ret
	.cfi_restore_state
1:
	.endm

	.macro HOOK name
	.globl \name
	.type \name, @function
	.p2align 4
\name:
	SAVE
	.endm

HOOK dlopen
	movq 8(%rbp), %rdx
	call samebits_before_dlopen
	cltq
	movq %rax, -16(%rbp)
	JUMP 0
	.size dlopen, .-dlopen

HOOK dlmopen
	movq %rsi, %rdi
	movl %edx, %esi
	movq 8(%rbp), %rdx
	call samebits_before_dlmopen
	cltq
	movq %rax, -24(%rbp)
	JUMP 1
	.size dlmopen, .-dlmopen

HOOK dlsym
	movq 8(%rbp), %rdx
	call samebits_before_dlsym
	ANSWER
	JUMP 2
	.size dlsym, .-dlsym

HOOK dlvsym
	movq 8(%rbp), %rcx
	call samebits_before_dlvsym
	ANSWER
	JUMP 3
	.size dlvsym, .-dlvsym

/* A child that is made here returns before its parent does, over the place of
 * the return address: it stays in a register, as in libc. */
HOOK vfork
	movq 8(%rbp), %rdi
	movq %rbp, %rsi
	call samebits_before_vfork
	testb %al, %al
	jz 1f
	leave
	.cfi_remember_state
	.cfi_def_cfa %rsp, 8
	popq %rdi
	.cfi_adjust_cfa_offset -8
	.cfi_register %rip, %rdi
	movl $SYS_vfork, %eax
	syscall
	pushq %rdi
	.cfi_adjust_cfa_offset 8
	.cfi_offset %rip, -8
	movq %rax, %rdi
	testq %rax, %rax
	jnz samebits_after_vfork
	ret
	.cfi_restore_state
1:
	JUMP 4
	.size vfork, .-vfork
	.globl __vfork
	.set __vfork, vfork

/* Takes the numbers it knows; the arguments are in a row below the frame. */
HOOK syscall
	leaq -48(%rbp), %rdi
	movq 8(%rbp), %rsi
	movq %rbp, %rdx
	call samebits_before_syscall
	testb %al, %al
	jz 1f
	movq -8(%rbp), %rax
	leave
	.cfi_remember_state
	.cfi_def_cfa %rsp, 8
	ret
	.cfi_restore_state
1:
	JUMP 5
	.size syscall, .-syscall

HOOK __libc_start_main
	call samebits_before_main
	JUMP 6
	.size __libc_start_main, .-__libc_start_main

	.section .note.GNU-stack, "", @progbits
