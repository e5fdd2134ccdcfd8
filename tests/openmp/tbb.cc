// SPDX-License-Identifier: MIT
// Limits of TBB's, one within another: how many threads it says it may use.
#include <cstdio>
#include <oneapi/tbb/global_control.h>

using tbb::global_control;

static size_t now()
{
	return global_control::active_value(
		global_control::max_allowed_parallelism);
}

int main()
{
	{
		global_control a(global_control::max_allowed_parallelism, 7);
		global_control s(global_control::thread_stack_size, 1 << 20);
		std::printf("%zu\n", now());
		{
			global_control b(
				global_control::max_allowed_parallelism, 2);
			std::printf("%zu\n", now());
		}
		std::printf("%zu\n", now());
	}
	global_control c(global_control::max_allowed_parallelism, 9);
	std::printf("%zu\n", now());
}
