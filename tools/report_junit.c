/* SPDX-License-Identifier: MIT */
/*
 * A verdict as JUnit XML: a test case for each thing that was compared. The
 * form that CI systems read: testsuites, testsuite, testcase with failure or
 * error; times in seconds.
 */
#include <errno.h>
#include <string.h>

#include "text.h"
#include "verdict.h"

#define CASES_MOST 1000

/* Text and attributes of XML 1.0: of control characters it has three. What is
 * no UTF-8 becomes '?'. */
static void xml(FILE *to, const char *s)
{
	json_t *j = text_json(s ? s : "");

	for (s = json_string_value(j); s && *s; s++) {
		switch (*s) {
		case '&':
			fputs("&amp;", to);
			break;
		case '<':
			fputs("&lt;", to);
			break;
		case '>':
			fputs("&gt;", to);
			break;
		case '"':
			fputs("&quot;", to);
			break;
		case '\n':
			fputs("&#10;", to);
			break;
		default:
			fputc((unsigned char)*s < 32 && *s != '\t' ? '?' : *s,
			      to);
		}
	}
	json_decref(j);
}

static double seconds(const struct verdict *v)
{
	double sum = 0;

	for (size_t i = 0; i < v->runs; i++)
		sum += v->run[i].seconds;
	return sum;
}

static void open_case(FILE *to, const char *name, const char *program)
{
	fputs("    <testcase classname=\"samebits.", to);
	xml(to, program);
	fputs("\" name=\"", to);
	xml(to, name);
	fputs("\" time=\"0\"", to);
}

static void failed_case(FILE *to, const char *name, const char *program,
			const char *kind, const char *message, const char *text)
{
	size_t first = message ? strcspn(message, "\n") : 0;
	char line[256];

	snprintf(line, sizeof(line), "%.*s", (int)(first < 250 ? first : 250),
		 message ? message : "");
	open_case(to, name, program);
	fprintf(to, ">\n      <%s type=\"samebits\" message=\"", kind);
	xml(to, line);
	fputs("\">", to);
	xml(to, text ? text : message);
	fprintf(to, "</%s>\n    </testcase>\n", kind);
}

static bool differs(const struct verdict *v, const char *what)
{
	for (size_t i = 0; i < v->differences; i++)
		if (!v->difference[i].within &&
		    !strcmp(v->difference[i].what, what))
			return true;
	return false;
}

static void passed_cases(FILE *to, const struct verdict *v, const char *program)
{
	for (size_t i = 0; i < v->ncompared && i < CASES_MOST; i++) {
		if (differs(v, v->compared[i]))
			continue;
		open_case(to, v->compared[i], program);
		fputs("/>\n", to);
	}
	for (size_t i = 0; i < v->variations && i < CASES_MOST; i++) {
		const struct variation *x = &v->variation[i];

		if (x->text) {
			failed_case(to, x->name, program, "failure", x->how,
				    x->text);
			continue;
		}
		open_case(to, x->name, program);
		if (x->trouble) {
			fputs("><skipped message=\"", to);
			xml(to, x->trouble);
			fputs("\"/></testcase>\n", to);
		} else {
			fputs("/>\n", to);
		}
	}
}

static size_t passed(const struct verdict *v)
{
	size_t n = 0;

	for (size_t i = 0; i < v->ncompared && i < CASES_MOST; i++)
		n += !differs(v, v->compared[i]);
	return n;
}

int report_junit(FILE *to, const struct verdict *v)
{
	const char *program = v->argv && *v->argv ? *v->argv : "program";
	const char *slash = strrchr(program, '/');
	size_t failures = 0, skipped = 0, errors = v->is == VERDICT_TROUBLE;
	size_t tests;

	for (size_t i = 0; i < v->differences && i < CASES_MOST; i++)
		failures += !v->difference[i].within;
	tests = passed(v) + failures + errors;
	for (size_t i = 0; i < v->variations && i < CASES_MOST; i++) {
		failures += v->variation[i].text != NULL;
		skipped += v->variation[i].trouble != NULL;
		tests++;
	}
	program = slash ? slash + 1 : program;
	fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n", to);
	fprintf(to,
		"  <testsuite name=\"samebits check\" tests=\"%zu\" "
		"failures=\"%zu\" errors=\"%zu\" skipped=\"%zu\" "
		"time=\"%.3f\">\n",
		tests, failures, errors, skipped, seconds(v));
	if (errors)
		failed_case(to, "run", program, "error", v->trouble, NULL);
	for (size_t i = 0; i < v->differences && i < CASES_MOST; i++)
		if (!v->difference[i].within)
			failed_case(to, v->difference[i].what, program,
				    "failure", v->difference[i].text, NULL);
	passed_cases(to, v, program);
	if (v->suspects) {
		fputs("    <system-out>", to);
		for (size_t i = 0; i < v->suspects; i++) {
			bool own;
			const struct frame *f =
				stack_own(&v->suspect[i].stack[0], &own);

			xml(to, v->suspect[i].source);
			if (f) {
				fputs(" at ", to);
				xml(to, f->file);
				fprintf(to, ":%d", f->line);
			}
			fputc('\n', to);
		}
		fputs("</system-out>\n", to);
	}
	fputs("  </testsuite>\n</testsuites>\n", to);
	return ferror(to) ? -EIO : 0;
}
