/* SPDX-License-Identifier: MIT */
/* `samebits list`: the runs in the store. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cmd.h"
#include "opts.h"
#include "reader.h"
#include "say.h"
#include "store.h"
#include "text.h"

static const char *store, *as_json;

static const struct opt options[] = {
	{ "store", 0, "DIR", "where runs are kept (default .samebits)",
	  &store },
	{ "json", 0, NULL, "for programs", &as_json },
	{ NULL, 0, NULL, NULL, NULL }
};

static json_t *get(json_t *manifest, const char *key)
{
	json_t *value = json_object_get(manifest, key);

	return value ? json_incref(value) : json_null();
}

static json_t *entry(const char *run, json_t *manifest)
{
	static const char *const keys[] = { "start", "mode", "status",
					    "program", "argv" };
	json_t *j = json_object();

	json_object_set_new(j, "run", text_json(run));
	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		json_object_set_new(j, keys[i], get(manifest, keys[i]));
	return j;
}

static void when(char *out, size_t size, json_t *start)
{
	time_t t = (time_t)json_number_value(start);
	struct tm tm;

	snprintf(out, size, "-");
	if (json_is_number(start) && localtime_r(&t, &tm))
		strftime(out, size, "%Y-%m-%d %H:%M:%S", &tm);
}

static void print(const char *run, json_t *manifest)
{
	json_t *recording = json_object_get(manifest, "recording");
	const char *mode = json_string_value(json_object_get(
		json_is_object(recording) ? recording : manifest, "mode"));
	const char *program =
		json_string_value(json_object_get(manifest, "program"));
	json_t *argv = json_object_get(manifest, "argv"), *arg;
	json_t *status = json_object_get(manifest, "status");
	char time[32], code[32] = "-";
	size_t i;

	when(time, sizeof(time), json_object_get(manifest, "start"));
	if (json_is_integer(status))
		snprintf(code, sizeof(code), "%" JSON_INTEGER_FORMAT,
			 json_integer_value(status));
	printf("%-6s  %-19s  ", run, time);
	text_print(stdout, mode ? mode : "-");
	printf("%*s  %6s  ", mode && strlen(mode) < 6 ?
		       (int)(6 - strlen(mode)) : 0, "", code);
	text_print(stdout, program		    ? program
			   : manifest ? "-" : "(no manifest: not started by samebits)");
	json_array_foreach(argv, i, arg) {
		if (!i || !json_is_string(arg))
			continue;
		putchar(' ');
		text_print(stdout, json_string_value(arg));
	}
	putchar('\n');
}

static void print_all(const char *where, struct dirent **run, int n)
{
	json_t *all = json_array();
	char dir[PATH_MAX];

	if (!as_json)
		printf("%-6s  %-19s  %-6s  %6s  %s\n", "RUN", "TIME", "MODE",
		       "STATUS", "PROGRAM");
	for (int i = 0; i < n; i++) {
		json_t *manifest;

		snprintf(dir, sizeof(dir), "%s/%s", where, run[i]->d_name);
		manifest = manifest_read(dir);
		if (as_json)
			json_array_append_new(
				all, entry(run[i]->d_name, manifest));
		else
			print(run[i]->d_name, manifest);
		json_decref(manifest);
	}
	if (as_json) {
		json_dumpf(all, stdout, JSON_INDENT(2));
		putchar('\n');
	}
	json_decref(all);
}

static int list(int argc, char **argv)
{
	struct dirent **run;
	const char *where;
	int first, n, ret = opts_parse(options, argc, argv, &first);

	if (ret == 1) {
		opts_help(stdout, "list [options]",
			  "Lists the runs in the store, oldest first.",
			  options);
		return 0;
	}
	if (ret < 0)
		return STATUS_TROUBLE;
	if (first < argc)
		return fail("list takes no argument; name a store with "
			    "--store %s", argv[first]);
	where = store ? store : STORE_DEFAULT;
	n = store_list(where, &run);
	if (n < 0)
		return fail("%s: %s; make a run with samebits run -- PROGRAM, "
			    "or name the store with --store", where,
			    n == -ENOENT ? "there are no runs here"
					 : strerror(-n));
	print_all(where, run, n);
	store_list_free(run, n);
	return 0;
}

const struct cmd cmd_list = { "list", "the runs in the store", options, list };
