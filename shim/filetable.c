/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "filetable.h"
#include "log.h"
#include "process.h"
#include "shared.h"
#include "stream.h"
#include "sys.h"
#include "banned.h"

#define FILES (1u << 18)
#define BUCKETS \
	(sizeof(filetable->bucket) / sizeof(filetable->bucket[0]))

struct filetable *filetable;

static const struct shared table_file = {
	.name = "times",
	.head = offsetof(struct filetable, file),
	.item = sizeof(struct file),
	.step = 64,
};

static struct file *at(uint32_t number)
{
	return &filetable->file[number - 1];
}

/* In a chain from `number` up to `end`. */
static struct file *find(uint32_t number, uint32_t end, uint64_t dev,
			 uint64_t ino)
{
	for (; number && number != end; number = at(number)->next)
		if (at(number)->ino == ino && at(number)->dev == dev)
			return at(number);
	return NULL;
}

/* The number of an entry that nobody has; 0: there is none. */
static uint32_t take(void)
{
	uint32_t n;

	if (__atomic_load_n(&filetable->used, __ATOMIC_RELAXED) >= FILES)
		return 0;
	n = __atomic_fetch_add(&filetable->used, 1, __ATOMIC_RELAXED);
	return n < FILES && shared_reserve(&table_file, &filetable->ready, n)
		       ? n + 1 : 0;
}

static void say_full(void)
{
	static bool said;
	uint64_t mask = engine_lock();

	if (!said)
		log_blind("files", "no room for more files that were changed: "
				   "those show the start of the clock");
	said = true;
	engine_unlock(mask);
}

static struct file *make(uint32_t *bucket, uint32_t head, uint64_t dev,
			 uint64_t ino)
{
	uint32_t number = take();
	struct file *other;

	if (!number) {
		say_full();
		return NULL;
	}
	at(number)->dev = dev;
	at(number)->ino = ino;
	at(number)->next = head;
	while (!__atomic_compare_exchange_n(bucket, &head, number, false,
					    __ATOMIC_RELEASE,
					    __ATOMIC_ACQUIRE)) {
		/* Others came before; if by the same file, it is theirs. */
		other = find(head, at(number)->next, dev, ino);
		if (other)
			return other;
		at(number)->next = head;
	}
	return at(number);
}

/*
 * Whoever holds it may be killed, stopped, or be the thread that a signal
 * handler has interrupted: after a while it counts as free. At worst one
 * change of a file gets two times.
 */
static void lock(struct file *f)
{
	for (int i = 0; i < 1000; i++) {
		if (!__atomic_exchange_n(&f->lock, 1, __ATOMIC_ACQUIRE))
			return;
		sys0(SYS_sched_yield);
	}
}

struct file *filetable_get(uint64_t dev, uint64_t ino)
{
	uint32_t *bucket = &filetable->bucket[mix64(dev, ino) % BUCKETS];
	uint32_t head = __atomic_load_n(bucket, __ATOMIC_ACQUIRE);
	struct file *f = find(head, 0, dev, ino);

	if (!f)
		f = make(bucket, head, dev, ino);
	if (f)
		lock(f);
	return f;
}

void filetable_put(struct file *f)
{
	__atomic_store_n(&f->lock, 0, __ATOMIC_RELEASE);
}

/* The time of a change made now, to a file that was looked at before. */
static int64_t change(long fd)
{
	struct stat st = { 0 };

	sys3(SYS_write, fd, "", 1);
	sys2(SYS_fstat, fd, &st);
	return st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
}

/*
 * Where a change after a look gets a time of its own, so do we, and no later
 * one anywhere is earlier. Elsewhere what was changed shortly before has the
 * same time as what is changed now: until the clock ticks, 4 ms at most.
 */
static void begin(struct filetable *t)
{
	long fd = may_write(2) ? sys2(SYS_memfd_create, "", MFD_CLOEXEC) : -1;
	struct timespec nap = { 0, 100000 };
	int64_t tick, now;

	do {
		tick = (int64_t)sys_now(CLOCK_REALTIME_COARSE);
		change(fd);
		now = change(fd);
	} while (tick != (int64_t)sys_now(CLOCK_REALTIME_COARSE));
	sys1(SYS_close, fd);
	t->fine = fd >= 0 && now > tick;
	while (!t->fine && now <= tick) {
		sys2(SYS_nanosleep, &nap, NULL);
		now = (int64_t)sys_now(CLOCK_REALTIME_COARSE);
	}
	__atomic_store_n(&t->began, now, __ATOMIC_RELEASE);
}

static uint64_t device(const char *path)
{
	struct stat st = { 0 };

	sys2(SYS_stat, path, &st);
	return st.st_dev;
}

static void describe(struct filetable *t)
{
	struct stat st;

	t->kernel[0] = device("/proc");
	t->kernel[1] = device("/sys");
	for (int i = 0; i < 3; i++)
		if (sys2(SYS_fstat, i, &st) == 0 && S_ISREG(st.st_mode) &&
		    sys2(SYS_fcntl, i, F_GETFL) & O_ACCMODE)
			t->stream[i] = (struct file_id){ st.st_dev, st.st_ino };
	begin(t);
}

/* False: it is there, or cannot be. */
static bool create(void)
{
	long fd = shared_open(&table_file, O_CREAT | O_EXCL), ret;

	if (fd < 0)
		return false;
	ret = shared_allocate(fd, 0, table_file.head);
	sys1(SYS_close, fd);
	return ret == 0;
}

bool filetable_start(void)
{
	bool first = create();
	struct filetable *t;

	t = shared_map(&table_file, table_file.head + FILES * table_file.item);
	if (t && first)
		describe(t);
	if (t && __atomic_load_n(&t->began, __ATOMIC_ACQUIRE))
		filetable = t;
	return filetable;
}
