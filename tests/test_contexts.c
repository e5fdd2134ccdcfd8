/* SPDX-License-Identifier: MIT */
/*
 * Every victim in every context, controlled and audited: two controlled runs
 * agree, show what they must, and the event is there with its count, lineage,
 * policy and site. The rows of `samebits sources` say what has to run; a row
 * without a victim fails, and so does a triple (source, context, policy) that
 * did not run.
 */
#include <cpuid.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "harness.h"
#include "programs/victim.h"

static const struct context {
	const char *name;
	const char *process; /* the victim's, after its starter's */
	const char *thread;
} context[] = {
	{ "main", "", "0" },	  { "constructor", "", "0" },
	{ "signal", "", "0" },	  { "thread", "", "0.1" },
	{ "fork", "/0.1", "0" },  { "vfork", "/0.1", "0" },
	{ "spawn", "/0.1", "0" }, { "system", "/0.1", "0" },
	{ "local", "", "0" },	  { "dlsym", "", "0" },
};
#define CONTEXTS (sizeof(context) / sizeof(*context))

/* What makes no sense. */
static const struct exception {
	const char *source, *context, *reason;
} exception[] = {
#define ONCE "read once, when a program starts"
	{ "at_random", "constructor", ONCE },
	{ "at_random", "signal", ONCE },
	{ "at_random", "thread", ONCE },
	{ "at_random", "fork", ONCE },
	{ "at_random", "local", ONCE },
	{ "at_random", "dlsym", ONCE },
	{ "at_random", "system", "the shell starts in the same process" },
#define OLD "dlsym() finds no name that is for old objects"
	{ "cond_timedwait_old", "dlsym", OLD },
	{ "ddot", "dlsym", "its name in Fortran is another: see test_blas.c" },
	{ "ftime", "dlsym", OLD },
	{ "ntp_gettime_old", "dlsym", "no symbol of libc's" },
	{ "rdrand", "dlsym", "an instruction" },
	{ "rdtsc", "dlsym", "an instruction" },
};

/* Groups whose rows have no victims: what they hook is not here, and the suite
 * that is named asks for each row. */
static const char *const elsewhere[][2] = {
	{ "blas", "blas" },
	{ "cublas", "cuda" },
	{ "cublaslt", "cuda" },
	{ "cuda", "cuda" },
	{ "cudnn", "cuda" },
	{ "curand", "cuda" },
	{ "cusolver", "cuda" },
	{ "cusparse", "cuda" },
	{ "lapack", "blas" },
	{ "mpi", "mpi" },
	{ "nccl", "cuda" },
	{ "numeric", "openmp" },
	{ "openmp", "openmp" },
	{ "seeding", "reseed" }, /* PyTorch's: frameworks */
	{ "tensorflow", "frameworks" },
	{ "torch", "frameworks" },
};

/* Never seeded, they differ from their native values in a thread: each thread
 * but the first has a state of its own. */
static const char *const own_state[] = { "drand48", "lrand48", "mrand48",
					 "rand", "random" };

#define ROWS 1024
static struct row {
	const char *name, *group, *policy;
	bool keys; /* real, for cryptography, whoever calls */
	int calls, place;
	char *output; /* under `run`; "": not known beforehand */
} row[ROWS];
static size_t rows;

/* Waits sleep: more workers than processors. */
#define WORKERS 4
static struct shared {
	unsigned next; /* job */
	bool ran[ROWS][CONTEXTS][2];
} *shared;

/* What is written: no sources, so in no list of them. */
static const char *const outputs[] = { "file", "stderr", "stdout" };

static unsigned troubles;
static struct outcome a, b;

static bool has_victim(const char *name)
{
	char list[16384], *save = NULL;

	snprintf(list, sizeof(list), "%s", VICTIMS);
	for (char *v = strtok_r(list, " ", &save); v;
	     v = strtok_r(NULL, " ", &save))
		if (!strcmp(v, name))
			return true;
	return false;
}

static const char *text(const json_t *object, const char *key)
{
	const char *s = json_string_value(json_object_get(object, key));

	return s ? s : "";
}

