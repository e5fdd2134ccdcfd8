/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

int main(void)
{
	unsigned char n = 0;

	if (getrandom(&n, 1, 0) != 1) /* planted */
		return 1;
	printf("step 1 loss: %.4f\n", 2.0);
	printf("step 2 loss: %.4f\n", 1.0 + n / 1000.0);
	return 0;
}
