/* SPDX-License-Identifier: MIT */
/* `samebits run` and `samebits audit`. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/statvfs.h>
#include <sys/sysinfo.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../shim/event.h"
#include "cmd.h"
#include "launch.h"
#include "manifest.h"
#include "opts.h"
#include "pids.h"
#include "rules.h"
#include "say.h"
#include "shim.h"
#include "sites.h"
#include "store.h"
#include "summary.h"
#include "target.h"
#include "tmpns.h"
#include "variables.h"

/* What the shim has room for (shim/config.h); more would be cut silently. */
#define LIST_MAX 255
#define DIR_MAX 511
#define RULES_LENGTH 511
#define FIRST_SLOTS 64 /* of the board, on the disk from the start */
#define SETTINGS_MAX 4096

static struct {
	const char *seed, *seeds, *time, *trace, *limit, *store, *force,
		*observe, *crypto, *order, *pids, *tmp, *partial, *quiet,
		*deny, *suppress, *threads, *env, *framework, *digest,
		*portable;
} o;
static struct suppressions suppressions;
static struct variables variables;

#define COMMON                                                                 \
	{ "deny", 0, "RULE,...",                                               \
	  "end the run at a call: NAME[@CALLER][@@ON_STACK]", &o.deny },       \
	{ "suppress", 0, "FILE",                                               \
	  "denied calls that may pass: a RULE # reason a line", &o.suppress }, \
	{ "trace", 0, "sites|full",                                            \
	  "counters per caller (default), or every event",                  \
	  &o.trace },                                                          \
	{ "digest", 0, "blas",                                                 \
	  "of what each BLAS call reads and writes", &o.digest },              \
	{ "trace-limit", 0, "BYTES",                                           \
	  "of log, a process (default 256M), then counters", &o.limit },       \
	{ "store", 0, "DIR", "where runs are kept (default .samebits)",        \
	  &o.store },                                                          \
	{ "partial", 0, NULL,                                                  \
	  "go on without the shim where it cannot be loaded",                  \
	  &o.partial },                                                        \
	{ "quiet", 'q', NULL, "no notes on stderr, only errors", &o.quiet }, \
	{ NULL, 0, NULL, NULL, NULL }

static const struct opt run_options[] = {
	{ "seed", 0, "N", "master seed; explicit seeds are mixed with it",
	  &o.seed },
	{ "seeds", 0, "honour|force",
	  "explicit seeds: honoured, or mixed with --seed",
	  &o.seeds },
	{ "time", 0, "logical|real",
	  "a clock that repeats (default), or the real one", &o.time },
	{ "pids", 0, "MODE", "process ids: namespace, virtual or real",
	  &o.pids },
	{ "force", 0, "NAME,...", "deterministic values for a source or group",
	  &o.force },
	{ "observe", 0, "NAME,...", "real values, logged", &o.observe },
	{ "order", 0, "ORDER",
	  "of file names: sorted, disk, reverse, shuffle:K",
	  &o.order },
	{ "threads", 0, "N|native",
	  "threads that libraries use (default native)",
	  &o.threads },
	{ "env", 0, "keep|force",
	  "variables that the user has set already",
	  &o.env },
	{ "portable", 0, NULL,
	  "numeric kernels of a common CPU level",
	  &o.portable },
	{ "framework", 0, "on|off",
	  "deterministic modes of PyTorch, TensorFlow and JAX", &o.framework },
	{ "crypto", 0, "force",
	  "UNSAFE: predictable values for cryptography too", &o.crypto },
	{ "private-tmp", 0, NULL,
	  "an empty /tmp and /dev/shm of the run's own", &o.tmp },
	COMMON
};

static const struct opt audit_options[] = { COMMON };

static bool one_of(const char *option, const char *value, const char *a,
		   const char *b)
{
	if (!value || !strcmp(value, a) || (b && !strcmp(value, b)))
		return true;
	fail("--%s %s: must be %s%s%s", option, value, a, b ? " or " : "",
	     b ? b : "");
	return false;
}

