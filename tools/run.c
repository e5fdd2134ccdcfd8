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
#include <unistd.h>

#include "../shim/event.h"
#include "clock.h"
#include "cmd.h"
#include "environment.h"
#include "job.h"
#include "launch.h"
#include "logdigest.h"
#include "manifest.h"
#include "opts.h"
#include "pids.h"
#include "rank.h"
#include "recording.h"
#include "run.h"
#include "runfiles.h"
#include "runlock.h"
#include "runopts.h"
#include "say.h"
#include "shim.h"
#include "sites.h"
#include "store.h"
#include "summary.h"
#include "target.h"
#include "tmpns.h"
#include "turnsreport.h"
#include "variables.h"

#define DIR_MAX 511 /* what the shim has room for (shim/config.h) */
#define FIRST_SLOTS 64 /* of the board, on the disk from the start */
#define SETTINGS_MAX 4096

static struct variables variables;
static struct rank rank;
static char rank_name[12] = "0"; /* its lineage */
int run_made = -1;
const char *run_elsewhere;

#define RECORD_OPTIONS                                                         \
	{ "record", 0, NULL, "real values, kept: see samebits replay",         \
	  &wanted.record },                                                    \
	{ "record-network", 0, "SIZE",                                         \
	  "what other hosts say too, up to SIZE (64M)",                  \
	  &wanted.record_network },

static const struct opt run_opts[] = { RECORD_OPTIONS LOCK_OPTIONS RUN_OPTIONS
					       OPTIONS_END };
static const struct opt audit_opts[] = { AUDIT_OPTIONS OPTIONS_END };

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

static void add_whole(char *out, size_t size, const char *key, uint64_t n)
{
	char digits[32];

	snprintf(digits, sizeof(digits), "%llu", (unsigned long long)n);
	add(out, size, key, digits, false);
}

static void add_number(char *out, size_t size, const char *key,
		       const char *text, int suffix)
{
	uint64_t n;

	if (text && opts_number(text, suffix, &n) == 0)
		add_whole(out, size, key, n);
}

/* The stack begins below the environment: what is said in it must not move the
 * program's variables. */
#define SETTINGS_STEP 1024

static void pad(char *out, size_t size)
{
	static const char key[] = ",pad=";
	size_t n = strlen(out) + strlen(key);
	size_t to = (n / SETTINGS_STEP + 1) * SETTINGS_STEP;

	if (to >= size)
		return;
	strcat(out, key);
	memset(out + n, 'x', to - n);
	out[to] = 0;
}

static void add_recording(char *out, size_t size)
{
	add(out, size, "tape", recording.mode, false);
	add_whole(out, size, "start", recording.start);
	add_whole(out, size, "clock", recording.clock);
	if (recording.origin)
		add_whole(out, size, "origin", recording.origin);
	if (*recording.from)
		add(out, size, "from", recording.from, false);
	if (recording.network)
		add_whole(out, size, "network", recording.network);
	if (recording.kinds)
		add_whole(out, size, "kinds", recording.kinds);
	if (recording.stop)
		add(out, size, "diverged", "stop", false);
}