static void read_facts(struct row *r)
{
	int n = 0;

	outcome_of(&a, "$VICTIMS_DIR/victim_%s facts", r->name);
	assert_int_equal(a.status, 0);
	assert_int_equal(sscanf(a.out, "%d %d%*[\n]%n", &r->calls, &r->place,
				&n), 2);
	r->output = strdup(a.out + n);
}

/* Only the sources that $SOURCES names, where it is set: while one works on
 * them. */
static bool wanted(const char *name)
{
	const char *only = getenv("SOURCES"), *at;
	size_t n = strlen(name);

	if (!only || !*only)
		return true;
	for (at = only; (at = strstr(at, name)); at++)
		if ((at == only || at[-1] == ' ') && (!at[n] || at[n] == ' '))
			return true;
	return false;
}

static bool is_elsewhere(const char *group)
{
	for (size_t i = 0; i < sizeof(elsewhere) / sizeof(*elsewhere); i++)
		if (!strcmp(elsewhere[i][0], group))
			return true;
	return false;
}

static int read_rows(void **state)
{
	static json_t *list;
	json_t *j;
	size_t i;

	(void)state;
	unsetenv("SOURCE_DATE_EPOCH");
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	list = json_of("sources --json");
	if (!list || shared == MAP_FAILED)
		return -1;
	json_array_foreach(list, i, j) {
		if (!wanted(text(j, "name")) ||
		    (is_elsewhere(text(j, "group")) &&
		     !has_victim(text(j, "name"))))
			continue;
		if (rows == ROWS)
			return -1;
		row[rows++] = (struct row){
			.name = text(j, "name"),
			.group = text(j, "group"),
			.policy = text(j, "policy"),
			.keys = json_is_true(json_object_get(j, "keys")),
		};
	}
	for (i = 0; i < sizeof(outputs) / sizeof(*outputs); i++)
		if (wanted(outputs[i]) && rows < ROWS)
			row[rows++] = (struct row){ .name = outputs[i],
						    .group = "output",
						    .policy = "observe" };
	return 0;
}

static void test_a_victim_a_row(void **state)
{
	char list[16384], *save = NULL;
	unsigned lone = 0;

	(void)state;
	for (size_t i = 0; i < rows; i++)
		if (!has_victim(row[i].name)) {
			print_error("%s has no victim\n", row[i].name);
			lone++;
		}
	snprintf(list, sizeof(list), "%s", VICTIMS);
	for (char *v = strtok_r(list, " ", &save); v;
	     v = strtok_r(NULL, " ", &save)) {
		size_t i = 0;

		while (i < rows && strcmp(row[i].name, v))
			i++;
		if (i == rows && wanted(v)) {
			print_error("victim %s has no source\n", v);
			lone++;
		}
	}
	assert_int_equal(lone, 0);
}

/* A worker says all that is wrong, not only the first. */
__attribute__((format(printf, 3, 4))) static void
complain(const struct row *r, const struct context *c, const char *format, ...)
{
	char line[1024];
	va_list ap;

	va_start(ap, format);
	vsnprintf(line, sizeof(line), format, ap);
	va_end(ap);
	fprintf(stderr, "%s in %s: %s\n", r->name, c->name, line);
	troubles++;
}

static bool ends(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n >= m && !strcmp(s + n - m, end);
}

/* Called as it should be? */
static bool right_place(const struct row *r, const json_t *site)
{
	json_t *frame = json_array_get(json_object_get(site, "frames"), 0);

	if (r->place == BY_SHIM)
		return ends(text(frame, "module"), "/libsamebits.so");
	return !strcmp(text(frame, "function"), "victim");
}

/* A call of the test's that should not be: not what puts the victim into its
 * context, nor of another program. */
static bool stray(const struct row *r, const json_t *site)
{
	json_t *frame = json_array_get(json_object_get(site, "frames"), 0);

	return r->place != BY_SHIM &&
	       strstr(text(frame, "module"), "/victim_") &&
	       !ends(text(frame, "file"), "/context.c");
}

static bool descends(const char *process, const char *from)
{
	size_t n = strlen(from);

	return !strncmp(process, from, n) &&
	       (!process[n] || process[n] == '/');
}

