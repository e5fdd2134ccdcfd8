/* SPDX-License-Identifier: MIT */
/* `samebits sources`: the rows of the very object that will be preloaded. */
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "cmd.h"
#include "opts.h"
#include "say.h"
#include "shim.h"

static const char *policy(const struct source *row)
{
	return row->policy == SB_FORCE ? "force" : "observe";
}

static void print_row(const struct source *row, void *arg)
{
	(void)arg;
	printf("%-14s %-26s %-8s %s\n", row->group, row->name, policy(row),
	       row->doc ? row->doc : "");
}

static void add_row(const struct source *row, void *arg)
{
	json_array_append_new(arg, json_pack("{s:s, s:s, s:s, s:s}", "group",
					     row->group, "name", row->name,
					     "policy", policy(row), "doc",
					     row->doc ? row->doc : ""));
}

int cmd_sources(int argc, char **argv)
{
	const char *json = NULL;
	const struct opt options[] = {
		{ "json", 0, NULL, "for programs", &json },
		{ NULL, 0, NULL, NULL, NULL }
	};
	int first, ret = opts_parse(options, argc, argv, &first);
	json_t *all;

	if (ret == 1) {
		opts_help(stdout, "sources [--json]",
			  "Lists every source that samebits knows: group, "
			  "name, what `run` does, meaning.", options);
		return 0;
	}
	if (ret < 0)
		return STATUS_TROUBLE;
	if (first < argc)
		return fail("sources takes no arguments: %s", argv[first]);
	all = json_array();
	ret = json ? shim_sources(add_row, all) : shim_sources(print_row, NULL);
	if (!ret && json) {
		json_dumpf(all, stdout, JSON_INDENT(2));
		putchar('\n');
	}
	json_decref(all);
	return ret ? fail("libsamebits.so cannot be loaded: %s",
			  strerror(-ret))
		   : 0;
}
