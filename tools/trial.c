/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/sysinfo.h>
#include <sys/wait.h>
#include <unistd.h>

#include "capture.h"
#include "clock.h"
#include "cmd.h"
#include "layer.h"
#include "reader.h"
#include "run.h"
#include "shim.h"
#include "snapshot.h"
#include "tmpns.h"
#include "trial.h"

#define TRIALS_MOST 256 /* at a time */
#define TICK_MS 100
#define GRACE 2.0 /* seconds between asking and killing */
#define LOAD_MOST 512

struct going {
	struct outcome *o;
	pid_t pid;
	struct capture out, err;
	char *said;		/* file of what the verb said */
	int name;		/* the run's directory comes from here */
	double start, deadline; /* deadline 0: none */
	bool asked;		/* to end */
	pid_t load[LOAD_MOST];
	unsigned nload;
};

struct experiment {
	struct snapshot files;
	bool left; /* what runs write stays where it is */
	char *stdin_path; /* NULL: /dev/null */
	int signals;	  /* signalfd */
	sigset_t mask;	  /* before */
	int signal;	  /* that asked for the end */
	unsigned next;
	struct going *going[TRIALS_MOST];
	size_t n;
};

/* ---- begin and end ---- */

/* Read once, so that each run reads the same. */
static int keep_stdin(struct experiment *x)
{
	char block[65536];
	ssize_t n = 0;
	int fd, ret = 0;

	if (isatty(0) || fcntl(0, F_GETFD) < 0)
		return 0;
	x->stdin_path = snapshot_file(&x->files, 0, "stdin");
	if (!x->stdin_path)
		return -ENOMEM;
	fd = open(x->stdin_path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	while (!ret && (n = read(0, block, sizeof(block))) > 0)
		if (write(fd, block, (size_t)n) != n)
			ret = -ENOSPC;
	close(fd);
	return n < 0 ? -errno : ret;
}

static int take_signals(struct experiment *x)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGQUIT);
	sigprocmask(SIG_BLOCK, &set, &x->mask);
	x->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return x->signals < 0 ? -errno : 0;
}

static int begin(struct experiment *x)
{
	int ret;

	/* What programs leave behind becomes ours, to be ended. */
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	ret = take_signals(x);
	return ret ? ret : keep_stdin(x);
}

int experiment_new_in_place(struct experiment **out, const char *store,
			    const char *base)
{
	struct experiment *x = calloc(1, sizeof(*x));
	int ret;

	*out = NULL;
	if (!x)
		return -ENOMEM;
	x->left = true;
	x->next = 1; /* 0 has the standard input, and stays */
	ret = snapshot_in_place(&x->files, store, base);
	if (ret) {
		free(x);
		return ret;
	}
	ret = begin(x);
	if (ret)
		experiment_end(x, NULL);
	else
		*out = x;
	return ret;
}

int experiment_new(struct experiment **out, const char *store, bool in_place,
		   char **trouble)
{
	struct experiment *x = calloc(1, sizeof(*x));
	char shim[PATH_MAX];
	int ret;

	*out = NULL;
	*trouble = NULL;
	if (!x)
		return -ENOMEM;
	/* In a chroot, the kernel's name of our file is of no use any more once
	 * mounts are our own: asked for now, it is remembered. */
	shim_find(shim, sizeof(shim));
	ret = snapshot_new(&x->files, store, in_place, trouble);
	if (ret) {
		free(x);
		return ret;
	}
	ret = begin(x);
	*out = x;
	if (ret && asprintf(trouble, "standard input cannot be kept: %s",
			    strerror(-ret)) < 0)
		*trouble = NULL;
	if (ret) {
		experiment_end(x, NULL);
		*out = NULL;
	}
	return ret;
}

int experiment_signal(const struct experiment *x)
{
	return x->signal;
}

bool experiment_apart(const struct experiment *x)
{
	return x->files.kind == SNAPSHOT_OVERLAY;
}

char *experiment_path(const struct experiment *x, const struct outcome *o,
		      const char *path)
{
	return snapshot_path(&x->files, o->number, path);
}

/* A process that has come to be ours: its own are, then. */
static void end_orphans(const struct experiment *x)
{
	char path[64];
	FILE *list;
	int pid;

	if (x->n)
		return; /* whose are they? at the end there is no question */
	snprintf(path, sizeof(path), "/proc/self/task/%d/children",
		 (int)getpid());
	for (int round = 0; round < 50; round++) {
		bool any = false;

		list = fopen(path, "re");
		while (list && fscanf(list, "%d", &pid) == 1) {
			any = true;
			kill(pid, SIGKILL);
		}
		if (list)
			fclose(list);
		if (!any)
			return;
		/* A namespace's first process was cloned without a signal. */
		while (waitpid(-1, NULL, WNOHANG | __WALL) > 0)
			;
		poll(NULL, 0, 1);
	}
}

