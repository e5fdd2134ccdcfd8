/* SPDX-License-Identifier: MIT */
/*
 * The stubs of bound.h. None of the functions behind them takes a variable
 * number of arguments: rax, r10 and r11 are free.
 */
	.text
	.p2align 4
	.globl bound_stubs
	.hidden bound_stubs
	.type bound_stubs, @function
bound_stubs:
	.set number, 0
	.rept 257
	.p2align 4
	endbr64
	movl $number, %r11d
	jmp bound_common
	.set number, number + 1
	.endr
	.size bound_stubs, . - bound_stubs

	.type bound_common, @function
bound_common:
	.cfi_startproc
	movq bound_now@gottpoff(%rip), %r10
	movl %r11d, %fs:(%r10)
	movq (%rsp), %rax
	movq %rax, %fs:8(%r10)
	leaq bound_hooks(%rip), %rax
	jmp *(%rax,%r11,8)
	.cfi_endproc
	.size bound_common, . - bound_common

	.section .note.GNU-stack, "", @progbits
