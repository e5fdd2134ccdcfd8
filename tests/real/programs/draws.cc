// SPDX-License-Identifier: MIT
#include <chrono>
#include <iostream>
#include <random>
#include <thread>
#include <unordered_set>

int main()
{
	std::random_device device, urandom("/dev/urandom"), rdrand("rdrand");
	std::mt19937_64 engine(device());

	std::cout << device() << ' ' << urandom() << ' ' << rdrand() << ' '
		  << engine() << ' ' << std::normal_distribution<>()(engine)
		  << '\n';
	std::cout << std::chrono::system_clock::now().time_since_epoch().count()
		  << '\n';
	int *p = new int;
	std::cout << p << ' ' << std::hash<int *>()(p) << '\n';
	unsigned drawn[4];
	std::thread threads[4];
	for (int i = 0; i < 4; i++)
		threads[i] = std::thread([&drawn, i] {
			drawn[i] = std::random_device()();
		});
	for (int i = 0; i < 4; i++)
		threads[i].join();
	for (unsigned n : drawn)
		std::cout << n << '\n';
}
