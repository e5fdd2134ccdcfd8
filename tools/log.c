/* SPDX-License-Identifier: MIT */
/* `samebits log`: runs and experiments for trackers. */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cmd.h"
#include "defaults.h"
#include "find.h"
#include "http.h"
#include "opts.h"
#include "outbox.h"
#include "say.h"
#include "store.h"
#include "track.h"
#include "trackers.h"

#define TIMEOUT 10 /* seconds a request */

static struct {
	const char *mlflow, *wandb, *csv, *json, *experiment, *name, *tags,
		*params, *metrics, *timeout, *sync, *store;
} o;

static const struct opt options[] = {
	{ "mlflow", 0, "URI", "an MLflow server (default: "
			      "MLFLOW_TRACKING_URI)", &o.mlflow },
	{ "wandb", 0, NULL, "Weights & Biases; offline, but for WANDB_MODE",
	  &o.wandb },
	{ "csv", 0, "FILE", "a row a run; - for standard output", &o.csv },
	{ "json", 0, "FILE", "a JSON object a line, a run each", &o.json },
	{ "experiment", 0, "NAME", "that the runs belong to (default samebits)",
	  &o.experiment },
	{ "name", 0, "NAME", "of the run (default: its number)", &o.name },
	{ "tag", OPT_MANY, "K=V", "one more tag", &o.tags },
	{ "param", OPT_MANY, "K=V", "one more parameter", &o.params },
	{ "metric", OPT_MANY, "NAME=REGEX", "a number that the run printed",
	  &o.metrics },
	{ "timeout", 0, "SECONDS", "a request may take (default 10)",
	  &o.timeout },
	{ "sync", 0, NULL, "send what was kept", &o.sync },
	{ "store", 0, "DIR", "where runs are kept (default .samebits)",
	  &o.store },
	{ NULL, 0, NULL, NULL, NULL }
};

static struct metrics metrics;
static double timeout = TIMEOUT;

static const char *store(void)
{
	return o.store ? o.store : STORE_DEFAULT;
}

static void sync_hint(char *out, size_t size)
{
	snprintf(out, size, "samebits log --sync%s%s",
		 o.store ? " --store " : "", o.store ? o.store : "");
}

/* What is to be done to send it. */
static int kept(struct outbox_entry *e, struct delivery *d, bool login)
{
	const char *why = d->why ? d->why : "no memory";
	char hint[PATH_MAX + 40];

	sync_hint(hint, sizeof(hint));
	if (e->fd < 0)
		return fail("%s; and it is not kept (above): the run itself is "
			    "as it was, log it again", why);
	outbox_keep(e, why);
	return fail("%s; kept in %s: %s sends it%s", why, e->path, hint,
		    login ? " (with MLFLOW_TRACKING_USERNAME and _PASSWORD: "
			    "those of the address are not kept)"
			  : "");
}

static void sent_line(const struct outbox_entry *e, const struct delivery *d)
{
	const char *to = entry_text(e->content, "to");
	json_t *first = json_array_get(json_object_get(e->content, "runs"), 0);

	if (d->note)
		say("%s", d->note);
	if (!strcmp(to, "-"))
		return;
	printf("%s: %s %s\n", entry_text(first, "name"),
	       entry_text(e->content, "tracker"), d->where ? d->where : to);
}

static bool has_login(const struct outbox_entry *e, const char *address)
{
	return address && strcmp(address, entry_text(e->content, "to"));
}

/* The password of an address is used, and neither kept nor shown. */
static enum sent send_to(const struct outbox_entry *e, const char *address,
			 struct delivery *d)
{
	json_t *entry = json_copy(e->content);
	enum sent sent;

	if (address)
		json_object_set_new(entry, "to", json_string(address));
	if (entry_valid(entry)) {
		sent = tracker_find(entry_text(entry, "tracker"))
			       ->send(entry, d);
	} else {
		sent = SENT_NOT;
		delivery_say(&d->why, "%s: is damaged, or of another samebits; "
				      "remove it to forget it", e->path);
	}
	json_decref(entry);
	return sent;
}

/* One entry, locked; `sent` tells whether its tracker serves others now. */
static int deliver(struct outbox_entry *e, const char *address,
		   enum sent *sent)
{
	struct delivery d = { .timeout = timeout };
	int ret = 0, removed;

