/* SPDX-License-Identifier: MIT */
/*
 * Every wait with a deadline, where the waiter computed it, where another
 * thread did whose clock is behind, and where it is ahead: the wait takes as
 * long as was meant.
 */
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/select.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <threads.h>

#include "hazard.h"

#define LENGTH 0.1
#define APART 0.4 /* s between the clocks of two threads */

static pthread_mutex_t held = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER, mono;
static mtx_t mtx, mtx_held;
static cnd_t cnd;
static sem_t sem;
static mqd_t empty, full;

static struct timespec after(clockid_t clock, double seconds)
{
	struct timespec ts;
	long ns;

	clock_gettime(clock, &ts);
	ns = ts.tv_nsec + (long)(seconds * 1e9);
	ts.tv_sec += ns / 1000000000;
	ts.tv_nsec = ns % 1000000000;
	return ts;
}

static int in_errno(int ret)
{
	return ret ? errno : 0;
}

static int w_nanosleep(const struct timespec *ts)
{
	return clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, ts, NULL) ?
	       EINTR : ETIMEDOUT;
}

static int w_nanosleep_real(const struct timespec *ts)
{
	return clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, ts, NULL) ?
	       EINTR : ETIMEDOUT;
}

static int w_sem(const struct timespec *ts)
{
	return in_errno(sem_timedwait(&sem, ts));
}

static int w_sem_clock(const struct timespec *ts)
{
	return in_errno(sem_clockwait(&sem, CLOCK_MONOTONIC, ts));
}

static int w_cond(const struct timespec *ts)
{
	int ret;

	pthread_mutex_lock(&mutex);
	ret = pthread_cond_timedwait(&cond, &mutex, ts);
	pthread_mutex_unlock(&mutex);
	return ret;
}

static int w_cond_mono(const struct timespec *ts)
{
	int ret;

	pthread_mutex_lock(&mutex);
	ret = pthread_cond_timedwait(&mono, &mutex, ts);
	pthread_mutex_unlock(&mutex);
	return ret;
}

static int w_cond_clock(const struct timespec *ts)
{
	int ret;

	pthread_mutex_lock(&mutex);
	ret = pthread_cond_clockwait(&cond, &mutex, CLOCK_MONOTONIC, ts);
	pthread_mutex_unlock(&mutex);
	return ret;
}

static int w_mutex(const struct timespec *ts)
{
	return pthread_mutex_timedlock(&held, ts);
}

static int w_mutex_clock(const struct timespec *ts)
{
	return pthread_mutex_clocklock(&held, CLOCK_MONOTONIC, ts);
}

static int w_rdlock(const struct timespec *ts)
{
	return pthread_rwlock_timedrdlock(&rwlock, ts);
}

static int w_wrlock(const struct timespec *ts)
{
	return pthread_rwlock_timedwrlock(&rwlock, ts);
}

static int w_rdlock_clock(const struct timespec *ts)
{
	return pthread_rwlock_clockrdlock(&rwlock, CLOCK_MONOTONIC, ts);
}

static int w_wrlock_clock(const struct timespec *ts)
{
	return pthread_rwlock_clockwrlock(&rwlock, CLOCK_MONOTONIC, ts);
}

static int w_cnd(const struct timespec *ts)
{
	int ret;

	mtx_lock(&mtx);
	ret = cnd_timedwait(&cnd, &mtx, ts);
	mtx_unlock(&mtx);
	return ret == thrd_timedout ? ETIMEDOUT : 0;
}

static int w_mtx(const struct timespec *ts)
{
	return mtx_timedlock(&mtx_held, ts) == thrd_timedout ? ETIMEDOUT : 0;
}

static int w_receive(const struct timespec *ts)
{
	char text[64];

	return in_errno(mq_timedreceive(empty, text, sizeof(text), NULL, ts) <
			0);
}

static int w_send(const struct timespec *ts)
{
	return in_errno(mq_timedsend(full, "x", 1, 0, ts));
}

