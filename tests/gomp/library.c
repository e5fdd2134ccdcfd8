/* SPDX-License-Identifier: MIT */
/* A library that is opened, as a Python extension is: RTLD_LOCAL. */
float library_sum(int n);

float library_sum(int n)
{
	float sum = 0;

#pragma omp parallel for reduction(+ : sum) schedule(dynamic, 1) num_threads(4)
	for (int i = 1; i < n; i++)
		sum += 1.0f / (float)i;
	return sum;
}
