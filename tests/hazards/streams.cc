// SPDX-License-Identifier: MIT
// Devices of entropy by C++ streams: libstdc++ opens by fopen() and reads by
// read(), and takes standard input from stdio.
#include <cstdint>
#include <fstream>
#include <iostream>
#include <string>

#include <unistd.h>

#define must(what)                                                             \
	do {                                                                   \
		if (!(what)) {                                                 \
			std::cerr << __LINE__ << ": " #what << std::endl;      \
			_exit(1);                                              \
		}                                                              \
	} while (0)

static void show(std::istream &in)
{
	uint64_t n = 0;

	must(in.read(reinterpret_cast<char *>(&n), sizeof(n)));
	must(n);
	std::cout << std::hex << n << "\n";
}

int main(int argc, char **argv)
{
	if (argc > 1 && argv[1] == std::string("stdin")) {
		show(std::cin);
		return 0;
	}
	std::ifstream urandom("/dev/urandom", std::ios::binary);
	std::ifstream plain("/dev/random");
	std::ifstream uuid("/proc/sys/kernel/random/uuid");
	std::string text;

	plain.rdbuf()->pubsetbuf(nullptr, 0);
	show(urandom);
	show(urandom);
	show(plain);
	must(std::getline(uuid, text) && text.size() == 36);
	std::cout << text << "\n";
	return 0;
}
