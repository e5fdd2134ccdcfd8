/* SPDX-License-Identifier: MIT */
/* Threads of one process that talk by descriptors, and wait for processes. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>

#include "scene.h"

static int ends[2], back[2], fd, count, go;

static void *writes_later(void *arg)
{
	pause_ms(10);
	must(write((int)(intptr_t)arg, "x", 1) == 1);
	return NULL;
}

static pthread_t writes_to(int end)
{
	return start(writes_later, (void *)(intptr_t)end);
}

static void *echoes(void *arg)
{
	char byte;

	while (read(ends[0], &byte, 1) == 1)
		must(write(back[1], &byte, 1) == 1);
	must(close(back[1]) == 0);
	return arg;
}

static void plays(void)
{
	pthread_t t = start(echoes, NULL);
	char byte;

	for (int i = 0; i < 300; i++) {
		must(write(ends[1], &(char){ (char)i }, 1) == 1);
		must(read(back[0], &byte, 1) == 1 && byte == (char)i);
	}
	must(close(ends[1]) == 0);
	must(read(back[0], &byte, 1) == 0);
	joined(t);
}

static void pipes(void)
{
	must(pipe(ends) == 0 && pipe2(back, O_CLOEXEC) == 0);
	plays();
}

static void sockets(void)
{
	int a[2], b[2];

	must(socketpair(AF_UNIX, SOCK_STREAM, 0, a) == 0);
	must(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, b) == 0);
	ends[0] = a[0];
	ends[1] = a[1];
	back[0] = b[0];
	back[1] = b[1];
	plays();
}

#define AMOUNT (1 << 20)

static void *pours(void *arg)
{
	static char block[65536];

	for (int left = AMOUNT; left;) {
		ssize_t n = write(ends[1], block, sizeof(block));

		must(n > 0);
		left -= (int)n;
	}
	must(close(ends[1]) == 0);
	return arg;
}

/* The writer waits for room again and again. */
static void full_pipe(void)
{
	char block[3000];
	ssize_t n, sum = 0;
	pthread_t t;

	must(pipe(ends) == 0);
	t = start(pours, NULL);
	while ((n = read(ends[0], block, sizeof(block))) > 0)
		sum += n;
	must(n == 0 && sum == AMOUNT);
	joined(t);
}

static void *closes_later(void *arg)
{
	pause_ms(10);
	must(close(ends[(intptr_t)arg]) == 0);
	return NULL;
}

/* The other end is closed while one waits. */
static void closed(void)
{
	char byte, block[4096] = { 0 };
	pthread_t t;

	must(signal(SIGPIPE, SIG_IGN) != SIG_ERR);
	must(pipe(ends) == 0);
	t = start(closes_later, (void *)1);
	must(read(ends[0], &byte, 1) == 0);
	joined(t);
	must(close(ends[0]) == 0 && pipe(ends) == 0);
	t = start(closes_later, (void *)0);
	while (write(ends[1], block, sizeof(block)) > 0)
		;
	must(errno == EPIPE);
	joined(t);
}

static void *adds_events(void *arg)
{
	for (uint64_t i = 0; i < 50; i++)
		must(write(fd, &(uint64_t){ 1 }, 8) == 8);
	return arg;
}

static void *takes_events(void *arg)
{
	uint64_t value;

	for (int i = 0; i < 50; i++) {
		must(read(fd, &value, 8) == 8 && value == 1);
		add(count, 1);
	}
	return arg;
}

static void *adds_or_takes(void *arg)
{
	return (intptr_t)arg % 2 ? adds_events(arg) : takes_events(arg);
}