int experiment_end(struct experiment *x, const struct outcome *keep)
{
	int signal = x->signal, ret = 0;

	end_orphans(x);
	if (keep)
		ret = snapshot_keep(&x->files, keep->number);
	snapshot_end(&x->files);
	free(x->stdin_path);
	if (x->signals >= 0)
		close(x->signals);
	prctl(PR_SET_CHILD_SUBREAPER, 0);
	sigprocmask(SIG_SETMASK, &x->mask, NULL);
	free(x);
	if (signal) {
		sigset_t set;

		sigemptyset(&set);
		sigaddset(&set, signal);
		sigprocmask(SIG_UNBLOCK, &set, NULL);
		fflush(NULL);
		raise(signal);
	}
	return ret;
}

void outcome_free(struct outcome *o)
{
	free(o->dir);
	free(o->trouble);
	*o = (struct outcome){ 0 };
}

/* ---- in the child ---- */

static _Noreturn void refuse(const char *what, int error)
{
	fprintf(stderr, "samebits: %s: %s\n", what, strerror(-error));
	fflush(stderr);
	_exit(STATUS_TROUBLE);
}

/* The tree under another name, in a private /tmp. */
static int show_elsewhere(const char *path)
{
	char *copy = strdup(path);

	if (!copy)
		return -ENOMEM;
	for (char *p = copy + 1; *p; p++)
		if (*p == '/') {
			*p = 0;
			mkdir(copy, 0755);
			*p = '/';
		}
	mkdir(copy, 0755);
	free(copy);
	if (mount(".", path, NULL, MS_BIND | MS_REC, NULL) || chdir(path))
		return -errno;
	return setenv("PWD", path, 1);
}

/* 0 or -errno; *what failed. */
static int surround(const struct trial *t, const char **what)
{
	*what = "the name of the host";
	if (t->host &&
	    (unshare(CLONE_NEWUTS) || sethostname(t->host, strlen(t->host))))
		return -errno;
	*what = "another working directory";
	if (t->directory && show_elsewhere(t->directory))
		return -errno;
	*what = "the processors";
	if (t->processors &&
	    sched_setaffinity(0, sizeof(*t->processors), t->processors))
		return -errno;
	if (t->umask)
		umask((mode_t)t->umask);
	for (const char *const *e = t->environment; e && *e; e++) {
		*what = "the environment";
		if (!strchr(*e, '='))
			unsetenv(*e);
		else if (putenv((char *)*e))
			return -errno;
	}
	return 0;
}

/* Its files, and an empty /tmp and /dev/shm. Where there can be none, the
 * files are kept apart otherwise, and /tmp is everybody's. */
static void enter(const struct experiment *x, const struct trial *t,
		  unsigned number)
{
	const char *const keep[] = { x->files.cwd,  x->files.store,
				     x->files.base, "/proc/self/exe",
				     t->argv[0],    NULL };
	const char *what = "the files";
	int ret;

	if (x->files.kind != SNAPSHOT_NONE) {
		ret = tmpns_unshare();
		if (!ret)
			ret = snapshot_enter(&x->files, number);
		if (ret && x->files.kind == SNAPSHOT_OVERLAY)
			refuse(what, ret);
		if (!ret && !tmpns_conflict(x->files.cwd)) {
			ret = tmpns_enter(keep, &what);
			if (ret)
				refuse(what, ret);
		}
	}
	ret = surround(t, &what);
	if (ret)
		refuse(what, ret);
}

static void redirect(struct going *g, const struct experiment *x)
{
	int in = open(x->stdin_path ? x->stdin_path : "/dev/null",
		      O_RDONLY | O_CLOEXEC);

	if (in < 0 || dup2(in, 0) < 0 || dup2(g->out.program, 1) < 0 ||
	    dup2(g->err.program, 2) < 0)
		_exit(STATUS_TROUBLE);
}

static size_t count(const char *const *list)
{
	size_t n = 0;

	while (list && list[n])
		n++;
	return n;
}

