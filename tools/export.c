/* SPDX-License-Identifier: MIT */
/* `samebits export`: a run in the formats of other tools. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bundle.h"
#include "cmd.h"
#include "export.h"
#include "find.h"
#include "opts.h"
#include "output.h"
#include "say.h"
#include "text.h"

static struct {
	const char *store, *perfetto, *folded, *jsonl, *sqlite, *bundle;
} o;

static const struct opt options[] = {
	{ "perfetto", 0, "FILE", "a trace for ui.perfetto.dev", &o.perfetto },
	{ "folded", 0, "FILE", "stacks for flamegraph and speedscope",
	  &o.folded },
	{ "jsonl", 0, "FILE", "a JSON object a line", &o.jsonl },
	{ "sqlite", 0, "FILE", "a database", &o.sqlite },
	{ "bundle", 0, "FILE", "all of it, for samebits import elsewhere",
	  &o.bundle },
	{ "store", 0, "DIR", "where runs are kept (default .samebits)",
	  &o.store },
	{ NULL, 0, NULL, NULL, NULL }
};

const char *export_policy(const struct sb_counter *c)
{
	static const char *const name[] = { "pass", "observe", "force",
					    "deny" };

	return c->policy & SB_CRYPTO ? "crypto" : name[c->policy & 3];
}

char *export_frame(struct export *e, const struct log *log,
		   const struct sb_frame *f)
{
	const struct sb_module *m = log_module(log, f->module);
	const char *slash = m ? strrchr(m->path, '/') : NULL;
	struct place p = { 0 };
	char *text;

	if (m)
		p = symbols_find(e->symbols, m, f->offset);
	if (p.function)
		return strdup(p.function);
	if (asprintf(&text, "%s+0x%llx",
		     slash ? slash + 1 : m ? m->path : "unknown",
		     (unsigned long long)f->offset) < 0)
		return NULL;
	return text;
}

char *export_quoted(const char *text)
{
	json_t *j = text_json(text);
	char *quoted = json_dumps(j, JSON_ENCODE_ANY);

	json_decref(j);
	return quoted;
}

uint32_t export_next_thread(const struct log *log, size_t *at)
{
	const struct event_chunk *c = log->events;
	size_t i = *at;

	while (i < log->nevents && i && c[i].thread == c[i - 1].thread)
		i++;
	*at = i + 1;
	return i < log->nevents ? c[i].thread : 0;
}

static int cannot(const char *path, int ret)
{
	return fail("%s: cannot be written: %s", path, strerror(-ret));
}

static int stream(struct export *e, const char *path,
		  int (*write)(struct export *, FILE *))
{
	struct output out;
	int ret, closed;

	if (!path)
		return 0;
	ret = output_open(&out, path);
	if (ret == 0)
		ret = write(e, out.to);
	closed = output_close(&out, ret);
	if (ret == 0)
		ret = closed;
	return ret ? cannot(path, ret) : 0;
}

/* SQLite takes a file that is there for its database: a new one beside. */
static int database(struct export *e, const char *path)
{
	struct stat st;
	char *beside;
	int ret, settled;

	if (!path)
		return 0;
	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode))
		return fail("%s: a database needs a file of its own", path);
	beside = output_beside(path);
	if (!beside)
		return cannot(path, -errno);
	ret = export_sqlite(e, beside);
	settled = output_settle(beside, path, ret);
	if (ret == 0)
		ret = settled;
	return ret ? cannot(path, ret) : 0;
}

static int bundle(struct export *e, const char *path)
{
	char *trouble = NULL;
	int ret = path ? bundle_write(e->run.dir, path, &trouble) : 0;

	if (ret)
		fail("%s: cannot be written: %s", path,
		     trouble ? trouble : strerror(-ret));
	free(trouble);
	return ret ? STATUS_TROUBLE : 0;
}

static int write_all(struct export *e)
{
	int ret = stream(e, o.perfetto, export_perfetto);

	ret |= stream(e, o.folded, export_folded);
	ret |= stream(e, o.jsonl, export_jsonl);
	ret |= database(e, o.sqlite);
	ret |= bundle(e, o.bundle);
	return ret;
}

static int valid(void)
{
	const char *const streams[] = { o.perfetto, o.folded, o.jsonl,
					o.bundle };
	int standard = 0;

	for (int i = 0; i < 4; i++)
		standard += streams[i] && !strcmp(streams[i], "-");
	if (standard > 1)
		return fail("only one format can go to standard output");
	if (o.sqlite && !strcmp(o.sqlite, "-"))
		return fail("--sqlite -: a database cannot go to standard "
			    "output; name a file");
	if (!o.perfetto && !o.folded && !o.jsonl && !o.sqlite && !o.bundle)
		return fail("export to what? --perfetto, --folded, --jsonl, "
			    "--sqlite or --bundle FILE");
	return 0;
}

static int export_dir(const char *dir)
{
	struct export e = { .symbols = symbols_new(),
			    .name = strrchr(dir, '/') + 1 };
	int ret = rundir_open(&e.run, dir);

	if (ret == 0 && !e.symbols)
		ret = -ENOMEM;
	if (ret)
		ret = fail("%s: cannot be read: %s", dir, strerror(-ret));
	else if (!e.run.nlogs)
		ret = fail("%s: there is no log in this run", dir);
	else
		ret = write_all(&e);
	for (size_t i = 0; ret == 0 && i < e.run.notes.n; i++)
		say("%s", e.run.notes.text[i]);
	symbols_free(e.symbols);
	rundir_close(&e.run);
	return ret;
}

static int export(int argc, char **argv)
{
	char dir[PATH_MAX];
	int operands, ret = opts_permute(options, argc, argv, &operands);

	if (ret == 1) {
		opts_help(stdout, "export [options] [RUN]",
			  "Writes RUN (default: the newest) for other tools; "
			  "several formats at once,\n- for standard output. "
			  "Events are there where the run had --trace full.",
			  options);
		return 0;
	}
	if (ret < 0 || valid())
		return STATUS_TROUBLE;
	if (operands > 1)
		return fail("export takes one RUN; see samebits export --help");
	ret = find_run(o.store, operands ? argv[1] : NULL, dir, sizeof(dir));
	if (!ret && operands && find_is_record(argv[1], dir))
		return STATUS_TROUBLE;
	return ret ? ret : export_dir(dir);
}

const struct cmd cmd_export = { "export", "a run, for other tools", options,
				export };
