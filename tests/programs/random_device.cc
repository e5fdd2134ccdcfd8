// SPDX-License-Identifier: MIT
#include <random>

#include "victim.h"

extern "C" void victim(void)
{
	std::random_device device;

	for (int i = 0; i < 3; i++)
		emit(device());
}
