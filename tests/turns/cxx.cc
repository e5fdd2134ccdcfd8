/* SPDX-License-Identifier: MIT */
/* The threads of C++, up to C++20. libstdc++ waits by futex(2) as well. */
#include <atomic>
#include <barrier>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <future>
#include <latch>
#include <memory>
#include <mutex>
#include <numeric>
#include <semaphore>
#include <shared_mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "scene.h"

using namespace std::chrono_literals;
using clock_type = std::chrono::steady_clock;

/* So many threads of one function, joined at the end. */
template <typename Body> static void in_threads(int n, Body body)
{
	std::vector<std::thread> threads;

	for (int i = 0; i < n; i++)
		threads.emplace_back(body, i);
	for (auto &t : threads)
		t.join();
}

static void plain_threads()
{
	std::vector<int> squares(20);
	std::atomic<int> sum = 0;

	in_threads(20, [&](int i) {
		squares[(size_t)i] = i * i;
		std::this_thread::yield();
		sum += i;
	});
	must(sum == 190);
	must(std::accumulate(squares.begin(), squares.end(), 0) == 2470);
	must(!std::thread().joinable());
	try {
		std::thread().join();
		must(false);
	} catch (const std::system_error &e) {
		must(e.code() == std::errc::invalid_argument);
	}
}

template <typename Mutex> static void count_with(Mutex &m)
{
	int total = 0;

	in_threads(4, [&](int) {
		for (int i = 0; i < 100; i++) {
			std::lock_guard<Mutex> lock(m);
			int seen = total;

			if (i % 25 == 0)
				std::this_thread::yield();
			total = seen + 1;
		}
	});
	must(total == 400);
	std::unique_lock<Mutex> lock(m);
	std::thread([&] { must(!m.try_lock()); }).join();
}

template <typename Mutex> static void time_out(Mutex &m)
{
	std::lock_guard<Mutex> lock(m);

	std::thread([&] {
		auto begin = clock_type::now();

		must(!m.try_lock_for(10ms));
		must(clock_type::now() - begin >= 10ms);
		must(!m.try_lock_until(std::chrono::system_clock::now() + 5ms));
		must(!m.try_lock_until(clock_type::now() - 5ms));
	}).join();
}

static void mutexes()
{
	std::mutex plain;
	std::timed_mutex timed;
	std::recursive_mutex recursive;
	std::recursive_timed_mutex both;
	std::shared_mutex shared;
	std::shared_timed_mutex shared_timed;

	count_with(plain);
	count_with(timed);
	count_with(recursive);
	count_with(both);
	count_with(shared);
	count_with(shared_timed);
	time_out(timed);
	time_out(both);
	time_out(shared_timed);
}

/* Each takes two, in whatever order. */
static void several_locks()
{
	std::mutex m[3];
	int total = 0;

	in_threads(6, [&](int i) {
		for (int k = 0; k < 50; k++) {
			std::scoped_lock lock(m[i % 3], m[(i + 1) % 3],
					      m[(i + 2) % 3]);
			total++;
			if (k % 10 == 0)
				std::this_thread::yield();
		}
	});
	must(total == 300);
}

static void shared_mutexes()
{
	std::shared_timed_mutex m;
	std::atomic<int> inside = 0;
	std::latch all(3);
	int value = 0;

	in_threads(3, [&](int) {
		std::shared_lock lock(m);

		all.arrive_and_wait(); /* together */
		inside++;
	});
	must(inside == 3);
	in_threads(6, [&](int i) {
		for (int k = 0; k < 50; k++) {
			if (i % 2) {
				std::unique_lock lock(m);
				value++;
			} else {
				std::shared_lock lock(m);
				must(value >= 0);
			}
		}
	});
	must(value == 150);
	std::shared_lock lock(m);
	std::thread([&] {
		must(!m.try_lock());
		must(m.try_lock_shared_for(20s));
		m.unlock_shared();
		must(!m.try_lock_for(5ms));
	}).join();
}

static void conditions()
{
	std::condition_variable more, room;
	std::mutex m;
	std::deque<int> queue;
	long sum = 0;

	in_threads(6, [&](int i) {
		for (int k = 1; k <= 100; k++) {
			std::unique_lock lock(m);

			if (i % 2) {
				room.wait(lock,
					  [&] { return queue.size() < 3; });
				queue.push_back(k);
				lock.unlock();
				more.notify_one();
			} else {
				more.wait(lock, [&] { return !queue.empty(); });
				sum += queue.front();
				queue.pop_front();
				room.notify_one();
			}
		}
	});
	must(sum == 3 * 5050);
	std::unique_lock lock(m);
	auto begin = clock_type::now();
	must(!more.wait_for(lock, 10ms, [] { return false; }));
	must(clock_type::now() - begin >= 10ms);
	must(more.wait_until(lock, std::chrono::system_clock::now() - 1s) ==
	     std::cv_status::timeout);
}

