/* SPDX-License-Identifier: MIT */
/* What the C++ library makes of deadlines. */
#include <chrono>
#include <condition_variable>
#include <future>
#include <mutex>
#include <thread>

#include "hazard.h"

using namespace std::chrono_literals;
using std::chrono::steady_clock;
using std::chrono::system_clock;

static void lasts(double start)
{
	must(kernel_time() - start >= 0.099);
	must(kernel_time() - start < 0.35);
}

static void futures(void)
{
	std::promise<int> promise;
	auto future = promise.get_future();
	double start = kernel_time();

	must(future.wait_for(100ms) == std::future_status::timeout);
	lasts(start);
	start = kernel_time();
	must(future.wait_until(system_clock::now() + 100ms) ==
	     std::future_status::timeout);
	lasts(start);
	std::thread giver([&] {
		std::this_thread::sleep_for(50ms);
		promise.set_value(7);
	});
	must(future.wait_for(20s) == std::future_status::ready);
	must(future.get() == 7);
	giver.join();
}

static void conditions(void)
{
	std::condition_variable cond;
	std::timed_mutex timed;
	std::mutex mutex;
	std::unique_lock<std::mutex> lock(mutex);
	double start = kernel_time();

	must(!cond.wait_for(lock, 100ms, [] { return false; }));
	lasts(start);
	start = kernel_time();
	must(cond.wait_until(lock, system_clock::now() + 100ms) ==
	     std::cv_status::timeout);
	lasts(start);
	timed.lock();
	std::thread waiter([&] {
		double from = kernel_time();

		must(!timed.try_lock_for(100ms));
		lasts(from);
		from = kernel_time();
		std::this_thread::sleep_until(steady_clock::now() + 100ms);
		lasts(from);
	});
	waiter.join();
	timed.unlock();
}

SCENES({ "futures", futures }, { "conditions", conditions })
