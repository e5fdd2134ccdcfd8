/* SPDX-License-Identifier: MIT */
/* `samebits sources`: every row of the shim that `run` would preload. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cmd.h"
#include "opts.h"
#include "say.h"
#include "shim.h"
#include "text.h"

static const char *as_json, *markdown;

static const struct opt options[] = {
	{ "json", 0, NULL, "for programs", &as_json },
	{ "markdown", 0, NULL, "a table for the manual", &markdown },
	{ NULL, 0, NULL, NULL, NULL }
};

static const char *policy(const struct source *row)
{
	static const char *const name[] = { "pass", "observe", "force",
					    "deny" };

	return row->policy <= SB_DENY ? name[row->policy] : "?";
}

static void add_json(const struct source *row, void *arg)
{
	json_t *j = json_object();

	json_object_set_new(j, "name", text_json(row->name));
	json_object_set_new(j, "group", text_json(row->group));
	json_object_set_new(j, "policy", json_string(policy(row)));
	json_object_set_new(j, "keys", json_boolean(row->keys));
	json_object_set_new(j, "doc", text_json(row->doc));
	json_array_append_new(arg, j);
}

static void add_markdown(const struct source *row, void *arg)
{
	(void)arg;
	printf("| `%s` | %s | %s | %s |\n", row->name, row->group,
	       policy(row), row->doc ? row->doc : "");
}

static void add_text(const struct source *row, void *arg)
{
	const char **group = arg;

	if (!*group || strcmp(*group, row->group))
		printf("%s%s\n", *group ? "\n" : "", row->group);
	*group = row->group;
	printf("  %-24s %-8s %s\n", row->name, policy(row),
	       row->doc ? row->doc : "");
}

static int print_all(void)
{
	json_t *all = json_array();
	const char *group = NULL;
	int ret;

	if (as_json) {
		ret = shim_sources(add_json, all);
		if (ret == 0) {
			json_dumpf(all, stdout, JSON_INDENT(2));
			putchar('\n');
		}
	} else if (markdown) {
		printf("| source | group | policy | what it is |\n"
		       "| --- | --- | --- | --- |\n");
		ret = shim_sources(add_markdown, NULL);
	} else {
		ret = shim_sources(add_text, &group);
	}
	json_decref(all);
	return ret;
}

static int sources(int argc, char **argv)
{
	int first, ret = opts_parse(options, argc, argv, &first);

	if (ret == 1) {
		opts_help(stdout, "sources [options]",
			  "Lists every source of nondeterminism that samebits "
			  "knows, by group, with what\n`run` does about it "
			  "by default.", options);
		return 0;
	}
	if (ret < 0)
		return STATUS_TROUBLE;
	if (first < argc)
		return fail("sources takes no argument: %s", argv[first]);
	if (as_json && markdown)
		return fail("--json and --markdown exclude each other");
	ret = print_all();
	if (ret)
		return fail("libsamebits.so cannot be loaded: %s; build or "
			    "install it again", strerror(-ret));
	return 0;
}

const struct cmd cmd_sources = { "sources",
				 "every source that samebits knows", options,
				 sources };
