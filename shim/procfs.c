/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "config.h"
#include "pids.h"
#include "procfs.h"
#include "sys.h"
#include "text.h"
#include "banned.h"

/* A number of one to ten digits up to the end or a '/'; its length, or 0. */
static size_t number_at(const char *p, int *n)
{
	size_t len = strspn(p, "0123456789");
	uint64_t value = 0;

	if (!len || len > 10 || (p[len] && p[len] != '/'))
		return 0;
	for (size_t i = 0; i < len; i++)
		value = value * 10 + (uint64_t)(p[i] - '0');
	*n = (int)value;
	return value < PIDS_NOBODY ? len : 0;
}

/* Adds the component at `p`, a process or thread; returns what follows it. */
static const char *component(struct text *t, const char *p, int in(int))
{
	int n;
	size_t len = number_at(p, &n);

	if (!len)
		return p;
	text_number(t, (uint64_t)in(n), 10, 1);
	return p + len;
}

/* What follows /proc/PROCESS/ or /proc/self/; NULL: it is no such path. */
static const char *within(const char *path)
{
	const char *p = path + 6;

	if (strncmp(path, "/proc/", 6))
		return NULL;
	while (*p && *p != '/')
		p++;
	return *p ? p + 1 : p;
}

const char *procfs_path(const char *path, char out[PROCFS_PATH])
{
	struct text t;
	const char *rest;

	if (!config.pids_virtual || !path || strncmp(path, "/proc/", 6) ||
	    strlen(path) > PROCFS_PATH - 32)
		return path;
	t = text_start(out, PROCFS_PATH);
	text_add(&t, "/proc/");
	rest = component(&t, path + 6, pids_in);
	if (!strncmp(within(path), "task/", 5)) {
		for (; rest < within(path) + 5; rest++)
			text_add(&t, (char[]){ *rest, 0 });
		rest = component(&t, rest, pids_thread_in);
	}
	text_add(&t, rest);
	return out;
}

bool procfs_name(char *name, size_t room)
{
	char shown[16];
	struct text t;
	int n;

	if (!config.pids_virtual || !number_at(name, &n))
		return true;
	if (pids_out(n) == n)
		return pids_in(n) == n;
	t = text_start(shown, sizeof(shown));
	text_number(&t, (uint64_t)pids_out(n), 10, 1);
	if (strlen(shown) < room)
		memcpy(name, shown, strlen(shown) + 1);
	return true;
}

long procfs_self(const char *path, char *out, size_t size)
{
	char shown[64];
	struct text t = text_start(shown, sizeof(shown));
	bool thread;
	size_t len;

	if (!config.pids_virtual || !path)
		return -1;
	thread = !strcmp(path, "/proc/thread-self");
	if (!thread && strcmp(path, "/proc/self"))
		return -1;
	text_number(&t, (uint64_t)pids_self(), 10, 1);
	if (thread) {
		text_add(&t, "/task/");
		text_number(&t, (uint64_t)pids_thread(), 10, 1);
	}
	len = strlen(shown) < size ? strlen(shown) : size;
	memcpy(out, shown, len);
	return (long)len;
}

/* Copies up to `end`, which may be NULL: to the end. */
static const char *copy_to(struct text *t, const char *p, const char *end)
{
	for (; *p && p != end; p++)
		text_add(t, (char[]){ *p, 0 });
	return p;
}

/* Adds the number at `p` as it is shown; returns what follows it. */
static const char *rewrite(struct text *t, const char *p, int out(int))
{
	size_t len = strspn(p, "0123456789");
	int n = 0;

	if (!len || len > 10)
		return p;
	for (size_t i = 0; i < len; i++)
		n = n * 10 + (p[i] - '0');
	text_number(t, (uint64_t)out(n), 10, 1);
	return p + len;
}

/* PID (NAME) STATE PARENT GROUP SESSION TTY TERMINAL'S-GROUP ... */
static void rewrite_stat(struct text *t, const char *p)
{
	int (*const out[])(int) = { pids_out, pids_group_out,
				    pids_session_out, NULL, pids_group_out };
	const char *name_end = strrchr(p, ')');

	p = rewrite(t, p, pids_thread_out);
	if (name_end && name_end[1] == ' ' && name_end[2])
		p = copy_to(t, p, name_end + 3);
	for (size_t i = 0; i < sizeof(out) / sizeof(*out) && *p == ' '; i++) {
		p = copy_to(t, p, p + 1);
		if (out[i])
			p = rewrite(t, p, out[i]);
		p = copy_to(t, p, strchr(p, ' '));
	}
	copy_to(t, p, NULL);
}

static int (*key_out(const char *line))(int)
{
	static const struct {
		const char *key;
		int (*out)(int);
	} keys[] = {
		{ "Pid:\t", pids_thread_out }, { "NSpid:\t", pids_thread_out },
		{ "Tgid:\t", pids_out },       { "NStgid:\t", pids_out },
		{ "PPid:\t", pids_out },       { "TracerPid:\t", pids_out },
		{ "NSpgid:\t", pids_group_out },
		{ "NSsid:\t", pids_session_out },
	};

	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		if (!strncmp(line, keys[i].key, strlen(keys[i].key)))
			return keys[i].out;
	return NULL;
}

static void rewrite_status(struct text *t, const char *p)
{
	while (*p) {
		int (*out)(int) = key_out(p);

		if (out) {
			p = copy_to(t, p, strchr(p, '\t') + 1);
			p = rewrite(t, p, out);
		}
		p = copy_to(t, p, strchr(p, '\n'));
		if (*p)
			p = copy_to(t, p, p + 1);
	}
}

static void (*rewriter(const char *path))(struct text *, const char *)
{
	const char *rest = within(path);
	int n;

	if (rest && !strncmp(rest, "task/", 5) && number_at(rest + 5, &n))
		rest = strchr(rest + 5, '/') ? strchr(rest + 5, '/') + 1 : "";
	if (rest && !strcmp(rest, "stat"))
		return rewrite_stat;
	return rest && !strcmp(rest, "status") ? rewrite_status : NULL;
}

__attribute__((noinline)) int procfs_opened(int fd, const char *path, int flags)
{
	char is[4096], shown[4096];
	void (*write)(struct text *, const char *);
	struct text t;
	long n, copy;

	if (!config.pids_virtual || fd < 0 || !path)
		return fd;
	write = rewriter(path);
	if (!write || flags & O_PATH)
		return fd;
	n = sys3(SYS_read, fd, is, sizeof(is) - 1);
	if (n <= 0)
		return fd;
	is[n] = 0;
	t = text_start(shown, sizeof(shown));
	write(&t, is);
	copy = sys2(SYS_memfd_create, "proc",
		    flags & O_CLOEXEC ? MFD_CLOEXEC : 0);
	if (copy < 0 || sys3(SYS_write, copy, shown, t.at - shown) < 0 ||
	    sys3(SYS_lseek, copy, 0, SEEK_SET) < 0) {
		if (copy >= 0)
			sys1(SYS_close, copy);
		sys3(SYS_lseek, fd, 0, SEEK_SET);
		return fd;
	}
	/* The program gets the number it would have got. */
	sys3(SYS_dup3, copy, fd, flags & O_CLOEXEC);
	sys1(SYS_close, copy);
	return fd;
}
