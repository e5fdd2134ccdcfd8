// SPDX-License-Identifier: MIT
// The names of PyTorch and TensorFlow that the shim knows, as their libraries
// export them.
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace c10 {
template <class C> struct basic_string_view {
	const C *text;
	std::size_t length;
};
namespace detail {
std::uint64_t getNonDeterministicRandom(bool cuda);
}
}

namespace at {
class Context {
    public:
	bool deterministicAlgorithms() const;
	bool deterministicAlgorithmsWarnOnly() const;
	bool deterministicFillUninitializedMemory() const;
	bool deterministicCuDNN() const;
	bool benchmarkCuDNN() const;
	void setDeterministicAlgorithms(bool on, bool warn_only);
	void setDeterministicFillUninitializedMemory(bool on);
	void setDeterministicCuDNN(bool on);
	void setBenchmarkCuDNN(bool on);
	static void alertNotDeterministic(std::string_view const &name);
	static void
	alertNotDeterministic(c10::basic_string_view<char> const &name);
	void alertCuBLASConfigNotDeterministic() const;

    private:
	bool algorithms = false, warn_only = false, fill = true;
	bool cudnn = false, benchmark = false;
};
Context &globalContext();

// Generators are called through their tables of functions, from other objects
// too; seed() draws a seed and returns it.
class Generator {
    public:
	virtual ~Generator() = default;
	virtual void set_current_seed(std::uint64_t seed) = 0;
	virtual std::uint64_t current_seed() const = 0;
	virtual std::uint64_t seed() = 0;
};
class CPUGeneratorImpl : public Generator {
    public:
	void set_current_seed(std::uint64_t seed) override;
	std::uint64_t current_seed() const override;
	std::uint64_t seed() override;

    private:
	std::uint64_t state = 1;
};
class CUDAGeneratorImpl : public Generator {
    public:
	void set_current_seed(std::uint64_t seed) override;
	std::uint64_t current_seed() const override;
	std::uint64_t seed() override;

    private:
	std::uint64_t state = 1;
};
Generator &defaultGenerator(bool cuda);

// Which of its algorithms it takes.
const char *index_add();
const char *attention();
// Has only one that is not deterministic; the second in the older library.
void put();
void scatter();
void matmul();
}

namespace tsl {
bool OpDeterminismRequired();
}
namespace tensorflow {
bool OpDeterminismRequired();
bool kernel();
bool kernel_old();
struct GuardedPhiloxRandom {
	bool Init();
};
}
