/* SPDX-License-Identifier: MIT */
/*
 * Where handlers of traps return to. The stack pointer is at the ucontext_t
 * then, in which unwinders find the registers of what was interrupted. Some
 * know the place by these very bytes.
 */
	.text

/* A register, by DWARF's number, lies this far from rsp. */
	.macro AT register offset
	.cfi_escape 0x10, \register, 3, 0x77, \offset & 0x7f | 0x80, \offset >> 7
	.endm

	.globl samebits_trapreturn
	.hidden samebits_trapreturn
	.type samebits_trapreturn, @function
	.p2align 4
	.cfi_startproc
	.cfi_signal_frame
	/* The frame begins where rsp was: the word at 160. */
	.cfi_escape 0x0f, 4, 0x77, 160 & 0x7f | 0x80, 160 >> 7, 0x06
	AT 8, 40
	AT 9, 48
	AT 10, 56
	AT 11, 64
	AT 12, 72
	AT 13, 80
	AT 14, 88
	AT 15, 96
	AT 5, 104
	AT 4, 112
	AT 6, 120
	AT 3, 128
	AT 1, 136
	AT 0, 144
	AT 2, 152
	AT 7, 160
	AT 16, 168
	nop /* unwinders look one byte before a return address */
samebits_trapreturn:
	.byte 0x48, 0xc7, 0xc0, 0x0f, 0, 0, 0 /* movq $15, %rax: rt_sigreturn */
	.byte 0x0f, 0x05 /* syscall */
	.cfi_endproc
	.size samebits_trapreturn, .-samebits_trapreturn

	.section .note.GNU-stack, "", @progbits
