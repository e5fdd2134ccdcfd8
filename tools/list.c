/* SPDX-License-Identifier: MIT */
/* `samebits list`: the runs in the store. */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cmd.h"
#include "opts.h"
#include "reader.h"
#include "say.h"
#include "store.h"

static int is_run(const struct dirent *e)
{
	return strlen(e->d_name) == 6 &&
	       strspn(e->d_name, "0123456789") == 6;
}

static void print_run(const char *name, const json_t *m)
{
	const json_t *status = json_object_get(m, "status");
	const char *mode = json_string_value(json_object_get(m, "mode"));
	time_t t = (time_t)json_number_value(json_object_get(m, "start"));
	const json_t *argv = json_object_get(m, "argv"), *word;
	char when[32], ended[16] = "running";
	struct tm tm;
	size_t i;

	localtime_r(&t, &tm);
	strftime(when, sizeof(when), "%F %T", &tm);
	if (json_is_integer(status))
		snprintf(ended, sizeof(ended), "%d",
			 (int)json_integer_value(status));
	printf("%s  %s  %-5s  %7s ", name, when, mode ? mode : "?", ended);
	json_array_foreach((json_t *)argv, i, word)
		printf(" %s", json_string_value(word));
	putchar('\n');
}

static int list(const char *store, bool json)
{
	struct dirent **entry;
	int n = scandir(store, &entry, is_run, alphasort);
	json_t *all = json_array();

	if (n < 0) {
		json_decref(all);
		return fail("%s: %s; make a run with samebits run -- PROGRAM, "
			    "or name the place with --store DIR", store,
			    strerror(errno));
	}
	for (int i = 0; i < n; i++) {
		char dir[PATH_MAX];
		json_t *m;

		snprintf(dir, sizeof(dir), "%s/%s", store, entry[i]->d_name);
		m = manifest_read(dir);
		if (!json) {
			print_run(entry[i]->d_name, m);
		} else {
			if (!m)
				m = json_object();
			json_object_set_new(m, "run",
					    json_string(entry[i]->d_name));
			json_array_append(all, m);
		}
		json_decref(m);
		free(entry[i]);
	}
	free(entry);
	if (json) {
		json_dumpf(all, stdout, JSON_INDENT(2));
		putchar('\n');
	}
	json_decref(all);
	return 0;
}

int cmd_list(int argc, char **argv)
{
	const char *store = STORE_DEFAULT, *json = NULL;
	const struct opt options[] = {
		{ "store", 0, "DIR", "where runs are kept (default .samebits)",
		  &store },
		{ "json", 0, NULL, "for programs", &json },
		{ NULL, 0, NULL, NULL, NULL }
	};
	int first, ret = opts_parse(options, argc, argv, &first);

	if (ret == 1) {
		opts_help(stdout, "list [options]",
			  "Lists the runs in the store: number, start, mode, "
			  "status, command.", options);
		return 0;
	}
	if (ret < 0)
		return STATUS_TROUBLE;
	if (first < argc)
		return fail("list takes no arguments: %s", argv[first]);
	return list(store, json);
}
