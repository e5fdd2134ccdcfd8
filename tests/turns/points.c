/* SPDX-License-Identifier: MIT */
/* Threads of all kinds are cancelled, at the rarer points. */
#include <aio.h>
#include <fcntl.h>
#include <mqueue.h>
#include <poll.h>
#include <semaphore.h>
#include <sys/epoll.h>
#include <sys/msg.h>
#include <sys/select.h>
#include <sys/sem.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <threads.h>

#include "scene.h"

static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t c = PTHREAD_COND_INITIALIZER;
static sem_t s, ended;
static int pipe_ends[2], full_socket[2], listener, reached_point, cleaned, go;
static int queue, sems, locked;
static mqd_t empty, full;
static pid_t locker;
static char fifo[] = "/tmp/samebits-points-XXXXXX";

static void unlock(void *arg)
{
	must(pthread_mutex_unlock(arg) == 0);
}

static void at_cond_timed(void)
{
	struct timespec late = in_ms(CLOCK_REALTIME, 25000);

	pthread_mutex_lock(&m);
	pthread_cleanup_push(unlock, &m);
	pthread_cond_timedwait(&c, &m, &late);
	pthread_cleanup_pop(1);
}

static void at_cond_clock(void)
{
	struct timespec late = in_ms(CLOCK_MONOTONIC, 25000);

	pthread_mutex_lock(&m);
	pthread_cleanup_push(unlock, &m);
	pthread_cond_clockwait(&c, &m, CLOCK_MONOTONIC, &late);
	pthread_cleanup_pop(1);
}

static void at_sem_clock(void)
{
	struct timespec late = in_ms(CLOCK_MONOTONIC, 25000);

	sem_clockwait(&s, CLOCK_MONOTONIC, &late);
}

static void at_thrd_sleep(void)
{
	struct timespec ts = { 25, 0 };

	thrd_sleep(&ts, NULL);
}

static void at_clock_nanosleep(void)
{
	struct timespec ts = { 25, 0 };

	clock_nanosleep(CLOCK_REALTIME, 0, &ts, NULL);
}

static void at_ppoll(void)
{
	struct pollfd p = { pipe_ends[0], POLLIN, 0 };

	ppoll(&p, 1, NULL, NULL);
}

static void at_pselect(void)
{
	fd_set set;

	FD_ZERO(&set);
	FD_SET(pipe_ends[0], &set);
	pselect(pipe_ends[0] + 1, &set, NULL, NULL, NULL, NULL);
}

static void at_poll_nothing(void)
{
	poll(NULL, 0, 25000);
}

static void at_readv(void)
{
	char byte;
	struct iovec v = { &byte, 1 };

	readv(pipe_ends[0], &v, 1);
}

static void at_recvfrom(void)
{
	char byte;

	recvfrom(full_socket[0], &byte, 1, 0, NULL, NULL);
}

static void at_recvmsg(void)
{
	char byte;
	struct iovec v = { &byte, 1 };
	struct msghdr h = { .msg_iov = &v, .msg_iovlen = 1 };

	recvmsg(full_socket[0], &h, 0);
}

static void at_send(void)
{
	send(full_socket[0], "", 1, 0);
}

static void at_sendmsg(void)
{
	struct iovec v = { "", 1 };
	struct msghdr h = { .msg_iov = &v, .msg_iovlen = 1 };

	sendmsg(full_socket[0], &h, 0);
}

static void at_writev(void)
{
	struct iovec v = { "", 1 };

	writev(full_socket[0], &v, 1);
}

static void at_accept4(void)
{
	accept4(listener, NULL, NULL, SOCK_CLOEXEC);
}

static sigset_t usr2(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	return set;
}

static void at_sigwaitinfo(void)
{
	sigset_t set = usr2();

	sigwaitinfo(&set, NULL);
}

static void at_sigtimedwait(void)
{
	struct timespec ts = { 25, 0 };
	sigset_t set = usr2();

	sigtimedwait(&set, NULL, &ts);
}

static void at_mq_receive(void)
{
	char text[64];

	mq_receive(empty, text, sizeof(text), NULL);
}

static void at_mq_timedreceive(void)
{
	struct timespec late = in_ms(CLOCK_REALTIME, 25000);
	char text[64];

	mq_timedreceive(empty, text, sizeof(text), NULL, &late);
}

