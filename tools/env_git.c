/* SPDX-License-Identifier: MIT */
/* The repository: what its files say, as that is quick and always possible;
 * what was changed is asked of git(1). */
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "ask.h"
#include "collect.h"
#include "secrets.h"
#include "text.h"

#define STATUS_MOST (1u << 20)	/* bytes */
#define DIFF_MOST (64u << 20)
#define DIRTY_MOST 200 /* names that are listed */

struct repository {
	char top[PATH_MAX];    /* the work tree */
	char dir[PATH_MAX];    /* of this work tree: HEAD, index */
	char common[PATH_MAX]; /* of all: refs, config */
};

/* ---- where it is ---- */

/* ".git" may be a file: "gitdir: PATH" (a work tree, a submodule). */
static bool follow(struct repository *r)
{
	char path[PATH_MAX + 8], *text, *to;
	struct stat st;

	snprintf(path, sizeof(path), "%s/.git", r->top);
	if (stat(path, &st))
		return false;
	if (S_ISDIR(st.st_mode)) {
		snprintf(r->dir, sizeof(r->dir), "%.*s", PATH_MAX - 1, path);
		return true;
	}
	text = collect_file(path);
	if (!text || strncmp(text, "gitdir: ", 8)) {
		free(text);
		return false;
	}
	to = text + 8;
	if (*to == '/')
		snprintf(r->dir, sizeof(r->dir), "%s", to);
	else
		snprintf(r->dir, sizeof(r->dir), "%.*s/%.*s", PATH_MAX / 2,
			 r->top, PATH_MAX / 2 - 2, to);
	free(text);
	return true;
}

static bool find(struct repository *r)
{
	char *slash, *text, path[PATH_MAX + 16];

	if (!getcwd(r->top, sizeof(r->top)))
		return false;
	while (!follow(r)) {
		slash = strrchr(r->top, '/');
		if (!slash || !r->top[1])
			return false;
		slash[slash == r->top] = 0;
	}
	snprintf(path, sizeof(path), "%s/commondir", r->dir);
	text = collect_file(path);
	if (text && *text == '/')
		snprintf(r->common, sizeof(r->common), "%s", text);
	else if (text)
		snprintf(r->common, sizeof(r->common), "%.*s/%.*s",
			 PATH_MAX / 2, r->dir, PATH_MAX / 2 - 2, text);
	else
		memcpy(r->common, r->dir, sizeof(r->common));
	free(text);
	return true;
}

/* ---- commit and branch ---- */

static bool is_id(const char *text)
{
	size_t n = strspn(text, "0123456789abcdef");

	return (n == 40 || n == 64) && !text[n];
}

