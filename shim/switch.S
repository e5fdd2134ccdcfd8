/* SPDX-License-Identifier: MIT */
/* void stack_run(void (*fn)(void *), void *arg, void *top): calls fn(arg) on
 * the stack that ends at top. */
	.text
	.hidden stack_run
	.globl stack_run
	.type stack_run, @function
	.p2align 4
stack_run:
	.cfi_startproc
	endbr64
	pushq %rbp
	.cfi_def_cfa_offset 16
	.cfi_offset %rbp, -16
	movq %rsp, %rbp
	.cfi_def_cfa_register %rbp
	movq %rdi, %rax
	movq %rsi, %rdi
	movq %rdx, %rsp
	call *%rax
	leave
	.cfi_def_cfa %rsp, 8
	ret
	.cfi_endproc
	.size stack_run, .-stack_run

	.section .note.GNU-stack, "", @progbits
