/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <sys/stat.h>

int main(void)
{
	struct stat st;
	FILE *to = fopen("made", "w");

	fputs("x", to);
	fclose(to);
	if (stat("made", &st)) /* planted */
		return 1;
	printf("%ld %ld\n", st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
	return 0;
}
