/* SPDX-License-Identifier: MIT */
/* R and the packages that a run loaded of it. */
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collect.h"
#include "text.h"

/* "Version: 4.2.2" of a DESCRIPTION; NULL: it is not there. */
static json_t *version_of(const char *package)
{
	char path[PATH_MAX + 16], *text;
	const char *at;
	json_t *j = NULL;

	snprintf(path, sizeof(path), "%s/DESCRIPTION", package);
	text = collect_file(path);
	for (at = text; at && !j; at = at ? at + 1 : NULL) {
		if (!strncmp(at, "Version:", 8)) {
			at += 8 + strspn(at + 8, " \t");
			j = json_stringn(at, strcspn(at, "\r\n"));
		}
		at = strchr(at, '\n');
	}
	free(text);
	return j;
}

/* ".../library/NAME" of ".../library/NAME/R/NAME.rdb" or ".../NAME/libs/NAME.so"
 * and of what else a package is loaded from; false: of none. */
static bool package_of(const char *path, char *package, size_t size)
{
	static const char *const parts[] = { "/R/", "/libs/", "/Meta/" };

	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
		/* R's home may have such a part, too. */
		const char *library = strstr(path, "library/");
		const char *at = library ? strstr(library, parts[i]) : NULL;

		if (!at)
			continue;
		return (size_t)snprintf(package, size, "%.*s",
					(int)(at - path), path) < size;
	}
	return false;
}

static void add(json_t *packages, const char *path)
{
	char package[PATH_MAX];
	const char *name;
	json_t *version;

	if (!package_of(path, package, sizeof(package)))
		return;
	name = strrchr(package, '/') + 1;
	if (json_object_get(packages, name))
		return;
	version = version_of(package);
	if (version)
		json_object_set_new(packages, name, version);
}

/* ".../lib/libR.so" lies in R's home. */
static void find_home(const struct log *log, char *home, size_t size)
{
	for (size_t k = 0; k < log->nmodules; k++) {
		const struct sb_module *m = log->module[k];
		const char *at = m ? strstr(m->path, "/lib/libR.so") : NULL;

		if (at && !*home)
			snprintf(home, size, "%.*s", (int)(at - m->path),
				 m->path);
	}
}

static void add_all(json_t *packages, const struct log *log)
{
	for (size_t k = 0; k < log->nfiles; k++) {
		const struct sb_file *f = log->file[k];

		if (f)
			add(packages, f->text);
	}
	for (size_t k = 0; k < log->nmodules; k++) {
		const struct sb_module *m = log->module[k];

		if (m)
			add(packages, m->path);
	}
}

json_t *collect_r(const struct rundir *run)
{
	char home[PATH_MAX] = "", path[PATH_MAX + 32];
	json_t *j, *packages, *version;

	for (size_t i = 0; i < run->nlogs; i++)
		find_home(&run->log[i], home, sizeof(home));
	if (!*home)
		return json_null();
	packages = json_object();
	for (size_t i = 0; i < run->nlogs; i++)
		add_all(packages, &run->log[i]);
	snprintf(path, sizeof(path), "%s/library/base", home);
	version = version_of(path);
	j = json_object();
	json_object_set_new(j, "version", version ? version : json_null());
	json_object_set_new(j, "home", text_json(home));
	json_object_set_new(j, "packages", packages);
	return j;
}
