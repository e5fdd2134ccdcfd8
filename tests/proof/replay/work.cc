// SPDX-License-Identifier: MIT
// Threads hand work to each other; nothing of it but its order is left open.
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <cstdio>
#include <future>
#include <map>
#include <mutex>
#include <queue>
#include <random>
#include <shared_mutex>
#include <thread>
#include <vector>

namespace {

std::mutex lock;
std::condition_variable filled;
std::queue<std::uint64_t> work;
bool done;
std::uint64_t order = 1;

std::shared_mutex table_lock;
std::map<std::uint64_t, std::uint64_t> table;

void did(std::uint64_t what) { order = order * 6364136223846793005u + what; }

void produce(int id) {
	std::mt19937_64 draw(std::random_device{}());
	for (int i = 0; i < 1000; i++) {
		{
			std::lock_guard<std::mutex> held(lock);
			work.push(draw());
			did(work.back() + static_cast<unsigned>(id));
		}
		filled.notify_one();
		if (draw() % 64 == 0)
			std::this_thread::sleep_for(
				std::chrono::microseconds(draw() % 300));
	}
}

bool take(std::uint64_t *item) {
	std::unique_lock<std::mutex> held(lock);
	while (!filled.wait_for(held, std::chrono::milliseconds(1),
				[] { return !work.empty() || done; }))
		did(7);
	if (work.empty())
		return false;
	*item = work.front();
	work.pop();
	did(*item);
	return true;
}

std::uint64_t consume() {
	std::uint64_t item, sum = 0;
	while (take(&item)) {
		if (item % 3) {
			std::unique_lock<std::shared_mutex> held(table_lock);
			table[item % 64] += sum;
		} else {
			std::shared_lock<std::shared_mutex> held(table_lock);
			auto found = table.find(item % 64);
			sum += found == table.end() ? 1 : found->second;
		}
	}
	return sum;
}

} // namespace

int main() {
	std::vector<std::thread> producers;
	std::vector<std::future<std::uint64_t>> consumers;
	for (int i = 0; i < 3; i++)
		producers.emplace_back(produce, i);
	for (int i = 0; i < 3; i++)
		consumers.push_back(std::async(std::launch::async, consume));
	for (auto &p : producers)
		p.join();
	{
		std::lock_guard<std::mutex> held(lock);
		done = true;
	}
	filled.notify_all();
	for (auto &c : consumers)
		did(c.get());
	std::printf("%016llx\n", static_cast<unsigned long long>(order));
}