static void settings(char *out, size_t size, const struct manifest *m,
		     const char *dir)
{
	*out = 0;
	add(out, size, "mode", m->mode, false);
	add(out, size, "pids", m->pids, false);
	add_number(out, size, "seed", wanted.seed, 0);
	if (wanted.seeds)
		add(out, size, "seeds", wanted.seeds, false);
	if (wanted.reseed)
		add(out, size, "reseed", "on", false);
	if (wanted.time)
		add(out, size, "time", wanted.time, false);
	if (wanted.trace)
		add(out, size, "trace", wanted.trace, false);
	add_number(out, size, "limit", wanted.limit, 1);
	if (wanted.force)
		add(out, size, "force", wanted.force, true);
	if (wanted.observe)
		add(out, size, "observe", wanted.observe, true);
	if (wanted_shuffle()) {
		add(out, size, "order", "shuffle", false);
		add_number(out, size, "shuffle", wanted_shuffle(), 0);
	} else if (wanted.order) {
		add(out, size, "order", wanted.order, false);
	}
	add_number(out, size, "threads", wanted.threads, 0);
	if (wanted.framework)
		add(out, size, "framework", wanted.framework, false);
	if (wanted.mpi)
		add(out, size, "mpi", wanted.mpi, false);
	if (wanted.openmp)
		add(out, size, "openmp", wanted.openmp, false);
	if (wanted.blas)
		add(out, size, "blas", wanted.blas, false);
	if (wanted.schedule)
		add(out, size, "schedule", wanted.schedule, false);
	add_number(out, size, "turnseed", wanted.schedule_seed, 0);
	if (wanted.sleep)
		add(out, size, "sleep", wanted.sleep, false);
	if (wanted.external_wait)
		add_whole(out, size, "outwait", wanted_external_wait());
	add_number(out, size, "patience", wanted.patience, 0);
	if (wanted.deadlock)
		add(out, size, "deadlock", wanted.deadlock, false);
	if (wanted.digest)
		add(out, size, "digest", wanted.digest, false);
	if (wanted.crypto)
		add(out, size, "crypto", wanted.crypto, false);
	if (wanted.trap)
		add(out, size, "trap", wanted.trap, true);
	if (wanted.deny)
		add(out, size, "deny", wanted.deny, false);
	if (recording.mode)
		add_recording(out, size);
	else
		add_number(out, size, "start", getenv("SOURCE_DATE_EPOCH"), 0);
	add(out, size, "dir", dir, false);
	add(out, size, "slot", "0", false);
	add(out, size, "path", rank_name, false);
	if (rank.size)
		add(out, size, "rank", rank_name, false);
	add(out, size, "exec", "0", false);
	pad(out, size);
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
	b = ret ? MAP_FAILED
		: mmap(NULL, sizeof(*b), PROT_READ | PROT_WRITE, MAP_SHARED, fd,
		       0);
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
	snprintf(b->slot[0].path, sizeof(b->slot[0].path), "%s", rank_name);
	snprintf(b->slot[0].what, sizeof(b->slot[0].what), "%.143s", program);
	b->slot[0].state = SB_EXPECTED;
	*board = b;
	return 0;
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

/* "000012", or "000012, rank 0 of 4". */
static const char *run_name(const char *dir)
{
	static char name[64];
	char run[PATH_MAX];

	job_run(run, sizeof(run), dir);
	snprintf(name, sizeof(name), "%.15s", strrchr(run, '/') + 1);
	if (rank.size)
		snprintf(name + strlen(name), sizeof(name) - strlen(name),
			 ", rank %u of %u", rank.rank, rank.size);
	return name;
}

static void summarise(const char *dir, bool audit)
{
	char unseen[48] = "";
	struct summary s;

	if (summary_read(dir, &s)) {
		say("%s %s: the log cannot be read", audit ? "audit" : "run",
		    run_name(dir));
		return;
	}
	if (s.unseen)
		snprintf(unseen, sizeof(unseen), " (%u object%s to look into)",
			 s.unseen, s.unseen == 1 ? "" : "s");
	say("%s %s: %u source%s, %lu call%s; %u forced, %u observed; "
	    "blind spots: %u%s; see samebits report",
	    audit ? "audit" : "run", run_name(dir), s.sources,
	    s.sources == 1 ? "" : "s", s.calls, s.calls == 1 ? "" : "s",
	    s.forced, s.observed, s.blind, unseen);
	if (s.degraded)
		say("run %s is degraded: %s. From there on the threads' order "
		    "is not repeated",
		    run_name(dir), s.degraded);
	free(s.degraded);
}

/* Says which call, or which threads, ended the run. */
static int ended(const char *dir, uint32_t why)
{
	static const char *const options[] = {
		[SB_ENDED_DENIED] = "",
		[SB_ENDED_DEADLOCK] = " (--deadlock exit)",
		[SB_ENDED_DIVERGED] = " (--on-divergence stop)",
	};
	struct symbols *symbols = symbols_new();
	struct rundir run;
	bool known = !rundir_open(&run, dir) && symbols;

	if (known && why == SB_ENDED_DEADLOCK)
		known = turns_halts(stderr, symbols, &run, SB_HALT_DEADLOCK,
				    "samebits: ");
	else if (known && why == SB_ENDED_DIVERGED)
		known = recording_left(stderr, &run);
	else if (known)
		known = denied_print(stderr, symbols, &run, "samebits: ");
	if (!known && why == SB_ENDED_DEADLOCK)
		say("deadlock: all threads of a process waited for each other");
	else if (!known && why == SB_ENDED_DIVERGED)
		say("the recording was left; where is not known");
	else if (!known)
		say("a denied source was called; who called it is not in the "
		    "log");
	say("run %s was ended%s; see samebits report", run_name(dir),
	    why < sizeof(options) / sizeof(*options) ? options[why] : "");
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
			say("%s:%u: not used: %s  # %s", wanted.suppress,
			    suppressions.rule[i].line,
			    suppressions.rule[i].rule,
			    suppressions.rule[i].reason);
	rundir_close(&run);
}

static int missing_store(const char *store, int ret)
{
	if (ret == -EFBIG)
		return fail("%s: ulimit -f forbids the files of a run (160 "
			    "KiB at first); raise it",
			    store);
	return fail("%s: cannot make a run here: %s; name another place with "
		    "--store DIR",
		    store, strerror(-ret));
}

/* Somebody ended it; a crash, on the contrary, may be the shim's. */
static bool killed(int status)
{
	static const int sent[] = { SIGHUP,  SIGINT,  SIGQUIT, SIGKILL,
				    SIGTERM, SIGUSR1, SIGUSR2 };

	for (size_t i = 0; i < sizeof(sent) / sizeof(*sent); i++)
		if (WIFSIGNALED(status) && WTERMSIG(status) == sent[i])
			return true;
	return false;
}

static int not_started(const struct target *t, int error)
{
	if (error == ENOENT && !t->elf)
		fail("%s: its interpreter %s cannot be found; see its first "
		     "line",
		     t->path, t->binary);
	else if (error == ENOENT)
		fail("%s: the loader that it names cannot be found; see "
		     "readelf -l",
		     t->binary);
	else if (error == ENOEXEC)
		fail("%s: not a program that this machine can run; see file "
		     "%s",
		     t->binary, t->binary);
	else if (error == E2BIG)
		fail("%s: its arguments and environment are too long (samebits "
		     "adds up to %d bytes); shorten them",
		     t->path, SETTINGS_MAX);
	else
		fail("%s: cannot be started: %s", t->path, strerror(error));
	return error == ENOENT ? STATUS_NOT_FOUND : STATUS_NOT_EXECUTABLE;
}

/* 0, or a status after saying why. cwd: PATH_MAX bytes. */
static int private_possible(char *cwd)
{
	const char *covered;

	if (!wanted.tmp)
		return 0;
	if (rank.size)
		return fail("--private-tmp: ranks find each other by files in "
			    "/tmp and /dev/shm (%s is set); leave it away",
			    rank.by);
	if (!getcwd(cwd, PATH_MAX))
		return fail("--private-tmp: the working directory cannot be "
			    "named: %s; change to another",
			    strerror(errno));
	covered = tmpns_conflict(cwd);
	if (covered)
		return fail("--private-tmp: the working directory is %s itself "
			    "and would be hidden; change to another, or to one "
			    "in it",
			    covered);
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
			    "move samebits to a path without them",
			    shim);
	if (!has_unwind() && !wanted.partial)
		return fail("libunwind.so.8 is missing, so callers cannot be "
			    "named; apt-get install libunwind8, or --partial");
	return 0;
}