/* from: the process that was started in this context. */
static void check_sites(const struct row *r, const struct context *c,
			const json_t *source, const char *mode,
			const char *from)
{
	json_t *sites = json_object_get(source, "sites"), *site;
	json_int_t calls = 0;
	char process[64];
	size_t i;

	snprintf(process, sizeof(process), "%s%s", from, c->process);
	/* The child's only thread keeps the name of the one that forked. */
	if (r->place == BY_ITS_CHILD)
		snprintf(process, sizeof(process), "%s%s/%s.1", from,
			 c->process, c->thread);
	json_array_foreach(sites, i, site) {
		bool here = !strcmp(text(site, "process"), process) &&
			    !strcmp(text(site, "thread"), c->thread);

		if (here && right_place(r, site))
			calls += json_integer_value(
				json_object_get(site, "calls"));
		else if (descends(text(site, "process"), from) &&
			 stray(r, site))
			complain(r, c, "%s: called in process %s, thread %s",
				 mode, text(site, "process"),
				 text(site, "thread"));
	}
	if (calls != r->calls)
		complain(r, c, "%s: %d calls by the victim in process %s, "
			 "thread %s, not %d", mode, (int)calls, process,
			 c->thread, r->calls);
}

static void check_event(const struct row *r, const struct context *c,
			const json_t *report, const char *mode,
			const char *policy, const char *from)
{
	json_t *source = report_source(report, r->name);

	if (!source) {
		complain(r, c, "%s: no event", mode);
		return;
	}
	if (r->keys)
		policy = "crypto";
	if (strcmp(text(source, "policy"), policy))
		complain(r, c, "%s: policy %s, not %s", mode,
			 text(source, "policy"), policy);
	check_sites(r, c, source, mode, from);
}

static void run_victim(struct outcome *o, const struct row *r,
		       const struct context *c, const char *under)
{
	outcome_of(o, "%s $VICTIMS_DIR/victim_%s %s", under, r->name, c->name);
	if (o->status || !o->out[0])
		complain(r, c, "%s: status %d, output '%s' %s", under,
			 o->status, o->out, o->err);
}

#define RUN "$SB run -q $TRAP --store $STORE"

static bool in_group(const struct row *r, const char *group)
{
	return !strcmp(r->group, group);
}

static bool has_own_state(const struct row *r, const struct context *c)
{
	for (size_t i = 0; i < sizeof(own_state) / sizeof(*own_state); i++)
		if (!strcmp(own_state[i], r->name))
			return !strcmp(c->name, "thread");
	return false;
}

static void control(const struct row *r, const struct context *c)
{
	json_t *report;

	run_victim(&a, r, c, RUN " --");
	report = report_newest();
	check_event(r, c, report, "run", r->policy, "0");
	json_decref(report);
	run_victim(&b, r, c, RUN " --");
	if (strcmp(a.out, b.out))
		complain(r, c, "two runs differ:\n%s---\n%s", a.out, b.out);
	if (r->output[0] && strcmp(a.out, r->output))
		complain(r, c, "shows\n%snot\n%s", a.out, r->output);
	if (in_group(r, "rand") && !has_own_state(r, c)) {
		run_victim(&b, r, c, "");
		if (strcmp(a.out, b.out))
			complain(r, c, "natively\n%sunder run\n%s", b.out,
				 a.out);
	}
	/* Process numbers follow from names alone. */
	if (r->output[0] || strcmp(r->policy, "force") || in_group(r, "pid"))
		return;
	run_victim(&a, r, c, RUN " --seed 1 --");
	run_victim(&b, r, c, RUN " --seed 2 --");
	if (!strcmp(a.out, b.out))
		complain(r, c, "--seed 1 and 2 agree:\n%s", a.out);
}

/* Many machines have none, or keep it for root. */
static bool has_hwrng(void)
{
	static int yes = -1;
	char byte;
	int fd;

	if (yes < 0) {
		fd = open("/dev/hwrng", O_RDONLY | O_CLOEXEC);
		yes = fd >= 0 && read(fd, &byte, 1) == 1;
		if (fd >= 0)
			close(fd);
	}
	return yes;
}

static bool has_rdrand(void)
{
	unsigned a, b, c, d;

	return __get_cpuid(1, &a, &b, &c, &d) && c & bit_RDRND;
}

