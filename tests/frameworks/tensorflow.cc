// SPDX-License-Identifier: MIT
// Stands for libtensorflow_framework.
#include "torch.hh"

#include <cstdlib>

namespace tsl {
__attribute__((noinline)) bool OpDeterminismRequired()
{
	return std::getenv("TF_DETERMINISTIC_OPS") != nullptr;
}
}

namespace tensorflow {
__attribute__((noinline)) bool OpDeterminismRequired()
{
	return tsl::OpDeterminismRequired();
}

bool kernel()
{
	return tsl::OpDeterminismRequired();
}

bool kernel_old()
{
	return OpDeterminismRequired();
}

// Wants a seed where this is required.
bool GuardedPhiloxRandom::Init()
{
	return tsl::OpDeterminismRequired();
}
}