static char *in_file(const char *dir, const char *name)
{
	char path[2 * PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return collect_file(path);
}

/* "ID NAME" lines; the file may be larger than what collect_file() reads. */
static char *packed(const struct repository *r, const char *ref)
{
	char path[PATH_MAX + 16], *line = NULL, *id = NULL;
	size_t room = 0;
	FILE *from;

	snprintf(path, sizeof(path), "%s/packed-refs", r->common);
	from = fopen(path, "re");
	while (from && !id && getline(&line, &room, from) > 0) {
		char *space = strchr(line, ' ');

		if (!space)
			continue;
		space[strcspn(space, "\n")] = 0;
		*space = 0;
		if (!strcmp(space + 1, ref) && is_id(line))
			id = strdup(line);
	}
	free(line);
	if (from)
		fclose(from);
	return id;
}

/* The caller's to free; NULL: no commit yet, or kept in another way. */
static char *commit_of(const struct repository *r, const char *ref)
{
	char *id = in_file(r->dir, ref);

	if (!id)
		id = in_file(r->common, ref);
	if (id && is_id(id))
		return id;
	free(id);
	return packed(r, ref);
}

static void head(json_t *j, const struct repository *r)
{
	char *text = in_file(r->dir, "HEAD"), *id = NULL;
	const char *branch = NULL;

	if (text && !strncmp(text, "ref: ", 5)) {
		id = commit_of(r, text + 5);
		branch = !strncmp(text + 5, "refs/heads/", 11) ? text + 16
							       : text + 5;
	} else if (text && is_id(text)) {
		id = strdup(text);
	}
	json_object_set_new(j, "commit", text_json(id));
	json_object_set_new(j, "branch", text_json(branch));
	free(id);
	free(text);
}

/* ---- remote ---- */

/* The first remote's URL; origin's before others. */
static char *remote_in(char *text)
{
	char *save = NULL, *url = NULL;
	bool remote = false, origin = false, best = false;

	for (char *l = strtok_r(text, "\n", &save); l;
	     l = strtok_r(NULL, "\n", &save)) {
		l += strspn(l, " \t");
		if (*l == '[') {
			remote = !strncmp(l, "[remote ", 8);
			origin = !strncmp(l, "[remote \"origin\"]", 17);
		} else if (remote && !strncmp(l, "url", 3) &&
			   strchr(" =\t", l[3]) && (!url || (origin && !best))) {
			url = l + 3 + strspn(l + 3, " \t=");
			best = origin;
		}
	}
	return url;
}

static json_t *remote(const struct repository *r)
{
	char *text = in_file(r->common, "config");
	char *url = text ? remote_in(text) : NULL;
	char *hidden = url ? secrets_hide(url) : NULL;
	json_t *j = text_json(hidden);

	free(hidden);
	free(text);
	return j;
}

/* ---- what was changed ---- */

/* "XY path\0", and for a rename "\0from\0" behind it. */
static size_t put_changes(json_t *list, const char *text, size_t size)
{
	const char *end = text + size;
	size_t n = 0;

	for (const char *at = text; at + 3 < end; n++) {
		bool two = *at == 'R' || *at == 'C';

		if (n < DIRTY_MOST)
			json_array_append_new(list, text_json(at));
		at += strlen(at) + 1;
		if (two && at < end)
			at += strlen(at) + 1;
	}
	return n;
}

static const char *why(int ret)
{
	return ret == -ETIME	? "git took too long"
	       : ret == -ENOENT ? "git is not installed"
	       : ret == -EFBIG	? "too much was changed"
				: "git refused (see git status)";
}

/* "-C DIR" of the work tree; no locks that the user's own git would meet. */
static int ask_git(const struct repository *r, unsigned ms, size_t most,
		   char *const *words, char **text, size_t *size)
{
	char *argv[16] = { "git", "--no-optional-locks", "-C", (char *)r->top };
	size_t n = 4;

	for (; *words && n < 15; words++)
		argv[n++] = *words;
	return ask(argv, ms, most, text, size);
}

static json_t *diff_digest(const struct repository *r, unsigned ms)
{
	static char *const words[] = { "diff", "--no-ext-diff", "--no-color",
				       "--binary", "HEAD", NULL };
	char *text, digest[40];
	XXH128_hash_t h;
	size_t size;

	if (ask_git(r, ms, DIFF_MOST, words, &text, &size))
		return json_null();
	h = XXH3_128bits(text, size);
	snprintf(digest, sizeof(digest), "%016llx%016llx",
		 (unsigned long long)h.high64, (unsigned long long)h.low64);
	free(text);
	return json_string(digest);
}

static void changes(json_t *j, const struct repository *r, unsigned ms)
{
	static char *const words[] = { "status", "--porcelain", "-z", NULL };
	json_t *list;
	size_t size, n;
	char *text;
	int ret = ms ? ask_git(r, ms, STATUS_MOST, words, &text, &size)
		     : -ETIME;

	json_object_set_new(j, "changes_unknown",
			    ret ? json_string(why(ret)) : json_null());
	if (ret)
		return;
	list = json_array();
	n = put_changes(list, text, size);
	free(text);
	json_object_set_new(j, "changes", list);
	json_object_set_new(j, "changed_files", json_integer((json_int_t)n));
	json_object_set_new(j, "diff",
			    n ? diff_digest(r, ms) : json_null());
}

json_t *collect_git(unsigned ms)
{
	struct repository *r = calloc(1, sizeof(*r));
	json_t *j;

	if (!r || !find(r)) {
		free(r);
		return json_null();
	}
	j = json_object();
	json_object_set_new(j, "top", text_json(r->top));
	head(j, r);
	json_object_set_new(j, "remote", remote(r));
	changes(j, r, ms);
	free(r);
	return j;
}
