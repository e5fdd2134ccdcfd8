/* SPDX-License-Identifier: MIT */
/* A kernel whose sums depend on the order in which threads come, and one that
 * adds integers, whose do not. */
#include <cstdio>

__global__ void adds_floats(float *sum, const float *x)
{
	atomicAdd(sum, x[threadIdx.x]);
}

__global__ void adds_doubles(double *sum, const double *x)
{
	atomicAdd(sum, x[threadIdx.x]);
}

__global__ void adds_integers(int *sum, const int *x)
{
	atomicAdd(sum, x[threadIdx.x]);
}

int main()
{
	adds_floats<<<1, 32>>>(nullptr, nullptr);
	adds_doubles<<<1, 32>>>(nullptr, nullptr);
	adds_integers<<<1, 32>>>(nullptr, nullptr);
	std::puts("done");
	return 0;
}
