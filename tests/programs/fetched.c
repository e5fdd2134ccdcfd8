/* SPDX-License-Identifier: MIT */
/* The object is linked with --wrap=NAME: its calls of NAME come here and go on
 * to what context.c got from dlsym(). A jump leaves the victim the caller. */
const char fetched_name[] = NAME, fetched_library[] = LIBRARY;
void *fetched;

__asm__(".globl __wrap_" NAME "\n"
	"__wrap_" NAME ":\n"
	"\tmovq fetched@GOTPCREL(%rip), %r11\n"
	"\tjmp *(%r11)\n");