static int timerfd(clockid_t clock, const struct timespec *ts)
{
	struct itimerspec its = { .it_value = *ts };
	int fd = timerfd_create(clock, TFD_CLOEXEC);
	uint64_t n;

	must(fd >= 0);
	must(timerfd_settime(fd, TFD_TIMER_ABSTIME, &its, NULL) == 0);
	must(read(fd, &n, sizeof(n)) == sizeof(n));
	close(fd);
	return ETIMEDOUT;
}

static int w_timerfd(const struct timespec *ts)
{
	return timerfd(CLOCK_MONOTONIC, ts);
}

static int w_timerfd_real(const struct timespec *ts)
{
	return timerfd(CLOCK_REALTIME, ts);
}

static int w_timer(const struct timespec *ts)
{
	struct sigevent ev = { .sigev_notify = SIGEV_SIGNAL,
			       .sigev_signo = SIGUSR1 };
	struct itimerspec its = { .it_value = *ts };
	struct timespec limit = { 20, 0 };
	sigset_t set;
	timer_t timer;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	must(timer_create(CLOCK_MONOTONIC, &ev, &timer) == 0);
	must(timer_settime(timer, TIMER_ABSTIME, &its, NULL) == 0);
	must(sigtimedwait(&set, NULL, &limit) == SIGUSR1);
	timer_delete(timer);
	return ETIMEDOUT;
}

static const struct form {
	const char *name;
	clockid_t clock;
	int (*wait)(const struct timespec *);
} forms[] = {
	{ "clock_nanosleep", CLOCK_MONOTONIC, w_nanosleep },
	{ "clock_nanosleep, real", CLOCK_REALTIME, w_nanosleep_real },
	{ "sem_timedwait", CLOCK_REALTIME, w_sem },
	{ "sem_clockwait", CLOCK_MONOTONIC, w_sem_clock },
	{ "pthread_cond_timedwait", CLOCK_REALTIME, w_cond },
	{ "pthread_cond_timedwait, mono", CLOCK_MONOTONIC, w_cond_mono },
	{ "pthread_cond_clockwait", CLOCK_MONOTONIC, w_cond_clock },
	{ "pthread_mutex_timedlock", CLOCK_REALTIME, w_mutex },
	{ "pthread_mutex_clocklock", CLOCK_MONOTONIC, w_mutex_clock },
	{ "pthread_rwlock_timedrdlock", CLOCK_REALTIME, w_rdlock },
	{ "pthread_rwlock_timedwrlock", CLOCK_REALTIME, w_wrlock },
	{ "pthread_rwlock_clockrdlock", CLOCK_MONOTONIC, w_rdlock_clock },
	{ "pthread_rwlock_clockwrlock", CLOCK_MONOTONIC, w_wrlock_clock },
	{ "cnd_timedwait", CLOCK_REALTIME, w_cnd },
	{ "mtx_timedlock", CLOCK_REALTIME, w_mtx },
	{ "mq_timedreceive", CLOCK_REALTIME, w_receive },
	{ "mq_timedsend", CLOCK_REALTIME, w_send },
	{ "timerfd_settime", CLOCK_MONOTONIC, w_timerfd },
	{ "timerfd_settime, real", CLOCK_REALTIME, w_timerfd_real },
	{ "timer_settime", CLOCK_MONOTONIC, w_timer },
};
#define FORMS (sizeof(forms) / sizeof(*forms))

static void queues(void)
{
	struct mq_attr attr = { .mq_maxmsg = 1, .mq_msgsize = 64 };
	char name[32];

	snprintf(name, sizeof(name), "/samebits-e-%d", getpid());
	empty = mq_open(name, O_CREAT | O_RDWR, 0600, &attr);
	must(empty != (mqd_t)-1);
	mq_unlink(name);
	snprintf(name, sizeof(name), "/samebits-f-%d", getpid());
	full = mq_open(name, O_CREAT | O_RDWR, 0600, &attr);
	must(full != (mqd_t)-1);
	mq_unlink(name);
	must(mq_send(full, "x", 1, 0) == 0);
}

