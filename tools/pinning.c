/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "pinning.h"
#include "pydists.h"
#include "text.h"

static void note(struct pins *p, json_t *sentence)
{
	json_array_append_new(p->notes, sentence);
}

/* ---- the system ---- */

/* "libc6:i386" where it is not this machine's. */
static void add_package(struct pins *p, const char *name, const char *version,
			const char *architecture)
{
	char full[200];
	bool foreign = architecture && strcmp(architecture, "all") &&
		       strcmp(architecture, "amd64");

	snprintf(full, sizeof(full), "%s%s%s", name, foreign ? ":" : "",
		 foreign ? architecture : "");
	json_object_set_new(p->system, full, text_json(version));
}

static void objects(struct pins *p)
{
	json_t *o = json_object_get(p->record, "program");
	size_t i;

	if (text_at(o, "package"))
		add_package(p, text_at(o, "package"), text_at(o, "version"),
			    text_at(o, "architecture"));
	json_array_foreach(json_object_get(p->record, "objects"), i, o) {
		const char *manager = text_at(o, "manager");

		if (manager && !strcmp(manager, "dpkg"))
			add_package(p, text_at(o, "package"),
				    text_at(o, "version"),
				    text_at(o, "architecture"));
		else if (!manager)
			note(p, json_sprintf("%s belongs to no package: put "
					     "the same file there",
					     text_at(o, "path")));
	}
}

/* ---- Python ---- */

/* {normal name: package} */
static json_t *by_name(const json_t *packages)
{
	json_t *all = json_object(), *one;
	char normal[256];
	size_t i;

	json_array_foreach(packages, i, one) {
		pydist_normal(normal, sizeof(normal), text_at(one, "name"));
		json_object_set(all, normal, one);
	}
	return all;
}

/* Marks what a package requires, and what that requires in turn. */
static void need(json_t *needed, const json_t *all, const char *name,
		 const char *by)
{
	json_t *package = json_object_get(all, name), *required;
	char normal[256];
	size_t i;

	if (!package || json_object_get(needed, name))
		return;
	json_object_set_new(needed, name, by ? text_json(by) : json_null());
	json_array_foreach(json_object_get(package, "requires"), i, required) {
		pydist_normal(normal, sizeof(normal),
			      json_string_value(required));
		need(needed, all, normal, name);
	}
}

static void editable(struct pins *p, const json_t *package)
{
	note(p, json_sprintf("%s %s is installed from its source in %s, "
			     "which may have changed: check it out there and "
			     "pip install -e it",
			     text_at(package, "name"),
			     text_at(package, "version"),
			     text_at(package, "url") ? text_at(package, "url")
						    : "a directory"));
}

/* As `pip freeze` writes it; NULL: it cannot be pinned, and that was noted. */
static json_t *pip_line(struct pins *p, const json_t *package)
{
	const char *name = text_at(package, "name"),
		   *version = text_at(package, "version"),
		   *url = text_at(package, "url"),
		   *commit = text_at(package, "commit"),
		   *vcs = text_at(package, "vcs");

	if (!version) {
		note(p, json_sprintf("%s has no metadata: its version is not "
				     "known",
				     name));
		return NULL;
	}
	if (commit && url)
		return json_sprintf("%s @ %s%s%s@%s", name, vcs ? vcs : "",
				    vcs ? "+" : "", url, commit);
	if (json_object_get(package, "editable")) {
		editable(p, package);
		return NULL;
	}
	if (url && !strncmp(url, "file:", 5)) {
		note(p, json_sprintf("%s %s came from %s: another machine has "
				     "no such file",
				     name, version, url));
		return NULL;
	}
	if (url)
		return json_sprintf("%s @ %s", name, url);
	return json_sprintf("%s==%s", name, version);
}

static void pip_package(struct pins *p, const json_t *package,
			const json_t *by, bool pip_alone)
{
	const char *system = text_at(package, "package");
	json_t *line, *why = json_is_string(by)
				     ? json_sprintf("needed by %s",
						    json_string_value(by))
				     : json_null();

	if (system && !pip_alone) {
		p->python_mixed = true;
		if (json_is_null(by))
			add_package(p, system,
				    text_at(package, "package_version"), NULL);
		json_decref(why);
		return;
	}
	if (system && json_is_null(by)) {
		json_decref(why);
		why = json_sprintf("was %s %s, another build", system,
				   text_at(package, "package_version"));
	}
	line = pip_line(p, package);
	if (line)
		json_array_append_new(p->python,
				      json_pack("{s:o, s:o}", "line", line,
						"why", why));
	else
		json_decref(why);
}