/* VERB OPTION... --store STORE -q -- PROGRAM... */
static int run_verb(const struct experiment *x, const struct trial *t)
{
	const struct cmd *verb = t->native ? &cmd_audit : &cmd_run;
	size_t n = count(t->options), m = 0, at = 0;
	char **argv, *none;

	while (t->argv[m])
		m++;
	argv = calloc(n + m + 12, sizeof(*argv));
	if (!argv || asprintf(&none, "%s/", x->files.base) < 0)
		return STATUS_TROUBLE;
	argv[at++] = (char *)verb->name;
	for (size_t i = 0; i < n; i++)
		argv[at++] = (char *)t->options[i];
	argv[at++] = "--no-config";
	argv[at++] = "--store";
	argv[at++] = x->files.store;
	argv[at++] = "--no-output";
	argv[at++] = none;
	argv[at++] = "--no-input";
	argv[at++] = none;
	argv[at++] = "-q";
	argv[at++] = "--";
	for (size_t i = 0; i < m; i++)
		argv[at++] = t->argv[i];
	return verb->run((int)at, argv);
}

static _Noreturn void child(struct experiment *x, const struct trial *t,
			    struct going *g, int name)
{
	int said = open(g->said, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
			0600);
	int status;

	prctl(PR_SET_PDEATHSIG, SIGTERM);
	sigprocmask(SIG_SETMASK, &x->mask, NULL);
	close(x->signals);
	/* Until the program starts, what is said is about its start. */
	if (said < 0 || dup2(said, 2) < 0)
		_exit(STATUS_TROUBLE);
	enter(x, t, g->o->number);
	redirect(g, x);
	if (!x->left)
		run_elsewhere = snapshot_file(&x->files, g->o->number,
					      "elsewhere");
	run_made = name;
	run_says = said;
	fflush(NULL);
	status = run_verb(x, t);
	fflush(NULL);
	_exit(status); /* what is to be done at exit is the parent's */
}

/* ---- from outside ---- */

static void make_load(struct going *g, unsigned each)
{
	unsigned n = each * (unsigned)get_nprocs();

	while (g->nload < n && g->nload < LOAD_MOST) {
		pid_t pid = fork();

		if (pid < 0)
			return;
		if (!pid) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			for (volatile unsigned long i = 0;; i++)
				;
		}
		g->load[g->nload++] = pid;
	}
}

static void end_load(struct going *g)
{
	for (unsigned i = 0; i < g->nload; i++)
		kill(g->load[i], SIGKILL);
	for (unsigned i = 0; i < g->nload; i++)
		waitpid(g->load[i], NULL, 0);
	g->nload = 0;
}

static int prepare(struct experiment *x, struct going *g)
{
	unsigned k = g->o->number;
	char *out = snapshot_file(&x->files, k, "stdout");
	char *err = snapshot_file(&x->files, k, "stderr");
	int ret = out && err ? 0 : -ENOMEM;

	g->said = snapshot_file(&x->files, k, "said");
	if (!g->said)
		ret = -ENOMEM;
	if (!ret)
		ret = capture_start(&g->out, out, x->left ? -1 : 1);
	if (!ret) {
		ret = capture_start(&g->err, err, x->left ? -1 : 2);
		if (ret)
			capture_end(&g->out);
	}
	free(out);
	free(err);
	return ret;
}

int experiment_start(struct experiment *x, const struct trial *t,
		     struct outcome *o)
{
	struct going *g = calloc(1, sizeof(*g));
	int name[2], ret;

	*o = (struct outcome){ .number = x->next++, .how = NOT_RUN };
	if (!g)
		return -ENOMEM;
	g->o = o;
	ret = x->n == TRIALS_MOST ? -EAGAIN : prepare(x, g);
	if (!ret && pipe2(name, O_CLOEXEC))
		ret = -errno;
	if (ret) {
		free(g);
		return ret;
	}
	make_load(g, t->load);
	g->start = clock_steady();
	g->deadline = t->timeout > 0 ? g->start + t->timeout : 0;
	g->name = name[0];
	fflush(NULL);
	g->pid = fork();
	if (!g->pid)
		child(x, t, g, name[1]);
	close(name[1]);
	capture_parent(&g->out);
	capture_parent(&g->err);
	x->going[x->n++] = g;
	return g->pid < 0 ? -errno : 0;
}

/* What a file of the experiment's says, as one line; NULL: nothing. */
static char *said_in(const char *path)
{
	FILE *from = fopen(path, "re");
	char *line = NULL, *last = NULL;
	size_t room = 0;

	while (from && getline(&line, &room, from) > 0) {
		char *text = line;

		line[strcspn(line, "\n")] = 0;
		if (!strncmp(text, "samebits: ", 10))
			text += 10;
		free(last);
		last = strdup(text);
	}
	free(line);
	if (from)
		fclose(from);
	return last;
}

