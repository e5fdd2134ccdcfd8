/* SPDX-License-Identifier: MIT */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "blind.h"
#include "objects.h"
#include "operations.h"

static int add(struct blinds *b, const char *kind, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static int add(struct blinds *b, const char *kind, const char *format, ...)
{
	struct blind *grown = realloc(b->blind, (b->n + 1) * sizeof(*grown));
	struct blind *made;
	va_list ap;
	int n;

	if (!grown)
		return -ENOMEM;
	b->blind = grown;
	made = &grown[b->n];
	va_start(ap, format);
	n = vasprintf(&made->text, format, ap);
	va_end(ap);
	if (n < 0)
		return -ENOMEM;
	made->kind = strdup(kind);
	if (!made->kind) {
		free(made->text);
		return -ENOMEM;
	}
	for (size_t i = 0; i < b->n; i++)
		if (!strcmp(grown[i].kind, kind) &&
		    !strcmp(grown[i].text, made->text)) {
			free(made->kind);
			free(made->text);
			return 0;
		}
	b->n++;
	return 0;
}

int blinds_add(struct blinds *b, const char *kind, const char *text)
{
	return add(b, kind, "%s", text);
}

/* Finds the file that `what` named: as it is, from the run's working
 * directory, or by PATH. Empty where there is none. */
static void locate(char *path, size_t size, const char *what, const char *cwd)
{
	const char *dirs = getenv("PATH");

	if (*what == '/') {
		snprintf(path, size, "%s", what);
	} else if (strchr(what, '/')) {
		snprintf(path, size, "%s/%s", cwd ? cwd : ".", what);
	} else {
		while (dirs && *dirs) {
			int n = (int)strcspn(dirs, ":");

			snprintf(path, size, "%.*s/%s", n, dirs, what);
			if (access(path, X_OK) == 0)
				return;
			dirs += n + (dirs[n] == ':');
		}
		*path = 0;
	}
	if (access(path, F_OK))
		*path = 0;
}

static bool has_interpreter(int fd, const Elf64_Ehdr *h)
{
	Elf64_Phdr p;

	for (unsigned i = 0; i < h->e_phnum; i++) {
		if (pread(fd, &p, sizeof(p),
			  (off_t)(h->e_phoff + i * sizeof(p))) != sizeof(p))
			return false;
		if (p.p_type == PT_INTERP)
			return true;
	}
	return false;
}

/* Why this file cannot be preloaded into; NULL: it could have been. */
static const char *obstacle(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	const char *why = NULL;
	struct stat st;
	Elf64_Ehdr h;

	if (fd < 0)
		return errno == EACCES ? "its file may not be read" : NULL;
	memset(&h, 0, sizeof(h));
	if (fstat(fd, &st) || !S_ISREG(st.st_mode))
		why = "it is not a regular file";
	else if (st.st_mode & (S_ISUID | S_ISGID))
		why = "it is set-user-ID or set-group-ID";
	else if (pread(fd, &h, sizeof(h), 0) < (ssize_t)sizeof(h.e_ident) ||
		 memcmp(h.e_ident, ELFMAG, SELFMAG))
		why = NULL; /* a script: its interpreter has its own name */
	else if (h.e_ident[EI_CLASS] == ELFCLASS32)
		why = "it is a 32-bit program";
	else if (h.e_machine != EM_X86_64)
		why = "it is a program for another kind of processor";
	else if (!has_interpreter(fd, &h))
		why = "it is statically linked";
	close(fd);
	return why;
}

static const char *manifest_string(const struct rundir *run, const char *key)
{
	return json_string_value(json_object_get(run->manifest, key));
}

static int lost(struct blinds *b, const struct rundir *run,
		const struct sb_slot *s)
{
	const char *what = *s->what ? s->what : "(unnamed)";
	char path[PATH_MAX];
	const char *why = NULL;

	locate(path, sizeof(path), what, manifest_string(run, "cwd"));
	if (*path)
		why = obstacle(path);
	if (why)
		return add(b, "uncontrolled", "%s ran without the shim: %s",
			   what, why);
	if (!*path)
		return add(b, "uncontrolled",
			   "%s was started and the shim did not come alive "
			   "in it; there is no such file now", what);
	return add(b, "uncontrolled",
		   "%s was started and the shim did not come alive in it: it "
		   "was not executed, or its environment was replaced", what);
}

static bool said(const struct blinds *b, const char *kind)
{
	for (size_t i = 0; i < b->n; i++)
		if (!strcmp(b->blind[i].kind, kind))
			return true;
	return false;
}

static int from_board(struct blinds *b, const struct rundir *run)
{
	const struct sb_board *board = run->board;
	/* The launcher has said so of the program itself, with the reason. */
	bool first_said = said(b, "uncontrolled");
	unsigned unlogged = 0;
	int ret = 0;

	if (!board)
		return 0;
	for (uint32_t i = 0; i < run->nslots && ret == 0; i++) {
		const struct sb_slot *s = &board->slot[i];

		if (s->state == SB_EXPECTED && !(i == 0 && first_said))
			ret = lost(b, run, s);
		unlogged += s->state >= SB_ALIVE && !s->logged;
	}
	if (ret == 0 && unlogged)
		ret = add(b, "unlogged",
			  "%u process%s could not write a log: what %s called "
			  "is not known", unlogged, unlogged > 1 ? "es" : "",
			  unlogged > 1 ? "they" : "it");
	if (ret == 0 && board->next > SB_SLOTS)
		ret = add(b, "processes",
			  "%u processes beyond the first %u have no name",
			  board->next - SB_SLOTS, SB_SLOTS);
	return ret;
}

static const struct {
	uint32_t flag;
	const char *kind, *text;
} flags[] = {
	{ SB_DEGRADED, "degraded",
	  "the log could not grow (full disk?): its counts are short" },
	{ SB_TRACE_LIMITED, "trace-limit",
	  "the log reached --trace-limit: later events were only counted" },
	{ SB_NO_UNWIND, "callers",
	  "libunwind was not loaded: only the innermost caller is known" },
	{ SB_KEYS_FULL, "callers",
	  "there were too many callers: some were merged" },
};

/* One line a flag, not one a process: a run may have thousands. */
static int from_flags(struct blinds *b, const struct rundir *run)
{
	int ret = 0;

	for (size_t f = 0; f < sizeof(flags) / sizeof(*flags); f++) {
		const struct log *first = NULL;
		unsigned n = 0;

		for (size_t i = 0; i < run->nlogs; i++) {
			if (!(run->log[i].head.flags & flags[f].flag))
				continue;
			if (!n++)
				first = &run->log[i];
		}
		if (n == 1)
			ret = add(b, flags[f].kind, "%s (%s)", flags[f].text,
				  first->head.program);
		else if (n)
			ret = add(b, flags[f].kind,
				  "%s (%s and %u more processes)",
				  flags[f].text, first->head.program, n - 1);
		if (ret)
			return ret;
	}
	return 0;
}

static int from_records(struct blinds *b, const struct log *log)
{
	int ret = 0;

	for (size_t i = 0; i < log->nblinds && ret == 0; i++)
		if (log->blind[i])
			ret = add(b, blind_kind(log->blind[i]), "%s",
				  blind_text(log->blind[i]));
	return ret;
}

static bool is_process_number(const char *name)
{
	return !strcmp(name, "getpid") || !strcmp(name, "getppid") ||
	       !strcmp(name, "gettid");
}

/* Where sockets lead to others: programs wake themselves by pairs of them. */
static bool is_connection(const char *name)
{
	return !strcmp(name, "connect") || !strcmp(name, "accept") ||
	       !strcmp(name, "accept4");
}

/* Under `run` only: `audit` promises nothing about them. */
static int from_calls(struct blinds *b, const struct log *log)
{
	int ret = 0;

	for (size_t i = 0; i < log->ncounters && ret == 0; i++) {
		const struct sb_counter *c = log->counter[i];

		if (!c || !c->count || log->head.mode != SB_RUN ||
		    !strcmp(log->source[c->source].group, SB_OUTPUT))
			continue;
		if (c->policy & SB_CRYPTO)
			ret = add(b, "cryptography",
				  "code that makes keys got real values of %s "
				  "in %s", log->source[c->source].group,
				  log->head.program);
		else if ((c->policy & SB_POLICY) != SB_FORCE &&
			 is_process_number(log->source[c->source].name))
			ret = add(b, "process-ids",
				  "%s gave real process numbers to %s",
				  log->source[c->source].name,
				  log->head.program);
		else if (is_connection(log->source[c->source].name))
			ret = add(b, "connections",
				  "%s talked to others: it repeats as far as "
				  "they do", log->head.program);
	}
	return ret;
}

static int from_manifest(struct blinds *b, const struct rundir *run)
{
	json_t *list = json_object_get(run->manifest, "blind_spots"), *spot;
	size_t i;
	int ret = 0;

	json_array_foreach(list, i, spot) {
		const char *kind =
			json_string_value(json_object_get(spot, "kind"));
		const char *text =
			json_string_value(json_object_get(spot, "text"));

		if (text && ret == 0)
			ret = add(b, kind ? kind : "launcher", "%s", text);
	}
	return ret;
}

int blinds_find(struct blinds *b, const struct rundir *run, double patience)
{
	int ret;

	*b = (struct blinds){ 0 };
	ret = from_manifest(b, run);
	if (ret == 0)
		ret = from_board(b, run);
	if (ret == 0)
		ret = from_flags(b, run);
	for (size_t i = 0; i < run->nlogs && ret == 0; i++) {
		ret = from_records(b, &run->log[i]);
		if (ret == 0)
			ret = from_calls(b, &run->log[i]);
	}
	if (ret == 0)
		ret = operations_find(b, run);
	return ret ? ret : objects_look(b, run, patience);
}

void blinds_free(struct blinds *b)
{
	for (size_t i = 0; i < b->n; i++) {
		free(b->blind[i].kind);
		free(b->blind[i].text);
	}
	free(b->blind);
	*b = (struct blinds){ 0 };
}
