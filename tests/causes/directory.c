/* SPDX-License-Identifier: MIT */
/* The disk's order is not the sorted one, as the names were made: test_check.py
 * sees to that. */
#include <dirent.h>
#include <stdio.h>

int main(void)
{
	DIR *dir = opendir("names");
	struct dirent *e;

	while ((e = readdir(dir))) /* planted */
		if (e->d_name[0] != '.')
			printf("%s\n", e->d_name);
	closedir(dir);
	return 0;
}
