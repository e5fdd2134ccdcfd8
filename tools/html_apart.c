/* SPDX-License-Identifier: MIT */
/* Where two runs first went apart: both sides beside each other. */
#include <stdbool.h>
#include <string.h>

#include "html.h"
#include "text.h"

#define SUSPECTS 13
#define FRAMES 40 /* of a stack */

static bool frame_in(const json_t *stack, const json_t *frame)
{
	json_t *other;
	size_t i;

	json_array_foreach(
		(json_t *)stack, i,
		other) if (json_equal(other, (json_t *)frame)) return true;
	return false;
}

static void put_frame(FILE *to, const json_t *frame, bool marked)
{
	const char *file = text_some(frame, "file");
	const char *module = text_some(frame, "module");
	json_t *line = json_object_get(frame, "line");
	const char *function = text_some(frame, "function");

	fputs(marked ? "<li class=\"marked\">" : "<li>", to);
	html_text(to, *function ? function : "in");
	fputs(" <span class=\"at\">", to);
	html_text(to, *file ? file : html_base(*module ? module : "?"));
	if (*file && json_is_integer(line))
		fprintf(to, ":%" JSON_INTEGER_FORMAT, json_integer_value(line));
	fputs("</span></li>", to);
}

/* Of an interpreter: below such, its own code says little. */
static bool is_line(const json_t *frame)
{
	return !*text_some(frame, "module");
}

static void put_stack(FILE *to, const json_t *stack, const json_t *other)
{
	size_t i, n = json_array_size(stack);
	bool lines, inside = false;
	json_t *frame;

	if (!n) {
		fputs("<p class=\"quiet\">from an unknown place, or not called"
		      "</p>",
		      to);
		return;
	}
	lines = is_line(json_array_get(stack, 0));
	fputs("<ol class=\"stack\">", to);
	json_array_foreach((json_t *)stack, i, frame)
	{
		if (i == FRAMES)
			break;
		if (lines && !is_line(frame)) {
			lines = false;
			fprintf(to,
				"</ol><details><summary class=\"quiet\">"
				"%zu frames of the interpreter</summary>"
				"<ol class=\"stack\">",
				n - i);
			inside = true;
		}
		put_frame(to, frame,
			  json_array_size(other) && !frame_in(other, frame));
	}
	fputs(inside ? "</ol></details>" : "</ol>", to);
	html_more(to, n > FRAMES ? n - FRAMES : 0, "frames");
}

/* Both sides beside each other. */
static void put_suspect(FILE *to, const json_t *s)
{
	json_t *values = json_object_get(s, "values");
	json_t *stacks = json_object_get(s, "stacks");
	json_t *event = json_object_get(s, "event");

	fputs("<p class=\"where\"><strong>", to);
	html_text(to, text_some(s, "source"));
	fputs("</strong> ", to);
	html_format(to, "(%s) in process %s, thread %s",
		    text_some(s, "group"), text_some(s, "process"),
		    text_some(s, "thread"));
	if (json_is_integer(event))
		fprintf(to, ", event %" JSON_INTEGER_FORMAT,
			json_integer_value(event));
	fputs("</p>\n<div class=\"sides\">\n", to);
	for (size_t i = 0; i < 2; i++) {
		fprintf(to,
			"<div class=\"side\"><h3>%c</h3><p class=\"value\">",
			"AB"[i]);
		html_value(to, json_array_get(values, i));
		fputs("</p>", to);
		put_stack(to, json_array_get(stacks, i),
			  json_array_get(stacks, 1 - i));
		fputs("</div>\n", to);
	}
	fputs("</div>\n", to);
	if (*text_some(s, "cure")) {
		fputs("<p class=\"cure\">", to);
		html_text(to, text_some(s, "cure"));
		fputs("</p>\n", to);
	}
}

static void put_other(FILE *to, const json_t *s)
{
	json_t *stack = json_array_get(json_object_get(s, "stacks"), 0);
	json_t *frame = json_array_get(stack, 0);

	fputs("<details><summary>", to);
	html_text(to, text_some(s, "source"));
	fputs(" <span class=\"at\">", to);
	html_text(to, text_some(frame, "function"));
	if (!*text_some(frame, "file"))
		html_format(to, " in %s",
			    html_base(text_some(frame, "module")));
	else
		html_format(to, " at %s:%d",
			    html_base(text_some(frame, "file")),
			    (int)json_integer_value(
				    json_object_get(frame, "line")));
	fputs("</span></summary>\n", to);
	put_suspect(to, s);
	fputs("</details>\n", to);
}

void html_apart(FILE *to, const json_t *verdict)
{
	json_t *list = json_object_get(verdict, "first_differences"), *s;
	json_t *between = json_object_get(verdict, "between");
	size_t i, n = json_array_size(list);

	if (!n)
		return;
	html_section(to, "apart", "Where they first went apart", NULL);
	if (json_array_size(between) == 2) {
		fputs("<p class=\"about\">A is run ", to);
		html_value(to, json_array_get(between, 0));
		fputs(", B is run ", to);
		html_value(to, json_array_get(between, 1));
		fputs(".</p>\n", to);
	}
	put_suspect(to, json_array_get(list, 0));
	if (n > 1)
		fputs("<h3>And elsewhere, where each place first differs"
		      "</h3>\n",
		      to);
	json_array_foreach(list, i, s)
	{
		if (i && i < SUSPECTS)
			put_other(to, s);
	}
	html_more(to, n > SUSPECTS ? n - SUSPECTS : 0, "places");
	html_section_end(to);
}
