/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "report_record.h"
#include "text.h"

#define SHOWN 20  /* of each list */
#define FRAMES 12 /* of a stack */

static void print_more(FILE *to, size_t n)
{
	if (n > SHOWN)
		fprintf(to, "  … and %zu more\n", n - SHOWN);
}

/* ---- a verdict ---- */

static void print_stack(FILE *to, const json_t *stack)
{
	json_t *frame;
	size_t i;

	json_array_foreach((json_t *)stack, i, frame)
	{
		json_t *line = json_object_get(frame, "line");

		if (i == FRAMES)
			break;
		fputs("      ", to);
		text_print(to, *text_some(frame, "function")
				       ? text_some(frame, "function")
				       : "?");
		fputs(*text_some(frame, "file") ? " at " : " in ", to);
		text_print(to, *text_some(frame, "file")
				       ? text_some(frame, "file")
				       : text_some(frame, "module"));
		if (json_is_integer(line))
			fprintf(to, ":%" JSON_INTEGER_FORMAT,
				json_integer_value(line));
		fputc('\n', to);
	}
}

static void print_suspect(FILE *to, const json_t *s)
{
	json_t *values = json_object_get(s, "values");
	json_t *stacks = json_object_get(s, "stacks");
	json_t *event = json_object_get(s, "event");

	fprintf(to, "  %s (%s) in process %s, thread %s", text_some(s, "source"),
		text_some(s, "group"), text_some(s, "process"),
		text_some(s, "thread"));
	if (json_is_integer(event))
		fprintf(to, ", event %" JSON_INTEGER_FORMAT,
			json_integer_value(event));
	fputc('\n', to);
	for (size_t i = 0; i < 2; i++) {
		const char *value =
			json_string_value(json_array_get(values, i));

		fprintf(to, "    %c  ", "AB"[i]);
		text_print(to, value ? value : "–");
		fputc('\n', to);
		if (!i || !json_equal(json_array_get(stacks, 0),
				      json_array_get(stacks, 1)))
			print_stack(to, json_array_get(stacks, i));
	}
	text_print_lines(to, text_some(s, "cure"), "    ");
}

static void print_results(FILE *to, const json_t *list)
{
	json_t *d;
	size_t i;

	if (json_array_size(list))
		fputs("\nresults that differ\n", to);
	json_array_foreach((json_t *)list, i, d)
	{
		if (i == SHOWN)
			break;
		text_print_lines(to, text_some(d, "what"), "  ");
		text_print_lines(to, text_some(d, "text"), "    ");
	}
	print_more(to, json_array_size(list));
}

/* Results of --chaos, each with the command that repeats it. */
static void print_orders(FILE *to, const json_t *list)
{
	json_t *x;
	size_t i;

	fputs("\neach result, and the command that repeats it\n", to);
	json_array_foreach((json_t *)list, i, x)
	{
		json_int_t n = json_integer_value(json_object_get(x, "orders"));

		if (i == SHOWN)
			break;
		fprintf(to, "  %" JSON_INTEGER_FORMAT " order%s%s\n", n,
			n == 1 ? "" : "s",
			json_is_true(json_object_get(x, "repeated"))
				? "; a second time, too"
				: "");
		text_print_lines(to, text_some(x, "how"), "    ");
		text_print_lines(to, text_some(x, "text"), "      ");
	}
	print_more(to, json_array_size(list));
}

static void print_variations(FILE *to, const json_t *list)
{
	json_t *x;
	size_t i;

	if (json_object_get(json_array_get(list, 0), "orders")) {
		print_orders(to, list);
		return;
	}
	if (json_array_size(list))
		fputs("\nwhat the result depends on\n", to);
	json_array_foreach((json_t *)list, i, x)
	{
		json_t *depends = json_object_get(x, "depends");

		fprintf(to, "  %-10s %-26s %s\n",
			json_is_null(depends)	? "not known"
			: json_is_true(depends) ? "DEPENDS"
						: "no",
			text_some(x, "name"), text_some(x, "how"));
	}
}

static void print_runs(FILE *to, const json_t *list)
{
	json_t *run;
	size_t i;

	if (json_array_size(list))
		fputs("\nruns\n", to);
	json_array_foreach((json_t *)list, i, run)
	{
		if (i == SHOWN)
			break;
		fprintf(to,
			"  %s  %.2f s  exit status %" JSON_INTEGER_FORMAT "\n",
			text_some(run, "run"),
			json_number_value(json_object_get(run, "seconds")),
			json_integer_value(json_object_get(run, "status")));
	}
	print_more(to, json_array_size(list));
}

static void print_verdict(FILE *to, const json_t *v)
{
	json_t *list = json_object_get(v, "first_differences"), *text;
	size_t i;

	if (!v) {
		fputs("it was ended in the middle, and has no verdict\n", to);
		return;
	}
	text_print_lines(to, text_some(v, "sentence"), "");
	if (*text_some(v, "likely")) {
		fputs("it depends on ", to);
		text_print_lines(to, text_some(v, "likely"), "");
	}
	if (json_array_size(list)) {
		fputs("\nwhere they first went apart\n", to);
		print_suspect(to, json_array_get(list, 0));
	}
	if (json_array_size(list) > 1)
		fprintf(to, "  … and at %zu places more (--json, --html)\n",
			json_array_size(list) - 1);
	print_results(to, json_object_get(v, "results_that_differ"));
	print_variations(to, json_object_get(v, "depends_on"));
	list = json_object_get(v, "not_controlled");
	if (json_array_size(list))
		fputs("\nnot controlled\n", to);
	json_array_foreach(list, i, text)
		text_print_lines(to, json_string_value(text), "  ");
}

/* ---- blame ---- */

static void print_causes(FILE *to, const json_t *causes)
{
	json_t *list = json_object_get(causes, "alone"), *c;
	size_t i;

	if (json_array_size(list))
		fputs("\nleft to chance, one at a time\n", to);
	json_array_foreach(list, i, c)
	{
		json_t *changes = json_object_get(c, "changes");

		fprintf(to, "  %-22s %s\n", text_some(c, "name"),
			json_is_null(changes)	? "not tried"
			: json_is_true(changes) ? "CHANGES"
						: "same");
		text_print_lines(to, text_some(c, "how"), "        ");
		text_print_lines(to, text_some(c, "metric"), "        ");
	}
	list = json_object_get(causes, "together");
	if (json_array_size(list))
		fputs("\nonly together\n", to);
	json_array_foreach(list, i, c)
		text_print_lines(to, json_string_value(c), "  ");
}

/* ---- the whole ---- */

void report_record(FILE *to, const char *name, const json_t *record)
{
	const char *kind = text_some(record, "kind");

	fprintf(to, "%s %s: ", kind, name);
	print_verdict(to, json_object_get(record, "verdict"));
	print_causes(to, json_object_get(record, "causes"));
	print_runs(to,
		   json_object_get(json_object_get(record, "verdict"), "runs"));
}
