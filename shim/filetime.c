/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/statfs.h>
#include <sys/sysmacros.h>

#include "call.h"
#include "filetable.h"
#include "filetime.h"
#include "ltime.h"
#include "module.h"
#include "banned.h"

#define NS ((int64_t)LTIME_SECOND)
#define LAST_SECOND (INT64_MAX / NS - 1)

/* What the kernel said, and then what is shown. ns since 1970. */
struct times {
	uint64_t dev, ino;
	mode_t mode;
	int64_t atime, mtime, ctime, btime;
};

/* Beyond the year 2262: as late as can be. */
static int64_t join(int64_t seconds, uint32_t ns)
{
	if (seconds > LAST_SECOND)
		return INT64_MAX;
	if (seconds < -LAST_SECOND)
		return INT64_MIN;
	return seconds * NS + ns;
}

static struct timespec split(int64_t t)
{
	int64_t ns = t % NS;

	if (ns < 0)
		ns += NS;
	return (struct timespec){ (t - ns) / NS, ns };
}

/* Where the logical clock starts. */
static int64_t start(void)
{
	return join((int64_t)(config.start < LAST_SECOND ? config.start
							 : LAST_SECOND), 0);
}

static int64_t no_younger(int64_t real)
{
	return real < start() ? real : start();
}

/* Written by this run? The kernel sets mtime and ctime together: a later mtime
 * was set by somebody. */
static bool written(int64_t mtime, int64_t ctime)
{
	return mtime >= filetable->began && mtime <= ctime;
}

/* Pipes, sockets, devices and the kernel's own files show when somebody looked
 * first; and who writes when to the run's own output is told by nobody. */
static bool timeless(const struct times *t)
{
	if (!S_ISREG(t->mode) && !S_ISDIR(t->mode) && !S_ISLNK(t->mode))
		return true;
	for (int i = 0; i < 3; i++)
		if (t->ino == filetable->stream[i].ino &&
		    t->dev == filetable->stream[i].dev)
			return true;
	return t->dev == filetable->kernel[0] || t->dev == filetable->kernel[1];
}

/* Later than the last one: that it has changed must show. */
static int64_t stamp(const struct file *f, int64_t t)
{
	int64_t least = f->ctime.real ? f->ctime.shown + LTIME_STEP : 0;

	return t > least ? t : least;
}

static bool changed(const struct file *f, const struct times *t)
{
	return f->ctime.real != t->ctime || f->mtime.real != t->mtime;
}

static void note(struct file *f, const struct times *t, int64_t at)
{
	at = stamp(f, at);
	if (!f->ctime.real || f->mtime.real != t->mtime) {
		f->mtime.real = t->mtime;
		f->mtime.shown = written(t->mtime, t->ctime)
					 ? at : no_younger(t->mtime);
		f->atime_given = false;
	}
	f->ctime.real = t->ctime;
	f->ctime.shown = at;
	f->left = 0;
}

/* The first to see a change. The clock does not move: whether there is one to
 * be seen may depend on other processes. */
static void look(const struct thread *self, struct file *f,
		 const struct times *t)
{
	int64_t now = start() + (int64_t)self->clock + self->mark;

	if (changed(f, t))
		note(f, t, f->left ? f->left : now);
}

/* A new file may have an old one's number. */
static int64_t birth(struct file *f, int64_t real)
{
	if (real < filetable->began)
		return no_younger(real);
	if (f->btime.real != real)
		f->btime = (struct seen){ real, f->ctime.shown };
	return f->btime.shown;
}

static void all(struct times *t, int64_t time)
{
	t->atime = t->mtime = t->ctime = t->btime = time;
}

static void unchanged(struct times *t)
{
	t->mtime = t->atime = no_younger(t->mtime);
	t->ctime = no_younger(t->ctime);
	t->btime = no_younger(t->btime);
}

/* Nothing that was met lies in the future. */
static void meet(struct thread *self, int64_t time)
{
	int64_t t = (time - start()) / LTIME_STEP * LTIME_STEP;

	if (t > (int64_t)self->clock)
		ltime_join(self, (uint64_t)t);
}

