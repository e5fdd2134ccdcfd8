/* SPDX-License-Identifier: MIT */
/* Linked with a twin, or with none and asking by a weak reference. */
#include <stddef.h>

#ifdef ASKS
__attribute__((weak))
#endif
double ddot_(const int *n, const double *x, const int *incx, const double *y,
	     const int *incy);
int twin_of(void);

int twin_of(void)
{
	double x = 1;
	int one = 1;

#ifdef ASKS
	if (!ddot_)
		return 0;
#endif
	return (int)ddot_(&one, &x, &one, &x, &one);
}