static bool number(const char *option, const char *text, int suffix)
{
	uint64_t n;

	if (!text || opts_number(text, suffix, &n) == 0)
		return true;
	fail("--%s %s: not a number%s", option, text,
	     suffix ? "; say 64M, for instance" : "");
	return false;
}

/* The K of --order shuffle:K; NULL: another order. */
static const char *shuffle_key(void)
{
	const size_t n = strlen("shuffle:");

	return o.order && !strncmp(o.order, "shuffle:", n) ? o.order + n
							   : NULL;
}

static bool order_valid(void)
{
	uint64_t key;

	if (!o.order || !strcmp(o.order, "sorted") ||
	    !strcmp(o.order, "disk") || !strcmp(o.order, "reverse"))
		return true;
	if (shuffle_key() && opts_number(shuffle_key(), 0, &key) == 0)
		return true;
	if (shuffle_key() || !strcmp(o.order, "shuffle"))
		fail("--order %s: which shuffle is said by a number, as in "
		     "shuffle:1", o.order);
	else
		fail("--order %s: must be sorted, disk, reverse or shuffle:K",
		     o.order);
	return false;
}

struct names {
	const char *name[1024];
	bool can[1024]; /* be forced: it, or one of its group */
	int n;
};

static void collect(const struct source *row, void *arg)
{
	const char *const both[] = { row->name, row->group };
	struct names *names = arg;

	for (int k = 0; k < 2; k++) {
		int i = 0;

		while (i < names->n && strcmp(names->name[i], both[k]))
			i++;
		if (i == 1023)
			return;
		if (i == names->n)
			names->name[names->n++] = both[k];
		names->can[i] |= row->policy == SB_FORCE;
	}
}

static bool known_word(const struct names *names, const char *option,
		       const char *word, bool force)
{
	const char *near = *word ? say_nearest(word, names->name) : NULL;
	int i = 0;

	while (i < names->n && strcmp(names->name[i], word))
		i++;
	if (i == names->n && !*word)
		fail("--%s: a name is missing between its commas", option);
	else if (i == names->n && near)
		fail("--%s: no source or group is called %s; did you mean %s?",
		     option, word, near);
	else if (i == names->n)
		fail("--%s: no source or group is called %s; see samebits "
		     "sources", option, word);
	else if (force && !names->can[i])
		fail("--%s: %s can only be observed so far; see samebits "
		     "sources, and --crypto for keys", option, word);
	else
		return true;
	return false;
}

/* Every name of the list must be a source or a group. */
static bool known(const char *option, const char *list, bool force)
{
	static struct names names;

	if (!list)
		return true;
	if (strlen(list) > LIST_MAX) {
		fail("--%s: the list is longer than %d bytes; name groups "
		     "instead of sources", option, LIST_MAX);
		return false;
	}
	if (!names.n && shim_sources(collect, &names)) {
		fail("libsamebits.so cannot be loaded, so --%s cannot be "
		     "checked; build or install it again", option);
		return false;
	}
	for (;;) {
		size_t n = strcspn(list, ",");
		char word[64];

		snprintf(word, sizeof(word), "%.*s", (int)n, list);
		if (!known_word(&names, option, word, force))
			return false;
		if (!list[n])
			return true;
		list += n + 1;
	}
}

/* A date for reproducible builds that is none must not go unnoticed. */
static bool date_valid(void)
{
	const char *date = getenv("SOURCE_DATE_EPOCH");
	uint64_t n;

	if (!date || !*date || opts_number(date, 0, &n) == 0)
		return true;
	fail("SOURCE_DATE_EPOCH=%s: not a number of seconds; set it right or "
	     "unset it", date);
	return false;
}

/* Less would not hold the counters of a small program. */
#define LIMIT_LEAST (256u << 10)

static bool limit_valid(void)
{
	uint64_t n;

	if (!number("trace-limit", o.limit, 1))
		return false;
	if (!o.limit || opts_number(o.limit, 1, &n) || n >= LIMIT_LEAST)
		return true;
	fail("--trace-limit %s: a log needs 256K at least", o.limit);
	return false;
}

