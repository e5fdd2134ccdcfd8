/* SPDX-License-Identifier: MIT */
/*
 * Entry points of numeric libraries: one small thunk for each name, which says
 * its number and leads to entry_common. That asks entry_enter() (entry.c) where
 * the call was to go and jumps there with all arguments as they came, so that
 * no signature has to be right for a program to work. Only where results are to
 * be looked at (--digest) it calls, with a copy of the arguments on the stack;
 * and what was computed (--blas=same) it returns.
 */
	.text

#define THUNK_SIZE 16
#define BOUND_THUNKS 8192 /* as in entry.h */
#define STACK_WORDS 20	  /* arguments on the stack that may be copied */

/* struct entry_frame of entry.h, at 0(%rsp); %rbp is the frame. */
#define FRAME 288
#define XMM 48
#define RESULT 176

	.set number, 0
	.macro THUNK
	endbr64
	movl $number, %r11d
	jmp entry_common
	.set number, number + 1
	.balign THUNK_SIZE
	.endm

	.macro ENTRY name
	.globl \name
	.type \name, @function
\name:
	THUNK
	.size \name, .-\name
	.endm

	.hidden entry_first
	.globl entry_first
	.balign THUNK_SIZE
entry_first:
	.cfi_startproc
/* In the order of `names` in entry.c. */
#define ROUTINE(f, c, type, kind, signature, doc)                              \
	ENTRY f##_; ENTRY f; ENTRY f##_64_; ENTRY f##_64;                      \
	ENTRY scipy_##f##_; ENTRY scipy_##f##_64_;                             \
	ENTRY cblas_##c; ENTRY cblas_##c##64_; ENTRY cblas_##c##_64;           \
	ENTRY scipy_cblas_##c; ENTRY scipy_cblas_##c##64_;
#include "blas.def"
#undef ROUTINE
#define ROUTINE(f, type, signature, doc)                                       \
	ENTRY f##_; ENTRY f##_64_; ENTRY scipy_##f##_; ENTRY scipy_##f##_64_;
#include "lapack.def"
#undef ROUTINE
#define SEEN(symbol, group, words, doc) ENTRY symbol;
#include "calls.def"
#undef SEEN
	.hidden entry_bound
	.globl entry_bound
entry_bound:
	.rept BOUND_THUNKS
	THUNK
	.endr
	.cfi_endproc

	.type entry_common, @function
	.balign 16
entry_common:
	.cfi_startproc
	pushq %rbp
	.cfi_def_cfa_offset 16
	.cfi_offset %rbp, -16
	movq %rsp, %rbp
	.cfi_def_cfa_register %rbp
	subq $FRAME, %rsp
	movq %rdi, (%rsp)
	movq %rsi, 8(%rsp)
	movq %rdx, 16(%rsp)
	movq %rcx, 24(%rsp)
	movq %r8, 32(%rsp)
	movq %r9, 40(%rsp)
	movaps %xmm0, XMM(%rsp)
	movaps %xmm1, XMM+16(%rsp)
	movaps %xmm2, XMM+32(%rsp)
	movaps %xmm3, XMM+48(%rsp)
	movaps %xmm4, XMM+64(%rsp)
	movaps %xmm5, XMM+80(%rsp)
	movaps %xmm6, XMM+96(%rsp)
	movaps %xmm7, XMM+112(%rsp)
	movq %rsp, %rdi
	movl %r11d, %esi
	movq %rbp, %rdx
	call entry_enter
	movq %rax, %r11
	testq %rdx, %rdx
	jnz 2f
	movaps XMM(%rsp), %xmm0
	movaps XMM+16(%rsp), %xmm1
	movaps XMM+32(%rsp), %xmm2
	movaps XMM+48(%rsp), %xmm3
	movaps XMM+64(%rsp), %xmm4
	movaps XMM+80(%rsp), %xmm5
	movaps XMM+96(%rsp), %xmm6
	movaps XMM+112(%rsp), %xmm7
	movq (%rsp), %rdi
	movq 8(%rsp), %rsi
	movq 16(%rsp), %rdx
	movq 24(%rsp), %rcx
	movq 32(%rsp), %r8
	movq 40(%rsp), %r9
	leave
	.cfi_remember_state
	.cfi_def_cfa %rsp, 8
	jmp *%r11
	.cfi_restore_state

2:	cmpq $2, %rdx /* RETURN: it is done */
	je 4f
	/* Through: the arguments again, below our frame. */
	subq $STACK_WORDS * 8, %rsp
	xorl %ecx, %ecx
3:	movq 16(%rbp,%rcx,8), %rax
	movq %rax, (%rsp,%rcx,8)
	incq %rcx
	cmpq $STACK_WORDS, %rcx
	jne 3b
	movaps XMM-FRAME(%rbp), %xmm0
	movaps XMM+16-FRAME(%rbp), %xmm1
	movaps XMM+32-FRAME(%rbp), %xmm2
	movaps XMM+48-FRAME(%rbp), %xmm3
	movaps XMM+64-FRAME(%rbp), %xmm4
	movaps XMM+80-FRAME(%rbp), %xmm5
	movaps XMM+96-FRAME(%rbp), %xmm6
	movaps XMM+112-FRAME(%rbp), %xmm7
	movq -FRAME(%rbp), %rdi
	movq 8-FRAME(%rbp), %rsi
	movq 16-FRAME(%rbp), %rdx
	movq 24-FRAME(%rbp), %rcx
	movq 32-FRAME(%rbp), %r8
	movq 40-FRAME(%rbp), %r9
	call *%r11
	movq %rax, RESULT-FRAME(%rbp)
	movq %rdx, RESULT+8-FRAME(%rbp)
	movups %xmm0, RESULT+16-FRAME(%rbp)
	movups %xmm1, RESULT+32-FRAME(%rbp)
	leaq -FRAME(%rbp), %rdi
	movq %rbp, %rsi
	call entry_leave
4:	movq RESULT-FRAME(%rbp), %rax
	movq RESULT+8-FRAME(%rbp), %rdx
	movups RESULT+16-FRAME(%rbp), %xmm0
	movups RESULT+32-FRAME(%rbp), %xmm1
	leave
	.cfi_def_cfa %rsp, 8
	ret
	.cfi_endproc
	.size entry_common, .-entry_common

	.section .note.GNU-stack, "", @progbits