static void events(void)
{
	uint64_t value, sum = 0;
	pthread_t t;

	must((fd = eventfd(0, 0)) >= 0);
	t = start(adds_events, NULL);
	while (sum < 50) {
		must(read(fd, &value, 8) == 8 && value);
		sum += value;
	}
	must(sum == 50);
	joined(t);
	must(close(fd) == 0);
	must((fd = eventfd(0, EFD_SEMAPHORE)) >= 0);
	together(6, adds_or_takes);
	must(count == 150);
	/* Full: the writer waits. */
	must(close(fd) == 0);
	must((fd = eventfd(0, 0)) >= 0);
	must(write(fd, &(uint64_t){ UINT64_MAX - 1 }, 8) == 8);
	t = start(adds_events, NULL);
	pause_ms(5);
	must(read(fd, &value, 8) == 8 && value == UINT64_MAX - 1);
	joined(t);
	must(read(fd, &value, 8) == 8 && value == 50);
}

static void polls(void)
{
	struct pollfd p[2];
	struct timespec soon = { 0, 5000000 }, moment;
	pthread_t t;

	must(pipe(ends) == 0 && pipe(back) == 0);
	p[0] = (struct pollfd){ ends[0], POLLIN, 0 };
	p[1] = (struct pollfd){ back[0], POLLIN, 0 };
	moment = in_ms(CLOCK_MONOTONIC, 5);
	must(poll(p, 2, 5) == 0 && reached(CLOCK_MONOTONIC, &moment));
	must(ppoll(p, 2, &soon, NULL) == 0);
	must(poll(p, 2, 0) == 0);
	must(poll(NULL, 0, 1) == 0);
	t = writes_to(back[1]);
	must(poll(p, 2, -1) == 1 && p[1].revents == POLLIN && !p[0].revents);
	joined(t);
	t = writes_to(ends[1]);
	p[1].events = 0;
	must(poll(p, 2, 20000) == 1 && p[0].revents == POLLIN);
	joined(t);
	t = start(closes_later, (void *)1);
	p[0].events = 0;
	must(poll(p, 1, 20000) == 1 && p[0].revents == POLLHUP);
	joined(t);
	p[0].fd = ends[1];
	must(poll(p, 1, -1) == 1 && p[0].revents == POLLNVAL);
}

static void selects(void)
{
	struct timeval soon = { 0, 5000 }, late = { 20, 0 };
	struct timespec moment;
	pthread_t t;
	fd_set in;

	must(pipe(ends) == 0);
	FD_ZERO(&in);
	FD_SET(ends[0], &in);
	moment = in_ms(CLOCK_MONOTONIC, 5);
	must(select(ends[0] + 1, &in, NULL, NULL, &soon) == 0);
	must(reached(CLOCK_MONOTONIC, &moment) && !FD_ISSET(ends[0], &in));
	FD_SET(ends[0], &in);
	t = writes_to(ends[1]);
	must(select(ends[0] + 1, &in, NULL, NULL, &late) == 1);
	must(FD_ISSET(ends[0], &in));
	joined(t);
	must(select(ends[0] + 1, &in, NULL, NULL, NULL) == 1);
}

static void epolls(void)
{
	struct epoll_event e = { .events = EPOLLIN | EPOLLET, .data.u32 = 7 },
			   got[2];
	struct timespec moment = in_ms(CLOCK_MONOTONIC, 5);
	pthread_t t;

	must(pipe(ends) == 0);
	must((fd = epoll_create1(EPOLL_CLOEXEC)) >= 0);
	must(epoll_ctl(fd, EPOLL_CTL_ADD, ends[0], &e) == 0);
	must(epoll_wait(fd, got, 2, 5) == 0);
	must(reached(CLOCK_MONOTONIC, &moment));
	for (int i = 0; i < 3; i++) { /* by edges: it is never read */
		t = writes_to(ends[1]);
		must(epoll_wait(fd, got, 2, -1) == 1);
		must(got[0].data.u32 == 7 && got[0].events == EPOLLIN);
		joined(t);
		must(epoll_wait(fd, got, 2, 0) == 0);
	}
	e.events = EPOLLIN | EPOLLONESHOT;
	must(epoll_ctl(fd, EPOLL_CTL_MOD, ends[0], &e) == 0);
	must(epoll_wait(fd, got, 2, -1) == 1);
	must(epoll_wait(fd, got, 2, 1) == 0);
}

