/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "heard.h"
#include "process.h"
#include "sys.h"
#include "tape.h"
#include "thread.h"
#include "banned.h"

/* Who is not in the middle of something of ours; NULL: nobody. */
static struct thread *recorded(void)
{
	struct thread *self = thread_me;

	return self && alive.yes && !self->busy && !self->asking ? self : NULL;
}

/* The descriptor's other end is somebody, who may say more later. */
static bool is_others(int fd)
{
	struct stat st;

	if (!sys_fstat(fd, &st))
		return false;
	/* Memory's devices (null, zero) always answer alike. */
	return S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode) ||
	       (S_ISCHR(st.st_mode) && major(st.st_rdev) != 1);
}

/* ---- reads ---- */

bool heard_read(struct heard_read *r, int fd)
{
	const long *given;
	size_t len;

	*r = (struct heard_read){ .self = recorded(), .fd = fd };
	if (!r->self || !is_others(fd)) {
		r->self = NULL;
		return false;
	}
	if (!tape_gives(r->self, SB_TAPE_READ) || tape_ended(r->self))
		return false;
	r->self->at = NULL;
	given = tape_take(r->self, SB_TAPE_READ, &len);
	if (!given || len != sizeof(*given))
		return false;
	memcpy(&r->given, given, sizeof(r->given));
	r->is_given = true;
	if (r->given < 0)
		errno = (int)-r->given;
	return true;
}

void heard_read_end(struct heard_read *r, long n)
{
	long result = n < 0 ? -errno : n;

	if (!r->self || r->is_given)
		return;
	if (config.tape == TAPE_RECORD) {
		r->self->at = NULL;
		tape_keep(r->self, SB_TAPE_READ, &result, sizeof(result));
	} else if (n > 0 && tape_gives(r->self, SB_TAPE_READ)) {
		tape_beyond(r->self, SB_TAPE_READ, sizeof(result));
	}
}

/* It will be there: where the descriptor does not wait, we do. */
static long some_more(int fd, void *buf, size_t len)
{
	struct pollfd p = { fd, POLLIN, 0 };
	long n;

	while ((n = sys3(SYS_read, fd, buf, len)) == -EAGAIN || n == -EINTR)
		if (n == -EAGAIN)
			sys3(SYS_poll, &p, 1, -1);
	return n;
}

ssize_t heard_again(const struct heard_read *r, const struct iovec *part,
		    int parts)
{
	size_t left = (size_t)r->given, had = 0;

	for (int i = 0; i < parts && left; i++) {
		size_t room = part[i].iov_len < left ? part[i].iov_len : left;
		size_t got = 0;

		while (got < room) {
			long n = some_more(r->fd, (char *)part[i].iov_base + got,
					   room - got);

			if (n <= 0)
				return had + got ? (ssize_t)(had + got) : -1;
			got += (size_t)n;
		}
		had += got;
		left -= got;
	}
	return (ssize_t)had;
}

/* ---- waits ---- */

/* In the record: the result, then what there is. */
#define MOST 4096 /* of that; more is not recorded */

bool heard_ready(int *ret, void *left, size_t size)
{
	struct thread *self = recorded();
	const char *given;
	int64_t result;
	size_t len;

	if (!self || size > MOST || !tape_gives(self, SB_TAPE_READY) ||
	    tape_ended(self))
		return false;
	self->at = NULL;
	given = tape_take(self, SB_TAPE_READY, &len);
	if (!given || len < sizeof(result) || len > sizeof(result) + size)
		return false;
	memcpy(&result, given, sizeof(result));
	memcpy(left, given + sizeof(result), len - sizeof(result));
	*ret = result < 0 ? -1 : (int)result;
	if (result < 0)
		errno = (int)-result;
	return true;
}

void heard_ready_end(int ret, const void *left, size_t size)
{
	struct thread *self = recorded();
	char kept[sizeof(int64_t) + MOST];
	int64_t result = ret < 0 ? -errno : ret;

	if (!self || size > MOST || config.tape != TAPE_RECORD)
		return;
	memcpy(kept, &result, sizeof(result));
	memcpy(kept + sizeof(result), left, size);
	self->at = NULL;
	tape_keep(self, SB_TAPE_READY, kept, sizeof(result) + size);
}

/* ---- children ---- */

/* A handler waits for children in the middle of anything, and who waits outside
 * of it finds those that it has left. */
static bool has_handler(void)
{
	struct {
		void (*handler)(int);
		unsigned long flags;
		void (*restorer)(void);
		uint64_t mask;
	} now = { SIG_DFL, 0, NULL, 0 };

	sys4(SYS_rt_sigaction, SIGCHLD, NULL, &now, 8);
	return now.handler != SIG_DFL && now.handler != SIG_IGN;
}

static struct thread *parent(void)
{
	return has_handler() ? NULL : recorded();
}

bool heard_child(long *pid)
{
	struct thread *self = parent();
	const long *given;
	size_t len;

	if (!self || !tape_gives(self, SB_TAPE_CHILD) || tape_ended(self))
		return false;
	self->at = NULL;
	given = tape_take(self, SB_TAPE_CHILD, &len);
	if (!given || len != sizeof(*given))
		return false;
	memcpy(pid, given, sizeof(*pid));
	if (*pid < 0)
		errno = (int)-*pid;
	return true;
}

void heard_child_end(long pid)
{
	struct thread *self = parent();

	if (!self || config.tape != TAPE_RECORD)
		return;
	self->at = NULL;
	tape_keep(self, SB_TAPE_CHILD, &pid, sizeof(pid));
}