/* What is common to all ranks; 0 or -errno. */
static int write_common(const char *dir, const struct manifest *m)
{
	char run[PATH_MAX];
	int ret = 0;

	job_run(run, sizeof(run), dir);
	if (wanted.suppress)
		ret = suppressions_write(&suppressions, run);
	return ret ? ret : manifest_write(run, m);
}

static void remove_run(const char *dir)
{
	if (rank.size)
		job_leave(dir);
	else
		store_remove(dir);
}

/* Makes the run directory and what must be in it; 0 or a status. */
static int make_run(char *dir, size_t size, char *text, size_t text_size,
		    struct manifest *m, struct sb_board **board,
		    const struct target *t)
{
	const char *store = wanted.store ? wanted.store : STORE_DEFAULT;
	bool first = false;
	int ret = rank.size ? job_join(store, &rank, dir, size, &first)
			    : store_new(store, dir, size);

	if (ret == -ETIMEDOUT)
		return fail("%s: another rank of this job began to make its "
			    "run %d s ago and did not end; remove this "
			    "directory, or name another place with --store "
			    "DIR", dir, JOB_WAIT);
	if (ret)
		return missing_store(store, ret);
	settings(text, text_size, m, dir);
	m->program = t->path;
	m->settings = text;
	m->seeded = wanted.seed && opts_number(wanted.seed, 0, &m->seed) == 0;
	m->start = clock_real();
	ret = make_board(board, dir, t->binary);
	if (!ret && wanted.suppress)
		ret = suppressions_write(&suppressions, dir);
	if (!ret)
		ret = manifest_write(dir, m);
	if (!ret && first)
		ret = write_common(dir, m);
	if (!ret)
		return 0;
	remove_run(dir);
	return missing_store(store, ret);
}

