/* SPDX-License-Identifier: MIT */
/* The note that Go's linker leaves, in a program or in a library. Behind those
 * of the linker, in one segment with them. */
__asm__(".pushsection .note.go.buildid, \"a\", @note\n"
	".balign 4\n"
	".long 4, 4, 4\n"
	".ascii \"Go\\0\\0\"\n"
	".long 0x62617365\n"
	".popsection\n");

extern int golang_note;
int golang_note = 1;
