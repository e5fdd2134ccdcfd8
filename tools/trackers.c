/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "trackers.h"

static const struct tracker *const trackers[] = {
	&tracker_csv,
	&tracker_json,
	&tracker_mlflow,
	&tracker_wandb,
};

const struct tracker *tracker_find(const char *name)
{
	for (size_t i = 0; i < sizeof(trackers) / sizeof(*trackers); i++)
		if (name && !strcmp(trackers[i]->name, name))
			return trackers[i];
	return NULL;
}

static bool strings(const json_t *object)
{
	const char *key;
	json_t *value;

	if (!json_is_object(object))
		return false;
	json_object_foreach((json_t *)object, key, value)
		if (!json_is_string(value))
			return false;
	return true;
}

/* [name, value, step], as in track.h. */
static bool metrics_valid(const json_t *list)
{
	json_t *one;
	size_t i;

	if (!json_is_array(list))
		return false;
	json_array_foreach(list, i, one) {
		const json_t *value = json_array_get(one, 1);

		if (!json_is_string(json_array_get(one, 0)) ||
		    !(json_is_null(value) || json_is_number(value) ||
		      json_is_string(value)) ||
		    !json_is_integer(json_array_get(one, 2)))
			return false;
	}
	return true;
}

static bool run_valid(const json_t *run)
{
	return strings(json_object_get(run, "params")) &&
	       strings(json_object_get(run, "tags")) &&
	       strings(json_object_get(run, "artifacts")) &&
	       metrics_valid(json_object_get(run, "metrics")) &&
	       json_object_get(run, "start") && entry_text(run, "name") &&
	       entry_text(run, "status");
}

bool entry_valid(const json_t *entry)
{
	json_t *runs = json_object_get(entry, "runs"), *run;
	size_t i;

	json_array_foreach(runs, i, run)
		if (!run_valid(run))
			return false;
	return json_array_size(runs) && entry_text(entry, "id") &&
	       entry_text(entry, "to") && entry_text(entry, "experiment") &&
	       tracker_find(entry_text(entry, "tracker"));
}

void delivery_free(struct delivery *d)
{
	free(d->why);
	free(d->note);
	free(d->where);
	d->why = d->note = d->where = NULL;
}

const char *entry_text(const json_t *entry, const char *key)
{
	return json_string_value(json_object_get(entry, key));
}

char *entry_run_id(const json_t *entry, size_t n)
{
	char *id;

	return asprintf(&id, "%s-%zu", entry_text(entry, "id"), n) < 0 ? NULL
									: id;
}

void delivery_say(char **text, const char *format, ...)
{
	char *old = *text;
	va_list ap;

	va_start(ap, format);
	if (vasprintf(text, format, ap) < 0)
		*text = NULL;
	va_end(ap);
	free(old);
}
