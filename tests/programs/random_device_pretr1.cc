// SPDX-License-Identifier: MIT
#include <random>

#include "victim.h"

const struct facts facts = { 3, NULL, BY_VICTIM };

// What objects from before TR1 call; today's header keeps it private.
unsigned getval(std::random_device *) __asm__(
	"_ZNSt13random_device16_M_getval_pretr1Ev");

extern "C" void victim(void)
{
	std::random_device device;

	for (int i = 0; i < 3; i++)
		emit(getval(&device));
}