/* Locks that the first thread holds for good. */
static void prepare(void)
{
	pthread_condattr_t attr;
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&mono, &attr);
	mtx_init(&mtx, mtx_plain);
	mtx_init(&mtx_held, mtx_timed);
	cnd_init(&cnd);
	sem_init(&sem, 0, 0);
	pthread_mutex_lock(&held);
	mtx_lock(&mtx_held);
	pthread_rwlock_wrlock(&rwlock);
	queues();
}

static void wait_and_check(const struct form *f, const struct timespec *ts,
			   double start, double least)
{
	int ret = f->wait(ts);
	double took = kernel_time() - start;

	if (ret != ETIMEDOUT || took < least || took > LENGTH + 0.25)
		dprintf(2, "%s: returned %d after %.3f s\n", f->name, ret,
			took);
	must(ret == ETIMEDOUT);
	must(took >= least);
	must(took < LENGTH + 0.25);
}

/* Computed by the waiter. */
static void *own_deadline(void *arg)
{
	const struct form *f = arg;
	double start = kernel_time();
	struct timespec ts = after(f->clock, LENGTH), now;

	wait_and_check(f, &ts, start, LENGTH);
	/* The clock shows that it passed. */
	now = after(f->clock, 0);
	must(now.tv_sec > ts.tv_sec ||
	     (now.tv_sec == ts.tv_sec && now.tv_nsec >= ts.tv_nsec));
	return NULL;
}

static void by_waiter(void)
{
	pthread_t t[FORMS];

	prepare();
	for (size_t i = 0; i < FORMS; i++)
		must(pthread_create(&t[i], NULL, own_deadline,
				    (void *)&forms[i]) == 0);
	for (size_t i = 0; i < FORMS; i++)
		must(pthread_join(t[i], NULL) == 0);
}

/* Handed over by the first thread. */
static struct {
	const struct form *form;
	struct timespec deadline;
	double start;
} job[FORMS];
static pthread_barrier_t ready, given;
static double waiter_sleeps;
static int waiter_reads;

static void *given_deadline(void *arg)
{
	size_t i = (size_t)(uintptr_t)arg;
	const struct form *f = &forms[i];
	struct timespec ts;

	if (waiter_sleeps > 0)
		usleep((useconds_t)(waiter_sleeps * 1e6));
	pthread_barrier_wait(&ready);
	pthread_barrier_wait(&given);
	if (waiter_reads)
		clock_gettime(f->clock, &ts);
	wait_and_check(f, &job[i].deadline, job[i].start, LENGTH - 0.001);
	return NULL;
}

static void hand_over(double waiters, double giver, int reads)
{
	pthread_t t[FORMS];

	prepare();
	waiter_sleeps = waiters;
	waiter_reads = reads;
	pthread_barrier_init(&ready, NULL, FORMS + 1);
	pthread_barrier_init(&given, NULL, FORMS + 1);
	for (size_t i = 0; i < FORMS; i++)
		must(pthread_create(&t[i], NULL, given_deadline,
				    (void *)(uintptr_t)i) == 0);
	if (giver > 0)
		usleep((useconds_t)(giver * 1e6));
	pthread_barrier_wait(&ready);
	for (size_t i = 0; i < FORMS; i++) {
		job[i].start = kernel_time();
		job[i].deadline = after(forms[i].clock, LENGTH);
	}
	pthread_barrier_wait(&given);
	for (size_t i = 0; i < FORMS; i++)
		must(pthread_join(t[i], NULL) == 0);
}

static void from_ahead(void)
{
	hand_over(0, APART, 0);
}

static void from_behind(void)
{
	hand_over(APART, 0, 0);
}

/* The waiter reads its clock too, for a line of its log. */
static void from_ahead_read(void)
{
	hand_over(0, APART, 1);
}

static void from_behind_read(void)
{
	hand_over(APART, 0, 1);
}