/* Makes them what is shown; true: mtime is of this run's making. */
static bool show(struct thread *self, struct times *t, bool named)
{
	struct file *f;
	bool made;

	if (timeless(t)) {
		all(t, start());
		return false;
	}
	/* Whatever is done to a file, its ctime tells; nobody can set it. */
	if (t->ctime < filetable->began) {
		unchanged(t);
		return false;
	}
	f = filetable_get(t->dev, t->ino);
	if (!f) {
		all(t, start());
		return false;
	}
	look(self, f, t);
	made = written(t->mtime, t->ctime) && f->mtime.shown != t->mtime;
	t->btime = birth(f, t->btime);
	t->mtime = f->mtime.shown;
	t->ctime = f->ctime.shown;
	t->atime = f->atime_given ? f->atime : f->mtime.shown;
	filetable_put(f);
	if (named)
		meet(self, t->ctime);
	return made;
}

static void from_stat(struct times *t, const struct stat *st)
{
	*t = (struct times){
		.dev = st->st_dev,
		.ino = st->st_ino,
		.mode = st->st_mode,
		.atime = join(st->st_atim.tv_sec, (uint32_t)st->st_atim.tv_nsec),
		.mtime = join(st->st_mtim.tv_sec, (uint32_t)st->st_mtim.tv_nsec),
		.ctime = join(st->st_ctim.tv_sec, (uint32_t)st->st_ctim.tv_nsec),
	};
}

/* What is as it was stays, in whatever precision. */
static void put(struct timespec *ts, int64_t t)
{
	if (t != join(ts->tv_sec, (uint32_t)ts->tv_nsec))
		*ts = split(t);
}

uint64_t filetime_stat(struct thread *self, struct stat *st, bool named)
{
	struct times t;
	bool made;

	if (!filetable)
		return 0;
	from_stat(&t, st);
	made = show(self, &t, named);
	put(&st->st_atim, t.atime);
	put(&st->st_mtim, t.mtime);
	put(&st->st_ctim, t.ctime);
	return made ? (uint64_t)t.mtime : 0;
}

static int64_t from_statx(const struct statx_timestamp *ts)
{
	return join(ts->tv_sec, ts->tv_nsec);
}

static void put_statx(struct statx_timestamp *ts, int64_t t)
{
	struct timespec s = split(t);

	if (t == from_statx(ts))
		return;
	ts->tv_sec = s.tv_sec;
	ts->tv_nsec = (uint32_t)s.tv_nsec;
}

uint64_t filetime_statx(struct thread *self, struct statx *st, bool named)
{
	struct times t = {
		.dev = makedev(st->stx_dev_major, st->stx_dev_minor),
		.ino = st->stx_ino,
		.mode = st->stx_mode,
		.atime = from_statx(&st->stx_atime),
		.mtime = from_statx(&st->stx_mtime),
		.ctime = from_statx(&st->stx_ctime),
		.btime = from_statx(&st->stx_btime),
	};
	bool made;

	if (!filetable || (st->stx_mask & FILETIME_NEEDS) != FILETIME_NEEDS)
		return 0;
	made = show(self, &t, named);
	if (st->stx_mask & STATX_ATIME)
		put_statx(&st->stx_atime, t.atime);
	put_statx(&st->stx_mtime, t.mtime);
	put_statx(&st->stx_ctime, t.ctime);
	if (st->stx_mask & STATX_BTIME)
		put_statx(&st->stx_btime, t.btime);
	return made ? (uint64_t)t.mtime : 0;
}

struct thread *filetime_self(void)
{
	struct thread *self = thread_me;

	return filetable && alive.yes && self && !self->busy ? self : NULL;
}

/* The file itself where path is NULL. */
static bool ask(int dir, const char *path, int flags, struct times *t)
{
	struct stat st;

	if (sys4(SYS_newfstatat, dir, path ? path : "", &st,
		 path ? flags : AT_EMPTY_PATH))
		return false;
	from_stat(t, &st);
	return true;
}

/* Do changes on this device get times of their own? */
static bool fine(const struct times *t, int dir, const char *path, int flags)
{
	static struct {
		uint64_t dev;
		bool fine;
	} known[8]; /* by number; a torn entry is only asked for again */
	unsigned i = t->dev % 8;
	struct statfs fs = { 0 };
	long fd = dir;

	if (!filetable->fine)
		return false;
	if (known[i].dev == t->dev)
		return known[i].fine;
	if (path)
		fd = sys3(SYS_openat, dir, path,
			  O_PATH | O_CLOEXEC |
				  (flags & AT_SYMLINK_NOFOLLOW ? O_NOFOLLOW
							       : 0));
	sys2(SYS_fstatfs, fd, &fs);
	if (path && fd >= 0)
		sys1(SYS_close, fd);
	known[i].dev = 0;
	known[i].fine = fs.f_type == EXT4_SUPER_MAGIC ||
			fs.f_type == TMPFS_MAGIC ||
			fs.f_type == XFS_SUPER_MAGIC ||
			fs.f_type == BTRFS_SUPER_MAGIC;
	known[i].dev = t->dev;
	return known[i].fine;
}