static void at_mq_send(void)
{
	mq_send(full, "x", 1, 0);
}

static void at_msgsnd(void)
{
	struct {
		long type;
		char text[1024];
	} message = { 1, "" };

	msgsnd(queue, &message, sizeof(message.text), 0);
}

static void at_lock(void)
{
	struct flock l = { .l_type = F_WRLCK };

	fcntl(locked, F_SETLKW, &l);
}

static void at_open(void)
{
	close(open(fifo, O_RDONLY));
}

static void at_waitid(void)
{
	siginfo_t info;

	waitid(P_PID, (id_t)locker, &info, WEXITED | WNOWAIT);
}

static void at_aio_suspend(void)
{
	static char byte;
	static struct aiocb read;
	const struct aiocb *one = &read;

	if (!read.aio_buf) {
		read.aio_fildes = pipe_ends[0];
		read.aio_buf = &byte;
		read.aio_nbytes = 1;
		must(aio_read(&read) == 0);
	}
	aio_suspend(&one, 1, NULL);
}

#define POINT(name) { #name, at_##name }
static const struct scene points[] = {
	POINT(cond_timed),	POINT(cond_clock),  POINT(sem_clock),
	POINT(thrd_sleep),	POINT(ppoll),	    POINT(clock_nanosleep),
	POINT(pselect),		POINT(readv),	    POINT(poll_nothing),
	POINT(recvfrom),	POINT(recvmsg),	    POINT(send),
	POINT(sendmsg),		POINT(writev),	    POINT(accept4),
	POINT(sigwaitinfo),	POINT(sigtimedwait), POINT(mq_receive),
	POINT(mq_timedreceive), POINT(mq_send),	    POINT(msgsnd),
	POINT(lock),		POINT(open),	    POINT(waitid),
	POINT(aio_suspend),
};

/* Has the lock, and lives on. */
static void lock_by_child(void)
{
	struct flock l = { .l_type = F_WRLCK };
	int has[2];
	char byte;

	must(pipe(has) == 0);
	locker = fork();
	if (locker == 0) {
		alarm(SCENE_LIMIT);
		must(fcntl(locked, F_SETLK, &l) == 0);
		must(write(has[1], "x", 1) == 1);
		for (;;)
			pause();
	}
	must(read(has[0], &byte, 1) == 1);
}

static void fill(void)
{
	char block[1024] = { 0 };
	struct {
		long type;
		char text[1024];
	} message = { 1, "" };

	while (send(full_socket[0], block, sizeof(block), MSG_DONTWAIT) > 0)
		;
	while (send(full_socket[0], block, 1, MSG_DONTWAIT) > 0)
		;
	must((queue = msgget(IPC_PRIVATE, 0600)) >= 0);
	while (msgsnd(queue, &message, sizeof(message.text), IPC_NOWAIT) == 0)
		;
}

static mqd_t make_queue(const char *name)
{
	struct mq_attr attr = { .mq_maxmsg = 1, .mq_msgsize = 64 };
	mqd_t q = mq_open(name, O_RDWR | O_CREAT | O_EXCL, 0600, &attr);

	if (q < 0)
		skip("no queues of messages");
	must(mq_unlink(name) == 0);
	return q;
}

static void prepare(void)
{
	char name[64];
	int fd;

	snprintf(name, sizeof(name), "/samebits-points-%d", getpid());
	empty = make_queue(name);
	full = make_queue(name);
	must(mq_send(full, "x", 1, 0) == 0);
	must(sem_init(&s, 0, 0) == 0 && pipe(pipe_ends) == 0);
	must(socketpair(AF_UNIX, SOCK_STREAM, 0, full_socket) == 0);
	listener = socket(AF_UNIX, SOCK_STREAM, 0);
	must(bind(listener, &(struct sockaddr){ .sa_family = AF_UNIX },
		  sizeof(sa_family_t)) == 0);
	must(listen(listener, 1) == 0);
	fd = mkstemp(fifo);
	must(fd >= 0 && unlink(fifo) == 0);
	locked = fd;
	must(mkfifo(fifo, 0600) == 0);
	lock_by_child();
	fill();
}

