/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/magic.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pidns.h"

#define STAND_IN 2 /* its number in the namespace */

bool pidns_privileged(void)
{
	struct __user_cap_header_struct who = {
		.version = _LINUX_CAPABILITY_VERSION_3
	};
	struct __user_cap_data_struct caps[2];

	return syscall(SYS_capget, &who, caps) == 0 &&
	       caps[0].effective & 1u << CAP_SYS_ADMIN;
}

static bool write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool done = fd >= 0 && write(fd, text, strlen(text)) > 0;

	if (fd >= 0)
		close(fd);
	return done;
}

/* Who we are out here, we are in there. */
static bool map_ourselves(uid_t uid, gid_t gid)
{
	char map[64];

	if (!write_file("/proc/self/setgroups", "deny"))
		return false;
	snprintf(map, sizeof(map), "%u %u 1", uid, uid);
	if (!write_file("/proc/self/uid_map", map))
		return false;
	snprintf(map, sizeof(map), "%u %u 1", gid, gid);
	return write_file("/proc/self/gid_map", map);
}

/* These return what was refused, or NULL. */
static const char *unshare_all(bool user)
{
	uid_t uid = geteuid();
	gid_t gid = getegid();

	if (user && unshare(CLONE_NEWUSER))
		return "a user namespace";
	if (user && !map_ourselves(uid, gid))
		return "the map of a user namespace";
	if (unshare(CLONE_NEWPID | CLONE_NEWNS))
		return "a PID namespace";
	return NULL;
}

/* Nobody outside shall see the new /proc; what the program mounts goes where it
 * would go anyway. Without a /proc there is none to replace. */
static const char *mount_proc(void)
{
	struct statfs fs;

	if (statfs("/proc", &fs) || fs.f_type != PROC_SUPER_MAGIC)
		return NULL;
	if (mount("none", "/proc", NULL, MS_PRIVATE, NULL))
		return "a private /proc";
	if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC,
		  NULL))
		return "a new /proc";
	return NULL;
}

/*
 * Whoever makes a PID namespace is not in it. So a process of its own makes it
 * and goes away; 1 and 2, which it clones as its siblings, are the launcher's
 * children: what the program costs is found in the launcher's account.
 */
struct answer {
	int error;
	const char *refused;
	pid_t init, stand_in;
};

static pid_t clone_sibling(void)
{
	return (pid_t)syscall(SYS_clone, CLONE_PARENT | SIGCHLD, NULL, NULL,
			      NULL, NULL);
}

static int pidfd_of(pid_t pid)
{
	return (int)syscall(SYS_pidfd_open, pid, 0);
}

/* Never without an error: one of us that was killed leaves none. */
static struct answer failed(const char *what)
{
	return (struct answer){ .error = errno ? errno : ECHILD,
				.refused = what };
}

/* Writes to one of ours; if that is gone we are not needed either. */
static void tell(int fd, const void *what, size_t size)
{
	if (send(fd, what, size, MSG_NOSIGNAL) != (ssize_t)size)
		_exit(1);
}

/* Its children are the run's orphans, which the kernel reaps as SIGCHLD is
 * ignored. The program becomes one at the latest when the stand-in ends. */
static void wait_for_the_last(void)
{
	struct pollfd stand_in = { pidfd_of(STAND_IN), POLLIN, 0 };

	while (stand_in.fd >= 0 && poll(&stand_in, 1, -1) < 0)
		;
	while (wait(NULL) > 0 || errno == EINTR)
		;
}

/* Process 1. A session of its own keeps the signals of the terminal and of the
 * shell to the job away from it. */
static _Noreturn void serve(int fd)
{
	const char *refused = mount_proc();
	struct answer a = refused ? failed(refused) : (struct answer){ 0 };
	char go;

	if (!refused && pidfd_of(1) < 0)
		a = failed("a descriptor of a process");
	signal(SIGCHLD, SIG_IGN);
	setsid();
	tell(fd, &a, sizeof(a));
	if (a.error || read(fd, &go, 1) != 1)
		_exit(1);
	close_range(0, ~0u, 0);
	if (chdir("/") == 0)
		wait_for_the_last();
	_exit(0);
}

/* Returns a stand_in of 0 in process 2. */
static struct answer build(bool user)
{
	const char *refused = unshare_all(user);
	struct answer a;
	pid_t init;
	int fd[2];

	if (refused)
		return failed(refused);
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fd))
		return failed("a socket");
	init = clone_sibling();
	if (init == 0) {
		close(fd[0]);
		serve(fd[1]);
	}
	close(fd[1]);
	if (init < 0 || read(fd[0], &a, sizeof(a)) != sizeof(a))
		return failed("a process");
	a.init = init;
	if (a.error)
		return a;
	a.stand_in = clone_sibling();
	if (a.stand_in < 0)
		return failed("a second process");
	if (a.stand_in > 0)
		tell(fd[0], "", 1);
	close(fd[0]);
	return a;
}

pid_t pidns_fork(struct pidns *n)
{
	struct answer a = { 0 };
	pid_t maker;
	int fd[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fd))
		return -errno;
	maker = fork();
	if (maker == 0) {
		a = build(n->user);
		close(fd[0]);
		if (!a.error && a.stand_in == 0) {
			close(fd[1]);
			return 0;
		}
		tell(fd[1], &a, sizeof(a));
		_exit(0);
	}
	close(fd[1]);
	if (maker < 0 || read(fd[0], &a, sizeof(a)) != sizeof(a))
		a = failed("a process");
	close(fd[0]);
	while (maker > 0 && waitpid(maker, NULL, 0) < 0 && errno == EINTR)
		;
	n->init = a.init;
	n->refused = a.refused;
	if (!a.error)
		return a.stand_in;
	if (n->init > 0) /* it ends by itself */
		waitpid(n->init, NULL, 0);
	n->init = 0;
	return -a.error;
}

void pidns_end(const struct pidns *n)
{
	if (n->init > 0)
		waitpid(n->init, NULL, WNOHANG);
}
