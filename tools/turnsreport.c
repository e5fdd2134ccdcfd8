/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"
#include "turnsreport.h"
#include "verdict.h"

#define FRAMES 8
#define LETTERS 100 /* of a function */
#define SHOWN 24    /* of each kind */

static const struct {
	const char *word;  /* --json */
	const char *title; /* of the list */
	const char *one, *many;
} kinds[SB_HALT_KINDS] = {
	[SB_HALT_DEADLOCK] = { "deadlock",
			       "deadlock: all threads of a process waited for "
			       "each other",
			       "deadlock", "deadlocks" },
	[SB_HALT_OUTSIDE] = { "outside",
			      "waited for the outside world for longer than "
			      "--external-wait",
			      "wait for the outside world",
			      "waits for the outside world" },
	[SB_HALT_UNSEEN] = { "unseen", "waited in a place that is not seen",
			     "wait unseen", "waits unseen" },
	[SB_HALT_BUSY] = { "busy-loop",
			   "ran for longer than --patience while others could",
			   "busy loop", "busy loops" },
};

/* ---- counted ---- */

static void add(struct turns *t, const struct sb_turns *r)
{
	t->processes++;
	t->threads += r->threads;
	t->passes += r->passes;
	t->seeded |= r->seeded;
	t->seed = r->seed;
	for (size_t k = 0; k < SB_HALT_KINDS; k++)
		t->halts[k] += r->halts[k];
}

void turns_count(struct turns *t, const struct rundir *run)
{
	*t = (struct turns){ 0 };
	for (size_t i = 0; i < run->nlogs; i++)
		for (size_t k = 0; k < run->log[i].nturns; k++)
			if (run->log[i].turns[k])
				add(t, run->log[i].turns[k]);
}

char *turns_degraded(const struct turns *t)
{
	char *text = NULL;
	size_t size;
	FILE *to = open_memstream(&text, &size);

	for (size_t k = SB_HALT_OUTSIDE; to && k < SB_HALT_KINDS; k++)
		if (t->halts[k])
			fprintf(to, "%s%" PRIu64 " %s", ftell(to) ? ", " : "",
				t->halts[k],
				t->halts[k] == 1 ? kinds[k].one
						 : kinds[k].many);
	if (to && !fclose(to) && *text)
		return text;
	free(text);
	return NULL;
}

/* ---- halts ---- */

static const char *of_whom(const struct sb_halt *h)
{
	return h->text + strlen(h->text) + 1;
}

/* Of a static object, its name. */
static const char *object_name(struct symbols *symbols, const struct log *log,
			       const struct sb_halt *h)
{
	const struct sb_module *m = log_module(log, h->module);

	return m ? symbols_find(symbols, m, h->offset + 1).function : NULL;
}

#define JOINED "the end of a thread"

/* "a mutex, first, which thread 0.1 has" */
static void print_what(FILE *to, struct symbols *symbols, const struct log *log,
		       const struct sb_halt *h)
{
	const char *object = object_name(symbols, log, h);
	const char *whom = of_whom(h);

	if (!strcmp(h->text, JOINED) && *whom) {
		fputs("the end of thread ", to);
		text_print(to, whom);
		return;
	}
	text_print(to, h->text);
	if (object) {
		fputs(" `", to);
		text_print(to, object);
		fputc('`', to);
	} else if (h->key) {
		fprintf(to, " at 0x%" PRIx64, h->key);
	}
	if (!*whom)
		return;
	fputs(", which ", to);
	if (!strcmp(whom, log_thread_path(log, h->thread))) {
		fputs("it has itself", to);
		return;
	}
	fputs(*whom >= '0' && *whom <= '9' ? "thread " : "a thread ", to);
	text_print(to, whom);
	fputs(" has", to);
}

/* Is it what a thread is called that nobody gave a name? The program may go by
 * a link of a shorter name. */
static bool unnamed(const struct log *log, const struct sb_halt *h)
{
	return !strncmp(h->name, text_base(log->head.program), strlen(h->name));
}

/* Templates have names of a thousand letters. */
static void print_short(FILE *to, const char *name)
{
	char *cut = strlen(name) > LETTERS ? strndup(name, LETTERS) : NULL;

	text_print(to, cut ? cut : name);
	if (cut)
		fputs("…", to);
	free(cut);
}

