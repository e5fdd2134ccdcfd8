/* SPDX-License-Identifier: MIT */
/* A verdict for programs: the keys are described in README.md. */
#include "secrets.h"
#include "text.h"
#include "verdict.h"

static json_t *frame_json(const struct frame *f)
{
	json_t *j = json_object();

	json_object_set_new(j, "function", text_json(f->function));
	json_object_set_new(j, "file", text_json(f->file));
	json_object_set_new(j, "line",
			    f->line ? json_integer(f->line) : json_null());
	json_object_set_new(j, "module", text_json(f->module));
	return j;
}

static json_t *stack_json(const struct stack *s)
{
	json_t *list = json_array();

	for (size_t i = 0; i < s->n; i++)
		json_array_append_new(list, frame_json(&s->frame[i]));
	return list;
}

static json_t *suspect_json(const struct suspect *s)
{
	json_t *j = json_object();

	json_object_set_new(j, "source", text_json(s->source));
	json_object_set_new(j, "group", text_json(s->group));
	json_object_set_new(j, "process", text_json(s->process));
	json_object_set_new(j, "thread", text_json(s->thread));
	json_object_set_new(j, "event",
			    s->event ? json_integer((json_int_t)s->index)
				     : json_null());
	json_object_set_new(j, "values",
			    json_pack("[o, o]", text_json(s->value[0]),
				      text_json(s->value[1])));
	json_object_set_new(j, "stacks",
			    json_pack("[o, o]", stack_json(&s->stack[0]),
				      stack_json(&s->stack[1])));
	json_object_set_new(j, "cure", text_json(s->cure));
	return j;
}

static json_t *difference_json(const struct difference *d)
{
	json_t *j = json_object();

	json_object_set_new(j, "what", text_json(d->what));
	json_object_set_new(j, "text", text_json(d->text));
	json_object_set_new(j, "within_tolerance", json_boolean(d->within));
	if (d->details)
		json_object_set(j, "details", d->details);
	return j;
}

static json_t *texts(char **list, size_t n)
{
	json_t *j = json_array();

	for (size_t i = 0; i < n; i++)
		json_array_append_new(j, text_json(list[i]));
	return j;
}

static json_t *runs_json(const struct verdict *v)
{
	json_t *list = json_array();

	for (size_t i = 0; i < v->runs; i++)
		json_array_append_new(list,
				      json_pack("{s:s, s:f, s:i}", "run",
						v->run[i].name, "seconds",
						v->run[i].seconds, "status",
						v->run[i].status));
	return list;
}

static json_t *variation_json(const struct variation *x)
{
	json_t *j = json_object();

	json_object_set_new(j, "name", text_json(x->name));
	json_object_set_new(j, "how", text_json(x->how));
	json_object_set_new(j, "depends",
			    x->trouble ? json_null()
				       : json_boolean(x->text != NULL));
	json_object_set_new(j, "text",
			    text_json(x->trouble ? x->trouble : x->text));
	if (!x->orders)
		return j;
	json_object_set_new(j, "orders", json_integer((json_int_t)x->orders));
	json_object_set_new(j, "repeated",
			    x->again == AGAIN_NOT
				    ? json_null()
				    : json_boolean(x->again == AGAIN_SAME));
	return j;
}

json_t *report_json(const struct verdict *v)
{
	static const char *const names[] = {
		[VERDICT_SAME] = "same",
		[VERDICT_WITHIN] = "within",
		[VERDICT_DIFFERENT] = "different",
		[VERDICT_TROUBLE] = "trouble",
	};
	json_t *root = json_object(), *list;

	json_object_set_new(root, "verdict", json_string(names[v->is]));
	json_object_set_new(
		root, "sentence",
		text_json(v->is == VERDICT_TROUBLE ? v->trouble : v->sentence));
	json_object_set_new(root, "likely", text_json(v->likely));
	json_object_set_new(root, "program",
			    v->argv ? secrets_arguments(v->argv)
				    : json_array());
	json_object_set_new(root, "runs", runs_json(v));
	json_object_set_new(root, "compared", texts(v->compared, v->ncompared));
	json_object_set_new(root, "not_controlled",
			    texts(v->uncontrolled, v->nuncontrolled));
	list = json_array();
	for (size_t i = 0; i < v->differences; i++)
		json_array_append_new(list, difference_json(&v->difference[i]));
	json_object_set_new(root, "results_that_differ", list);
	json_object_set_new(root, "between",
			    v->between[0] ? texts((char **)v->between, 2)
					  : json_null());
	list = json_array();
	for (size_t i = 0; i < v->suspects; i++)
		json_array_append_new(list, suspect_json(&v->suspect[i]));
	json_object_set_new(root, "first_differences", list);
	list = json_array();
	for (size_t i = 0; i < v->variations; i++)
		json_array_append_new(list, variation_json(&v->variation[i]));
	json_object_set_new(root, "depends_on", list);
	return root;
}
