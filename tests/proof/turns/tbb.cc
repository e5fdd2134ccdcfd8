/* SPDX-License-Identifier: MIT */
/* Work that TBB's threads take from each other as they come. */
#include <algorithm>
#include <chrono>
#include <cmath>
#include <execution>
#include <mutex>
#include <numeric>
#include <tbb/blocked_range.h>
#include <tbb/concurrent_hash_map.h>
#include <tbb/concurrent_queue.h>
#include <tbb/global_control.h>
#include <tbb/parallel_for.h>
#include <tbb/parallel_pipeline.h>
#include <tbb/parallel_reduce.h>
#include <tbb/task_arena.h>
#include <tbb/task_group.h>
#include <thread>
#include <vector>

#include "race.h"

#define N 30000

/* Long enough for workers to wake up, and to come to a piece. */
static float part(size_t i)
{
	volatile double x = (double)i;

	for (size_t k = 0; k < 40 + i % 89; k++)
		x = std::sqrt(x + (double)k);
	return sinf((float)i) / (float)(1 + i % 97) + (float)x * 1e-6f;
}

static void sums()
{
	std::vector<float> values(N);
	float whole, reduced;

	tbb::parallel_for((size_t)0, (size_t)N, [&](size_t i) {
		values[i] = part(i);
		if (i % 50 == 0)
			step((unsigned)tbb::this_task_arena::
				     current_thread_index());
	});
	whole = tbb::parallel_reduce(
		tbb::blocked_range<size_t>(0, N), 0.0f,
		[&](const tbb::blocked_range<size_t> &r, float sum) {
			for (size_t i = r.begin(); i < r.end(); i++)
				sum += values[i] + part(i);
			step((unsigned)r.begin());
			return sum;
		},
		std::plus<float>());
	reduced = std::reduce(std::execution::par, values.begin(),
			      values.end());
	std::sort(std::execution::par, values.begin(), values.end(),
		  [](float a, float b) { return std::fabs(a) < std::fabs(b); });
	printf("%a %a\n", (double)whole, (double)reduced);
	say("sums");
}

static long fib(int n)
{
	tbb::task_group both;
	long a, b;

	if (n < 2)
		return part((size_t)n) < 9 ? n : 0;
	both.run([&] { a = fib(n - 1); });
	both.run([&] { b = fib(n - 2); });
	both.wait();
	step((unsigned)n);
	return a + b;
}

static void queues()
{
	tbb::concurrent_hash_map<int, int> seen;
	tbb::concurrent_bounded_queue<int> queue;
	int next = 0;

	queue.set_capacity(4);
	tbb::parallel_for(0, 400, [&](int i) {
		decltype(seen)::accessor at;

		part((size_t)i);
		seen.insert(at, i % 20);
		at->second = at->second * 7 + i;
		at.release();
		if (!queue.try_push(i)) {
			int old;

			if (queue.try_pop(old))
				step((unsigned)old);
		}
	});
	for (auto &[key, value] : seen)
		next = next * 31 + key * value;
	printf("%d\n", next);
	say("queues");
}

static void pipeline()
{
	int made = 0;

	tbb::parallel_pipeline(
		6, tbb::make_filter<void, int>(
			   tbb::filter_mode::serial_in_order,
			   [&](tbb::flow_control &control) {
				   if (made == 300)
					   control.stop();
				   return made++;
			   }) &
			   tbb::make_filter<int, int>(
				   tbb::filter_mode::parallel,
				   [](int i) {
					   part((size_t)i);
					   step((unsigned)i);
					   return i * i;
				   }) &
			   tbb::make_filter<int, void>(
				   tbb::filter_mode::serial_out_of_order,
				   [](int i) { step((unsigned)i); }));
	say("pipeline");
}

/* Tasks that wait for others: by sleeping, by a lock, by a full queue. */
static void waits()
{
	tbb::concurrent_bounded_queue<int> queue;
	tbb::task_group both;
	std::mutex m;

	tbb::parallel_for(0, 200, [&](int i) {
		if (i % 3 == 0)
			std::this_thread::sleep_for(
				std::chrono::microseconds(i % 7));
		step((unsigned)i);
		std::lock_guard lock(m);

		if (i % 5 == 0)
			std::this_thread::yield();
		step((unsigned)tbb::this_task_arena::current_thread_index());
	});
	queue.set_capacity(3);
	both.run([&] {
		for (int i = 0; i < 100; i++)
			queue.push(i);
	});
	both.run([&] {
		for (int i = 0, got; i < 100; i++) {
			queue.pop(got);
			step((unsigned)got);
		}
	});
	both.wait();
	say("waits");
}

int main()
{
	tbb::global_control four(
		tbb::global_control::max_allowed_parallelism, 4);
	tbb::task_arena arena(4);

	arena.execute([] {
		sums();
		printf("%ld\n", fib(16));
		say("fib");
		queues();
		pipeline();
		waits();
	});
	return 0;
}
