// SPDX-License-Identifier: MIT
#include <random>

#include "victim.h"

const struct facts facts = { 3, NULL, BY_VICTIM };

extern "C" void victim(void)
{
	std::random_device device;

	for (int i = 0; i < 3; i++)
		emit(device());
}
