/* SPDX-License-Identifier: MIT */
/* Threads of C++ that meet at locks, and step over each other beside them. */
#include <chrono>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <thread>
#include <vector>

#include "race.h"

using namespace std::chrono_literals;

/* So many threads of one function, joined at the end. */
template <typename Body>
static void in_threads(const char *what, unsigned n, Body body)
{
	std::vector<std::thread> threads;

	for (unsigned i = 0; i < n; i++)
		threads.emplace_back(body, i);
	for (auto &t : threads)
		t.join();
	say(what);
}

static void mutexes()
{
	std::mutex plain;
	std::recursive_mutex recursive;
	std::timed_mutex timed;
	std::vector<unsigned> order;

	in_threads("mutexes", 5, [&](unsigned me) {
		for (unsigned k = 0; k < 200; k++) {
			step(me);
			std::scoped_lock both(plain, recursive);
			std::lock_guard again(recursive);

			order.push_back(me);
			if (timed.try_lock_for(1us)) {
				if (k % 20 == 0)
					std::this_thread::yield();
				timed.unlock();
			}
		}
	});
	for (unsigned who : order)
		step(who);
	say("their order");
}

static void readers()
{
	std::shared_timed_mutex m;
	std::map<unsigned, unsigned> seen;

	in_threads("readers", 6, [&](unsigned me) {
		for (unsigned k = 0; k < 150; k++) {
			step(me);
			if (trace % 3 == 0) {
				std::unique_lock lock(m);

				seen[(unsigned)(trace % 50)] += me;
			} else if (m.try_lock_shared_until(
					   std::chrono::steady_clock::now() +
					   10us)) {
				for (auto &[what, sum] : seen)
					step(what + sum);
				m.unlock_shared();
			}
		}
	});
}

/* Makers and takers at a queue of few places. */
template <typename Condition> static void queue(const char *what)
{
	Condition more, room;
	std::mutex m;
	std::deque<unsigned> queue;

	in_threads(what, 6, [&](unsigned me) {
		for (unsigned k = 0; k < 100; k++) {
			std::unique_lock lock(m);

			if (me % 2) {
				room.wait(lock,
					  [&] { return queue.size() < 3; });
				queue.push_back(me * 100 + k);
				lock.unlock();
				more.notify_one();
				step(me);
				continue;
			}
			while (!more.wait_for(lock, 50us, [&] {
				return !queue.empty();
			}))
				step(me);
			unsigned got = queue.front();
			queue.pop_front();
			lock.unlock();
			room.notify_all();
			step(got);
		}
	});
}

static thread_local std::string name;

static void locals()
{
	static std::once_flag flag;

	in_threads("locals", 8, [](unsigned me) {
		std::call_once(flag, [me] {
			std::this_thread::sleep_for(100us);
			step(me);
		});
		static uint64_t first = trace + me;

		for (unsigned k = 0; k < 50; k++) {
			name += (char)('a' + (trace + me) % 26);
			std::this_thread::sleep_for(
				std::chrono::microseconds(trace % 3));
			step((unsigned)name.back());
		}
		step((unsigned)(first % 1000));
	});
}

/* Threads that make threads. */
static void family(unsigned depth, unsigned me)
{
	std::vector<std::thread> children;

	step(me);
	if (!depth)
		return;
	for (unsigned i = 0; i < 3; i++)
		children.emplace_back(family, depth - 1, me * 3 + i);
	step(me);
	for (auto &t : children)
		t.join();
	step(me);
}

int main()
{
	mutexes();
	readers();
	queue<std::condition_variable>("conditions");
	queue<std::condition_variable_any>("conditions of any lock");
	locals();
	family(4, 1);
	say("a family");
	return 0;
}