static void print_stack(FILE *to, struct symbols *symbols,
			const struct log *log, const struct sb_halt *h,
			const char *begin)
{
	struct stack s = { 0 };

	stack_of_site(&s, symbols, log, log_site(log, h->site));
	for (size_t i = 0; i < s.n && i < FRAMES; i++) {
		const struct frame *f = &s.frame[i];

		/* Below lines of an interpreter, its own code says little. */
		if (f->module && !s.frame[0].module)
			break;
		fprintf(to, "%s    ", begin);
		print_short(to, f->function ? f->function : "?");
		fputs(f->file ? " at " : " in ", to);
		text_print(to, f->file	   ? f->file
			       : f->module ? f->module
					   : "unknown code");
		if (f->file && f->line)
			fprintf(to, ":%d", f->line);
		fputc('\n', to);
	}
	stack_free(&s);
}

static void print_halt(FILE *to, struct symbols *symbols, const struct log *log,
		       const struct sb_halt *h, const char *begin)
{
	fprintf(to, "%s  thread %s", begin, log_thread_path(log, h->thread));
	if (strcmp(log->head.path, "0"))
		fprintf(to, " of process %s", log->head.path);
	if (!unnamed(log, h)) {
		fputs(" (", to);
		text_print(to, h->name);
		fputs(")", to);
	}
	if (h->kind != SB_HALT_BUSY) {
		fputs(h->kind == SB_HALT_DEADLOCK ? " waits for "
						  : " waited for ",
		      to);
		print_what(to, symbols, log, h);
	}
	fputc('\n', to);
	print_stack(to, symbols, log, h, begin);
}

/* One of a list, by process and thread. */
struct placed {
	const struct log *log;
	const struct sb_halt *halt;
};

static int by_thread(const void *a, const void *b)
{
	const struct placed *x = a, *y = b;
	int order = lineage_compare(x->log->head.path, y->log->head.path);

	if (!order)
		order = lineage_compare(
			log_thread_path(x->log, x->halt->thread),
			log_thread_path(y->log, y->halt->thread));
	return order ? order : (x->halt > y->halt) - (x->halt < y->halt);
}

/* The caller's to free; NULL: there is none, or no memory. */
static struct placed *halts_of(const struct rundir *run, uint32_t kind,
			       size_t *n)
{
	struct placed *list;
	size_t room = 0;

	*n = 0;
	for (size_t i = 0; i < run->nlogs; i++)
		room += run->log[i].nhalts;
	list = room ? calloc(room, sizeof(*list)) : NULL;
	for (size_t i = 0; list && i < run->nlogs; i++)
		for (size_t k = 0; k < run->log[i].nhalts; k++) {
			const struct sb_halt *h = run->log[i].halt[k];

			if (h && (!kind || h->kind == kind))
				list[(*n)++] =
					(struct placed){ &run->log[i], h };
		}
	if (*n)
		qsort(list, *n, sizeof(*list), by_thread);
	return list;
}

bool turns_halts(FILE *to, struct symbols *symbols, const struct rundir *run,
		 enum sb_halt_kind kind, const char *begin)
{
	size_t n;
	struct placed *list = halts_of(run, kind, &n);

	if (n)
		fprintf(to, "%s%s\n", begin, kinds[kind].title);
	for (size_t i = 0; i < n && i < SHOWN; i++)
		print_halt(to, symbols, list[i].log, list[i].halt, begin);
	if (n > SHOWN)
		fprintf(to, "%s  … and %zu more\n", begin, n - SHOWN);
	free(list);
	return n;
}

/* ---- pools ---- */

static bool set(const struct rundir *run, const char *setting)
{
	const char *s =
		json_string_value(json_object_get(run->manifest, "settings"));

	return s && strstr(s, setting);
}

/* Their members would meet by memory that is not seen. */
static bool reduced(const struct rundir *run, const struct runtime *r)
{
	const char *name = text_base(r->path);

	if (r->most != 1)
		return false;
	if (!strncmp(name, "libgomp", 7))
		return set(run, "openmp=native");
	return !strcmp(r->kind, "blas") || !strncmp(name, "libomp", 6) ||
	       !strncmp(name, "libiomp", 7);
}