#define PINNED                                                                 \
	"pinned to kernels that every processor with AVX2 has: OpenBLAS, "     \
	"MKL, oneDNN, PyTorch, NumPy"
#define NOT_PINNED                                                             \
	"not reached: BLIS, FFTW, Eigen, libgfortran's matmul, XLA and other " \
	"compilers at run time, whatever was built for one processor"

static bool openmp_ordered(void)
{
	if (wanted.openmp)
		return !strcmp(wanted.openmp, "ordered");
	return wanted_turns();
}

/* What the environment gets, and what is said about it. */
static int prepare(struct manifest *m, bool audit)
{
	struct wish wish = { .framework = !wanted.framework ||
					  strcmp(wanted.framework, "off"),
			     .portable = wanted.portable,
			     .native = recording.mode,
			     .turns = wanted_turns(),
			     .ordered = openmp_ordered(),
			     .force = wanted.env &&
				      !strcmp(wanted.env, "force") };
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
	if (wanted.seed && opts_number(wanted.seed, 0, &n) == 0)
		wish.seed = (uint32_t)n;
	if (wanted.threads && opts_number(wanted.threads, 0, &n) == 0)
		m->threads = wish.threads = (uint32_t)n;
	ret = variables_make(&variables, &wish);
	if (ret)
		return fail("the environment cannot be made: %s",
			    strerror(-ret));
	if (wanted.portable)
		blind(m, "portable", NOT_PINNED);
	return 0;
}

#define MIXED                                                                  \
	"what starts the ranks mixes what they write: lines of stdout and "    \
	"stderr are compared in any order"
#define NOT_OURS                                                               \
	"daemons start the ranks, which are not under this samebits; put it "  \
	"behind: srun samebits run PROGRAM"

/* The program starts ranks itself. */
static void announce_ranks(struct manifest *m, const char *program)
{
	if (rank_starter_remote(program))
		blind(m, "ranks", NOT_OURS);
	else if (rank_starter(program))
		blind(m, "ranks", MIXED);
	if (rank_starter_remote(program) && !wanted.quiet)
		say("%s: %s", program, NOT_OURS);
}

static void announce(struct manifest *m, const struct target *t)
{
	announce_ranks(m, t->path);
	if (!wanted.quiet)
		variables_say(m->variables);
	if (!wanted.quiet && wanted.portable)
		say("%s", PINNED);
	if (wanted.crypto)
		say("--crypto force: keys made in this run are predictable");
	if (t->obstacle) {
		if (!wanted.quiet)
			say("%s: %s; going on without the shim", t->binary,
			    t->obstacle);
		blind(m, "uncontrolled", t->obstacle);
	}
}

