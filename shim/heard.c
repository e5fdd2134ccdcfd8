/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "heard.h"
#include "log.h"
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

bool heard_is_far(int fd)
{
	int domain = 0;
	unsigned len = sizeof(domain);

	return config.tape && config.network &&
	       !sys6(SYS_getsockopt, fd, SOL_SOCKET, SO_DOMAIN, &domain, &len,
		     0) &&
	       (domain == AF_INET || domain == AF_INET6);
}

/* ---- what is kept of other hosts ---- */

static uint64_t kept; /* bytes */

/* Is there room for so many more? */
static bool may_keep(size_t len)
{
	static bool said;
	uint64_t mask;

	if (__atomic_add_fetch(&kept, len, __ATOMIC_RELAXED) <= config.network)
		return true;
	if (__atomic_exchange_n(&said, true, __ATOMIC_RELAXED))
		return false;
	mask = engine_lock();
	log_blind("record-network", "other hosts said more than "
				    "--record-network allows: a replay ends "
				    "there");
	engine_unlock(mask);
	return false;
}

/* ---- calls ---- */

/* A record: the result, then what there is. */
bool heard_call(enum sb_tape_kind kind, long *ret, void *left, size_t size)
{
	struct thread *self = recorded();
	const char *given;
	int64_t result;
	size_t len;

	if (!self || size > HEARD_MOST || !tape_gives(self, kind) ||
	    tape_ended(self))
		return false;
	self->at = NULL;
	given = tape_take(self, kind, &len);
	if (!given || len < sizeof(result) || len > sizeof(result) + size)
		return false;
	memcpy(&result, given, sizeof(result));
	memcpy(left, given + sizeof(result), len - sizeof(result));
	*ret = result < 0 ? -1 : result;
	if (result < 0)
		errno = (int)-result;
	return true;
}

void heard_call_end(enum sb_tape_kind kind, long ret, const void *left,
		    size_t size)
{
	struct thread *self = recorded();
	char record[sizeof(int64_t) + HEARD_MOST];
	int64_t result = ret < 0 ? -errno : ret;

	if (!self || size > HEARD_MOST || config.tape != TAPE_RECORD)
		return;
	memcpy(record, &result, sizeof(result));
	memcpy(record + sizeof(result), left, size);
	self->at = NULL;
	tape_keep(self, kind, record, sizeof(result) + size);
}

bool heard_ready(int *ret, void *left, size_t size)
{
	long was;
	bool given = heard_call(SB_TAPE_READY, &was, left, size);

	if (given)
		*ret = (int)was;
	return given;
}

void heard_ready_end(int ret, const void *left, size_t size)
{
	heard_call_end(SB_TAPE_READY, ret, left, size);
}

bool heard_far(int fd, long *ret)
{
	char none;

	return heard_is_far(fd) && heard_call(SB_TAPE_FAR, ret, &none, 0);
}

