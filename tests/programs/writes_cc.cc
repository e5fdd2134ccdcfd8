/* SPDX-License-Identifier: MIT */
/* Writes by the streams of C++, to standard output, error and a file. */
#include <cstdio>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <string>

int main(int argc, char **argv)
{
	std::ofstream file(argc > 1 ? argv[1] : "/dev/null");

	std::cout << "number " << 42 << ' ' << std::setprecision(17) << 0.1
		  << std::endl;
	std::cout.put('x').write("yz\n", 3);
	std::cerr << "error " << 1 << '\n';
	std::ios_base::sync_with_stdio(false);
	std::cout << "without stdio\n" << std::flush;
	for (int i = 0; i < 10000; i++)
		file << i << '\n';
	file << std::string(100000, 'a');
	return 0;
}
