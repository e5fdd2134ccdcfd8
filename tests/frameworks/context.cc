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

namespace at {
void CPUGeneratorImpl::set_current_seed(std::uint64_t seed)
{
	state = seed;
}

std::uint64_t CPUGeneratorImpl::current_seed() const
{
	return state;
}

std::uint64_t CPUGeneratorImpl::seed()
{
	std::uint64_t drawn = c10::detail::getNonDeterministicRandom(false);

	this->set_current_seed(drawn);
	return drawn;
}

void CUDAGeneratorImpl::set_current_seed(std::uint64_t seed)
{
	state = seed;
}

std::uint64_t CUDAGeneratorImpl::current_seed() const
{
	return state;
}

std::uint64_t CUDAGeneratorImpl::seed()
{
	std::uint64_t drawn = c10::detail::getNonDeterministicRandom(true);

	this->set_current_seed(drawn);
	return drawn;
}

Generator &defaultGenerator(bool cuda)
{
	static CPUGeneratorImpl on_cpu;
	static CUDAGeneratorImpl on_gpu;

	return cuda ? static_cast<Generator &>(on_gpu) : on_cpu;
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