/* Several wait for one event: each is answered, once. */
static void *takes_one(void *arg)
{
	struct epoll_event got;
	char byte;

	must(epoll_wait(fd, &got, 1, -1) == 1);
	must(read(ends[0], &byte, 1) == 1);
	add(count, 1);
	return arg;
}

static void shared_epoll(void)
{
	struct epoll_event e = { .events = EPOLLIN };
	pthread_t t[4];

	must(pipe(ends) == 0);
	must((fd = epoll_create1(0)) >= 0);
	must(epoll_ctl(fd, EPOLL_CTL_ADD, ends[0], &e) == 0);
	for (int i = 0; i < 4; i++)
		t[i] = start(takes_one, NULL);
	for (int i = 0; i < 4; i++) {
		pause_ms(2);
		must(write(ends[1], "x", 1) == 1);
	}
	for (int i = 0; i < 4; i++)
		joined(t[i]);
	must(count == 4);
}

static struct sockaddr_storage address;
static socklen_t address_size;

static void *serves(void *arg)
{
	char text[16];
	int peer;

	for (int i = 0; i < 3; i++) {
		ssize_t n;

		must((peer = accept(fd, NULL, NULL)) >= 0);
		while ((n = recv(peer, text, sizeof(text), 0)) > 0)
			must(send(peer, text, (size_t)n, MSG_NOSIGNAL) == n);
		must(n == 0 && close(peer) == 0);
	}
	return arg;
}

static void *asks(void *arg)
{
	int s = socket(address.ss_family, SOCK_STREAM, 0);
	char byte;

	must(s >= 0);
	must(connect(s, (struct sockaddr *)&address, address_size) == 0);
	for (int i = 0; i < 50; i++) {
		must(send(s, "q", 1, MSG_NOSIGNAL) == 1);
		must(recv(s, &byte, 1, 0) == 1 && byte == 'q');
	}
	must(close(s) == 0);
	return arg;
}

static void converse(const void *at, socklen_t size)
{
	struct sockaddr *mine = (struct sockaddr *)&address;
	pthread_t t;

	memcpy(&address, at, size);
	address_size = size;
	if ((fd = socket(address.ss_family, SOCK_STREAM, 0)) < 0 ||
	    bind(fd, mine, size))
		skip("no loopback interface");
	must(getsockname(fd, mine, &address_size) == 0);
	must(listen(fd, 8) == 0);
	t = start(serves, NULL);
	together(3, asks);
	joined(t);
}

static void network(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET };

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	converse(&at, sizeof(at));
}

/* As Java has it: the same by a socket of both kinds. */
static void mapped(void)
{
	struct sockaddr_in6 at = { .sin6_family = AF_INET6 };

	must(inet_pton(AF_INET6, "::ffff:127.0.0.1", &at.sin6_addr) == 1);
	converse(&at, sizeof(at));
}

static void *ticks(void *arg)
{
	uint64_t n;

	for (uint64_t sum = 0; sum < 5; sum += n)
		must(read(fd, &n, 8) == 8 && n);
	return arg;
}

static void timers(void)
{
	struct itimerspec every = { { 0, 2000000 }, { 0, 2000000 } };
	pthread_t t;

	must((fd = timerfd_create(CLOCK_MONOTONIC, 0)) >= 0);
	must(timerfd_settime(fd, 0, &every, NULL) == 0);
	t = start(ticks, NULL);
	for (int i = 0; i < 100; i++)
		sched_yield();
	joined(t);
}

static void *counts(void *arg)
{
	while (!peek(go)) {
		add(count, 1);
		sched_yield();
	}
	return arg;
}

static void *waits_for_child(void *arg)
{
	pid_t pid = fork();

	if (pid == 0) {
		pause_ms(10);
		_exit((int)(intptr_t)arg);
	}
	child_exits(pid, (int)(intptr_t)arg);
	return NULL;
}

/* The others go on meanwhile. */
static void children(void)
{
	pthread_t t = start(counts, NULL);

	together(3, waits_for_child);
	until(peek(count));
	put(go, 1);
	joined(t);
}

