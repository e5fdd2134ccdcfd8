// SPDX-License-Identifier: MIT
#include <boost/fiber/all.hpp>
#include <chrono>
#include <cstdio>
#include <mutex>
#include <thread>
#include <vector>

namespace fibers = boost::fibers;

static std::vector<int> order;
static fibers::mutex lock;
static fibers::buffered_channel<int> channel(8);

static void work(int name)
{
	for (int j = 0; j < 3; j++) {
		{
			std::unique_lock<fibers::mutex> held(lock);
			order.push_back(name + j);
		}
		boost::this_fiber::yield();
		boost::this_fiber::sleep_for(std::chrono::microseconds(200));
		channel.push(name);
	}
}

static void four(int thread)
{
	std::vector<fibers::fiber> all;

	for (int k = 0; k < 4; k++)
		all.emplace_back(work, thread * 100 + k * 10);
	for (auto &f : all)
		f.join();
}

int main()
{
	std::vector<std::thread> threads;
	unsigned long hash = 0;

	for (int i = 0; i < 4; i++)
		threads.emplace_back(four, i);
	for (int n = 0; n < 48; n++)
		hash = hash * 31 + (unsigned long)channel.value_pop();
	for (auto &t : threads)
		t.join();
	for (int name : order)
		printf("%d ", name);
	printf("%lu\n", hash);
}