static double shown(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/* Sleeps last, and waits in vain advance the clock by their length. */
static void lengths(void)
{
	struct timespec ts = { 0, 100000000 }, rest;
	struct timeval tv = { 0, 100000 };
	struct epoll_event e;
	double real = kernel_time(), logical = shown(CLOCK_MONOTONIC);
	int fd = epoll_create1(0);
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
#define STEP(call)                                                             \
	do {                                                                   \
		call;                                                          \
		must(kernel_time() - real >= 0.1 - 0.001);                     \
		must(kernel_time() - real < 0.4);                              \
		must(shown(CLOCK_MONOTONIC) - logical >= 0.1 - 0.001);         \
		must(shown(CLOCK_MONOTONIC) - logical < 0.4);                  \
		real = kernel_time();                                          \
		logical = shown(CLOCK_MONOTONIC);                              \
	} while (0)
	STEP(usleep(100000));
	STEP(nanosleep(&ts, &rest));
	STEP(clock_nanosleep(CLOCK_REALTIME, 0, &ts, &rest));
	STEP(thrd_sleep(&ts, NULL));
	STEP(must(poll(NULL, 0, 100) == 0));
	STEP(must(ppoll(NULL, 0, &ts, NULL) == 0));
	STEP(must(select(0, NULL, NULL, NULL, &tv) == 0));
	STEP(must(pselect(0, NULL, NULL, NULL, &ts, NULL) == 0));
	STEP(must(epoll_wait(fd, &e, 1, 100) == 0));
	STEP(must(epoll_pwait(fd, &e, 1, 100, NULL) == 0));
	STEP(must(sigtimedwait(&set, NULL, &ts) < 0));
}

/* A limit of 5 s on a child that needs 2: polled without a pause. */
static void polling_limit(void)
{
	double end = shown(CLOCK_MONOTONIC) + 5;
	pid_t pid = fork();
	int status, got = 0;

	if (pid == 0) {
		sleep(2);
		_exit(0);
	}
	while (!got && shown(CLOCK_MONOTONIC) < end)
		got = waitpid(pid, &status, WNOHANG) == pid;
	must(got);
}

/* The same on a thread: neither a lock nor a child tells the time. */
static volatile int done;

static void *works(void *arg)
{
	double end = kernel_time() + 1;

	while (kernel_time() < end)
		;
	done = 1;
	return arg;
}

static void polling_thread(void)
{
	double end = shown(CLOCK_MONOTONIC) + 3;
	pthread_t t;

	must(pthread_create(&t, NULL, works, NULL) == 0);
	while (!done && shown(CLOCK_MONOTONIC) < end)
		;
	must(done);
	pthread_join(t, NULL);
}

/* Two threads that wake each other, always with a limit. */
static int turn;

static void *pong(void *arg)
{
	int mine = arg != NULL;

	for (int i = 0; i < 1000; i++) {
		pthread_mutex_lock(&mutex);
		while (turn != mine) {
			struct timespec ts = after(CLOCK_REALTIME, 10);

			must(pthread_cond_timedwait(&cond, &mutex, &ts) == 0);
		}
		turn = !mine;
		pthread_cond_signal(&cond);
		pthread_mutex_unlock(&mutex);
	}
	return NULL;
}

static void ping_pong(void)
{
	double start = kernel_time();
	pthread_t t;

	must(pthread_create(&t, NULL, pong, &turn) == 0);
	pong(NULL);
	must(pthread_join(t, NULL) == 0);
	must(kernel_time() - start < 5);
}

/* A moment that never comes, as programs make of "no limit". */
static void *waits_for_ever(void *arg)
{
	const struct form *f = arg;
	struct timespec never = { INT64_MAX, 0 };
	int ret = f->wait(&never);

	dprintf(2, "%s: returned %d\n", f->name, ret);
	_exit(1);
}

static void far(void)
{
	double end = kernel_time() + 0.3;
	pthread_t t;

	prepare();
	for (size_t i = 0; i < FORMS; i++)
		must(pthread_create(&t, NULL, waits_for_ever,
				    (void *)&forms[i]) == 0);
	while (kernel_time() < end)
		usleep(10000);
}

static int s_nanosleep(const struct timespec *ts)
{
	return nanosleep(ts, NULL) ? errno : 0;
}

static int s_clock(const struct timespec *ts)
{
	return clock_nanosleep(CLOCK_MONOTONIC, 0, ts, NULL);
}

static int s_number(const struct timespec *ts)
{
	return syscall(SYS_nanosleep, ts, NULL) ? errno : 0;
}

static int s_clock_number(const struct timespec *ts)
{
	return syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, ts, NULL)
		       ? errno : 0;
}

