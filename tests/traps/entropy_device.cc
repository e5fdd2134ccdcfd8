// SPDX-License-Identifier: MIT
// std::random_device's RDRAND: libstdc++'s, or one that is linked in.
#include <cstdio>
#include <cstring>
#include <random>

int main(int argc, char **argv)
{
	std::random_device device("rdrand");

	if (argc != 2 || std::strcmp(argv[1], "draws"))
		return 2;
	for (int i = 0; i < 3; i++)
		std::printf("%08x\n", device());
}
