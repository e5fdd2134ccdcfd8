/* SPDX-License-Identifier: MIT */
/*
 * A verdict as SARIF 2.1.0 (OASIS): a rule for each source, a result for each
 * place where runs went apart, its stacks as code flows.
 */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "globs.h"
#include "text.h"
#include "verdict.h"

#define SCHEMA                                                                 \
	"https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/"  \
	"sarif-schema-2.1.0.json"

static json_t *message(const char *text)
{
	json_t *j = json_object();

	json_object_set_new(j, "text", text_json(text));
	return j;
}

/* A path as a URI: RFC 3986 leaves few characters as they are. */
static json_t *uri(const char *path)
{
	char *out = malloc(strlen(path) * 3 + 1), *at = out;
	json_t *j;

	for (; out && *path; path++) {
		unsigned char c = (unsigned char)*path;

		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		    (c >= '0' && c <= '9') || strchr("-._~/", c))
			*at++ = (char)c;
		else
			at += sprintf(at, "%%%02X", c);
	}
	if (out)
		*at = 0;
	j = json_string(out ? out : "");
	free(out);
	return j;
}

/* Files of the working directory are named relative to it, as the reader's copy
 * lies elsewhere. */
static json_t *location(const struct frame *f, const char *cwd)
{
	json_t *j = json_object(), *physical = json_object();
	json_t *artifact = json_object();
	const char *below = path_below(f->file, cwd);

	if (*below == '/') {
		json_t *absolute = uri(below);
		json_t *whole =
			json_sprintf("file://%s", json_string_value(absolute));

		json_object_set_new(artifact, "uri", whole);
		json_decref(absolute);
	} else {
		json_object_set_new(artifact, "uri", uri(below));
		json_object_set_new(artifact, "uriBaseId",
				    json_string("SRCROOT"));
	}
	json_object_set_new(physical, "artifactLocation", artifact);
	if (f->line)
		json_object_set_new(physical, "region",
				    json_pack("{s:i}", "startLine", f->line));
	json_object_set_new(j, "physicalLocation", physical);
	return j;
}

static json_t *step(const struct frame *f, const char *cwd)
{
	json_t *j = json_object();
	json_t *where = f->file ? location(f, cwd) : json_object();
	json_t *logical = json_object();

	json_object_set_new(logical, "name",
			    text_json(f->function ? f->function : "?"));
	json_object_set_new(where, "logicalLocations",
			    json_pack("[o]", logical));
	json_object_set_new(where, "message",
			    message(f->function ? f->function : "?"));
	json_object_set_new(j, "location", where);
	if (f->module)
		json_object_set_new(j, "module", text_json(f->module));
	return j;
}

/* Outermost first, as it was executed. */
static json_t *flow(const struct stack *s, const char *cwd)
{
	json_t *list = json_array(), *thread = json_object();

	for (size_t i = s->n; i--;)
		json_array_append_new(list, step(&s->frame[i], cwd));
	json_object_set_new(thread, "locations", list);
	return thread;
}

static json_t *flows(const struct suspect *s, const char *cwd)
{
	json_t *list = json_array();

	for (int i = 0; i < 2; i++) {
		json_t *one;

		if (!s->stack[i].n)
			continue;
		one = json_object();
		json_object_set_new(one, "message",
				    message(i ? "in run B" : "in run A"));
		json_object_set_new(one, "threadFlows",
				    json_pack("[o]", flow(&s->stack[i], cwd)));
		json_array_append_new(list, one);
		if (stacks_equal(&s->stack[0], &s->stack[1]))
			break;
	}
	return list;
}

static const struct stack *shown(const struct suspect *s)
{
	return s->stack[0].n ? &s->stack[0] : &s->stack[1];
}

/* Equal between runs and machines: no addresses, no values. */
static json_t *fingerprint(const struct suspect *s)
{
	bool own;
	const struct frame *f = stack_own(shown(s), &own);

	return json_pack("{s:o}", "source/v1",
			 json_sprintf("%s:%s", s->source,
				      f && f->function ? f->function : "?"));
}