static void any_lock()
{
	std::condition_variable_any changed;
	std::shared_mutex m;
	bool ready = false;
	std::atomic<int> seen = 0;
	std::vector<std::thread> threads;

	for (int i = 0; i < 4; i++)
		threads.emplace_back([&] {
			std::shared_lock lock(m);

			changed.wait(lock, [&] { return ready; });
			seen++;
		});
	{
		std::unique_lock lock(m);
		ready = true;
	}
	changed.notify_all();
	for (auto &t : threads)
		t.join();
	must(seen == 4);
}

static void notified_at_exit()
{
	std::condition_variable c;
	std::mutex m;
	bool done = false;

	std::thread t([&] {
		std::unique_lock lock(m);

		done = true;
		std::notify_all_at_thread_exit(c, std::move(lock));
	});
	std::unique_lock lock(m);
	c.wait(lock, [&] { return done; });
	lock.unlock();
	t.join();
}

static int fails()
{
	throw std::runtime_error("failed");
}

static void futures()
{
	std::vector<std::future<int>> results;
	std::promise<int> promise;
	std::shared_future<int> shared = promise.get_future().share();
	int sum = 0;

	for (int i = 0; i < 10; i++)
		results.push_back(std::async(std::launch::async, [i, shared] {
			return i * shared.get();
		}));
	must(results[0].wait_for(5ms) == std::future_status::timeout);
	promise.set_value(2);
	for (auto &r : results)
		sum += r.get();
	must(sum == 90);
	auto later = std::async(std::launch::deferred, [] { return 7; });
	must(later.wait_for(0s) == std::future_status::deferred);
	must(later.get() == 7);
	auto bad = std::async(std::launch::async, fails);
	try {
		bad.get();
		must(false);
	} catch (const std::runtime_error &e) {
		must(std::string(e.what()) == "failed");
	}
	std::packaged_task<int(int)> task([](int x) { return x + 1; });
	auto result = task.get_future();
	std::thread worker(std::move(task), 41);
	must(result.wait_until(clock_type::now() + 20s) ==
	     std::future_status::ready);
	must(result.get() == 42);
	worker.join();
	std::promise<void> broken;
	auto never = broken.get_future();
	std::thread([p = std::move(broken)] {}).join();
	try {
		never.get();
		must(false);
	} catch (const std::future_error &e) {
		must(e.code() == std::future_errc::broken_promise);
	}
}

static std::once_flag flag;

static void once()
{
	std::atomic<int> tries = 0, caught = 0;

	in_threads(4, [&](int) {
		try {
			std::call_once(flag, [&] {
				std::this_thread::sleep_for(2ms);
				if (++tries < 3)
					throw 1;
			});
		} catch (int) {
			caught++;
		}
	});
	must(tries == 3 && caught == 2);
}

static int slow_value()
{
	std::this_thread::sleep_for(5ms);
	return 5;
}

static void local_statics()
{
	in_threads(6, [](int) {
		static int value = slow_value();

		must(value == 5);
	});
}

static void barriers()
{
	int rounds = 0;
	std::vector<int> seen(4);
	auto completion = [&]() noexcept { rounds++; };
	std::barrier meet(4, completion);

	in_threads(4, [&](int i) {
		for (int k = 0; k < 50; k++) {
			must(rounds == k);
			seen[(size_t)i]++;
			meet.arrive_and_wait();
		}
		if (i == 0)
			meet.arrive_and_drop();
		else
			meet.wait(meet.arrive());
	});
	must(rounds == 51);
	for (int n : seen)
		must(n == 50);
}

static void latches()
{
	std::latch begin(1), done(5);
	std::atomic<int> started = 0;
	std::vector<std::thread> threads;

	for (int i = 0; i < 5; i++)
		threads.emplace_back([&] {
			begin.wait();
			started++;
			done.count_down();
		});
	std::this_thread::sleep_for(5ms);
	must(started == 0 && !begin.try_wait() && !done.try_wait());
	begin.count_down();
	done.wait();
	must(started == 5);
	for (auto &t : threads)
		t.join();
}

static void semaphores()
{
	std::counting_semaphore<8> room(3);
	std::binary_semaphore ping(0), pong(0);
	std::atomic<int> inside = 0;

	in_threads(6, [&](int) {
		for (int i = 0; i < 20; i++) {
			room.acquire();
			must(++inside <= 3);
			std::this_thread::yield();
			inside--;
			room.release();
		}
	});
	must(room.try_acquire());
	room.release();
	std::thread t([&] {
		for (int i = 0; i < 100; i++) {
			ping.acquire();
			pong.release();
		}
	});
	for (int i = 0; i < 100; i++) {
		ping.release();
		pong.acquire();
	}
	t.join();
	must(!ping.try_acquire());
	auto begin = clock_type::now();
	must(!ping.try_acquire_for(10ms));
	must(clock_type::now() - begin >= 10ms);
	must(!ping.try_acquire_until(clock_type::now() - 1s));
	std::thread later([&] { ping.release(); });
	must(ping.try_acquire_for(20s));
	later.join();
}