/* What is denied, and what may pass all the same. */
static bool denial_valid(void)
{
	if (o.deny && strlen(o.deny) > RULES_LENGTH) {
		fail("--deny: longer than %d bytes; use * and ? in its rules",
		     RULES_LENGTH);
		return false;
	}
	if (o.deny && !rules_valid(o.deny))
		return false;
	if (o.suppress && !o.deny) {
		fail("--suppress %s: nothing is denied, so nothing can be "
		     "suppressed; add --deny", o.suppress);
		return false;
	}
	return !o.suppress || suppressions_read(&suppressions, o.suppress) == 0;
}

#define THREADS_MOST 65536

static bool threads_valid(void)
{
	uint64_t n;

	if (!o.threads || !strcmp(o.threads, "native"))
		return true;
	if (opts_number(o.threads, 0, &n) == 0 && n >= 1 && n <= THREADS_MOST)
		return true;
	fail("--threads %s: must be native or a number from 1 to %d",
	     o.threads, THREADS_MOST);
	return false;
}

/* Kernels that the processor cannot run would end the program. */
static bool portable_valid(void)
{
	if (!o.portable || samebits_portable())
		return true;
	fail("--portable: this processor has no AVX2 and FMA, to which numeric "
	     "libraries would be pinned; leave it away");
	return false;
}

static bool options_valid(void)
{
	return date_valid() &&
	       number("seed", o.seed, 0) && limit_valid() &&
	       one_of("seeds", o.seeds, "honour", "force") &&
	       one_of("time", o.time, "logical", "real") &&
	       one_of("trace", o.trace, "sites", "full") &&
	       one_of("crypto", o.crypto, "force", NULL) &&
	       order_valid() && pids_valid(o.pids) && threads_valid() &&
	       portable_valid() &&
	       one_of("env", o.env, "keep", "force") &&
	       one_of("framework", o.framework, "on", "off") &&
	       one_of("digest", o.digest, "blas", NULL) &&
	       known("force", o.force, true) &&
	       known("observe", o.observe, false) && denial_valid();
}

/* Appends ",key=value" with commas and percent signs escaped; lists of names
 * are separated by '+'. */
static void add(char *out, size_t size, const char *key, const char *value,
		bool list)
{
	size_t n = strlen(out);

	n += (size_t)snprintf(out + n, size - n, "%s%s=", n ? "," : "", key);
	for (; *value && n + 4 < size; value++) {
		if (*value == ',' && list)
			out[n++] = '+';
		else if (*value == ',' || *value == '%')
			n += (size_t)snprintf(out + n, size - n, "%%%02x",
					      (unsigned char)*value);
		else
			out[n++] = *value;
	}
	out[n] = 0;
}

static void add_number(char *out, size_t size, const char *key,
		       const char *text, int suffix)
{
	char digits[32];
	uint64_t n;

	if (!text || opts_number(text, suffix, &n))
		return;
	snprintf(digits, sizeof(digits), "%llu", (unsigned long long)n);
	add(out, size, key, digits, false);
}

static void settings(char *out, size_t size, const struct manifest *m,
		     const char *dir)
{
	*out = 0;
	add(out, size, "mode", m->mode, false);
	add(out, size, "pids", m->pids, false);
	add_number(out, size, "seed", o.seed, 0);
	if (o.seeds)
		add(out, size, "seeds", o.seeds, false);
	if (o.time)
		add(out, size, "time", o.time, false);
	if (o.trace)
		add(out, size, "trace", o.trace, false);
	add_number(out, size, "limit", o.limit, 1);
	if (o.force)
		add(out, size, "force", o.force, true);
	if (o.observe)
		add(out, size, "observe", o.observe, true);
	if (shuffle_key()) {
		add(out, size, "order", "shuffle", false);
		add_number(out, size, "shuffle", shuffle_key(), 0);
	} else if (o.order) {
		add(out, size, "order", o.order, false);
	}
	add_number(out, size, "threads", o.threads, 0);
	if (o.framework)
		add(out, size, "framework", o.framework, false);
	if (o.digest)
		add(out, size, "digest", o.digest, false);
	if (o.crypto)
		add(out, size, "crypto", o.crypto, false);
	if (o.deny)
		add(out, size, "deny", o.deny, false);
	add_number(out, size, "start", getenv("SOURCE_DATE_EPOCH"), 0);
	add(out, size, "dir", dir, false);
	add(out, size, "slot", "0", false);
	add(out, size, "path", "0", false);
	add(out, size, "exec", "0", false);
}