/* Its files, what surrounded it, and what it came to. */
static void record(const char *dir, struct manifest *m)
{
	json_t *environment;
	struct rundir run;
	int ret = rundir_open(&run, dir);

	if (!ret)
		ret = runfiles_end(&run, killed(m->status), wanted.quiet);
	if (ret)
		say("%s: its files could not be listed", dir);
	m->log = log_summary(&run);
	environment = environment_of_run(&run, m->variables);
	if (environment_write(dir, environment))
		say("%s: the environment could not be written", dir);
	json_decref(environment);
	rundir_close(&run);
}

static void conclude_recording(const char *dir)
{
	struct rundir run;
	bool left;

	if (!*recording.from && !wanted.quiet)
		say("recorded: samebits replay %s", run_name(dir));
	if (!*recording.from)
		return;
	left = !rundir_open(&run, dir) && recording_left(stderr, &run);
	rundir_close(&run);
	if (!left && !wanted.quiet)
		say("replayed %s to its end", recording.from);
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
		if (!wanted.quiet)
			say("addresses stay random: personality(2) was refused "
			    "(a container's seccomp profile?)");
		blind(m, "addresses",
		      "address randomisation could not be "
		      "turned off");
	}
	if (!t->obstacle && !alive)
		blind(m, "uncontrolled", "the shim did not come alive");
	record(dir, m);
	if (manifest_write(dir, m))
		say("%s: the manifest could not be completed", dir);
	json_decref(m->log);
	if (!t->obstacle && !alive && !killed(m->status))
		return fail("%s: the shim did not come alive: the program ran "
			    "without control; see what the loader said above, "
			    "or install %s again",
			    t->path, l->preload);
	if (board->denied)
		return ended(dir, board->denied);
	if (!wanted.quiet)
		summarise(dir, !strcmp(m->mode, "audit"));
	if (recording.mode)
		conclude_recording(dir);
	if (!wanted.quiet && wanted.suppress)
		name_unused(dir);
	if (!killed(m->status) && runlock_after(dir))
		return STATUS_TROUBLE;
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

	if (!l->refused ||
	    !pids_refused(pids, wanted.pids, l->refused, -status))
		return status;
	use_pids(l, m, pids);
	settings(text, size, m, dir);
	manifest_write(dir, m);
	return launch(l);
}

static void look_longer(void *dir)
{
	runfiles_beside(dir);
	environment_thorough();
}

static void look_around(void *unused)
{
	(void)unused;
	environment_beside();
}

static bool addresses_fixed(bool audit)
{
	return !audit && (!wanted.addresses ||
			  strcmp(wanted.addresses, "random"));
}

/* Of many ranks that say the same, one says it. */
static void take_rank(struct manifest *m)
{
	rank = rank_find();
	m->ranks = rank.size;
	m->rank = rank.rank;
	snprintf(rank_name, sizeof(rank_name), "%u", rank.rank);
	if (rank.rank)
		wanted.quiet = "1";
}

