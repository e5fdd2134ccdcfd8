/* SPDX-License-Identifier: MIT */
/* Built twice: two libraries in one process that are told their threads by the
 * same names. */
static int threads = -1;

void openblas_set_num_threads(int n)
{
	threads = n;
}

int openblas_get_num_threads(void)
{
	return threads;
}

void omp_set_num_threads(int n)
{
	threads = n;
}

int two_threads(void)
{
	return threads;
}