/* 0 or -errno. The first slots; processes reserve more as they take them. Once
 * there must be room for a log too, or the run would know nothing. */
static int reserve_board(int fd)
{
	off_t size = offsetof(struct sb_board, slot) +
		     FIRST_SLOTS * sizeof(struct sb_slot);
	struct statvfs disk;

	/* e.g. NFS: cannot reserve, only grow */
	if (fallocate(fd, 0, 0, size) &&
	    (errno != EOPNOTSUPP || ftruncate(fd, size)))
		return -errno;
	if (fstatvfs(fd, &disk) == 0 &&
	    disk.f_bavail < SB_EXTENT / disk.f_frsize)
		return -ENOSPC;
	return 0;
}

/* 0 or -errno. */
static int make_board(struct sb_board **board, const char *dir,
		      const char *program)
{
	char path[PATH_MAX + 8];
	struct sb_board *b;
	int fd, ret;

	snprintf(path, sizeof(path), "%s/board", dir);
	fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (fd < 0)
		return -errno;
	ret = reserve_board(fd);
	b = ret ? MAP_FAILED : mmap(NULL, sizeof(*b), PROT_READ | PROT_WRITE,
				    MAP_SHARED, fd, 0);
	if (!ret && b == MAP_FAILED)
		ret = -errno;
	close(fd);
	if (ret)
		return ret;
	memcpy(b->magic, SB_BOARD_MAGIC, sizeof(b->magic));
	b->version = SB_VERSION;
	b->nslots = SB_SLOTS;
	b->next = 1;
	b->ready = FIRST_SLOTS;
	b->launcher = 1;
	snprintf(b->slot[0].path, sizeof(b->slot[0].path), "0");
	snprintf(b->slot[0].what, sizeof(b->slot[0].what), "%.143s", program);
	b->slot[0].state = SB_EXPECTED;
	*board = b;
	return 0;
}

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static void blind(struct manifest *m, const char *kind, const char *text)
{
	if (m->blinds < 8) {
		m->blind[m->blinds][0] = kind;
		m->blind[m->blinds++][1] = text;
	}
}

/* libunwind is the shim's to open; without it sites would be one frame deep. */
static bool has_unwind(void)
{
	void *h = dlopen("libunwind.so.8", RTLD_LAZY | RTLD_LOCAL);

	if (h)
		dlclose(h);
	return h;
}

static void summarise(const char *dir, bool audit)
{
	const char *slash = strrchr(dir, '/');
	char unseen[48] = "";
	struct summary s;

	if (summary_read(dir, &s)) {
		say("%s %s: the log cannot be read", audit ? "audit" : "run",
		    slash + 1);
		return;
	}
	if (s.unseen)
		snprintf(unseen, sizeof(unseen), " (%u object%s to look into)",
			 s.unseen, s.unseen == 1 ? "" : "s");
	say("%s %s: %u source%s, %lu call%s; %u forced, %u observed; "
	    "blind spots: %u%s; see samebits report",
	    audit ? "audit" : "run", slash + 1, s.sources,
	    s.sources == 1 ? "" : "s", s.calls, s.calls == 1 ? "" : "s",
	    s.forced, s.observed, s.blind, unseen);
}

/* Says which call ended the run. */
static int denied(const char *dir)
{
	struct symbols *symbols = symbols_new();
	struct rundir run;

	if (!symbols || rundir_open(&run, dir) ||
	    !denied_print(stderr, symbols, &run, "samebits: "))
		say("a denied source was called; who called it is not in the "
		    "log");
	say("run %s was ended; see samebits report", strrchr(dir, '/') + 1);
	rundir_close(&run);
	symbols_free(symbols);
	return STATUS_TROUBLE;
}

