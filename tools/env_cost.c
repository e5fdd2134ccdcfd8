/* SPDX-License-Identifier: MIT */
/* What control costs: as `samebits blame` has measured it of the same command. */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "environment.h"
#include "record.h"
#include "store.h"

static bool is_blame_of(const char *dir, const json_t *run)
{
	json_t *manifest = record_is(dir) ? manifest_read(dir) : NULL;
	const char *mode = json_string_value(json_object_get(manifest, "mode"));
	bool yes = mode && !strcmp(mode, "blame") &&
		   json_equal(json_object_get(manifest, "argv"),
			      json_object_get(run, "argv")) &&
		   json_equal(json_object_get(manifest, "cwd"),
			      json_object_get(run, "cwd"));

	json_decref(manifest);
	return yes;
}

/* Of each group of sources that was left to chance: what was measured. NULL:
 * nothing. */
static json_t *ratios(const json_t *causes)
{
	json_t *list = json_object_get(causes, "alone"), *cause;
	json_t *all = json_object();
	size_t i;

	json_array_foreach(list, i, cause) {
		const char *name = json_string_value(
			json_object_get(cause, "name"));
		json_t *cost = json_object_get(cause, "cost");

		if (name && json_number_value(json_object_get(cost, "ratio")) > 0)
			json_object_set(all, name, cost);
	}
	if (json_object_size(all))
		return all;
	json_decref(all);
	return NULL;
}

static json_t *cost_of(const char *dir, const char *name)
{
	json_t *record = record_read(dir);
	json_t *all = ratios(json_object_get(record, "causes"));

	json_decref(record);
	return all ? json_pack("{s:s, s:o}", "blame", name, "ratios", all)
		   : NULL;
}

json_t *environment_cost(const char *dir, const json_t *run)
{
	char path[PATH_MAX + NAME_MAX + 2], store[PATH_MAX];
	json_t *cost = NULL;
	struct dirent **entry;
	char *slash;
	int n;

	snprintf(store, sizeof(store), "%s", dir);
	slash = strrchr(store, '/');
	if (!slash)
		return json_null();
	*slash = 0;
	n = store_list(store, &entry);
	for (int i = n - 1; i >= 0 && !cost; i--) {
		snprintf(path, sizeof(path), "%s/%s", store, entry[i]->d_name);
		if (is_blame_of(path, run))
			cost = cost_of(path, entry[i]->d_name);
	}
	if (n >= 0)
		store_list_free(entry, n);
	return cost ? cost : json_null();
}
