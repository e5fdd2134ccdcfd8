// SPDX-License-Identifier: MIT
// What programs do with PyTorch and TensorFlow: linked to both, loaded by
// loader.c, or by Python.
#include "torch.hh"

#include <cstdio>
#include <cstring>
#include <stdexcept>

static at::Context &context()
{
	return at::globalContext();
}

static void attempt(void (*operation)(), const char *name)
{
	try {
		operation();
		std::printf("%s worked\n", name);
	} catch (const std::runtime_error &e) {
		std::printf("%s failed: %s\n", name, e.what());
	}
}

static void modes()
{
	std::printf("%d %d %d %d %d\n", context().deterministicAlgorithms(),
		    context().deterministicAlgorithmsWarnOnly(),
		    context().deterministicFillUninitializedMemory(),
		    context().deterministicCuDNN(),
		    context().benchmarkCuDNN());
}

static void operations()
{
	std::printf("%s\n", at::index_add());
	for (int i = 0; i < 3; i++)
		attempt(at::put, "put");
	attempt(at::scatter, "scatter");
	attempt(at::matmul, "matmul");
}

static void attention()
{
	std::printf("%s\n", at::attention());
}

static void strict()
{
	context().setDeterministicAlgorithms(true, false);
	operations();
	modes();
}

static void warned()
{
	context().setDeterministicAlgorithms(true, true);
	operations();
	attention();
}

static void loose()
{
	context().setDeterministicAlgorithms(false, false);
	context().setDeterministicFillUninitializedMemory(true);
	context().setDeterministicCuDNN(false);
	context().setBenchmarkCuDNN(true);
	std::printf("%s\n", at::index_add());
	modes();
}

// Puts back what it was told.
static void restored()
{
	bool before = context().deterministicAlgorithms();

	context().setDeterministicAlgorithms(true, false);
	context().setDeterministicAlgorithms(before, false);
	attempt(at::put, "put");
}

static void draws()
{
	std::printf("%d ", c10::detail::getNonDeterministicRandom(true) >> 53 ==
			   0);
	std::printf("%llx\n", (unsigned long long)
			      c10::detail::getNonDeterministicRandom(false));
}

// The seed of each generator after it was given one, and whether one that it
// drew is the one that it has.
static void seeds()
{
	for (bool cuda : { false, true }) {
		at::Generator &generator = at::defaultGenerator(cuda);

		for (std::uint64_t seed : { 0, 42 }) {
			generator.set_current_seed(seed);
			std::printf("%llu ", (unsigned long long)
						     generator.current_seed());
		}
		std::printf("%d\n",
			    generator.seed() == generator.current_seed());
	}
}

static void kernels()
{
	tensorflow::GuardedPhiloxRandom random;

	std::printf("%d %d %d\n", tensorflow::kernel(),
		    tensorflow::kernel_old(), random.Init());
}

static void required()
{
	std::printf("%d\n", tsl::OpDeterminismRequired());
}

static const struct {
	const char *name;
	void (*play)();
} scenes[] = {
	{ "modes", modes },	  { "operations", operations },
	{ "strict", strict },	  { "warned", warned },
	{ "loose", loose },	  { "restored", restored },
	{ "draws", draws },	  { "kernels", kernels },
	{ "required", required }, { "attention", attention },
	{ "seeds", seeds },
};

extern "C" int play(const char *name)
{
	for (auto &s : scenes)
		if (!std::strcmp(s.name, name)) {
			s.play();
			std::fflush(stdout);
			return 0;
		}
	return 1;
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (play(argv[i]))
			return 1;
	return argc < 2;
}