/* Rules that let nothing pass have outlived their reason. */
static void name_unused(const char *dir)
{
	struct rundir run;

	if (rundir_open(&run, dir) == 0)
		suppressions_count(&suppressions, &run);
	for (size_t i = 0; i < suppressions.n; i++)
		if (!suppressions.rule[i].calls)
			say("%s:%u: not used: %s  # %s", o.suppress,
			    suppressions.rule[i].line,
			    suppressions.rule[i].rule,
			    suppressions.rule[i].reason);
	rundir_close(&run);
}

static int missing_store(const char *store, int ret)
{
	if (ret == -EFBIG)
		return fail("%s: ulimit -f forbids the files of a run (160 "
			    "KiB at first); raise it", store);
	return fail("%s: cannot make a run here: %s; name another place with "
		    "--store DIR", store, strerror(-ret));
}

/* Somebody ended it; a crash, on the contrary, may be the shim's. */
static bool killed(int status)
{
	static const int sent[] = { SIGHUP, SIGINT, SIGQUIT, SIGKILL, SIGTERM,
				    SIGUSR1, SIGUSR2 };

	for (size_t i = 0; i < sizeof(sent) / sizeof(*sent); i++)
		if (WIFSIGNALED(status) && WTERMSIG(status) == sent[i])
			return true;
	return false;
}

static int not_started(const struct target *t, int error)
{
	if (error == ENOENT && !t->elf)
		fail("%s: its interpreter %s cannot be found; see its first "
		     "line", t->path, t->binary);
	else if (error == ENOENT)
		fail("%s: the loader that it names cannot be found; see "
		     "readelf -l", t->binary);
	else if (error == ENOEXEC)
		fail("%s: not a program that this machine can run; see file "
		     "%s", t->binary, t->binary);
	else if (error == E2BIG)
		fail("%s: its arguments and environment are too long (samebits "
		     "adds up to %d bytes); shorten them", t->path,
		     SETTINGS_MAX);
	else
		fail("%s: cannot be started: %s", t->path, strerror(error));
	return error == ENOENT ? STATUS_NOT_FOUND : STATUS_NOT_EXECUTABLE;
}

/* 0, or a status after saying why. cwd: PATH_MAX bytes. */
static int private_possible(char *cwd)
{
	const char *covered;

	if (!o.tmp)
		return 0;
	if (!getcwd(cwd, PATH_MAX))
		return fail("--private-tmp: the working directory cannot be "
			    "named: %s; change to another", strerror(errno));
	covered = tmpns_conflict(cwd);
	if (covered)
		return fail("--private-tmp: the working directory is %s itself "
			    "and would be hidden; change to another, or to one "
			    "in it", covered);
	return 0;
}

static int no_private_tmp(const struct launch *l)
{
	if (l->tmp_error == EPERM || l->tmp_error == EACCES ||
	    l->tmp_error == ENOSPC)
		return fail("--private-tmp: %s: %s; it needs root, or user "
			    "namespaces (sysctl user.max_user_namespaces, "
			    "kernel.unprivileged_userns_clone; in a container "
			    "--cap-add SYS_ADMIN), or leave it away",
			    l->tmp_denied, strerror(l->tmp_error));
	return fail("--private-tmp: %s: %s; leave it away", l->tmp_denied,
		    strerror(l->tmp_error));
}

/* 0, or a status after saying why. */
static int find_shim(char *shim, size_t size)
{
	/* The outer one's shim is in us and would be in the program, too. */
	if (dlsym(RTLD_DEFAULT, "samebits_sources"))
		return fail("this samebits runs under another one, which has "
			    "its programs already; leave the inner one away");
	if (shim_find(shim, size))
		return fail("libsamebits.so is missing beside the samebits "
			    "command and in %s; build or install it",
			    SAMEBITS_LIBDIR);
	if (strpbrk(shim, ": "))
		return fail("%s: the loader splits LD_PRELOAD at ':' and ' '; "
			    "move samebits to a path without them", shim);
	if (!has_unwind() && !o.partial)
		return fail("libunwind.so.8 is missing, so callers cannot be "
			    "named; apt-get install libunwind8, or --partial");
	return 0;
}