void heard_far_end(int fd, long ret)
{
	if (heard_is_far(fd))
		heard_call_end(SB_TAPE_FAR, ret, "", 0);
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* What is asked for, in up to so many bytes. */
#define ANSWER 256
struct answer {
	unsigned len;
	char bytes[ANSWER];
};

bool heard_answer(int fd, void *to, unsigned *len, long *ret)
{
	struct answer a = { 0 };

	if (!heard_is_far(fd) || !heard_call(SB_TAPE_FAR, ret, &a, sizeof(a)))
		return false;
	if (*ret == 0 && to && len) {
		memcpy(to, a.bytes, least(least(a.len, *len), ANSWER));
		*len = a.len;
	}
	return true;
}

void heard_answer_end(int fd, const void *from, const unsigned *len,
		      unsigned room, long ret)
{
	struct answer a = { 0 };

	if (!heard_is_far(fd))
		return;
	if (ret == 0 && from && len) {
		a.len = *len;
		memcpy(a.bytes, from, least(least(a.len, room), ANSWER));
	}
	heard_call_end(SB_TAPE_FAR, ret, &a, sizeof(a));
}

/* ---- reads ---- */

bool heard_read(struct heard_read *r, int fd)
{
	enum sb_tape_kind kind;
	const char *given;
	size_t len;

	*r = (struct heard_read){ .self = recorded(), .fd = fd };
	if (!r->self || !is_others(fd)) {
		r->self = NULL;
		return false;
	}
	r->far = heard_is_far(fd);
	kind = r->far ? SB_TAPE_FAR : SB_TAPE_READ;
	if (!tape_gives(r->self, kind) || tape_ended(r->self))
		return false;
	r->self->at = NULL;
	given = tape_take(r->self, kind, &len);
	if (!given || len < sizeof(r->given))
		return false;
	memcpy(&r->given, given, sizeof(r->given));
	r->is_given = true;
	if (r->far)
		r->bytes = given + sizeof(r->given);
	if (r->far && r->given > (long)(len - sizeof(r->given)))
		r->given = (long)(len - sizeof(r->given));
	if (r->given < 0)
		errno = (int)-r->given;
	return true;
}

/* One record of the result and all that was read. */
static void keep_far(struct thread *self, long result, const struct iovec *part,
		     int parts)
{
	size_t left = result > 0 ? (size_t)result : 0, used = sizeof(result);
	size_t size = used + left;
	char *record;

	if (!may_keep(left))
		return;
	record = (char *)sys6(SYS_mmap, NULL, size, PROT_READ | PROT_WRITE,
			      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if ((uintptr_t)record >= -4095ul)
		return;
	memcpy(record, &result, sizeof(result));
	for (int i = 0; i < parts && left; i++) {
		size_t n = part[i].iov_len < left ? part[i].iov_len : left;

		memcpy(record + used, part[i].iov_base, n);
		used += n;
		left -= n;
	}
	tape_keep(self, SB_TAPE_FAR, record, used);
	sys2(SYS_munmap, record, size);
}

void heard_read_end(struct heard_read *r, long n, const struct iovec *part,
		    int parts)
{
	long result = n < 0 ? -errno : n;

	if (!r->self || r->is_given)
		return;
	if (config.tape == TAPE_RECORD) {
		r->self->at = NULL;
		if (r->far)
			keep_far(r->self, result, part, parts);
		else
			tape_keep(r->self, SB_TAPE_READ, &result,
				  sizeof(result));
	} else if (n > 0 && tape_gives(r->self, SB_TAPE_READ)) {
		tape_beyond(r->self, SB_TAPE_READ, sizeof(result));
	}
}

void heard_await(const struct heard_read *r)
{
	struct pollfd p = { r->fd, POLLIN, 0 };

	sys3(SYS_poll, &p, 1, -1);
}

/* It will be there: where the descriptor does not wait, we do. */
static long some_more(const struct heard_read *r, void *buf, size_t len)
{
	long n;

	while ((n = sys3(SYS_read, r->fd, buf, len)) == -EAGAIN || n == -EINTR)
		if (n == -EAGAIN)
			heard_await(r);
	return n;
}

/* Of one part; what there was, or -errno. */
static long again(const struct heard_read *r, size_t had, char *buf, size_t len)
{
	size_t got = 0;

	if (r->bytes) {
		memcpy(buf, r->bytes + had, len);
		return (long)len;
	}
	while (got < len) {
		long n = some_more(r, buf + got, len - got);

		if (n <= 0)
			return got ? (long)got : n;
		got += (size_t)n;
	}
	return (long)got;
}

ssize_t heard_again(const struct heard_read *r, const struct iovec *part,
		    int parts)
{
	size_t left = (size_t)r->given, had = 0;

	for (int i = 0; i < parts && left; i++) {
		size_t room = part[i].iov_len < left ? part[i].iov_len : left;
		long n = again(r, had, part[i].iov_base, room);

		if (n < 0 && !had) {
			errno = (int)-n;
			return -1;
		}
		had += n > 0 ? (size_t)n : 0;
		if (n < (long)room)
			break;
		left -= room;
	}
	return (ssize_t)had;
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