/* The run's directory gets what was captured. */
static void move_to(const struct experiment *x, const struct outcome *o,
		    const char *name)
{
	char *from = snapshot_file(&x->files, o->number, name), *to;

	if (from && asprintf(&to, "%s/%s", o->dir, name) >= 0) {
		if (rename(from, to))
			layer_copy(from, to, NULL);
		free(to);
	}
	free(from);
}

static void read_manifest(struct outcome *o)
{
	json_t *m = manifest_read(o->dir);
	const json_t *status = json_object_get(m, "status");
	double start = json_number_value(json_object_get(m, "start"));
	double end = json_number_value(json_object_get(m, "end"));

	if (json_is_integer(status)) {
		o->status = (int)json_integer_value(status);
		o->seconds = end - start;
		if (o->how == NOT_RUN)
			o->how = ENDED;
	}
	json_decref(m);
}

static void conclude(struct experiment *x, struct going *g, int status)
{
	struct outcome *o = g->o;
	char dir[PATH_MAX];
	ssize_t n = read(g->name, dir, sizeof(dir) - 1);

	close(g->name);
	capture_end(&g->out);
	capture_end(&g->err);
	end_load(g);
	o->status = WIFSIGNALED(status) ? 128 + WTERMSIG(status)
					: WEXITSTATUS(status);
	o->seconds = clock_steady() - g->start;
	if (n > 0) {
		dir[n] = 0;
		if (!access(dir, F_OK))
			o->dir = strdup(dir);
	}
	if (o->dir) {
		move_to(x, o, "stdout");
		move_to(x, o, "stderr");
		read_manifest(o);
	}
	if (o->how == NOT_RUN)
		o->trouble = said_in(g->said);
	if (x->signal)
		o->how = INTERRUPTED;
	free(g->said);
	free(g);
	if (x->left)
		snapshot_drop(&x->files, o->number);
	if (snapshot_leave(&x->files, o->number) && o->how == ENDED) {
		o->how = NOT_RUN;
		o->trouble = strdup("the working directory could not be put "
				    "back as it was; its copy is kept");
	}
}

/* Asked first, then forced: the launcher hands the request on. */
static void ask_to_end(struct going *g, enum outcome_how how)
{
	if (!g->asked) {
		kill(g->pid, SIGTERM);
		g->asked = true;
		g->o->how = how;
		g->deadline = clock_steady() + GRACE;
	} else {
		kill(g->pid, SIGKILL);
		g->deadline = 0;
	}
}

static void look_at_clock(struct experiment *x)
{
	for (size_t i = 0; i < x->n; i++)
		if (x->going[i]->deadline > 0 && clock_steady() > x->going[i]->deadline)
			ask_to_end(x->going[i], TIMED_OUT);
}

static void look_at_signals(struct experiment *x)
{
	struct signalfd_siginfo s;

	while (read(x->signals, &s, sizeof(s)) == sizeof(s)) {
		if (s.ssi_signo == SIGCHLD)
			continue;
		for (size_t i = 0; i < x->n; i++)
			ask_to_end(x->going[i], INTERRUPTED);
		x->signal = (int)s.ssi_signo;
	}
}

static void wait_a_little(struct experiment *x)
{
	struct pollfd p[2 * TRIALS_MOST + 1];
	nfds_t n = 0;

	p[n++] = (struct pollfd){ x->signals, POLLIN, 0 };
	for (size_t i = 0; i < x->n; i++) {
		if (x->going[i]->out.master >= 0)
			p[n++] = (struct pollfd){ x->going[i]->out.master,
						  POLLIN, 0 };
		if (x->going[i]->err.master >= 0)
			p[n++] = (struct pollfd){ x->going[i]->err.master,
						  POLLIN, 0 };
	}
	poll(p, n, TICK_MS);
	for (size_t i = 0; i < x->n; i++) {
		capture_drain(&x->going[i]->out);
		capture_drain(&x->going[i]->err);
	}
}

/* One that has ended; NULL: none has. */
static struct outcome *reap(struct experiment *x)
{
	for (size_t i = 0; i < x->n; i++) {
		struct going *g = x->going[i];
		struct outcome *o = g->o;
		int status;

		if (waitpid(g->pid, &status, WNOHANG) != g->pid)
			continue;
		x->going[i] = x->going[--x->n];
		end_orphans(x);
		conclude(x, g, status);
		return o;
	}
	return NULL;
}

struct outcome *experiment_wait(struct experiment *x, void (*tick)(void *arg),
				void *arg)
{
	struct outcome *o = NULL;

	while (x->n && !(o = reap(x))) {
		wait_a_little(x);
		look_at_signals(x);
		look_at_clock(x);
		if (tick)
			tick(arg);
	}
	return o;
}