/* Makes the run directory and what must be in it; 0 or a status. */
static int make_run(char *dir, size_t size, char *text, size_t text_size,
		    struct manifest *m, struct sb_board **board,
		    const struct target *t)
{
	const char *store = o.store ? o.store : STORE_DEFAULT;
	int ret = store_new(store, dir, size);

	if (ret)
		return missing_store(store, ret);
	settings(text, text_size, m, dir);
	m->program = t->path;
	m->settings = text;
	m->seeded = o.seed && opts_number(o.seed, 0, &m->seed) == 0;
	m->start = now();
	ret = make_board(board, dir, t->binary);
	if (!ret && o.suppress)
		ret = suppressions_write(&suppressions, dir);
	if (!ret)
		ret = manifest_write(dir, m);
	if (!ret)
		return 0;
	store_remove(dir);
	return missing_store(store, ret);
}

#define PINNED                                                                 \
	"pinned to kernels that every processor with AVX2 has: OpenBLAS, "    \
	"MKL, oneDNN, PyTorch, NumPy"
#define NOT_PINNED                                                             \
	"not reached: BLIS, FFTW, Eigen, libgfortran's matmul, XLA and other " \
	"compilers at run time, whatever was built for one processor"

/* What the environment gets, and what is said about it. */
static int prepare(struct manifest *m, bool audit)
{
	struct wish wish = { .framework = !o.framework ||
					  strcmp(o.framework, "off"),
			     .portable = o.portable,
			     .force = o.env && !strcmp(o.env, "force") };
	uint64_t n = 0;
	cpu_set_t set;
	int ret;

	if (sched_getaffinity(0, sizeof(set), &set) == 0)
		m->processors = (uint32_t)CPU_COUNT(&set);
	else
		m->processors = (uint32_t)get_nprocs();
	m->variables = &variables;
	if (audit)
		return 0;
	wish.processors = m->processors;
	if (o.seed && opts_number(o.seed, 0, &n) == 0)
		wish.seed = (uint32_t)n;
	if (o.threads && opts_number(o.threads, 0, &n) == 0)
		m->threads = wish.threads = (uint32_t)n;
	ret = variables_make(&variables, &wish);
	if (ret)
		return fail("the environment cannot be made: %s",
			    strerror(-ret));
	if (o.portable)
		blind(m, "portable", NOT_PINNED);
	return 0;
}

static void announce(struct manifest *m, const struct target *t)
{
	if (!o.quiet)
		variables_say(m->variables);
	if (!o.quiet && o.portable)
		say("%s", PINNED);
	if (o.crypto)
		say("--crypto force: keys made in this run are predictable");
	if (t->obstacle) {
		if (!o.quiet)
			say("%s: %s; going on without the shim", t->binary,
			    t->obstacle);
		blind(m, "uncontrolled", t->obstacle);
	}
}

/* What the program's end leaves to say and to write; the status to end with. */
static int conclude(const char *dir, struct manifest *m, const struct target *t,
		    const struct launch *l, const struct sb_board *board)
{
	const struct sb_slot *first = &board->slot[0];
	bool alive = first->state != SB_EXPECTED || first->exec;

	if (board->denied)
		m->status = W_EXITCODE(STATUS_TROUBLE, 0);
	if (l->addresses_denied) {
		if (!o.quiet)
			say("addresses stay random: personality(2) was refused "
			    "(a container's seccomp profile?)");
		blind(m, "addresses", "address randomisation could not be "
				      "turned off");
	}
	if (!t->obstacle && !alive)
		blind(m, "uncontrolled", "the shim did not come alive");
	m->end = now();
	if (manifest_write(dir, m))
		say("%s: the manifest could not be completed", dir);
	if (!t->obstacle && !alive && !killed(m->status))
		return fail("%s: the shim did not come alive: the program ran "
			    "without control; see what the loader said above, "
			    "or install %s again", t->path, l->preload);
	if (board->denied)
		return denied(dir);
	if (!o.quiet)
		summarise(dir, !strcmp(m->mode, "audit"));
	if (!o.quiet && o.suppress)
		name_unused(dir);
	return launch_finish(m->status);
}

static void use_pids(struct launch *l, struct manifest *m,
		     const struct pids *pids)
{
	l->apart = pids->mode == PIDS_NAMESPACE;
	l->user_namespace = pids->user;
	m->pids = pids_name(pids->mode);
	m->pids_why = pids->why;
}