static void atomic_waits()
{
	std::atomic<int> turn = 0, ready = 0;
	std::atomic_flag go = ATOMIC_FLAG_INIT;

	in_threads(3, [&](int i) {
		for (int k = 0; k < 50; k++) {
			int seen;

			while ((seen = turn) % 3 != i)
				turn.wait(seen);
			turn++;
			turn.notify_all();
		}
	});
	must(turn == 150);
	std::thread t([&] {
		go.wait(false);
		ready = 1;
		ready.notify_one();
	});
	go.test_and_set();
	go.notify_one();
	ready.wait(0);
	t.join();
}

static void stopping()
{
	std::condition_variable_any c;
	std::mutex m;
	std::atomic<int> stopped = 0, called = 0;

	{
		std::jthread waits([&](std::stop_token token) {
			std::unique_lock lock(m);

			must(!c.wait(lock, token, [] { return false; }));
			stopped++;
		});
		std::jthread polls([&](std::stop_token token) {
			while (!token.stop_requested())
				std::this_thread::yield();
			stopped++;
		});
		std::stop_callback call(polls.get_stop_token(),
					[&] { called++; });
		std::this_thread::sleep_for(5ms);
		must(stopped == 0);
		must(polls.request_stop() && !polls.request_stop());
		must(called == 1);
	} /* asked to stop, and joined */
	must(stopped == 2);
}

static std::atomic<int> made, gone;

struct counted {
	counted()
	{
		made++;
	}
	~counted()
	{
		std::lock_guard lock(m);

		std::this_thread::yield();
		gone++;
	}
	int value = 0;
	static std::mutex m;
};

std::mutex counted::m;
static thread_local counted own;

/* Destructors of thread_local objects run before join returns. */
static void thread_storage()
{
	in_threads(8, [](int i) {
		own.value += i;
		must(own.value == i);
	});
	must(made == 8 && gone == 8);
}

static void sleeping()
{
	auto begin = clock_type::now();

	std::this_thread::sleep_for(10ms);
	must(clock_type::now() - begin >= 10ms);
	std::this_thread::sleep_until(begin + 20ms);
	must(clock_type::now() >= begin + 20ms);
	std::this_thread::sleep_until(begin - 20ms);
	std::this_thread::sleep_for(-5ms);
}

/* A pool of workers, as everybody writes it. */
static void pool()
{
	std::mutex m;
	std::condition_variable_any wake;
	std::deque<std::packaged_task<int()>> tasks;
	std::vector<std::future<int>> results;
	int sum = 0;

	{
		std::vector<std::jthread> workers;

		for (int i = 0; i < 4; i++)
			workers.emplace_back([&](std::stop_token token) {
				for (;;) {
					std::unique_lock lock(m);

					if (!wake.wait(lock, token, [&] {
						    return !tasks.empty();
					    }))
						return;
					auto task = std::move(tasks.front());
					tasks.pop_front();
					lock.unlock();
					task();
				}
			});
		for (int i = 0; i < 100; i++) {
			std::packaged_task<int()> task([i] { return i; });
			std::lock_guard lock(m);

			results.push_back(task.get_future());
			tasks.push_back(std::move(task));
			wake.notify_one();
		}
		for (auto &r : results)
			sum += r.get();
	}
	must(sum == 4950);
}

/* The last owner frees it. */
static void shared_owners()
{
	for (int i = 0; i < 50; i++) {
		auto object = std::make_shared<std::atomic<int>>(0);
		std::weak_ptr<std::atomic<int>> watched = object;
		std::thread a([object] { ++*object; });
		std::thread b([object] { ++*object; });

		a.join();
		b.join();
		must(*object == 2 && object.use_count() == 1);
		object.reset();
		must(watched.expired());
	}
}

TURNS_SCENES({ "plain_threads", plain_threads }, { "mutexes", mutexes },
	     { "several_locks", several_locks },
	     { "shared_mutexes", shared_mutexes }, { "conditions", conditions },
	     { "any_lock", any_lock }, { "notified_at_exit", notified_at_exit },
	     { "futures", futures }, { "once", once },
	     { "local_statics", local_statics }, { "barriers", barriers },
	     { "latches", latches }, { "semaphores", semaphores },
	     { "atomic_waits", atomic_waits }, { "stopping", stopping },
	     { "thread_storage", thread_storage }, { "sleeping", sleeping },
	     { "pool", pool }, { "shared_owners", shared_owners })
