/* SPDX-License-Identifier: MIT */
/* An event loop, as libraries have it: a timer, an event and a socket, which is
 * watched before it has a name. Ticks come between other threads' work. */
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>

#include "stress.h"

static int loop, timer, event;
static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
static uint64_t order;

static void note(uint64_t what)
{
	check(!pthread_mutex_lock(&m), "lock");
	order = mix(order, what);
	check(!pthread_mutex_unlock(&m), "unlock");
}

static void watch(int fd)
{
	struct epoll_event e = { .events = EPOLLIN, .data.fd = fd };

	check(fd >= 0, "descriptor");
	check(!epoll_ctl(loop, EPOLL_CTL_ADD, fd, &e), "watch");
}

static void prepare(void)
{
	struct sockaddr_in here = { .sin_family = AF_INET };
	int listener = socket(AF_INET, SOCK_STREAM, 0);

	here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	loop = epoll_create1(EPOLL_CLOEXEC);
	timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
	event = eventfd(0, 0);
	watch(timer);
	watch(event);
	watch(listener);
	check(!bind(listener, (void *)&here, sizeof(here)), "bind");
	check(!listen(listener, 1), "listen");
}

static void arm(long us, long interval_us)
{
	struct itimerspec its = { { 0, interval_us * 1000 }, { 0, us * 1000 } };

	check(!timerfd_settime(timer, 0, &its, NULL), "timer");
}

/* How often it ticked, the kernel knows: one that came late reads several. */
static void take_events(void)
{
	uint64_t n, left = MEMBERS - 1;
	struct epoll_event e;

	while (left) {
		check(epoll_wait(loop, &e, 1, -1) == 1, "wait");
		if (read(e.data.fd, &n, sizeof(n)) != sizeof(n))
			continue;
		note(e.data.fd == timer ? 100 + n : 200 + n);
		if (e.data.fd == event)
			left -= n;
	}
}

static void *work(void *arg)
{
	intptr_t me = (intptr_t)arg;
	const uint64_t one = 1;

	if (!me) {
		take_events();
		return arg;
	}
	for (int i = 0; i < 40; i++) {
		usleep(600 + 70 * (unsigned)me);
		note((uint64_t)me);
		if (me == 1 && i % 8 == 7) /* by another than who waits */
			arm(1000 + i * 10, 1300);
	}
	if (me == 1) { /* nothing but the event ends the last wait */
		arm(0, 0);
		usleep(20000);
	}
	check(write(event, &one, sizeof(one)) == sizeof(one), "event");
	return arg;
}

int main(void)
{
	prepare();
	arm(1000, 900);
	race(work);
	printf("%016llx\n", (unsigned long long)order);
	return 0;
}