/*
 * Where times have ticks, the next change may come in the same one and not
 * show. So this one is moved back by a nanosecond on the disk.
 */
static void set_apart(struct file *f, struct times *t, int dir,
		      const char *path, int flags)
{
	struct timespec back[2] = { { 0, UTIME_OMIT }, split(t->mtime - 1) };

	if (t->mtime < (int64_t)sys_now(CLOCK_REALTIME_COARSE) ||
	    !written(t->mtime, t->ctime) || fine(t, dir, path, flags))
		return;
	if (sys4(SYS_utimensat, dir, path, back, flags) ||
	    !ask(dir, path, flags, t))
		return;
	f->mtime.real = t->mtime;
	f->ctime.real = t->ctime;
}

/* It is not the program that reads: a recording has nothing of it. */
static int64_t read_clock(struct thread *self)
{
	if (!config.tape)
		return start() + (int64_t)ltime_read(self);
	ltime_advance(self, LTIME_STEP);
	return start() + (int64_t)self->clock;
}

static bool writable(int fd, struct times *t)
{
	long flags = sys2(SYS_fcntl, fd, F_GETFL);

	return flags >= 0 && flags & O_ACCMODE && !(flags & O_PATH) &&
	       ask(fd, NULL, 0, t) && S_ISREG(t->mode);
}

bool filetime_writable(int fd)
{
	struct times t;

	return writable(fd, &t);
}

/* leaving: more may be written, by nobody that we hear of. */
static void closing(struct thread *self, int fd, struct times *t, bool leaving)
{
	/* In any case: whether another process has seen the change already
	 * must not move this one's clock. */
	int64_t now = read_clock(self);
	struct file *f;

	if ((t->ctime < filetable->began && !leaving) || timeless(t))
		return;
	f = filetable_get(t->dev, t->ino);
	if (!f)
		return;
	if (changed(f, t)) {
		note(f, t, now);
		set_apart(f, t, fd, NULL, 0);
	}
	if (leaving)
		f->left = now;
	filetable_put(f);
}

void filetime_closing(struct thread *self, int fd, const void *ra)
{
	struct times t;

	/* How often MPI's own libraries do so depends on how long messages
	 * take. */
	if (writable(fd, &t) && !module_carries(ra))
		closing(self, fd, &t, false);
}

#define LEAVE_FIRST 32 /* descriptors that a process is asked for at its end */

void filetime_leave(void)
{
	struct thread *self = filetime_self();
	struct times t;

	for (int fd = 0; self && fd < LEAVE_FIRST; fd++)
		if (writable(fd, &t))
			closing(self, fd, &t, true);
}

void filetime_before(struct thread *self, struct setting *s)
{
	struct times t;

	s->atime = 0;
	if (!s->times || s->times[0].tv_nsec != UTIME_OMIT ||
	    !ask(s->dir, s->path, s->flags, &t))
		return;
	show(self, &t, false);
	s->atime = t.atime;
}

void filetime_after(struct thread *self, const struct setting *s)
{
	static const struct timespec now[2] = { { 0, UTIME_NOW },
						{ 0, UTIME_NOW } };
	const struct timespec *set = s->times ? s->times : now;
	int64_t at = read_clock(self);
	struct times t;
	struct file *f;

	if (!ask(s->dir, s->path, s->flags, &t) || timeless(&t))
		return;
	f = filetable_get(t.dev, t.ino);
	if (!f)
		return;
	note(f, &t, at);
	if (set[1].tv_nsec == UTIME_NOW)
		set_apart(f, &t, s->dir, s->path, s->flags);
	else if (set[1].tv_nsec != UTIME_OMIT)
		f->mtime.shown = t.mtime;
	f->atime_given = true;
	f->atime = set[0].tv_nsec == UTIME_NOW	? f->ctime.shown
		   : set[0].tv_nsec == UTIME_OMIT ? s->atime
						  : t.atime;
	filetable_put(f);
}
