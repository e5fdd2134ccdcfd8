/* SPDX-License-Identifier: MIT */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "cmd.h"
#include "say.h"
#include "target.h"

static bool regular(const char *path, struct stat *st)
{
	return stat(path, st) == 0 && S_ISREG(st->st_mode);
}

/* 0 or -errno. */
static int search(struct target *t, const char *program)
{
	const char *path = getenv("PATH");
	bool denied = false;
	struct stat st;

	if (!path || !*path)
		path = "/usr/local/bin:/usr/bin:/bin";
	while (*path) {
		size_t n = strcspn(path, ":");

		if ((size_t)snprintf(t->path, sizeof(t->path), "%.*s/%s",
				     n ? (int)n : 1, n ? path : ".", program) <
			    sizeof(t->path) &&
		    regular(t->path, &st)) {
			if (access(t->path, X_OK) == 0)
				return 0;
			denied = true;
		}
		path += n + (path[n] == ':');
	}
	return denied ? -ENOEXEC : -ENOENT;
}

/* The interpreter of a script, else the file itself. */
static void follow(struct target *t)
{
	snprintf(t->binary, sizeof(t->binary), "%s", t->path);
	for (int depth = 0; depth < 4; depth++) {
		char head[256];
		int fd = open(t->binary, O_RDONLY | O_CLOEXEC);
		ssize_t n = fd < 0 ? -1 : read(fd, head, sizeof(head) - 1);
		char *p;

		if (fd >= 0)
			close(fd);
		if (n < 3 || head[0] != '#' || head[1] != '!')
			return;
		head[n] = 0;
		p = head + 2 + strspn(head + 2, " \t");
		p[strcspn(p, " \t\n")] = 0;
		snprintf(t->binary, sizeof(t->binary), "%s", p);
	}
}

static void obstacle(struct target *t, const char *why, const char *cure)
{
	if (!t->obstacle) {
		t->obstacle = why;
		t->cure = cure;
	}
}

static void inspect_segments(struct target *t, int fd, const Elf64_Ehdr *e)
{
	bool interpreted = false;

	for (int i = 0; i < e->e_phnum; i++) {
		char name[256] = "";
		Elf64_Phdr p;

		if (pread(fd, &p, sizeof(p),
			  (off_t)(e->e_phoff + (Elf64_Off)i * sizeof(p))) !=
		    sizeof(p))
			return;
		if (p.p_type != PT_INTERP)
			continue;
		interpreted = true;
		if (pread(fd, name, sizeof(name) - 1, (off_t)p.p_offset) > 0 &&
		    strstr(name, "musl"))
			obstacle(t, "is linked with musl, not glibc",
				 "use a build for glibc");
	}
	if (!interpreted)
		obstacle(t, "is statically linked: nothing can be preloaded",
			 "use a dynamically linked build");
}

static void inspect_privilege(struct target *t, int fd)
{
	struct stat st;
	char caps[64];

	if (fstat(fd, &st) || prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1)
		return;
	if ((st.st_mode & S_ISUID && st.st_uid != geteuid()) ||
	    (st.st_mode & S_ISGID && st.st_mode & S_IXGRP &&
	     st.st_gid != getegid()))
		obstacle(t, "is set-uid or set-gid: the loader ignores "
			    "LD_PRELOAD for it",
			 "run it as its owner, or a copy without that bit");
	else if (geteuid() != 0 &&
		 fgetxattr(fd, "security.capability", caps, sizeof(caps)) > 0)
		obstacle(t, "has file capabilities: the loader ignores "
			    "LD_PRELOAD for it",
			 "run a copy without them (cp drops them)");
}

static void inspect(struct target *t)
{
	int fd = open(t->binary, O_RDONLY | O_CLOEXEC);
	Elf64_Ehdr e;
	ssize_t n;

	t->obstacle = NULL;
	if (fd < 0)
		return;
	memset(&e, 0, sizeof(e));
	n = pread(fd, &e, sizeof(e), 0);
	t->elf = !memcmp(e.e_ident, ELFMAG, SELFMAG);
	if (t->elf && n == sizeof(e)) {
		if (e.e_ident[EI_CLASS] != ELFCLASS64)
			obstacle(t, "is a 32-bit program",
				 "use a 64-bit build");
		else if (e.e_machine != EM_X86_64)
			obstacle(t, "is a program for another processor",
				 "use an x86-64 build");
		else
			inspect_segments(t, fd, &e);
	}
	inspect_privilege(t, fd);
	close(fd);
}

/* 0 or -errno. */
static int named(struct target *t, const char *program)
{
	struct stat st;

	if ((size_t)snprintf(t->path, sizeof(t->path), "%s", program) >=
	    sizeof(t->path))
		return -ENAMETOOLONG;
	if (stat(program, &st))
		return -errno;
	if (S_ISDIR(st.st_mode))
		return -EISDIR;
	return S_ISREG(st.st_mode) && access(program, X_OK) == 0 ? 0 : -ENOEXEC;
}

static int refuse(const char *program, int error)
{
	bool path = strchr(program, '/');

	if (error == ENOENT || error == ENOTDIR) {
		fail("%s: not found%s", program,
		     path ? "" : " in PATH; a program in this directory is "
				 "./NAME");
		return STATUS_NOT_FOUND;
	}
	if (error == EISDIR)
		fail("%s: is a directory; name a program in it", program);
	else if (error == ENOEXEC)
		fail("%s: not an executable file; chmod +x it, or name its "
		     "interpreter", program);
	else
		fail("%s: cannot be executed: %s", program, strerror(error));
	return STATUS_NOT_EXECUTABLE;
}

int target_find(struct target *t, const char *program)
{
	int ret;

	memset(t, 0, sizeof(*t));
	ret = strchr(program, '/') ? named(t, program) : search(t, program);
	if (ret)
		return refuse(program, -ret);
	follow(t);
	inspect(t);
	return 0;
}
