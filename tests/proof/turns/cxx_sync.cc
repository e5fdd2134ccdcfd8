/* SPDX-License-Identifier: MIT */
/* How threads of C++20 wait for each other, and what they do to memory between
 * two waits. */
#include <atomic>
#include <barrier>
#include <chrono>
#include <condition_variable>
#include <future>
#include <latch>
#include <memory>
#include <mutex>
#include <queue>
#include <semaphore>
#include <stop_token>
#include <thread>
#include <vector>

#include "race.h"

using namespace std::chrono_literals;

static unsigned long piece(unsigned i)
{
	for (unsigned k = 0; k < i % 7 * 5; k++)
		step(i);
	return trace;
}

static void asynchronous()
{
	std::vector<std::future<unsigned long>> results;
	std::promise<unsigned> start;
	auto begun = start.get_future().share();

	for (unsigned i = 0; i < 40; i++)
		results.push_back(std::async(std::launch::async, [i, begun] {
			return piece(i + begun.get());
		}));
	start.set_value(3);
	for (auto &r : results) {
		while (r.wait_for(10us) != std::future_status::ready)
			step(7);
		step((unsigned)r.get());
	}
	say("async");
}

static void rounds()
{
	std::barrier meet(6, []() noexcept { step(6); });
	std::latch all(6);
	std::vector<std::jthread> threads;

	for (unsigned me = 0; me < 6; me++)
		threads.emplace_back([&, me] {
			all.arrive_and_wait();
			for (unsigned k = 0; k < 100; k++) {
				for (unsigned i = 0; i < (me + k) % 4; i++)
					step(me);
				if (k == 50 + me) {
					meet.arrive_and_drop();
					return;
				}
				meet.arrive_and_wait();
			}
		});
	threads.clear();
	say("rounds");
}

static void semaphores()
{
	std::counting_semaphore<4> room(2);
	std::binary_semaphore alone(1);
	std::vector<std::jthread> threads;

	for (unsigned me = 0; me < 6; me++)
		threads.emplace_back([&, me] {
			for (unsigned k = 0; k < 60; k++) {
				room.acquire();
				step(me);
				if (alone.try_acquire_for(5us)) {
					std::this_thread::yield();
					step(me);
					alone.release();
				}
				room.release();
				step(me + 10);
			}
		});
	threads.clear();
	say("semaphores");
}

static void words()
{
	std::atomic<unsigned> turn(0), arrived(0);
	std::atomic<std::shared_ptr<unsigned>> last;
	std::atomic_flag go = ATOMIC_FLAG_INIT;
	std::vector<std::jthread> threads;

	for (unsigned me = 0; me < 4; me++)
		threads.emplace_back([&, me] {
			go.wait(false);
			for (unsigned k = 0; k < 60; k++) {
				unsigned seen = turn;

				step(me);
				if (seen % 4 != me)
					turn.wait(seen);
				last = std::make_shared<unsigned>(me);
				turn = seen + 1; /* as it was seen */
				turn.notify_all();
				step(*last.load());
			}
			arrived++;
			while (arrived < 4) { /* nobody is left behind */
				turn++;
				turn.notify_all();
				std::this_thread::yield();
			}
		});
	std::this_thread::sleep_for(1ms);
	go.test_and_set();
	go.notify_all();
	threads.clear();
	say("words");
}

/* A pool whose workers are asked to stop. */
static void pool()
{
	std::mutex m;
	std::condition_variable_any wake;
	std::queue<std::packaged_task<unsigned long()>> tasks;
	std::vector<std::future<unsigned long>> results;
	std::vector<std::jthread> workers;
	auto work = [&](std::stop_token token, unsigned me) {
		std::stop_callback asked(token, [me] { step(me + 70); });

		for (;;) {
			std::unique_lock lock(m);

			if (!wake.wait(lock, token,
				       [&] { return !tasks.empty(); }))
				break;
			auto task = std::move(tasks.front());
			tasks.pop();
			lock.unlock();
			task();
			step(me);
		}
		step(me + 50);
	};

	for (unsigned me = 0; me < 5; me++)
		workers.emplace_back(work, me);
	for (unsigned i = 0; i < 200; i++) {
		std::packaged_task<unsigned long()> task([i] {
			return piece(i);
		});
		std::lock_guard lock(m);

		results.push_back(task.get_future());
		tasks.push(std::move(task));
		wake.notify_one();
	}
	for (auto &r : results)
		step((unsigned)r.get());
	workers.clear();
	say("pool");
}

int main()
{
	asynchronous();
	rounds();
	semaphores();
	words();
	pool();
	return 0;
}
