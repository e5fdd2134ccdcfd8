/* SPDX-License-Identifier: MIT */
/* Writes what nobody has set: part of an address that an earlier function left
 * on the stack. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

struct line {
	char text[8];
	uintptr_t stays;
};

static __attribute__((noinline)) uintptr_t leave(void)
{
	struct line l[8];

	for (int i = 0; i < 8; i++)
		l[i].stays = (uintptr_t)&l[i] >> 12;
	return l[7].stays;
}

static __attribute__((noinline)) void leak(void)
{
	struct line l[8];

	memcpy(l[4].text, "planted", 8);
	fwrite(&l[4], sizeof(l[4]), 1, stdout);
}

int main(void)
{
	fputs("before\n", stdout);
	if (!leave())
		return 1;
	leak();
	fputs("after\n", stdout);
	return 0;
}
