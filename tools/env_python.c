/* SPDX-License-Identifier: MIT */
/* The Pythons of a run: interpreter, virtual environment, packages. */
#include <ctype.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collect.h"
#include "pydists.h"
#include "text.h"

#define SITES_MOST 32
#define PYTHONS_MOST 8

struct python {
	char executable[PATH_MAX];
	char release[16]; /* "3.11" */
	char venv[PATH_MAX];
	bool system_too; /* the venv shows the system's packages */
	char site[SITES_MOST][PATH_MAX];
	size_t sites;
};

/* ---- which ---- */

/* Of "python3.11", "libpython3.11.so.1.0"; false: it is none. */
static bool release_of(char *out, size_t size, const char *name)
{
	const char *at = strstr(name, "python3.");
	size_t n;

	if (!at)
		return false;
	at += strlen("python");
	n = 2 + strspn(at + 2, "0123456789");
	return n > 2 && (size_t)snprintf(out, size, "%.*s", (int)n, at) < size;
}

static bool is_python(const struct log *log, char *release, size_t size)
{
	if (!strncmp(text_base(log->head.program), "python", 6) &&
	    release_of(release, size, text_base(log->head.program)))
		return true;
	for (size_t k = 0; k < log->nmodules; k++) {
		const struct sb_module *m = log->module[k];

		if (m && !strncmp(text_base(m->path), "libpython3.", 11))
			return release_of(release, size, text_base(m->path));
	}
	return false;
}

/* ---- where its packages are ---- */

static void add_site(struct python *p, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
static void add_site(struct python *p, const char *format, ...)
{
	char path[PATH_MAX], real[PATH_MAX];
	struct stat st;
	va_list list;

	va_start(list, format);
	vsnprintf(path, sizeof(path), format, list);
	va_end(list);
	if (p->sites == SITES_MOST || !realpath(path, real) ||
	    stat(real, &st) || !S_ISDIR(st.st_mode))
		return;
	for (size_t i = 0; i < p->sites; i++)
		if (!strcmp(p->site[i], real))
			return;
	memcpy(p->site[p->sites++], real, strlen(real) + 1);
}

/* "home = …", "include-system-site-packages = true" */
static void use_venv(struct python *p, const char *config)
{
	char *text = collect_file(config), *at;

	if (!text || *p->venv) {
		free(text);
		return;
	}
	snprintf(p->venv, sizeof(p->venv), "%.*s",
		 (int)(strrchr(config, '/') - config), config);
	at = strstr(text, "include-system-site-packages");
	at = at ? strchr(at, '=') : NULL;
	p->system_too = at && !strncasecmp(at + 1 + strspn(at + 1, " "), "true", 4);
	free(text);
	add_site(p, "%s/lib/python%s/site-packages", p->venv, p->release);
	add_site(p, "%s/lib64/python%s/site-packages", p->venv, p->release);
}

/* In the order of sys.path, as the first of two packages is imported. */
static void add_standard(struct python *p)
{
	const char *home = getenv("HOME");
	char prefix[PATH_MAX];
	char *slash;

	if (*p->venv && !p->system_too)
		return;
	if (home && !getenv("PYTHONNOUSERSITE"))
		add_site(p, "%s/.local/lib/python%s/site-packages", home,
			 p->release);
	snprintf(prefix, sizeof(prefix), "%s", p->executable);
	slash = strrchr(prefix, '/');
	if (slash)
		*slash = 0;
	slash = strrchr(prefix, '/');
	if (!slash || strcmp(slash, "/bin"))
		return;
	*slash = 0;
	add_site(p, "%s/lib/python%s/site-packages", prefix, p->release);
	if (strcmp(prefix, "/usr") && *prefix)
		return;
	add_site(p, "/usr/local/lib/python%s/dist-packages", p->release);
	add_site(p, "/usr/lib/python3/dist-packages");
	add_site(p, "/usr/lib/python%s/dist-packages", p->release);
}

/* The directory of packages that a file lies in; false: in none. */
static bool site_of(const char *path, char *site, size_t size)
{
	static const char *const names[] = { "/site-packages/",
					     "/dist-packages/" };

	for (size_t i = 0; i < 2; i++) {
		const char *at = strstr(path, names[i]);

		if (at)
			return (size_t)snprintf(site, size, "%.*s",
						(int)(at - path) +
							(int)strlen(names[i]) - 1,
						path) < size;
	}
	return false;
}

/* Of another release's, say. */
static bool is_of(const struct python *p, const char *site)
{
	char release[16];

	return !release_of(release, sizeof(release), site) ||
	       !strcmp(release, p->release);
}

static bool is_venv(const char *path)
{
	return !strcmp(text_base(path), "pyvenv.cfg");
}

static void add_opened(struct python *p, const struct log *log)
{
	char site[PATH_MAX];

	for (size_t k = 0; k < log->nfiles; k++) {
		const struct sb_file *f = log->file[k];

		if (f && is_venv(f->text))
			use_venv(p, f->text);
	}
	add_standard(p);
	for (size_t k = 0; k < log->nfiles; k++) {
		const struct sb_file *f = log->file[k];

		if (f && site_of(f->text, site, sizeof(site)) && is_of(p, site))
			add_site(p, "%s", site);
	}
}

/* ---- its exact version ---- */

/* "3.12.0rc1", "3.13.0a1+": how long it is; 0: it is something else. */
static size_t version_length(const char *at, size_t most)
{
	size_t n = strspn(at, "0123456789.");

	if (n < most && strchr("abr", at[n]))
		n += strspn(at + n, "abrc0123456789");
	return n < most && isdigit((unsigned char)at[n - 1]) &&
			       (!at[n] || (at[n] == '+' && !at[n + 1]))
		       ? n
		       : 0;
}

static json_t *search_version(const char *text, size_t size,
			      const char *release)
{
	char start[20];
	size_t n = (size_t)snprintf(start, sizeof(start), "%c%s.", 0, release);
	const char *at = text;

	while ((at = memmem(at, size - (size_t)(at - text), start, n))) {
		size_t left = size - (size_t)(++at - text), length;

		length = left > 32 ? version_length(at, 32) : 0;
		if (length)
			return json_stringn(at, length);
	}
	return NULL;
}

/* The interpreter holds it as a string of its own: "3.11.2". */
static json_t *version_in(const char *path, const char *release)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	json_t *version = NULL;
	void *image = MAP_FAILED;
	struct stat st;

	if (fd >= 0 && !fstat(fd, &st) && st.st_size)
		image = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE,
			     fd, 0);
	if (image != MAP_FAILED) {
		version = search_version(image, (size_t)st.st_size, release);
		munmap(image, (size_t)st.st_size);
	}
	if (fd >= 0)
		close(fd);
	return version;
}

