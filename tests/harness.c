/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "harness.h"

#define LIMIT 60 /* seconds */

static char store[64];

/* nohup, and shells for what they start in the background, ignore signals, and
 * every program tested would inherit that. */
__attribute__((constructor)) static void signals_default(void)
{
	signal(SIGHUP, SIG_DFL);
	signal(SIGINT, SIG_DFL);
	signal(SIGQUIT, SIG_DFL);
}

static int file(void)
{
	char name[] = "/tmp/samebits-test-XXXXXX";
	int fd = mkstemp(name);

	unlink(name);
	return fd;
}

static void slurp(int fd, char *out, size_t size)
{
	ssize_t n = pread(fd, out, size - 1, 0);

	out[n < 0 ? 0 : n] = 0;
	close(fd);
}

static void wait_limited(struct outcome *o, pid_t pid)
{
	int status;

	for (int i = 0; i < LIMIT * 1000; i++) {
		if (waitpid(pid, &status, WNOHANG) == pid) {
			o->signalled = WIFSIGNALED(status);
			o->status = o->signalled ? 128 + WTERMSIG(status)
						 : WEXITSTATUS(status);
			return;
		}
		usleep(1000);
	}
	kill(-pid, SIGKILL);
	waitpid(pid, &status, 0);
	o->signalled = true;
	o->status = -1;
}

void outcome_of(struct outcome *o, const char *format, ...)
{
	int out = file(), err = file();
	char command[8192];
	va_list ap;
	pid_t pid;

	va_start(ap, format);
	vsnprintf(command, sizeof(command), format, ap);
	va_end(ap);
	setenv("SB", getenv("SAMEBITS_BIN"), 1);
	pid = fork();
	if (pid == 0) {
		setpgid(0, 0);
		dup2(out, 1);
		dup2(err, 2);
		execl("/bin/sh", "sh", "-c", command, (char *)NULL);
		_exit(127);
	}
	wait_limited(o, pid);
	slurp(out, o->out, sizeof(o->out));
	slurp(err, o->err, sizeof(o->err));
}

void commands_check(const struct command *row, size_t n)
{
	static struct outcome o;

	for (; n--; row++) {
		outcome_of(&o, "cd $STORE\n%s", row->command);
		if (o.status != row->status || !strstr(o.err, row->says))
			fail_msg("%s: status %d, not %d; said: %s",
				 row->command, o.status, row->status, o.err);
	}
}

int store_make(void **state)
{
	(void)state;
	strcpy(store, "/tmp/samebits-store-XXXXXX");
	if (!mkdtemp(store))
		return -1;
	return setenv("STORE", store, 1);
}

int store_drop(void **state)
{
	static struct outcome o;

	(void)state;
	outcome_of(&o, "rm -rf '%s'", store);
	return 0;
}

json_t *json_of(const char *arguments)
{
	char command[512];
	json_error_t e;
	json_t *root;
	FILE *f;

	snprintf(command, sizeof(command), "exec '%s' %s",
		 getenv("SAMEBITS_BIN"), arguments);
	f = popen(command, "r");
	if (!f)
		return NULL;
	root = json_loadf(f, 0, &e);
	pclose(f);
	return root;
}

json_t *report_newest(void)
{
	char arguments[256];

	snprintf(arguments, sizeof(arguments), "report --json --store '%s'",
		 store);
	return json_of(arguments);
}

static json_t *entry(const json_t *report, const char *list, const char *name)
{
	json_t *s;
	size_t i;

	json_array_foreach(json_object_get(report, list), i, s) {
		if (!strcmp(json_string_value(json_object_get(s, "name")),
			    name))
			return s;
	}
	return NULL;
}

json_t *report_source(const json_t *report, const char *name)
{
	json_t *s = entry(report, "sources", name);

	return s ? s : entry(report, "writes", name);
}

long report_calls(const json_t *report, const char *name)
{
	return (long)json_integer_value(
		json_object_get(report_source(report, name), "calls"));
}
