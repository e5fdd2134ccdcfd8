/* SPDX-License-Identifier: MIT */
/* A loop of events that several threads run, and timers that go off beside the
 * work, which is counted by when they do. */
#include <asio.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "race.h"

using namespace std::chrono_literals;

static unsigned done;

/* Some work, with a pause now and then. */
static void piece(unsigned i)
{
	volatile double x = i;

	for (unsigned k = 0; k < 3000 + i % 7 * 1000; k++)
		x = x * 0.5 + k;
	done++;
	step(i);
	if (i % 10 == 0)
		std::this_thread::sleep_for(50us);
}

static void run_by_four(asio::io_context &io)
{
	std::vector<std::thread> threads;

	for (int i = 0; i < 4; i++)
		threads.emplace_back([&io] { io.run(); });
	for (auto &t : threads)
		t.join();
}

/* Two chains of work, until a timer has gone off so often. */
static void ticks()
{
	asio::io_context io;
	asio::steady_timer timer(io, 300us);
	std::function<void(const std::error_code &)> tick;
	std::function<void(unsigned)> chain;
	int left = 12;

	tick = [&](const std::error_code &) {
		step(done);
		if (--left <= 0)
			return;
		timer.expires_after(500us);
		timer.async_wait(tick);
	};
	chain = [&](unsigned i) {
		piece(i);
		if (left > 0)
			asio::post(io, [&chain, i] { chain(i + 1); });
	};
	timer.async_wait(tick);
	asio::post(io, [&] { chain(0); });
	asio::post(io, [&] { chain(5); });
	run_by_four(io);
	printf("%u pieces\n", done);
	say("ticks");
}

static void strands()
{
	asio::io_context io;
	auto strand = asio::make_strand(io);
	unsigned order = 0;

	for (unsigned i = 0; i < 100; i++)
		asio::post(io, [&, i] {
			piece(i);
			asio::post(strand, [&, i] { order = order * 31 + i; });
		});
	run_by_four(io);
	printf("order %u\n", order);
	asio::thread_pool pool(3);
	for (unsigned i = 0; i < 100; i++)
		asio::post(pool, [i] { piece(i); });
	pool.join();
	say("strands");
}

static void socket()
{
	asio::io_context io;
	asio::ip::tcp::acceptor acceptor(
		io, { asio::ip::address_v4::loopback(), 0 });
	asio::ip::tcp::socket here(io), there(io);
	std::thread echo([&] {
		unsigned char byte;

		acceptor.accept(there);
		for (int i = 0; i < 60; i++) {
			asio::read(there, asio::buffer(&byte, 1));
			piece(byte);
			asio::write(there, asio::buffer(&byte, 1));
		}
	});

	here.connect(acceptor.local_endpoint());
	for (unsigned char i = 0, back; i < 60; i++) {
		asio::write(here, asio::buffer(&i, 1));
		piece(100u + i);
		asio::read(here, asio::buffer(&back, 1));
		step(back);
	}
	echo.join();
	say("socket");
}

int main()
{
	ticks();
	strands();
	socket();
	return 0;
}