static json_t *version(const struct python *p)
{
	char path[2 * PATH_MAX];
	json_t *v = version_in(p->executable, p->release);

	if (v)
		return v;
	snprintf(path, sizeof(path), "%.*s/../lib/libpython%s.so.1.0",
		 (int)(text_base(p->executable) - p->executable), p->executable,
		 p->release);
	v = version_in(path, p->release);
	return v ? v : json_string(p->release);
}

/* ---- packages ---- */

/* An index into the list; -1: nobody's, -2: of several. */
static void index_keys(json_t *index, const json_t *list, size_t from)
{
	json_t *dist, *key;
	size_t i, k;

	for (i = from; (dist = json_array_get(list, i)); i++)
		json_array_foreach(json_object_get(dist, "keys"), k, key) {
			const char *name = json_string_value(key);
			bool there = name && json_object_get(index, name);

			if (name)
				json_object_set_new(index, name,
						    json_integer(there ? -2 :
							(json_int_t)i));
		}
}

static json_t *owner(const json_t *index, const json_t *list, const char *key)
{
	json_t *i = json_object_get(index, key);

	return i && json_integer_value(i) >= 0
		       ? json_array_get(list, (size_t)json_integer_value(i))
		       : NULL;
}

/* Whose is PATH, relative to the directory? By two parts of it, then by one. */
static json_t *owner_of(const json_t *index, const json_t *list,
			const char *path)
{
	char key[PATH_MAX], normal[256];
	size_t n = strcspn(path, "/");
	json_t *found;

	if (!strncmp(path, "__pycache__/", 12)) {
		/* "six.cpython-311.pyc" is of six.py */
		path += 12;
		snprintf(key, sizeof(key), "%.*s.py", (int)strcspn(path, "."),
			 path);
		return owner(index, list, key);
	}
	if (path[n]) {
		snprintf(key, sizeof(key), "%.*s",
			 (int)(n + 1 + strcspn(path + n + 1, "/")), path);
		found = owner(index, list, key);
		if (found)
			return found;
	}
	snprintf(key, sizeof(key), "%.*s", (int)n, path);
	found = owner(index, list, key);
	if (found)
		return found;
	/* Debian's packages have no list of their files. */
	pydist_normal(normal, sizeof(normal), key);
	return owner(index, list, normal);
}