static bool of_system(const struct pins *p, const char *path)
{
	json_t *o;
	size_t i;

	json_array_foreach(json_object_get(p->record, "objects"), i, o) {
		const char *manager = text_at(o, "manager");

		if (!strcmp(text_at(o, "path"), path))
			return manager && !strcmp(manager, "dpkg");
	}
	return false;
}

static void python(struct pins *p, const json_t *one, bool pip_alone)
{
	json_t *all = by_name(json_object_get(one, "packages"));
	json_t *needed = json_object(), *package, *by;
	const char *name;

	p->python_version = text_at(one, "version");
	p->python_of_system = of_system(p, text_at(one, "executable"));
	p->conda = json_object_get(one, "conda");
	if (!json_is_object(p->conda))
		p->conda = NULL;
	json_object_foreach(all, name, package)
		if (json_object_get(package, "loaded"))
			need(needed, all, name, NULL);
	/* Those that were imported came first, and need nobody's asking. */
	json_object_foreach(needed, name, by) {
		package = json_object_get(all, name);
		pip_package(p, package,
			    json_object_get(package, "loaded") ? json_null()
							       : by,
			    pip_alone);
	}
	json_decref(needed);
	json_decref(all);
}

/* ---- what stays the host's ---- */

static void host(struct pins *p)
{
	const json_t *system = json_object_get(p->record, "system");
	const json_t *processor = json_object_get(p->record, "processor");
	const json_t *cuda = json_object_get(p->record, "cuda");
	const json_t *git = json_object_get(p->record, "git");

	note(p, json_sprintf("the kernel (%s) and the processor (%s) are the "
			     "host's",
			     text_at(system, "kernel"),
			     text_at(processor, "model")));
	if (text_at(cuda, "driver"))
		note(p, json_sprintf("so are the NVIDIA driver (%s) and the "
				     "GPUs",
				     text_at(cuda, "driver")));
	if (text_at(git, "commit"))
		note(p, json_sprintf("the program's own source: commit %s%s%s",
				     text_at(git, "commit"),
				     text_at(git, "remote") ? " of " : "",
				     text_at(git, "remote")
					     ? text_at(git, "remote")
					     : ""));
	if (json_integer_value(json_object_get(git, "changed_files")))
		note(p, json_sprintf("%lld files of it were not committed",
				     json_integer_value(json_object_get(
					     git, "changed_files"))));
	if (json_is_false(json_object_get(json_object_get(p->record, "run"),
					  "argv_whole")))
		note(p, json_string("arguments of the program: some hold "
				    "secrets, or are no text"));
	if (json_is_object(json_object_get(p->record, "r")))
		note(p, json_string("R packages that are not of the system: "
				    "install their versions with "
				    "remotes::install_version"));
}

int pins_find(struct pins *p, const json_t *record, bool pip_alone)
{
	json_t *one;
	size_t i;

	*p = (struct pins){ .record = record,
			    .system = json_object(),
			    .python = json_array(),
			    .notes = json_array() };
	if (!p->system || !p->python || !p->notes)
		return -ENOMEM;
	host(p);
	objects(p);
	json_array_foreach(json_object_get(record, "python"), i, one)
		if (!i)
			python(p, one, pip_alone);
		else
			note(p, json_sprintf("a second Python ran, too: %s",
					     text_at(one, "executable")));
	return 0;
}

void pins_free(struct pins *p)
{
	json_decref(p->system);
	json_decref(p->python);
	json_decref(p->notes);
}

/* Each on its line: a name must not begin another one. */
void pins_head(FILE *to, const struct pins *p, const char *what,
	       const char *how)
{
	const json_t *run = json_object_get(p->record, "run");
	json_t *one;
	size_t i;

	fprintf(to, "# %s, by samebits " SAMEBITS_VERSION ":\n#   ", what);
	json_array_foreach(json_object_get(run, "argv"), i, one) {
		text_print(to, json_string_value(one));
		fputc(' ', to);
	}
	fprintf(to, "\n# %s\n# Not pinned:\n", how);
	json_array_foreach(p->notes, i, one) {
		fputs("#   ", to);
		text_print(to, json_string_value(one));
		fputc('\n', to);
	}
}
