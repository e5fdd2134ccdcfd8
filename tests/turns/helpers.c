/* SPDX-License-Identifier: MIT */
/* Threads that libc makes by itself, and queues of messages. */
#include <aio.h>
#include <fcntl.h>
#include <mqueue.h>
#include <semaphore.h>

#include "scene.h"

static sem_t s;
static mqd_t queue;
static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
static int fd, total;
static char name[] = "/tmp/samebits-aio-XXXXXX";

static void make_file(void)
{
	must((fd = mkstemp(name)) >= 0 && unlink(name) == 0);
	must(pwrite(fd, "abcdefgh", 8, 0) == 8);
}

/* It runs in a thread that nobody has created. */
static void told(union sigval value)
{
	must(pthread_mutex_lock(&m) == 0);
	total++;
	must(pthread_mutex_unlock(&m) == 0);
	must(sem_post(value.sival_ptr) == 0);
}

static void asynchronous(void)
{
	char text[4] = "";
	struct aiocb read = { .aio_buf = text,
			      .aio_nbytes = 3,
			      .aio_offset = 2 },
		     write = { .aio_buf = "XY",
			       .aio_nbytes = 2,
			       .aio_offset = 3 };
	const struct aiocb *one = &read;

	make_file();
	read.aio_fildes = write.aio_fildes = fd;
	must(aio_read(&read) == 0);
	while (aio_error(&read) == EINPROGRESS)
		must(aio_suspend(&one, 1, NULL) == 0);
	must(aio_return(&read) == 3 && !strcmp(text, "cde"));
	must(aio_write(&write) == 0);
	while (aio_error(&write) == EINPROGRESS)
		sched_yield();
	must(aio_return(&write) == 2);
	must(pread(fd, text, 3, 2) == 3 && !strcmp(text, "cXY"));
}

static void listed(void)
{
	char text[4] = "";
	struct aiocb part[3] = { 0 };
	struct aiocb *all[3];

	make_file();
	for (int i = 0; i < 3; i++) {
		part[i] = (struct aiocb){ .aio_fildes = fd,
					  .aio_lio_opcode = LIO_READ,
					  .aio_buf = text + i,
					  .aio_nbytes = 1,
					  .aio_offset = 2 * i };
		all[i] = &part[i];
	}
	must(lio_listio(LIO_WAIT, all, 3, NULL) == 0);
	must(!strcmp(text, "ace"));
}

static void notified(void)
{
	char text[4] = "";
	struct aiocb read = { .aio_buf = text, .aio_nbytes = 3 };

	make_file();
	must(sem_init(&s, 0, 0) == 0);
	read.aio_fildes = fd;
	read.aio_sigevent.sigev_notify = SIGEV_THREAD;
	read.aio_sigevent.sigev_notify_function = told;
	read.aio_sigevent.sigev_value.sival_ptr = &s;
	must(aio_read(&read) == 0);
	must(sem_wait(&s) == 0);
	must(aio_error(&read) == 0 && !strcmp(text, "abc"));
	must(pthread_mutex_lock(&m) == 0);
	must(total == 1);
	must(pthread_mutex_unlock(&m) == 0);
}

static void make_queue(void)
{
	struct mq_attr attr = { .mq_maxmsg = 4, .mq_msgsize = 16 };
	char text[64];

	snprintf(text, sizeof(text), "/samebits-%ld", (long)getpid());
	mq_unlink(text); /* of a run that was killed */
	queue = mq_open(text, O_CREAT | O_EXCL | O_RDWR, 0600, &attr);
	if (queue == (mqd_t)-1)
		skip("no queues of messages");
	must(mq_unlink(text) == 0);
}

static void *sends(void *arg)
{
	for (int i = 0; i < 50; i++) /* more than there is room for */
		must(mq_send(queue, (char *)&i, sizeof(i), 0) == 0);
	return arg;
}

static void messages(void)
{
	struct timespec soon, odd = { 0, 1000000000 };
	char text[16];
	pthread_t t;
	int got;

	make_queue();
	soon = in_ms(CLOCK_REALTIME, 10);
	must(mq_timedreceive(queue, text, sizeof(text), NULL, &soon) == -1);
	must(errno == ETIMEDOUT && reached(CLOCK_REALTIME, &soon));
	must(mq_timedreceive(queue, text, sizeof(text), NULL, &odd) == -1);
	must(errno == EINVAL);
	t = start(sends, NULL);
	for (int i = 0; i < 50; i++) {
		must(mq_receive(queue, text, sizeof(text), NULL) ==
		     sizeof(got));
		memcpy(&got, text, sizeof(got));
		must(got == i);
	}
	joined(t);
}

/* An arrival makes a thread. */
static void arrival(void)
{
	struct sigevent event = { .sigev_notify = SIGEV_THREAD,
				  .sigev_value.sival_ptr = &s };

	make_queue();
	must(sem_init(&s, 0, 0) == 0);
	event.sigev_notify_function = told;
	must(mq_notify(queue, &event) == 0);
	must(mq_send(queue, "x", 1, 0) == 0);
	must(sem_wait(&s) == 0);
	must(pthread_mutex_lock(&m) == 0);
	must(total == 1);
	must(pthread_mutex_unlock(&m) == 0);
}

TURNS_SCENES({ "asynchronous", asynchronous }, { "listed", listed },
	     { "notified", notified }, { "messages", messages },
	     { "arrival", arrival })
