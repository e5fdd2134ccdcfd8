/* SPDX-License-Identifier: MIT */
/* std::async, a barrier and atomics in a race: the order of arrival. */
#include <atomic>
#include <barrier>
#include <future>
#include <semaphore>
#include <thread>
#include <vector>

#include "stress.h"

static std::atomic<uint64_t> chain;
static std::atomic<double> sum;
static std::counting_semaphore<4> room(2);

static int piece(int i)
{
	uint64_t own = (uint64_t)i, seen = chain;

	room.acquire();
	for (int k = 0; k < i % 5 * 300; k++)
		own = mix(own, (uint64_t)k);
	while (!chain.compare_exchange_weak(seen, mix(seen, own)))
		;
	room.release();
	return i;
}

int main()
{
	std::vector<std::future<int>> results;
	std::vector<std::thread> threads;
	std::barrier meet(MEMBERS);
	int done = 0;

	for (int i = 0; i < 60; i++)
		results.push_back(std::async(std::launch::async, piece, i));
	for (auto &r : results)
		done += r.get();
	check(done == 59 * 60 / 2, "pieces");
	for (int i = 0; i < MEMBERS; i++)
		threads.emplace_back([&meet, i] {
			for (int k = 0; k < 200; k++) {
				meet.arrive_and_wait();
				sum = sum * 1.0000001 + 1.0 / (i + k + 1);
				chain = mix(chain, (uint64_t)i);
			}
		});
	for (auto &t : threads)
		t.join();
	printf("%016llx %a\n", (unsigned long long)chain.load(), sum.load());
	return 0;
}