	*sent = send_to(e, address, &d);
	if (*sent != SENT) {
		ret = kept(e, &d, has_login(e, address));
	} else {
		sent_line(e, &d);
		removed = outbox_remove(e);
		if (removed)
			ret = fail("%s: was sent, but cannot be removed: %s; "
				   "remove it, or it is sent again", e->path,
				   strerror(-removed));
	}
	delivery_free(&d);
	return ret;
}

static int queue(const char *tracker, const char *to, json_t *runs)
{
	char *shown = http_shown(to);
	const char *experiment = o.experiment ?: getenv("MLFLOW_EXPERIMENT_NAME");
	json_t *content = json_pack(
		"{s:s, s:s, s:s, s:O}", "tracker", tracker, "to", shown,
		"experiment",
		experiment && *experiment ? experiment : "samebits", "runs",
		runs);
	struct outbox_entry e;
	enum sent sent;
	int ret;

	free(shown);
	if (!content)
		return fail("%s, or the experiment's name, is not UTF-8, which "
			    "the outbox needs; take another name", to);
	ret = outbox_add(&e, store(), content);
	if (ret)
		say("%s/" OUTBOX_DIR ": cannot be written: %s; sent without "
		    "keeping it first", store(), strerror(-ret));
	ret = e.id ? deliver(&e, to, &sent) : fail("no memory");
	outbox_close(&e);
	return ret;
}

/* Later the working directory may be another. */
static int queue_file(const char *tracker, const char *path, json_t *runs)
{
	const char *slash = strrchr(path, '/');
	char directory[PATH_MAX], absolute[PATH_MAX + NAME_MAX + 2];
	char above[PATH_MAX];

	if (!strcmp(path, "-"))
		return queue(tracker, path, runs);
	snprintf(above, sizeof(above), "%.*s",
		 slash ? (int)(slash - path + 1) : 1, slash ? path : ".");
	if (!realpath(above, directory))
		return fail("%s: %s", path, strerror(errno));
	snprintf(absolute, sizeof(absolute), "%s/%s",
		 strcmp(directory, "/") ? directory : "",
		 slash ? slash + 1 : path);
	return queue(tracker, absolute, runs);
}

static const char *server(void)
{
	const char *set = getenv("MLFLOW_TRACKING_URI");

	if (o.mlflow)
		return o.mlflow;
	return set && *set && !o.wandb && !o.csv && !o.json ? set : NULL;
}

static int log_runs(json_t *runs)
{
	const char *uri = server();
	int ret = 0;

	if (o.csv)
		ret |= queue_file("csv", o.csv, runs);
	if (o.json)
		ret |= queue_file("json", o.json, runs);
	if (o.wandb)
		ret |= queue("wandb", "wandb", runs);
	if (uri)
		ret |= queue("mlflow", uri, runs);
	return ret;
}

static int log_one(const char *name)
{
	struct track_wanted w = { o.name, o.params, o.tags, &metrics };
	char dir[PATH_MAX], *why = NULL;
	json_t *runs;
	int ret = find_run(o.store, name, dir, sizeof(dir));

	if (ret)
		return ret;
	runs = track_runs(dir, &w, &why);
	if (runs)
		ret = log_runs(runs);
	else
		ret = fail("%s: %s", dir, why ? why : "no memory");
	json_decref(runs);
	free(why);
	return ret;
}

/* ---- what was kept ---- */

/* A server that is down is not asked again for each entry. */
static int sync_entry(struct outbox_entry *e, json_t *down)
{
	const char *to = entry_text(e->content, "to");
	enum sent sent;
	int ret;

	if (to && json_object_get(down, to))
		return STATUS_TROUBLE;
	ret = deliver(e, NULL, &sent);
	if (sent == SENT_LATER)
		json_object_set_new(down, to, json_true());
	return ret;
}

static int sync_one(const char *name, json_t *down)
{
	struct outbox_entry e;
	int ret = outbox_open(&e, store(), name);

	if (ret == 0)
		ret = sync_entry(&e, down);
	else if (ret == -EBUSY)
		say("%s: another samebits sends it right now", e.path);
	else if (ret == -EBADMSG)
		fail("%s: is damaged; remove it to forget it", e.path);
	else if (ret != -ENOENT)
		fail("%s: cannot be read: %s", e.path ? e.path : name,
		     strerror(-ret));
	outbox_close(&e);
	return ret == -EBUSY || ret == -ENOENT ? 0 : ret ? STATUS_TROUBLE : 0;
}