static void *writes_to_child(void *arg)
{
	int to[2], from[2];
	char text[4] = "";
	pid_t pid;

	must(pipe2(to, O_CLOEXEC) == 0 && pipe2(from, O_CLOEXEC) == 0);
	pid = fork();
	if (pid == 0) {
		dup2(to[0], 0);
		dup2(from[1], 1);
		execl("/bin/cat", "cat", (char *)NULL);
		_exit(99);
	}
	must(close(to[0]) == 0 && close(from[1]) == 0);
	for (int i = 0; i < 20; i++) {
		must(write(to[1], "abc", 3) == 3);
		for (int got = 0; got < 3;) {
			ssize_t n = read(from[0], text + got, 3 - (size_t)got);

			must(n > 0);
			got += (int)n;
		}
		must(!strcmp(text, "abc"));
	}
	must(close(to[1]) == 0);
	must(read(from[0], text, 1) == 0);
	child_exits(pid, 0);
	return arg;
}

static void filters(void)
{
	together(3, writes_to_child);
}

/* One thread opens to read, another to write: each waits for the other. */
static char fifo[] = "/tmp/samebits-fifo-XXXXXX";

static void *opens_to_write(void *arg)
{
	int out = open(fifo, O_WRONLY);

	must(out >= 0);
	must(write(out, "hello", 5) == 5 && close(out) == 0);
	return arg;
}

static void named_pipe(void)
{
	char text[8];
	pthread_t t;
	int in;

	must((in = mkstemp(fifo)) >= 0 && close(in) == 0);
	must(unlink(fifo) == 0 && mkfifo(fifo, 0600) == 0);
	t = start(opens_to_write, NULL);
	must((in = open(fifo, O_RDONLY)) >= 0);
	must(read(in, text, sizeof(text)) == 5);
	joined(t);
	must(unlink(fifo) == 0);
}

/* Locks of files, between threads with an opening each. */
static char file[] = "/tmp/samebits-lock-XXXXXX";

static void *adds_in_file(void *arg)
{
	int own = open(file, O_RDWR), value;

	must(own >= 0);
	for (int i = 0; i < 20; i++) {
		must(flock(own, LOCK_EX) == 0);
		must(pread(own, &value, sizeof(value), 0) == sizeof(value));
		sched_yield();
		value++;
		must(pwrite(own, &value, sizeof(value), 0) == sizeof(value));
		must(flock(own, LOCK_UN) == 0);
	}
	must(close(own) == 0);
	return arg;
}

static void *adds_by_open_lock(void *arg)
{
	struct flock whole = { .l_whence = SEEK_SET };
	int own = open(file, O_RDWR), value;

	must(own >= 0);
	for (int i = 0; i < 20; i++) {
		whole.l_type = F_WRLCK;
		must(fcntl(own, F_OFD_SETLKW, &whole) == 0);
		must(pread(own, &value, sizeof(value), 0) == sizeof(value));
		sched_yield();
		value++;
		must(pwrite(own, &value, sizeof(value), 0) == sizeof(value));
		whole.l_type = F_UNLCK;
		must(fcntl(own, F_OFD_SETLK, &whole) == 0);
	}
	must(close(own) == 0);
	return arg;
}

static void file_locks(void)
{
	int value = 0;

	must((fd = mkstemp(file)) >= 0);
	must(pwrite(fd, &value, sizeof(value), 0) == sizeof(value));
	together(4, adds_in_file);
	together(4, adds_by_open_lock);
	must(pread(fd, &value, sizeof(value), 0) == sizeof(value));
	must(value == 160);
	must(unlink(file) == 0);
}

/* Messages of System V, between threads. */
static int queue;

static void *sends(void *arg)
{
	struct {
		long type;
		int value;
	} message = { 1, 0 };

	for (int i = 0; i < 20; i++) {
		message.value = i;
		must(msgsnd(queue, &message, sizeof(message.value), 0) == 0);
	}
	return arg;
}