static int (*const sleeps[])(const struct timespec *) = {
	s_nanosleep, s_clock, s_number, s_clock_number
};
#define SLEEPS (sizeof(sleeps) / sizeof(*sleeps))

/* The kernel may tell of more left than was asked for: by the timer slack, here
 * long. The clock must not go back, nor moments lie before its start. */
static void *is_interrupted(void *arg)
{
	struct timespec length = { 25, 0 }, moment;
	double before;

	must(prctl(PR_SET_TIMERSLACK, 500000000ul) == 0);
	before = shown(CLOCK_MONOTONIC);
	must(sleeps[(uintptr_t)arg](&length) == EINTR);
	must(shown(CLOCK_MONOTONIC) > before);
	must(shown(CLOCK_MONOTONIC) < before + 5);
	moment = after(CLOCK_MONOTONIC, 25);
	must(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &moment, NULL) ==
	     EINTR);
	return NULL;
}

static void nothing(int sig)
{
	(void)sig;
}

static void catch(int sig)
{
	struct sigaction sa = { .sa_handler = nothing };

	must(sigaction(sig, &sa, NULL) == 0);
}

static void interrupted(void)
{
	catch(SIGUSR1);
	for (size_t i = 0; i < SLEEPS; i++) {
		pthread_t t;

		must(pthread_create(&t, NULL, is_interrupted,
				    (void *)(uintptr_t)i) == 0);
		while (pthread_tryjoin_np(t, NULL)) {
			usleep(10000);
			pthread_kill(t, SIGUSR1);
		}
	}
}

static int t_moment(const struct timespec *ts)
{
	return clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, ts, NULL);
}

static int t_moment_number(const struct timespec *ts)
{
	return syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, TIMER_ABSTIME,
		       ts, NULL) ? errno : 0;
}

static int t_futex(const struct timespec *ts)
{
	static int word;

	return syscall(SYS_futex, &word, 9 /* FUTEX_WAIT_BITSET */, 0, ts,
		       NULL, ~0u) ? errno : 0;
}

/* What is no time is refused, as by the kernel. */
static void odd(void)
{
	struct timespec ts = { 2000, 1000000000 };
	struct itimerspec its = { .it_value = ts };
	int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);

	must(t_moment(&ts) == EINVAL);
	must(t_moment_number(&ts) == EINVAL);
	must(t_futex(&ts) == EINVAL);
	must(timerfd_settime(fd, TFD_TIMER_ABSTIME, &its, NULL) == -1);
	must(errno == EINVAL);
}

/* Ticks end each wait: the clock goes to theirs, or this never ends. */
static void ticks(void)
{
	static int (*const waits[])(const struct timespec *) = {
		t_moment, t_moment_number, t_futex
	};
	struct itimerval every = { { 0, 20000 }, { 0, 20000 } };

	catch(SIGALRM);
	for (size_t i = 0; i < sizeof(waits) / sizeof(*waits); i++) {
		double end = shown(CLOCK_MONOTONIC) + 0.2;

		must(setitimer(ITIMER_REAL, &every, NULL) == 0);
		for (int n = 0; shown(CLOCK_MONOTONIC) < end; n++) {
			struct timespec late = after(CLOCK_MONOTONIC, 25);

			must(n < 100);
			must(waits[i](&late) == EINTR);
		}
	}
}

SCENES({ "by_waiter", by_waiter }, { "from_ahead", from_ahead },
       { "from_behind", from_behind }, { "from_ahead_read", from_ahead_read },
       { "from_behind_read", from_behind_read }, { "lengths", lengths },
       { "polling_limit", polling_limit },
       { "polling_thread", polling_thread }, { "ping_pong", ping_pong },
       { "far", far }, { "interrupted", interrupted }, { "odd", odd },
       { "ticks", ticks })