static int go(bool audit, char **argv)
{
	char shim[DIR_MAX + 1], dir[DIR_MAX + 1], text[SETTINGS_MAX];
	struct manifest m = { .mode = audit ? "audit" : "run",
			      .argv = argv,
			      .status = -1 };
	struct launch l = { .argv = argv,
			    .fixed_addresses = addresses_fixed(audit),
			    .variables = &variables };
	struct sigaction ignore = { .sa_handler = SIG_IGN };
	char cwd[PATH_MAX];
	struct pids pids = pids_choose(wanted.pids, audit, argv[0]);
	struct sb_board *board = NULL;
	struct target t;
	const char *const keep[] = { dir, cwd, t.path, t.binary, shim, NULL };
	int ret = target_find(&t, argv[0]);

	if (ret)
		return ret;
	take_rank(&m);
	if (t.obstacle && !wanted.partial)
		return fail("%s: %s; %s, or --partial to go on without the "
			    "shim",
			    t.binary, t.obstacle, t.cure);
	ret = find_shim(shim, sizeof(shim));
	if (!ret)
		ret = private_possible(cwd);
	if (!ret)
		ret = prepare(&m, audit);
	if (!ret)
		ret = runlock_check(&t, &variables);
	if (ret)
		return ret;
	/* Beyond ulimit -f a write shall fail, not kill us. */
	sigaction(SIGXFSZ, &ignore, &l.file_size);
	use_pids(&l, &m, &pids);
	ret = make_run(dir, sizeof(dir), text, sizeof(text), &m, &board, &t);
	if (ret)
		return ret;
	if (run_made >= 0 && write(run_made, dir, strlen(dir)) < 0)
		say("%s: nobody was told of this run", dir);
	announce(&m, &t);
	l.path = t.path;
	l.elf = t.elf;
	l.preload = t.obstacle ? NULL : shim;
	l.settings = text;
	l.keep = wanted.tmp ? keep : NULL;
	l.early = look_around;
	l.later = look_longer;
	l.arg = dir;
	m.status = launch_somehow(&l, &pids, &m, text, sizeof(text), dir);
	m.end = clock_real();
	getrusage(RUSAGE_CHILDREN, &m.used);
	if (l.exec_error || l.tmp_denied || m.status < 0)
		remove_run(dir);
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

/* What decides on values that are real ones then. */
static bool recording_valid(void)
{
	uint64_t n;

	const struct {
		const char *name, *value;
	} none[] = { { "seed", wanted.seed },	{ "seeds", wanted.seeds },
		     { "reseed", wanted.reseed }, { "time", wanted.time },
		     { "order", wanted.order }, { "replay", wanted.replay } };

	for (size_t i = 0; i < sizeof(none) / sizeof(*none); i++)
		if (none[i].value) {
			fail("--%s: a recorded run has real values; leave it "
			     "away, or --record",
			     none[i].name);
			return false;
		}
	if (wanted.record_network &&
	    opts_number(wanted.record_network, 1, &n)) {
		fail("--record-network %s: not a number; say 64M, for instance",
		     wanted.record_network);
		return false;
	}
	recording_begin();
	return true;
}

static int verb(bool audit, const struct opt *table, const char *synopsis,
		const char *about, int argc, char **argv)
{
	int first, ret = opts_parse(table, argc, argv, &first);
	char **program;

	if (ret == 1) {
		opts_help(stdout, synopsis, about, table);
		return 0;
	}
	if (ret < 0)
		return STATUS_TROUBLE;
	program = argv + first;
	ret = runlock_read(&program);
	if (ret)
		return ret;
	if (!audit && wanted.replay) {
		ret = recording_replay(&program);
		if (ret)
			return ret;
	}
	if (!wanted_valid())
		return STATUS_TROUBLE;
	if (wanted.record_network && !wanted.record)
		return fail("--record-network is of --record; add that");
	if (wanted.record && !recording_valid())
		return STATUS_TROUBLE;
	if (!*program)
		return fail("%s what? samebits %s PROGRAM [ARG...]", argv[0],
			    argv[0]);
	return go(audit, program);
}

int run_program(char **argv)
{
	return go(false, argv);
}

static int run(int argc, char **argv)
{
	return verb(false, run_opts, "run [options] [--] PROGRAM [ARG...]",
		    "Runs PROGRAM so that it repeats bit for bit, and logs "
		    "what would have made it\ndiffer. The exit status is the "
		    "program's; 125 is samebits' own trouble, 126\nand 127 as "
		    "with env(1).",
		    argc, argv);
}

static int audit(int argc, char **argv)
{
	return verb(true, audit_opts, "audit [options] [--] PROGRAM [ARG...]",
		    "Runs PROGRAM as it would run anyway, and names every "
		    "source of nondeterminism\nthat it meets.",
		    argc, argv);
}

const struct cmd cmd_run = { "run",
			     "run a program so that it repeats bit for bit",
			     run_opts, run };
const struct cmd cmd_audit = {
	"audit", "change nothing; name every source of nondeterminism",
	audit_opts, audit
};