static bool is_metadata(const char *path)
{
	const char *at = strstr(path, "-info/");

	return at && (strstr(path, ".dist-info/") || strstr(path, ".egg-info/"));
}

/* A path below one of the directories: the rest; NULL: below none. */
static const char *below(const char *path, const char *site)
{
	size_t n = strlen(site);

	return !strncmp(path, site, n) && path[n] == '/' ? path + n + 1 : NULL;
}

static void mark_opened(const struct rundir *run, const char *site,
			const json_t *index, json_t *list)
{
	for (size_t i = 0; run && i < run->nlogs; i++)
		for (size_t k = 0; k < run->log[i].nfiles; k++) {
			const struct sb_file *f = run->log[i].file[k];
			const char *rest = f ? below(f->text, site) : NULL;
			json_t *dist = rest && !is_metadata(rest)
					       ? owner_of(index, list, rest)
					       : NULL;

			if (dist)
				json_object_set_new(dist, "loaded",
						    json_true());
		}
}

static bool opened_below(const struct rundir *run, const char *directory)
{
	for (size_t i = 0; i < run->nlogs; i++)
		for (size_t k = 0; k < run->log[i].nfiles; k++) {
			const struct sb_file *f = run->log[i].file[k];
			size_t n = f ? strlen(f->text) : 0;

			if (n > 3 && below(f->text, directory) &&
			    (!strcmp(f->text + n - 3, ".py") ||
			     strstr(f->text, "/__pycache__/")))
				return true;
		}
	return false;
}

/* The modules of an editable package lie elsewhere. */
static void mark_editable(const struct rundir *run, json_t *list)
{
	json_t *dist;
	size_t i;

	json_array_foreach(list, i, dist) {
		const char *url =
			json_string_value(json_object_get(dist, "url"));

		if (run && url && json_object_get(dist, "editable") &&
		    !strncmp(url, "file://", 7) && opened_below(run, url + 7))
			json_object_set_new(dist, "loaded", json_true());
	}
}

/* Objects of wheels are their package's. */
static void mark_objects(json_t *objects, const char *site,
			 const json_t *index, json_t *list)
{
	json_t *object;
	size_t i;

	json_array_foreach(objects, i, object) {
		json_t *file = json_object_get(object, "file");
		const char *path = json_string_value(
			file ? file : json_object_get(object, "path"));
		const char *rest = path ? below(path, site) : NULL;
		json_t *dist = rest ? owner_of(index, list, rest) : NULL;

		if (!dist)
			continue;
		json_object_set_new(dist, "loaded", json_true());
		if (json_object_get(object, "package"))
			continue;
		json_object_set(object, "package",
				json_object_get(dist, "name"));
		json_object_set(object, "version",
				json_object_get(dist, "version"));
		json_object_set_new(object, "manager", json_string("python"));
	}
}

static void name_system_package(json_t *dist, const struct packages *p)
{
	const char *metadata =
		json_string_value(json_object_get(dist, "metadata"));
	struct package owner;

	if (metadata && packages_owner(p, metadata, &owner)) {
		json_object_set_new(dist, "package", text_json(owner.name));
		json_object_set_new(dist, "package_version",
				    text_json(owner.version));
	}
	json_object_del(dist, "metadata");
	json_object_del(dist, "keys");
}

static bool is_there(const json_t *all, const json_t *dist)
{
	const char *name =
		json_string_value(json_object_get(dist, "name"));
	char normal[256], other[256];
	json_t *have;
	size_t i;

	pydist_normal(normal, sizeof(normal), name ? name : "");
	json_array_foreach(all, i, have) {
		pydist_normal(other, sizeof(other),
			      json_string_value(json_object_get(have, "name")));
		if (!strcmp(normal, other))
			return true;
	}
	return false;
}

