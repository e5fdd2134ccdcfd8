/* SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "../shim/event.h"
#include "beside.h"

#define FIRST_MS 50
#define LONGEST_MS 2000
#define LOGS_MOST 4096
#define RECORDS_MOST (16u << 20) /* bytes, in one chunk */

static struct {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	volatile bool stop;
	bool running;
	const char *dir;
	struct digests *known;
	/* How far each log was looked at: by its inode. */
	struct progress {
		ino_t ino;
		uint32_t last; /* id of its last record of a file */
	} log[LOGS_MOST];
	size_t logs;
} b = { .lock = PTHREAD_MUTEX_INITIALIZER };

static void look_at(const struct sb_file *f)
{
	struct digest d;

	if (f->kind == S_IFREG && f->use & SB_READ &&
	    !(f->use & (SB_FRESH | SB_RENAMED)))
		digests_find(b.known, f->text, &d, &b.stop);
}

/* Records that were published; the rest comes next time. */
static void look_into(const char *at, size_t used, struct progress *p)
{
	while (used >= sizeof(struct sb_record) && !b.stop) {
		const struct sb_record *r = (const void *)at;
		const struct sb_file *f = (const void *)at;

		if (r->size < sizeof(*r) || r->size > used || r->size % 8)
			return;
		if (r->type == SB_FILE && r->id > p->last &&
		    r->size > sizeof(*f) &&
		    memchr(f->text, 0, r->size - sizeof(*f))) {
			p->last = r->id;
			look_at(f);
		}
		at += r->size;
		used -= r->size;
	}
}

/* By read(2), not mapped: the writer may cut its file. */
static void read_records(int fd, off_t at, const struct sb_chunk *c,
			 struct progress *p)
{
	size_t size = c->size - sizeof(*c);
	size_t used = c->used < size ? c->used : size;
	char *records = used <= RECORDS_MOST ? malloc(used + 8) : NULL;
	ssize_t n = -1;

	if (records)
		n = pread(fd, records, used, at + (off_t)sizeof(*c));
	if (n > 0)
		look_into(records, (size_t)n, p);
	free(records);
}

static void read_log(int fd, struct progress *p)
{
	struct sb_chunk c;
	off_t at = SB_PAGE;

	while (!b.stop && pread(fd, &c, sizeof(c), at) == sizeof(c)) {
		if (!c.magic) {
			at = (at / SB_PAGE + 1) * SB_PAGE;
			continue;
		}
		if (c.magic != SB_CHUNK_MAGIC || c.size < sizeof(c))
			return;
		if (c.type == SB_DEFS)
			read_records(fd, at, &c, p);
		at += c.size;
	}
}

static struct progress *progress(ino_t ino)
{
	for (size_t i = 0; i < b.logs; i++)
		if (b.log[i].ino == ino)
			return &b.log[i];
	if (b.logs == LOGS_MOST)
		return NULL;
	b.log[b.logs] = (struct progress){ ino, 0 };
	return &b.log[b.logs++];
}

static void read_logs(void)
{
	DIR *dir = opendir(b.dir);
	struct dirent *e;

	while (dir && !b.stop && (e = readdir(dir))) {
		size_t n = strlen(e->d_name);
		struct progress *p = NULL;
		int fd;

		if (n > 4 && !strcmp(e->d_name + n - 4, ".log"))
			p = progress(e->d_ino);
		fd = p ? openat(dirfd(dir), e->d_name, O_RDONLY | O_CLOEXEC)
		       : -1;
		if (fd < 0)
			continue;
		read_log(fd, p);
		close(fd);
	}
	if (dir)
		closedir(dir);
}

/* False: it was told to stop. */
static bool pause_for(unsigned ms)
{
	struct timespec until;
	bool stop;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += ms / 1000;
	until.tv_nsec += ms % 1000 * 1000000l;
	if (until.tv_nsec >= 1000000000l) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000l;
	}
	pthread_mutex_lock(&b.lock);
	while (!b.stop && !pthread_cond_timedwait(&b.wake, &b.lock, &until))
		;
	stop = b.stop;
	pthread_mutex_unlock(&b.lock);
	return !stop;
}

static void *digest_ahead(void *arg)
{
	/* Linux: of this thread alone. */
	setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), 19);
	for (unsigned ms = FIRST_MS; pause_for(ms);
	     ms = ms * 2 < LONGEST_MS ? ms * 2 : LONGEST_MS)
		read_logs();
	return arg;
}

void beside_start(const char *dir, struct digests *known)
{
	sigset_t all, mask;
	pthread_condattr_t attr;

	if (!known)
		return;
	b.dir = dir;
	b.known = known;
	b.stop = false;
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&b.wake, &attr);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &mask);
	b.running = !pthread_create(&b.thread, NULL, digest_ahead, NULL);
	pthread_sigmask(SIG_SETMASK, &mask, NULL);
}

void beside_stop(void)
{
	if (!b.running)
		return;
	pthread_mutex_lock(&b.lock);
	b.stop = true;
	pthread_cond_signal(&b.wake);
	pthread_mutex_unlock(&b.lock);
	pthread_join(b.thread, NULL);
	b.running = false;
}
