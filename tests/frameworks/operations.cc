// SPDX-License-Identifier: MIT
#include "torch.hh"

#include <cstdio>
#include <stdexcept>
#include <string>

namespace at {
static void alert(const std::string &name)
{
	if (!globalContext().deterministicAlgorithms())
		return;
	if (!globalContext().deterministicAlgorithmsWarnOnly())
		throw std::runtime_error(name + " is not deterministic");
	std::fprintf(stderr, "warning: %s\n", name.c_str());
}

void Context::alertNotDeterministic(std::string_view const &name)
{
	alert(std::string(name));
}

void Context::alertNotDeterministic(c10::basic_string_view<char> const &name)
{
	alert(std::string(name.text, name.length));
}

void Context::alertCuBLASConfigNotDeterministic() const
{
	alert("cuBLAS");
}

const char *index_add()
{
	return globalContext().deterministicAlgorithms() ? "sorted" : "atomic";
}

const char *attention()
{
	if (!globalContext().deterministicAlgorithms())
		return "fast";
	return globalContext().deterministicAlgorithmsWarnOnly()
		       ? "fast, and warns" : "deterministic";
}

void put()
{
	// Not terminated.
	Context::alertNotDeterministic(std::string_view("put and more", 3));
}

void scatter()
{
	Context::alertNotDeterministic(
		c10::basic_string_view<char>{ "scatter and more", 7 });
}

void matmul()
{
	globalContext().alertCuBLASConfigNotDeterministic();
}
}
