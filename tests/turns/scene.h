/* SPDX-License-Identifier: MIT */
/* Scenes of threads, each a legal use that checks what POSIX demands of it.
 * PROGRAM lists the scenes, PROGRAM SCENE acts one out. Exit status 0 and "ok";
 * 1 and the line that did not hold; 77 and what this machine lacks; ended by
 * SIGALRM after its time limit.
 *
 * A scene holds whatever the threads' order is. Nobody spins on memory without
 * a call in between, unless the scene is about that: in turns, only a call
 * lets others go on. */
#ifndef SAMEBITS_TEST_SCENE_H
#define SAMEBITS_TEST_SCENE_H

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/wait.h>

#include "../hazards/hazard.h"

#define SCENE_LIMIT 30 /* seconds */
#define SCENE_SKIPPED 77

#define count_of(array) (sizeof(array) / sizeof(*(array)))

static inline void pause_ms(int ms)
{
	struct timespec ts = { ms / 1000, ms % 1000 * 1000000L };

	while (nanosleep(&ts, &ts) && errno == EINTR)
		;
}

/* Waits for what another thread does to memory. */
#define until(what)                                                            \
	do {                                                                   \
		while (!(what))                                                \
			pause_ms(1);                                           \
	} while (0)

#define peek(variable) __atomic_load_n(&(variable), __ATOMIC_SEQ_CST)
#define put(variable, value)                                                   \
	__atomic_store_n(&(variable), value, __ATOMIC_SEQ_CST)
#define add(variable, n) __atomic_add_fetch(&(variable), n, __ATOMIC_SEQ_CST)

/* The moment in so many milliseconds, before now where they are negative. */
static inline struct timespec in_ms(clockid_t clock, long ms)
{
	struct timespec ts;

	must(clock_gettime(clock, &ts) == 0);
	ts.tv_sec += ms / 1000;
	ts.tv_nsec += ms % 1000 * 1000000L;
	if (ts.tv_nsec < 0) {
		ts.tv_sec--;
		ts.tv_nsec += 1000000000L;
	}
	if (ts.tv_nsec >= 1000000000L) {
		ts.tv_sec++;
		ts.tv_nsec -= 1000000000L;
	}
	return ts;
}

static inline bool reached(clockid_t clock, const struct timespec *moment)
{
	struct timespec now;

	must(clock_gettime(clock, &now) == 0);
	return now.tv_sec != moment->tv_sec ? now.tv_sec > moment->tv_sec
					    : now.tv_nsec >= moment->tv_nsec;
}

static inline pthread_t start(void *(*body)(void *), void *arg)
{
	pthread_t t;

	must(pthread_create(&t, NULL, body, arg) == 0);
	return t;
}

static inline void *joined(pthread_t t)
{
	void *value;

	must(pthread_join(t, &value) == 0);
	return value;
}

/* So many threads of one body; each is told its number. */
static inline void together(int n, void *(*body)(void *))
{
	pthread_t t[n];

	for (int i = 0; i < n; i++)
		t[i] = start(body, (void *)(intptr_t)i);
	for (int i = 0; i < n; i++)
		joined(t[i]);
}

/* What a handler of signals does is the scene's affair. */
static inline void handle(int sig, void (*handler)(int), int flags)
{
	struct sigaction sa;

	memset(&sa, 0, sizeof(sa));
	sa.sa_handler = handler;
	sa.sa_flags = flags;
	must(sigaction(sig, &sa, NULL) == 0);
}

/* Waits for a child that must end so. */
static inline void child_exits(pid_t pid, int status)
{
	int got;

	must(pid > 0);
	must(waitpid(pid, &got, 0) == pid);
	must(WIFEXITED(got));
	must(WEXITSTATUS(got) == status);
}

static inline void say(const char *text)
{
	if (write(1, text, strlen(text)) != (ssize_t)strlen(text))
		_exit(1);
}

__attribute__((noreturn)) static inline void skip(const char *lacking)
{
	say(lacking);
	say("\n");
	_exit(SCENE_SKIPPED);
}

static inline int play(const struct scene *scenes, size_t n, int argc,
		       char **argv)
{
	if (argc < 2) {
		for (size_t i = 0; i < n; i++) {
			say(scenes[i].name);
			say("\n");
		}
		return 0;
	}
	alarm(SCENE_LIMIT);
	return act(scenes, n, argc, argv);
}

#define TURNS_SCENES(...)                                                      \
	int main(int argc, char **argv)                                        \
	{                                                                      \
		static const struct scene scenes[] = { __VA_ARGS__ };          \
                                                                               \
		return play(scenes, count_of(scenes), argc, argv);             \
	}

#endif
