/* SPDX-License-Identifier: MIT */
/* No BLAS: a function that is called like one of its routines, and takes what
 * it likes. */
double ddot(int a, int b);
double namesake(void);

double ddot(int a, int b)
{
	return a * 10 + b;
}

double namesake(void)
{
	return ddot(4, 2);
}
