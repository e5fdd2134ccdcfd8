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