static void print_pools(FILE *to, const struct rundir *run,
			const struct runtimes *r)
{
	for (size_t i = 0; i < r->n; i++)
		if (reduced(run, &r->runtime[i])) {
			fprintf(to, "  one thread for %s of ",
				!strcmp(r->runtime[i].kind, "blas")
					? "the pool"
					: "each team");
			text_print(to, text_base(r->runtime[i].path));
			fputs(", whose threads meet by memory that is not "
			      "seen\n",
			      to);
		}
}

static json_t *pools_json(const struct rundir *run, const struct runtimes *r)
{
	json_t *list = json_array();

	for (size_t i = 0; i < r->n; i++)
		if (reduced(run, &r->runtime[i]))
			json_array_append_new(list,
					      text_json(r->runtime[i].path));
	return list;
}

/* ---- the whole ---- */

void turns_print(FILE *to, struct symbols *symbols, const struct rundir *run,
		 const struct runtimes *runtimes)
{
	struct turns t;
	char *degraded;

	turns_count(&t, run);
	if (!t.processes && !set(run, "schedule=turns"))
		return;
	fputs("  ", to);
	if (!t.processes)
		fputs("no process had a second thread that could be "
		      "scheduled\n",
		      to);
	else
		fprintf(to,
			"%u threads in %u process%s, %" PRIu64
			" passes of the turn, ",
			t.threads, t.processes, t.processes == 1 ? "" : "es",
			t.passes);
	if (t.processes && t.seeded)
		fprintf(to, "in the order of schedule seed %" PRIu64 "\n",
			t.seed);
	else if (t.processes)
		fputs("in the plain order\n", to);
	print_pools(to, run, runtimes);
	degraded = turns_degraded(&t);
	if (degraded)
		fprintf(to, "  not repeated from there on: %s\n", degraded);
	free(degraded);
	for (int k = 1; k < SB_HALT_KINDS; k++)
		turns_halts(to, symbols, run, k, "  ");
}

static json_t *halt_json(const struct log *log, const struct sb_halt *h)
{
	json_t *j = json_object();

	json_object_set_new(j, "kind", json_string(kinds[h->kind].word));
	json_object_set_new(j, "process", text_json(log->head.path));
	json_object_set_new(j, "thread",
			    text_json(log_thread_path(log, h->thread)));
	json_object_set_new(j, "name", text_json(h->name));
	json_object_set_new(j, "waits_for", text_json(h->text));
	json_object_set_new(j, "held_by",
			    *of_whom(h) ? text_json(of_whom(h)) : json_null());
	return j;
}

static json_t *halts_json(const struct rundir *run, turns_stack *stack,
			  void *arg)
{
	json_t *list = json_array(), *j;
	size_t n;
	struct placed *at = halts_of(run, 0, &n);

	for (size_t i = 0; i < n; i++) {
		j = halt_json(at[i].log, at[i].halt);
		stack(j, arg, at[i].log, log_site(at[i].log, at[i].halt->site));
		json_array_append_new(list, j);
	}
	free(at);
	return list;
}

json_t *turns_json(const struct rundir *run, const struct runtimes *runtimes,
		   turns_stack *stack, void *arg)
{
	json_t *j = json_object(), *counts = json_object();
	struct turns t;

	turns_count(&t, run);
	if (!t.processes && !set(run, "schedule=turns")) {
		json_decref(counts);
		json_decref(j);
		return json_null();
	}
	json_object_set_new(j, "processes", json_integer(t.processes));
	json_object_set_new(j, "threads", json_integer(t.threads));
	json_object_set_new(j, "passes", json_integer((json_int_t)t.passes));
	json_object_set_new(j, "schedule_seed",
			    t.seeded ? json_integer((json_int_t)t.seed)
				     : json_null());
	for (int k = 1; k < SB_HALT_KINDS; k++)
		json_object_set_new(counts, kinds[k].word,
				    json_integer((json_int_t)t.halts[k]));
	json_object_set_new(j, "counts", counts);
	json_object_set_new(j, "one_thread", pools_json(run, runtimes));
	json_object_set_new(j, "halts", halts_json(run, stack, arg));
	return j;
}