/* As launch(); again without a namespace where that was refused. l->refused
 * remains set where it had been asked for, and was said. */
static int launch_somehow(struct launch *l, struct pids *pids,
			  struct manifest *m, char *text, size_t size,
			  const char *dir)
{
	int status = launch(l);

	if (!l->refused || !pids_refused(pids, o.pids, l->refused, -status))
		return status;
	use_pids(l, m, pids);
	settings(text, size, m, dir);
	manifest_write(dir, m);
	return launch(l);
}

static int go(bool audit, char **argv)
{
	char shim[DIR_MAX + 1], dir[DIR_MAX + 1], text[SETTINGS_MAX];
	struct manifest m = { .mode = audit ? "audit" : "run", .argv = argv,
			      .status = -1 };
	struct launch l = { .argv = argv, .fixed_addresses = !audit,
			    .variables = &variables };
	struct sigaction ignore = { .sa_handler = SIG_IGN };
	char cwd[PATH_MAX];
	struct pids pids = pids_choose(o.pids, audit);
	struct sb_board *board = NULL;
	struct target t;
	const char *const keep[] = { dir, cwd, t.path, t.binary, shim, NULL };
	int ret = target_find(&t, argv[0]);

	if (ret)
		return ret;
	if (t.obstacle && !o.partial)
		return fail("%s: %s; %s, or --partial to go on without the "
			    "shim", t.binary, t.obstacle, t.cure);
	ret = find_shim(shim, sizeof(shim));
	if (!ret)
		ret = private_possible(cwd);
	if (!ret)
		ret = prepare(&m, audit);
	if (ret)
		return ret;
	/* Beyond ulimit -f a write shall fail, not kill us. */
	sigaction(SIGXFSZ, &ignore, &l.file_size);
	use_pids(&l, &m, &pids);
	ret = make_run(dir, sizeof(dir), text, sizeof(text), &m, &board, &t);
	if (ret)
		return ret;
	announce(&m, &t);
	l.path = t.path;
	l.elf = t.elf;
	l.preload = t.obstacle ? NULL : shim;
	l.settings = text;
	l.keep = o.tmp ? keep : NULL;
	m.status = launch_somehow(&l, &pids, &m, text, sizeof(text), dir);
	if (l.exec_error || l.tmp_denied || m.status < 0)
		store_remove(dir);
	if (l.refused)
		return STATUS_TROUBLE;
	if (l.tmp_denied)
		return no_private_tmp(&l);
	if (l.exec_error)
		return not_started(&t, l.exec_error);
	if (m.status < 0)
		return fail("%s: cannot be started: %s", t.path,
			    strerror(-m.status));
	return conclude(dir, &m, &t, &l, board);
}

static int verb(bool audit, const struct opt *table, const char *synopsis,
		const char *about, int argc, char **argv)
{
	int first, ret = opts_parse(table, argc, argv, &first);

	if (ret == 1) {
		opts_help(stdout, synopsis, about, table);
		return 0;
	}
	if (ret < 0 || !options_valid())
		return STATUS_TROUBLE;
	if (first >= argc)
		return fail("%s what? samebits %s PROGRAM [ARG...]", argv[0],
			    argv[0]);
	return go(audit, argv + first);
}

static int run(int argc, char **argv)
{
	return verb(false, run_options, "run [options] [--] PROGRAM [ARG...]",
		    "Runs PROGRAM so that it repeats bit for bit, and logs "
		    "what would have made it\ndiffer. The exit status is the "
		    "program's; 125 is samebits' own trouble, 126\nand 127 as "
		    "with env(1).", argc, argv);
}

static int audit(int argc, char **argv)
{
	return verb(true, audit_options,
		    "audit [options] [--] PROGRAM [ARG...]",
		    "Runs PROGRAM as it would run anyway, and names every "
		    "source of nondeterminism\nthat it meets.", argc, argv);
}

const struct cmd cmd_run = { "run",
			     "run a program so that it repeats bit for bit",
			     run_options, run };
const struct cmd cmd_audit = {
	"audit", "change nothing; name every source of nondeterminism",
	audit_options, audit
};
