/* SPDX-License-Identifier: MIT */
/* Asks for the time from code without unwind information, its frame pointer in
 * use for something else, as in code that a JIT has made. */
#include <stdio.h>
#include <time.h>

long from_nowhere(void);

__asm__(".text\n"
	"from_nowhere:\n"
	"\tpushq %rbp\n"
	"\tmovl $0x65f, %ebp\n"
	"\txorl %edi, %edi\n"
	"\tcall time@PLT\n"
	"\tpopq %rbp\n"
	"\tret\n");

int main(void)
{
	printf("%ld\n", from_nowhere());
	return 0;
}
