/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "globs.h"

static int add(struct globs *g, const char *text, size_t n)
{
	char **glob = realloc(g->glob, (g->n + 1) * sizeof(*glob));

	if (!glob)
		return -ENOMEM;
	g->glob = glob;
	glob[g->n] = strndup(text, n);
	return glob[g->n] ? (g->n++, 0) : -ENOMEM;
}

int globs_split(struct globs *g, const char *lines)
{
	int ret = 0;

	*g = (struct globs){ 0 };
	while (lines && *lines && !ret) {
		size_t n = strcspn(lines, "\n");

		if (n)
			ret = add(g, lines, n);
		lines += n + (lines[n] == '\n');
	}
	return ret;
}

void globs_free(struct globs *g)
{
	for (size_t i = 0; i < g->n; i++)
		free(g->glob[i]);
	free(g->glob);
	*g = (struct globs){ 0 };
}

const char *path_below(const char *path, const char *directory)
{
	size_t n = directory ? strlen(directory) : 0;

	while (n && directory[n - 1] == '/')
		n--;
	if (n && !strncmp(path, directory, n) && path[n] == '/')
		return path + n + 1;
	return path;
}

static bool match(const char *glob, const char *path, const char *cwd)
{
	int flags = strstr(glob, "**") ? 0 : FNM_PATHNAME;
	const char *slash = strrchr(path, '/');
	char pattern[PATH_MAX];
	size_t n;

	if (!strchr(glob, '/'))
		return !fnmatch(glob, slash ? slash + 1 : path, 0);
	if (!strncmp(glob, "./", 2))
		glob += 2;
	n = (size_t)snprintf(pattern, sizeof(pattern), "%s", glob);
	while (n > 1 && n < sizeof(pattern) && pattern[n - 1] == '/')
		pattern[--n] = 0; /* "out/" is the directory, and all in it */
	flags |= FNM_LEADING_DIR;
	return !fnmatch(pattern, path, flags) ||
	       !fnmatch(pattern, path_below(path, cwd), flags);
}

bool globs_match(const struct globs *g, const char *path, const char *cwd)
{
	for (size_t i = 0; i < g->n; i++)
		if (match(g->glob[i], path, cwd))
			return true;
	return false;
}