static json_t *suspect_result(const struct suspect *s, const char *cwd)
{
	bool own;
	const struct frame *f = stack_own(shown(s), &own);
	json_t *j = json_object(), *list = flows(s, cwd), *text;

	text = json_sprintf(
		"%s differs between two runs (process %s, thread %s)%s%s%s%s",
		s->source, s->process, s->thread, s->value[0] ? ": " : "",
		s->value[0] ? s->value[0] : "", s->value[1] ? " and " : "",
		s->value[1] ? s->value[1] : "");
	json_object_set_new(j, "ruleId", text_json(s->source));
	json_object_set_new(j, "level", json_string("error"));
	json_object_set_new(
		j, "message",
		message(text ? json_string_value(text) : s->source));
	json_decref(text);
	json_object_set_new(j, "locations",
			    f ? json_pack("[o]", location(f, cwd))
			      : json_array());
	if (json_array_size(list))
		json_object_set(j, "codeFlows", list);
	json_decref(list);
	json_object_set_new(j, "partialFingerprints", fingerprint(s));
	return j;
}

static json_t *difference_result(const struct difference *d)
{
	json_t *j = json_object();
	json_t *text = json_object(), *all;

	all = json_sprintf("%s differs%s%s", d->what, d->text ? ": " : "",
			   d->text ? d->text : "");
	json_object_set_new(text, "text", all ? all : text_json(d->what));
	json_object_set_new(j, "ruleId", json_string("result"));
	json_object_set_new(j, "level",
			    json_string(d->within ? "note" : "error"));
	json_object_set_new(j, "message", text);
	json_object_set_new(j, "locations", json_array());
	return j;
}

static json_t *rule(const char *id, const char *about, const char *cure)
{
	json_t *j = json_object();

	json_object_set_new(j, "id", text_json(id));
	json_object_set_new(j, "shortDescription", message(about));
	if (cure)
		json_object_set_new(j, "help", message(cure));
	return j;
}

static json_t *rules(const struct verdict *v)
{
	json_t *list = json_array();

	if (v->differences)
		json_array_append_new(list,
				      rule("result",
					   "a result of the program differs "
					   "between runs",
					   NULL));
	for (size_t i = 0; i < v->suspects; i++) {
		const struct suspect *s = &v->suspect[i];
		bool there = false;
		char *about;

		for (size_t k = 0; k < i; k++)
			there |= !strcmp(v->suspect[k].source, s->source);
		if (there || asprintf(&about, "%s (%s) differs between runs",
				      s->source, s->group) < 0)
			continue;
		json_array_append_new(list, rule(s->source, about, s->cure));
		free(about);
	}
	return list;
}

static json_t *trouble(const struct verdict *v)
{
	json_t *note = json_object();

	json_object_set_new(note, "level", json_string("error"));
	json_object_set_new(note, "message", message(v->trouble));
	return json_pack("{s:b, s:[o]}", "executionSuccessful", 0,
			 "toolExecutionNotifications", note);
}

int report_sarif(FILE *to, const struct verdict *v)
{
	json_t *root = json_object(), *run = json_object();
	json_t *driver = json_object(), *results = json_array();
	char cwd[PATH_MAX];
	bool failed;

	if (!getcwd(cwd, sizeof(cwd)))
		*cwd = 0;
	json_object_set_new(driver, "name", json_string("samebits"));
	json_object_set_new(driver, "version", json_string(SAMEBITS_VERSION));
	json_object_set_new(driver, "rules", rules(v));
	for (size_t i = 0; i < v->suspects; i++)
		json_array_append_new(results,
				      suspect_result(&v->suspect[i], cwd));
	for (size_t i = 0; i < v->differences; i++)
		json_array_append_new(results,
				      difference_result(&v->difference[i]));
	json_object_set_new(run, "tool", json_pack("{s:o}", "driver", driver));
	json_object_set_new(
		run, "invocations",
		json_pack("[o]",
			  v->is == VERDICT_TROUBLE
				  ? trouble(v)
				  : json_pack("{s:b}", "executionSuccessful",
					      1)));
	json_object_set_new(run, "results", results);
	json_object_set_new(run, "columnKind",
			    json_string("unicodeCodePoints"));
	json_object_set_new(root, "$schema", json_string(SCHEMA));
	json_object_set_new(root, "version", json_string("2.1.0"));
	json_object_set_new(root, "runs", json_pack("[o]", run));
	failed = json_dumpf(root, to, JSON_INDENT(1)) || fputc('\n', to) == EOF;
	json_decref(root);
	return failed ? -EIO : 0;
}
