/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "find.h"
#include "record.h"
#include "say.h"
#include "store.h"

static int no_such_run(const char *store, const char *name)
{
	struct dirent **run;
	int n = store_list(store, &run);
	const char **names = n > 0 ? calloc((size_t)n + 2, sizeof(*names))
				   : NULL;
	const char *near;
	int ret;

	for (int i = 0; names && i < n; i++)
		names[i] = run[i]->d_name;
	if (names)
		names[n] = "latest";
	near = names ? say_nearest(name, names) : NULL;
	ret = fail("%s: no such run in %s; %s%s%s", name, store,
		   near ? "did you mean " : "see samebits list",
		   near ? near : "", near ? "?" : "");
	free(names);
	if (n >= 0)
		store_list_free(run, n);
	return ret;
}

int find_run(const char *store, const char *name, char *dir, size_t size)
{
	int ret;

	store = store ? store : STORE_DEFAULT;
	ret = store_find(store, name, dir, size);
	if (ret == -EACCES)
		return fail("%s: %s; read it as its owner, or name another "
			    "place with --store", store, strerror(EACCES));
	if (ret && name)
		return no_such_run(store, name);
	if (ret)
		return fail("%s: there is no run here; make one with samebits "
			    "run -- PROGRAM, or name the place with --store",
			    store);
	return 0;
}

bool find_is_record(const char *name, const char *dir)
{
	json_t *content;
	const char *kind;

	if (!record_is(dir))
		return false;
	content = record_read(dir);
	kind = json_string_value(json_object_get(content, "kind"));
	fail("%s is a record (%s), not a run; samebits report %s shows it and "
	     "names its runs",
	     name, kind ? kind : "damaged", name);
	json_decref(content);
	return true;
}