static void clear(void)
{
	must(unlink(fifo) == 0 && msgctl(queue, IPC_RMID, NULL) == 0);
	must(kill(locker, SIGKILL) == 0);
	must(waitpid(locker, NULL, 0) == locker);
}

static void clean(void *arg)
{
	(void)arg;
	add(cleaned, 1);
}

static void *stops_at(void *arg)
{
	sigset_t set = usr2();

	must(pthread_sigmask(SIG_BLOCK, &set, NULL) == 0);
	pthread_cleanup_push(clean, NULL);
	put(reached_point, 1);
	until(peek(go));
	for (;;)
		points[(intptr_t)arg].act();
	pthread_cleanup_pop(0);
	return NULL;
}

static void cancel_at(size_t i, bool blocked)
{
	pthread_t t;

	put(reached_point, 0);
	put(go, blocked);
	t = start(stops_at, (void *)i);
	until(peek(reached_point));
	if (blocked)
		pause_ms(5);
	must(pthread_cancel(t) == 0);
	put(go, 1);
	if (joined(t) != PTHREAD_CANCELED) {
		dprintf(2, "at %s\n", points[i].name);
		_exit(1);
	}
}

static void blocked(void)
{
	prepare();
	for (size_t i = 0; i < count_of(points); i++) {
		cancel_at(i, true);
		must(peek(cleaned) == (int)i + 1);
	}
	clear();
}

static void pending(void)
{
	prepare();
	for (size_t i = 0; i < count_of(points); i++) {
		cancel_at(i, false);
		must(peek(cleaned) == (int)i + 1);
	}
	clear();
}

/* Nobody will join it. */
static void tell(void *arg)
{
	(void)arg;
	must(sem_post(&ended) == 0);
}

static void *waits_detached(void *arg)
{
	pthread_cleanup_push(tell, NULL);
	put(reached_point, 1);
	for (;;)
		sem_wait(&s);
	pthread_cleanup_pop(0);
	return arg;
}

static void detached(void)
{
	must(sem_init(&s, 0, 0) == 0 && sem_init(&ended, 0, 0) == 0);
	for (int i = 0; i < 4; i++) {
		pthread_t t;

		put(reached_point, 0);
		t = start(waits_detached, NULL);
		must(pthread_detach(t) == 0);
		until(peek(reached_point));
		pause_ms(2);
		must(pthread_cancel(t) == 0);
		must(sem_wait(&ended) == 0);
	}
}

/* The process's first thread is one like the others. */
static void *cancels_main(void *arg)
{
	void *value;

	until(peek(reached_point));
	pause_ms(5);
	must(pthread_cancel(*(pthread_t *)arg) == 0);
	must(pthread_join(*(pthread_t *)arg, &value) == 0);
	must(value == PTHREAD_CANCELED && cleaned == 1);
	say("ok\n");
	_exit(0);
}

static void first(void)
{
	static pthread_t self;

	self = pthread_self();
	must(sem_init(&s, 0, 0) == 0);
	start(cancels_main, &self);
	pthread_cleanup_push(clean, NULL);
	put(reached_point, 1);
	for (;;)
		sem_wait(&s);
	pthread_cleanup_pop(0);
}

/* System V semaphores are no such point: the thread has it first. */
static void *takes(void *arg)
{
	struct sembuf take = { 0, -1, 0 };

	put(reached_point, 1);
	must(semop(sems, &take, 1) == 0);
	put(cleaned, 1);
	pthread_testcancel();
	return arg;
}

static void not_there(void)
{
	struct sembuf give = { 0, 1, 0 };
	pthread_t t;

	must((sems = semget(IPC_PRIVATE, 1, 0600)) >= 0);
	must(semctl(sems, 0, SETVAL, 0) == 0);
	t = start(takes, NULL);
	until(peek(reached_point));
	must(pthread_cancel(t) == 0);
	pause_ms(5);
	must(pthread_tryjoin_np(t, NULL) == EBUSY);
	must(semop(sems, &give, 1) == 0);
	must(joined(t) == PTHREAD_CANCELED && cleaned);
	must(semctl(sems, 0, IPC_RMID) == 0);
}

TURNS_SCENES({ "blocked", blocked }, { "pending", pending },
	     { "detached", detached }, { "first", first },
	     { "not_there", not_there })