static void messages(void)
{
	struct {
		long type;
		int value;
	} message;
	pthread_t t;

	must((queue = msgget(IPC_PRIVATE, 0600)) >= 0);
	t = start(sends, NULL);
	for (int i = 0; i < 20; i++) {
		must(msgrcv(queue, &message, sizeof(message.value), 0, 0) ==
		     sizeof(message.value));
		must(message.value == i);
	}
	joined(t);
	must(msgctl(queue, IPC_RMID, NULL) == 0);
}

/* Not blocking: a loop of attempts. */
static void attempts(void)
{
	pthread_t t;
	char byte;

	must(pipe2(ends, O_NONBLOCK) == 0);
	t = writes_to(ends[1]);
	while (read(ends[0], &byte, 1) != 1) {
		must(errno == EAGAIN);
		sched_yield();
	}
	joined(t);
}

/* The same, and nothing lets others go on but the attempt itself. */
static void bare_attempts(void)
{
	struct pollfd p;
	pthread_t t;
	char byte;

	must(pipe2(ends, O_NONBLOCK) == 0);
	t = writes_to(ends[1]);
	while (read(ends[0], &byte, 1) != 1)
		must(errno == EAGAIN);
	joined(t);
	p = (struct pollfd){ ends[0], POLLIN, 0 };
	t = writes_to(ends[1]);
	while (poll(&p, 1, 0) == 0)
		;
	joined(t);
}

/* A copy of the end is in another place, and the original closed. */
static void copies(void)
{
	pthread_t t;
	char byte;
	int copy;

	must(pipe(ends) == 0);
	must((copy = dup(ends[1])) >= 0);
	must(close(ends[1]) == 0);
	must(dup2(ends[0], 200) == 200);
	must(close(ends[0]) == 0);
	t = writes_to(copy);
	must(read(200, &byte, 1) == 1);
	joined(t);
	must(close(copy) == 0);
	must(read(200, &byte, 1) == 0);
}

static void *reads_stream(void *arg)
{
	char line[32];

	for (int i = 0; i < 20; i++) {
		must(fgets(line, sizeof(line), arg));
		must(atoi(line) == i);
	}
	return NULL;
}

/* By stdio, whose locks are its own. */
static void streams(void)
{
	FILE *in, *out;
	pthread_t t;

	must(pipe(ends) == 0);
	must((in = fdopen(ends[0], "r")) && (out = fdopen(ends[1], "w")));
	t = start(reads_stream, in);
	for (int i = 0; i < 20; i++) {
		must(fprintf(out, "%d\n", i) > 0);
		if (i % 4 == 3)
			must(fflush(out) == 0);
	}
	joined(t);
}

#define ASKED 40

static void *inquires(void *arg)
{
	for (int i = 0; i < ASKED; i++) {
		pause_ms(1);
		must(write(*(int *)arg, "?", 1) == 1);
	}
	return NULL;
}

/* A child answers one thread when another one has asked. All the time that the
 * first one waits, it keeps the turn: not for a second each time. */
static void child_answers(void)
{
	int to[2], from[2];
	pthread_t t;
	char byte;
	pid_t pid;

	must(pipe(to) == 0 && pipe(from) == 0);
	pid = fork();
	if (pid == 0) {
		close(to[1]);
		while (read(to[0], &byte, 1) == 1)
			must(write(from[1], &byte, 1) == 1);
		_exit(0);
	}
	t = start(inquires, &to[1]);
	for (int i = 0; i < ASKED; i++)
		must(read(from[0], &byte, 1) == 1 && byte == '?');
	joined(t);
	must(close(to[1]) == 0);
	child_exits(pid, 0);
}

/* A child reads what its parent writes, and beside that takes calls from it: the
 * parent writes only once a call was answered. */
static void *answers_calls(void *arg)
{
	int listens = *(int *)arg, call;

	for (;;) {
		must((call = accept(listens, NULL, NULL)) >= 0);
		must(write(call, "y", 1) == 1 && close(call) == 0);
	}
	return NULL;
}

