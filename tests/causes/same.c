/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
	FILE *to = fopen("result", "w");

	fprintf(to, "%d\n", rand());
	fclose(to);
	printf("done\n");
	(void)argv;
	return argc > 1 ? 3 : 0;
}