static void add_packages(json_t *all, const char *site,
			 const struct rundir *run, const struct packages *p,
			 json_t *objects)
{
	json_t *list = pydists_find(site), *index = json_object(), *dist;
	size_t i;

	index_keys(index, list, 0);
	mark_opened(run, site, index, list);
	mark_editable(run, list);
	mark_objects(objects, site, index, list);
	json_array_foreach(list, i, dist) {
		if (is_there(all, dist))
			continue; /* one earlier on sys.path is imported */
		name_system_package(dist, p);
		json_object_set_new(dist, "site", text_json(site));
		json_array_append(all, dist);
	}
	json_decref(index);
	json_decref(list);
}

static void prefix_of(const struct python *p, char *out, size_t size)
{
	const char *end = strstr(p->executable, "/bin/");

	snprintf(out, size, "%.*s", end ? (int)(end - p->executable) : 0,
		 p->executable);
}

static json_t *python_json(struct python *p, const struct rundir *run,
			   const struct packages *packages, json_t *objects)
{
	json_t *j = json_object(), *all = json_array(), *sites = json_array();
	char prefix[PATH_MAX];

	prefix_of(p, prefix, sizeof(prefix));
	json_object_set_new(j, "version", version(p));
	json_object_set_new(j, "executable", text_json(p->executable));
	json_object_set_new(j, "virtual_environment",
			    *p->venv ? text_json(p->venv) : json_null());
	json_object_set_new(j, "conda", collect_conda(prefix));
	for (size_t i = 0; i < p->sites; i++) {
		json_array_append_new(sites, text_json(p->site[i]));
		add_packages(all, p->site[i], run, packages, objects);
	}
	json_object_set_new(j, "sites", sites);
	json_object_set_new(j, "packages", all);
	return j;
}

/* ---- of a run ---- */

static struct python *find(struct python *list, size_t n, const char *path,
			   const char *release)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(list[i].executable, path) &&
		    !strcmp(list[i].release, release))
			return &list[i];
	return NULL;
}

json_t *collect_python(const struct rundir *run, const struct packages *p,
		       json_t *objects)
{
	struct python *list = calloc(PYTHONS_MOST, sizeof(*list)), *one;
	json_t *all = json_array();
	char release[16];
	size_t n = 0;

	for (size_t i = 0; list && i < run->nlogs; i++) {
		const struct log *log = &run->log[i];

		if (!is_python(log, release, sizeof(release)))
			continue;
		one = find(list, n, log->head.program, release);
		if (!one && n < PYTHONS_MOST) {
			one = &list[n++];
			snprintf(one->executable, sizeof(one->executable), "%s",
				 log->head.program);
			memcpy(one->release, release, sizeof(release));
		}
		if (one)
			add_opened(one, log);
	}
	for (size_t i = 0; i < n; i++)
		json_array_append_new(all, python_json(&list[i], run, p,
						       objects));
	free(list);
	return all;
}

/* ---- of now ---- */

static bool search(const char *name, char *out, size_t size)
{
	const char *path = getenv("PATH");
	char *copy = path ? strdup(path) : NULL, *rest = copy, *one;
	bool found = false;

	while (!found && (one = strsep(&rest, ":"))) {
		snprintf(out, size, "%s/%s", *one ? one : ".", name);
		found = !access(out, X_OK);
	}
	free(copy);
	return found;
}

json_t *collect_python_at(const char *path, const struct packages *p)
{
	struct python *one = calloc(1, sizeof(*one));
	char found[PATH_MAX], config[PATH_MAX + 32];
	json_t *all = json_array();

	if (path && !strncmp(text_base(path), "python", 6))
		snprintf(found, sizeof(found), "%s", path);
	else if (!search("python3", found, sizeof(found)))
		*found = 0;
	if (one && realpath(found, one->executable) &&
	    release_of(one->release, sizeof(one->release),
		       text_base(one->executable))) {
		snprintf(config, sizeof(config), "%.*s../pyvenv.cfg",
			 (int)(text_base(found) - found), found);
		if (realpath(config, found))
			use_venv(one, found);
		add_standard(one);
		json_array_append_new(all, python_json(one, NULL, p, NULL));
	}
	free(one);
	return all;
}