static int sync_all(void)
{
	json_t *list = outbox_list(store()), *down = json_object(), *name;
	int ret = 0, left = 0;
	size_t i;

	json_array_foreach(list, i, name)
		if (sync_one(json_string_value(name), down)) {
			ret = STATUS_TROUBLE;
			left++;
		}
	if (!list)
		printf("nothing is kept in %s/" OUTBOX_DIR "\n", store());
	else if (left)
		fail("%d of %zu are still kept in %s/" OUTBOX_DIR, left,
		     json_array_size(list), store());
	json_decref(list);
	json_decref(down);
	return ret;
}

/* ---- the command line ---- */

static int pairs_valid(const char *option, const char *lines)
{
	char *copy = lines ? strdup(lines) : NULL, *rest = copy, *one;
	int ret = 0;

	while (!ret && rest && (one = strsep(&rest, "\n")))
		if (!strchr(one, '=') || *one == '=')
			ret = fail("--%s %s: must be NAME=VALUE", option, one);
	free(copy);
	return ret;
}

static int timeout_valid(void)
{
	char *end;

	if (!o.timeout)
		return 0;
	timeout = strtod(o.timeout, &end);
	if (*end || end == o.timeout || !(timeout >= 0.001 && timeout <= 86400))
		return fail("--timeout %s: must be a number of seconds",
			    o.timeout);
	return 0;
}

static int server_valid(void)
{
	const char *uri = server();
	char *shown;
	int ret;

	if (!uri || !strncmp(uri, "http://", 7) || !strncmp(uri, "https://", 8))
		return 0;
	shown = http_shown(uri);
	ret = fail("--mlflow %s: must be http:// or https://; for a directory "
		   "or a database run mlflow server --backend-store-uri on it "
		   "and name its address", shown);
	free(shown);
	return ret;
}

/* On the command line: in samebits.conf it is for the next run. */
static bool names_tracker(void)
{
	return (o.mlflow && !defaults_origin("mlflow", 6)) ||
	       (o.wandb && !defaults_origin("wandb", 5)) ||
	       (o.csv && !defaults_origin("csv", 3)) ||
	       (o.json && !defaults_origin("json", 4));
}

static int valid(int operands)
{
	if (timeout_valid() || pairs_valid("tag", o.tags) ||
	    pairs_valid("param", o.params) || server_valid())
		return STATUS_TROUBLE;
	if (o.sync && (names_tracker() || operands))
		return fail("--sync sends what was kept, to where it was to "
			    "go; it takes no tracker and no RUN");
	if (!o.sync && !server() && !o.wandb && !o.csv && !o.json)
		return fail("log to what? --mlflow URI, --wandb, --csv FILE or "
			    "--json FILE; or set MLFLOW_TRACKING_URI");
	if (o.csv && o.json && !strcmp(o.csv, "-") && !strcmp(o.json, "-"))
		return fail("only one format can go to standard output");
	return metrics_parse(&metrics, o.metrics) ? 0 : STATUS_TROUBLE;
}

static int log_all(int operands, char **argv)
{
	int ret = 0;

	if (o.sync)
		return sync_all();
	if (!operands)
		return log_one(NULL);
	for (int i = 1; i <= operands; i++)
		ret |= log_one(argv[i]);
	return ret;
}

static int log_verb(int argc, char **argv)
{
	int operands, ret = opts_permute(options, argc, argv, &operands);

	if (ret == 1) {
		opts_help(stdout, "log [options] [RUN|EXPERIMENT ...]",
			  "Tells trackers of RUN (default: the newest): "
			  "parameters, metrics, tags, manifest\nand report. "
			  "What cannot be sent is kept for samebits log "
			  "--sync; the status is 125 then.",
			  options);
		return 0;
	}
	if (ret < 0 || valid(operands))
		return STATUS_TROUBLE;
	/* A client that ends early is told of by its status. */
	signal(SIGPIPE, SIG_IGN);
	ret = log_all(operands, argv);
	metrics_free(&metrics);
	return ret;
}

const struct cmd cmd_log = { "log", "runs, for MLflow, W&B, CSV and JSON",
			     options, log_verb };
