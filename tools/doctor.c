/* SPDX-License-Identifier: MIT */
/* `samebits doctor`: what this machine allows. */
#include <stdio.h>
#include <string.h>

#include "cmd.h"
#include "opts.h"
#include "probe.h"
#include "say.h"
#include "text.h"

#define STATUS_MISSING 1 /* something that the core needs */

static const char *store, *as_json;

static const struct opt options[] = {
	{ "store", 0, "DIR", "where runs would be kept (default .samebits)",
	  &store },
	{ "json", 0, NULL, "for programs", &as_json },
	{ NULL, 0, NULL, NULL, NULL }
};

static const struct probe *const groups[] = { probes_core, probes_kernel,
					      probes_software };

static const char *word(enum probe_result result)
{
	static const char *const words[] = { "ok", "missing", "-" };

	return words[result];
}

static void print_line(const char *label, const char *text)
{
	printf("%28s%s: ", "", label);
	text_print(stdout, text);
	putchar('\n');
}

static void print(const struct probe *p, const struct answer *a)
{
	bool red = a->result == PROBE_MISSING && say_colour(stdout);

	printf("%s%-7s%s %-19s ", red ? "\033[31m" : "", word(a->result),
	       red ? "\033[0m" : "", p->name);
	text_print(stdout, a->text);
	putchar('\n');
	if (a->result != PROBE_MISSING)
		return;
	print_line(p->core ? "needed" : "without", p->without);
	print_line("cure", p->cure);
}

static json_t *to_json(const struct probe *p, const struct answer *a)
{
	static const char *const words[] = { "ok", "missing", "fact" };
	json_t *j = json_object();

	json_object_set_new(j, "name", json_string(p->name));
	json_object_set_new(j, "status", json_string(words[a->result]));
	json_object_set_new(j, "core", json_boolean(p->core));
	json_object_set_new(j, "found", text_json(a->text));
	json_object_set_new(j, "without", text_json(p->without));
	json_object_set_new(j, "cure", text_json(p->cure));
	return j;
}

static bool examine(json_t *list)
{
	bool works = true;

	for (size_t g = 0; g < sizeof(groups) / sizeof(*groups); g++)
		for (const struct probe *p = groups[g]; p->name; p++) {
			struct answer a;

			probe_ask(p, &a);
			works &= !p->core || a.result != PROBE_MISSING;
			if (list)
				json_array_append_new(list, to_json(p, &a));
			else
				print(p, &a);
		}
	return works;
}

static int doctor(int argc, char **argv)
{
	json_t *root = NULL, *list = NULL;
	int operands, ret = opts_permute(options, argc, argv, &operands);
	bool works;

	if (ret == 1) {
		opts_help(stdout, "doctor [options]",
			  "Tries out what this machine allows, and says what "
			  "it costs to be without and\nthe cure. The exit "
			  "status is 1 where samebits cannot work here.",
			  options);
		return 0;
	}
	if (ret < 0)
		return STATUS_TROUBLE;
	if (operands)
		return fail("doctor takes no argument: %s", argv[1]);
	probe_store = store;
	if (as_json) {
		root = json_object();
		list = json_array();
	}
	works = examine(list);
	if (as_json) {
		json_object_set_new(root, "works", json_boolean(works));
		json_object_set_new(root, "probes", list);
		json_dumpf(root, stdout, JSON_INDENT(2));
		putchar('\n');
		json_decref(root);
	}
	return works ? 0 : STATUS_MISSING;
}

const struct cmd cmd_doctor = { "doctor", "what this machine allows", options,
				doctor };
