/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernels.h"

/* RED, REDG, ATOM, ATOMG, ATOMS … .ADD of .F16, .F32, .F64, .BF16. */
static bool matches(const char *line)
{
	const char *at = strstr(line, "*/");
	size_t len;

	if (!at)
		return false;
	at += 2 + strspn(at + 2, " \t");
	if (*at == '@') { /* a predicate */
		at += strcspn(at, " ");
		at += strspn(at, " ");
	}
	if (strncmp(at, "RED", 3) && strncmp(at, "ATOM", 4))
		return false;
	len = strcspn(at, " ;");
	at = memmem(at, len, ".ADD.", 5);
	return at && (at[5] == 'F' || at[5] == 'B');
}

/* Where it lies if not in PATH; cuobjdump needs its neighbour nvdisasm. */
static void extend_path(void)
{
	const char *path = getenv("PATH"), *home = getenv("CUDA_HOME");
	char *longer;

	if (asprintf(&longer, "%s:%s/bin:/usr/local/cuda/bin",
		     path ? path : "/usr/bin:/bin",
		     home ? home : "/usr/local/cuda") > 0)
		setenv("PATH", longer, 1);
}

/* The child's output; NULL: -errno in *error. */
static FILE *start(const char *path, double seconds, pid_t *pid, int *error)
{
	char limit[32];
	int fd[2];

	snprintf(limit, sizeof(limit), "%.3f", seconds);
	if (pipe2(fd, O_CLOEXEC)) {
		*error = -errno;
		return NULL;
	}
	*pid = fork();
	if (*pid == 0) {
		int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

		extend_path();
		dup2(fd[1], 1);
		dup2(null, 2);
		execlp("timeout", "timeout", "-k", "1", limit, "cuobjdump",
		       "-sass", path, (char *)NULL);
		_exit(127);
	}
	*error = *pid < 0 ? -errno : 0;
	close(fd[1]);
	if (*pid < 0) {
		close(fd[0]);
		return NULL;
	}
	return fdopen(fd[0], "r");
}

static int by_name(const void *a, const void *b)
{
	return strcmp(a, b);
}

struct found {
	struct finding *finding;
	void *seen; /* tree of names: each chip has its own code of a kernel */
};

static void add(struct found *f, const char *name)
{
	struct finding *to = f->finding;
	char *copy = strdup(name);
	char **place = copy ? tsearch(copy, &f->seen, by_name) : NULL;

	if (!place || *place != copy) {
		free(copy);
		return;
	}
	if (to->functions < FINDING_NAMES)
		snprintf(to->name[to->functions], sizeof(to->name[0]), "%s",
			 name);
	to->functions++;
}

static void read_all(FILE *from, struct found *f)
{
	char *line = NULL, name[4096] = "";
	size_t size = 0;

	while (getline(&line, &size, from) > 0) {
		const char *at = strstr(line, "Function : ");

		if (at)
			sscanf(at + 11, "%4095s", name);
		else if (*name && matches(line))
			add(f, name);
	}
	free(line);
}

int kernels_inspect(struct inspection *result, const char *path, double seconds)
{
	struct found f = { .finding = &result->finding[0] };
	int error, status;
	pid_t pid;
	FILE *from = start(path, seconds, &pid, &error);

	result->n = 0;
	result->gpu = true;
	if (!from)
		return error ? error : -ENOMEM;
	memset(f.finding, 0, sizeof(*f.finding));
	snprintf(f.finding->what, sizeof(f.finding->what), "float atomics");
	read_all(from, &f);
	fclose(from);
	tdestroy(f.seen, free);
	if (waitpid(pid, &status, 0) < 0)
		return -errno;
	status = WIFEXITED(status) ? WEXITSTATUS(status) : 137;
	if (status == 127)
		return -ENOENT;
	if (status == 124 || status == 137)
		return -ETIME;
	/* It fails where all the code is for its own use, as in cuBLAS. */
	result->n = f.finding->functions ? 1 : 0;
	return 0;
}