static bool excepted(const struct row *r, const struct context *c)
{
	if (!strcmp(r->name, "dev_hwrng") && !has_hwrng())
		return true;
	if (!strcmp(r->name, "rdrand") && !has_rdrand())
		return true;
	for (size_t i = 0; i < sizeof(exception) / sizeof(*exception); i++)
		if (!strcmp(exception[i].source, r->name) &&
		    !strcmp(exception[i].context, c->name))
			return true;
	return false;
}

/* All contexts in one audit: reading its report takes longest by far. */
static void audit(const struct row *r, bool ran[][2])
{
	char list[256] = "", from[16];
	json_t *report;
	int n = 0;

	for (size_t k = 0; k < CONTEXTS; k++)
		if (!excepted(r, &context[k]))
			strcat(strcat(list, " "), context[k].name);
	outcome_of(&a, "$SB audit -q $TRAP --store $STORE -- sh -c 'for c in%s; do "
		   "$VICTIMS_DIR/victim_%s $c || exit; done'", list, r->name);
	report = report_newest();
	for (size_t k = 0; k < CONTEXTS; k++) {
		const struct context *c = &context[k];

		if (excepted(r, c))
			continue;
		if (a.status)
			complain(r, c, "audit: status %d %s", a.status, a.err);
		snprintf(from, sizeof(from), "0/0.%d", ++n);
		check_event(r, c, report, "audit", "observe", from);
		ran[k][1] = true;
	}
	json_decref(report);
}

/* An instruction is met by a trap alone. */
static const char *trap_of(const char *name)
{
	if (!strcmp(name, "rdtsc"))
		return "--trap=tsc";
	return strcmp(name, "rdrand") ? "" : "--trap=rdrand";
}

static void work(void)
{
	unsigned job;

	while ((job = __atomic_fetch_add(&shared->next, 1, __ATOMIC_RELAXED)) <
	       rows * (CONTEXTS + 1)) {
		size_t i = job / (CONTEXTS + 1), k = job % (CONTEXTS + 1);

		if (!has_victim(row[i].name))
			continue;
		setenv("TRAP", trap_of(row[i].name), 1);
		if (k == CONTEXTS) {
			audit(&row[i], shared->ran[i]);
		} else if (!excepted(&row[i], &context[k])) {
			control(&row[i], &context[k]);
			shared->ran[i][k][0] = true;
		}
	}
}

static void work_apart(void)
{
	int bad = store_make(NULL);

	if (!bad) {
		work();
		bad = troubles > 0;
		store_drop(NULL);
	}
	fflush(stderr);
	_exit(bad);
}

static void count_triples(void)
{
	unsigned count = 0, missing = 0;

	for (size_t i = 0; i < rows; i++)
		for (size_t k = 0; k < CONTEXTS; k++) {
			bool *ran = shared->ran[i][k];
			unsigned want = excepted(&row[i], &context[k]) ? 0 : 2;
			unsigned n = ran[0] + ran[1];

			count += n;
			if (n < want)
				print_error("%s in %s did not run\n",
					    row[i].name, context[k].name);
			missing += want - n;
		}
	for (size_t i = 0; i < sizeof(exception) / sizeof(*exception); i++)
		print_message("not run: %s in %s: %s\n", exception[i].source,
			      exception[i].context, exception[i].reason);
	if (!has_hwrng())
		print_message("not run: dev_hwrng: cannot be read here\n");
	if (!has_rdrand())
		print_message("not run: rdrand: this processor has none\n");
	print_message("%u triples (source, context, policy) ran\n", count);
	assert_int_equal(missing, 0);
}

static void test_every_context(void **state)
{
	pid_t worker[WORKERS];
	unsigned bad = 0;
	int status;

	(void)state;
	for (size_t i = 0; i < rows; i++)
		if (has_victim(row[i].name))
			read_facts(&row[i]);
	fflush(NULL);
	for (int i = 0; i < WORKERS; i++) {
		worker[i] = fork();
		if (worker[i] == 0)
			work_apart();
	}
	for (int i = 0; i < WORKERS; i++)
		bad |= waitpid(worker[i], &status, 0) != worker[i] || status;
	count_triples();
	assert_int_equal(bad, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_victim_a_row),
		cmocka_unit_test(test_every_context),
	};

	return cmocka_run_group_tests(tests, read_rows, NULL);
}