static void serves_calls(int listens)
{
	char byte;

	alarm(SCENE_LIMIT);
	must(close(ends[1]) == 0);
	start(answers_calls, &listens);
	while (read(ends[0], &byte, 1) == 1)
		;
	_exit(0);
}

static void calls_child(void)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(to);
	int listens, call, status;
	char byte;
	pid_t pid;

	must((listens = socket(AF_INET, SOCK_STREAM, 0)) >= 0);
	must(bind(listens, (void *)&to, size) == 0 && listen(listens, 4) == 0);
	must(getsockname(listens, (void *)&to, &size) == 0);
	must(pipe(ends) == 0 && (pid = fork()) >= 0);
	if (pid == 0)
		serves_calls(listens);
	must(close(ends[0]) == 0);
	for (int i = 0; i < 60; i++) {
		must((call = socket(AF_INET, SOCK_STREAM, 0)) >= 0);
		must(connect(call, (void *)&to, size) == 0);
		must(read(call, &byte, 1) == 1 && close(call) == 0);
		must(write(ends[1], "x", 1) == 1);
	}
	must(close(ends[1]) == 0 && waitpid(pid, &status, 0) == pid);
	must(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* A loop as of asyncio: a thread waits for the child's end and says so by a
 * pair of sockets, and the loop has the child's output among what it waits for. */
static void *waits_and_says(void *pid)
{
	int status;

	must(waitpid((pid_t)(intptr_t)pid, &status, 0) > 0 && status == 0);
	must(write(ends[1], "end", 3) == 3);
	return NULL;
}

static void come(int epoll, int from)
{
	struct epoll_event e;
	char text[8];

	must(epoll_wait(epoll, &e, 1, -1) == 1 && e.data.fd == from);
	must(read(from, text, sizeof(text)) > 0);
}

static void looped_child(void)
{
	struct epoll_event e = { .events = EPOLLIN };
	int epoll, to[2], from[2];
	pthread_t t;
	pid_t pid;

	must((epoll = epoll_create1(EPOLL_CLOEXEC)) >= 0);
	must(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
	e.data.fd = ends[0];
	must(epoll_ctl(epoll, EPOLL_CTL_ADD, ends[0], &e) == 0);
	for (int i = 0; i < 3; i++) {
		must(pipe2(to, O_CLOEXEC) == 0 && pipe2(from, O_CLOEXEC) == 0);
		must((pid = fork()) >= 0);
		if (pid == 0) {
			dup2(to[0], 0);
			dup2(from[1], 1);
			execl("/bin/cat", "cat", (char *)NULL);
			_exit(99);
		}
		must(close(to[0]) == 0 && close(from[1]) == 0);
		e.data.fd = from[0];
		must(epoll_ctl(epoll, EPOLL_CTL_ADD, from[0], &e) == 0);
		t = start(waits_and_says, (void *)(intptr_t)pid);
		sched_yield();
		must(write(to[1], "text", 4) == 4);
		come(epoll, from[0]);
		must(close(from[0]) == 0 && close(to[1]) == 0);
		come(epoll, ends[0]);
		joined(t);
	}
	must(close(epoll) == 0);
	must(close(ends[0]) == 0 && close(ends[1]) == 0);
}

TURNS_SCENES({ "child_answers", child_answers },
	     { "pipes", pipes }, { "sockets", sockets },
	     { "full_pipe", full_pipe }, { "closed", closed },
	     { "events", events }, { "polls", polls }, { "selects", selects },
	     { "epolls", epolls }, { "shared_epoll", shared_epoll },
	     { "network", network }, { "mapped", mapped }, { "timers", timers },
	     { "children", children }, { "filters", filters },
	     { "named_pipe", named_pipe }, { "file_locks", file_locks },
	     { "messages", messages }, { "attempts", attempts },
	     { "bare_attempts", bare_attempts }, { "copies", copies },
	     { "streams", streams }, { "calls_child", calls_child },
	     { "looped_child", looped_child })
