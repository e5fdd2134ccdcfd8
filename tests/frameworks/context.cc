// SPDX-License-Identifier: MIT
// Stands for libtorch_cpu: its context, and what it does when an operation
// alerts. Nothing of it may be inlined in operations.cc, as in the original.
#include "torch.hh"

#include <cstdio>
#include <stdexcept>
#include <string>

namespace at {
bool Context::deterministicAlgorithms() const
{
	return algorithms;
}

bool Context::deterministicAlgorithmsWarnOnly() const
{
	return warn_only;
}

bool Context::deterministicFillUninitializedMemory() const
{
	return fill;
}

bool Context::deterministicCuDNN() const
{
	return cudnn;
}

bool Context::benchmarkCuDNN() const
{
	return benchmark;
}

void Context::setDeterministicAlgorithms(bool on, bool warn)
{
	algorithms = on;
	warn_only = warn;
}

void Context::setDeterministicFillUninitializedMemory(bool on)
{
	fill = on;
}

void Context::setDeterministicCuDNN(bool on)
{
	cudnn = on;
}

void Context::setBenchmarkCuDNN(bool on)
{
	benchmark = on;
}

Context &globalContext()
{
	static Context context;

	return context;
}
}

namespace c10::detail {
std::uint64_t getNonDeterministicRandom(bool)
{
	std::uint64_t n = 0;
	FILE *f = std::fopen("/dev/urandom", "r");

	if (!f || std::fread(&n, sizeof(n), 1, f) != 1)
		n = 0;
	if (f)
		std::fclose(f);
	return n;
}
}
