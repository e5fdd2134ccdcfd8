/* SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cachedir.h"
#include "packages.h"

#define DATABASE "/var/lib/dpkg"
#define FORMAT 1 /* of what is kept */

/* "PATH\tNAME\tVERSION\tARCHITECTURE\n", sorted, behind a line that is the key
 * of the database that it was made from. Searched as it lies in the file: most
 * of it is never touched. */
struct packages {
	const char *text, *lines, *end;
	size_t mapped; /* 0: from malloc() */
};

/* ---- making it ---- */

struct versions {
	struct package *at; /* by name and architecture */
	size_t n;
};

static int by_name(const void *a, const void *b)
{
	const struct package *x = a, *y = b;
	int order = strcmp(x->name, y->name);

	return order ? order : strcmp(x->architecture, y->architecture);
}

static bool field(const char *line, const char *name, char *out, size_t size)
{
	size_t n = strlen(name);

	if (strncmp(line, name, n))
		return false;
	snprintf(out, size, "%.*s", (int)strcspn(line + n, "\n"), line + n);
	return true;
}

static int add_version(struct versions *v, const struct package *p)
{
	struct package *at = v->at;

	if (!(v->n & (v->n - 1))) {
		at = realloc(at, (v->n ? v->n * 2 : 1) * sizeof(*at));
		if (!at)
			return -ENOMEM;
		v->at = at;
	}
	at[v->n++] = *p;
	return 0;
}

static int read_status(struct versions *v)
{
	FILE *from = fopen(DATABASE "/status", "re");
	struct package p = { 0 };
	char *line = NULL;
	size_t room = 0;
	int ret = from ? 0 : -errno;

	while (!ret && getline(&line, &room, from) > 0) {
		if (field(line, "Package: ", p.name, sizeof(p.name)) ||
		    field(line, "Version: ", p.version, sizeof(p.version)) ||
		    field(line, "Architecture: ", p.architecture,
			  sizeof(p.architecture)))
			continue;
		if (*line == '\n' && *p.name) {
			ret = add_version(v, &p);
			p = (struct package){ 0 };
		}
	}
	if (!ret && *p.name)
		ret = add_version(v, &p);
	free(line);
	if (from)
		fclose(from);
	if (v->n)
		qsort(v->at, v->n, sizeof(*v->at), by_name);
	return ret;
}

/* Of "NAME.list" or "NAME:ARCHITECTURE.list". */
static const struct package *version_of(const struct versions *v,
					const char *list)
{
	struct package key = { 0 };
	size_t n = strcspn(list, ":");

	if (!list[n])
		n = strlen(list) - strlen(".list");
	else
		snprintf(key.architecture, sizeof(key.architecture), "%.*s",
			 (int)(strlen(list) - n - 1 - strlen(".list")),
			 list + n + 1);
	snprintf(key.name, sizeof(key.name), "%.*s", (int)n, list);
	for (size_t low = 0, high = v->n; low < high;) {
		size_t middle = (low + high) / 2;
		int order = *key.architecture
				    ? by_name(&v->at[middle], &key)
				    : strcmp(v->at[middle].name, key.name);

		if (!order)
			return &v->at[middle];
		*(order < 0 ? &low : &high) = order < 0 ? middle + 1 : middle;
	}
	return NULL;
}

static bool ends_in(const char *path, size_t n, const char *end)
{
	size_t m = strlen(end);

	return n > m && !memcmp(path + n - m, end, m);
}

/* Programs, objects, and by what Python packages are told. */
static bool of_interest(const char *path, size_t n)
{
	return memmem(path, n, ".so", 3) || memmem(path, n, "/bin/", 5) ||
	       memmem(path, n, "/sbin/", 6) || ends_in(path, n, "/METADATA") ||
	       ends_in(path, n, "/PKG-INFO") || ends_in(path, n, ".egg-info") ||
	       ends_in(path, n, "/DESCRIPTION") ||
	       ends_in(path, n, "/os-release") || ends_in(path, n, "/java");
}

static void put_list(FILE *to, int dir, const char *name,
		     const struct versions *v)
{
	const struct package *p = version_of(v, name);
	int fd = p ? openat(dir, name, O_RDONLY | O_CLOEXEC) : -1;
	FILE *from = fd < 0 ? NULL : fdopen(fd, "r");
	char *line = NULL;
	size_t room = 0;
	ssize_t n;

	while (from && (n = getline(&line, &room, from)) > 1) {
		if (line[n - 1] == '\n')
			line[--n] = 0;
		if (of_interest(line, (size_t)n))
			fprintf(to, "%s\t%s\t%s\t%s\n", line, p->name,
				p->version, p->architecture);
	}
	free(line);
	if (from)
		fclose(from);
	else if (fd >= 0)
		close(fd);
}

static int put_lists(FILE *to, const struct versions *v)
{
	DIR *d = opendir(DATABASE "/info");
	struct dirent *e;

	if (!d)
		return -errno;
	while ((e = readdir(d)))
		if (ends_in(e->d_name, strlen(e->d_name), ".list"))
			put_list(to, dirfd(d), e->d_name, v);
	closedir(d);
	return 0;
}

static int by_line(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The text's lines, each a string now; *n of them; NULL: no memory. */
static const char **split(char *text, size_t *n)
{
	const char **line;
	size_t most = 0;

	for (const char *at = text; (at = strchr(at, '\n')); at++)
		most++;
	line = calloc(most + 1, sizeof(*line));
	for (*n = 0; line && *n < most; text = strchr(text, 0) + 1) {
		text[strcspn(text, "\n")] = 0;
		line[(*n)++] = text;
	}
	return line;
}

/* Sorted, behind the key; the caller's to free. NULL: no memory. */
static char *sorted(char *text, const char *key)
{
	char *result = NULL;
	size_t size, n;
	FILE *to = open_memstream(&result, &size);
	const char **line = to ? split(text, &n) : NULL;

	if (line) {
		qsort(line, n, sizeof(*line), by_line);
		fputs(key, to);
	}
	for (size_t i = 0; line && i < n; i++)
		fprintf(to, "%s\n", line[i]);
	if (to && (fclose(to) || !line)) {
		free(result);
		result = NULL;
	}
	free(line);
	return result;
}

static char *make_text(const char *key)
{
	struct versions v = { 0 };
	char *text = NULL, *result = NULL;
	size_t size;
	FILE *to = open_memstream(&text, &size);
	int ret = to ? read_status(&v) : -ENOMEM;

	if (!ret)
		ret = put_lists(to, &v);
	if (to && fclose(to))
		ret = -ENOMEM;
	if (!ret)
		result = sorted(text, key);
	free(text);
	free(v.at);
	return result;
}

/* ---- keeping it ---- */

static bool cache_name(char *out, size_t size)
{
	return cache_path(out, size, "packages-dpkg");
}

static bool database_key(char *out, size_t size)
{
	struct stat st;

	if (stat(DATABASE "/status", &st))
		return false;
	snprintf(out, size, "samebits packages %d %lld.%09ld %lld %llu\n",
		 FORMAT, (long long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec,
		 (long long)st.st_size, (unsigned long long)st.st_ino);
	return true;
}

static void use(struct packages *p, const char *text, size_t size)
{
	p->text = text;
	p->lines = text + strcspn(text, "\n") + 1;
	p->end = text + size;
}

/* Its last byte ends a line. */
static bool map_kept(struct packages *p, const char *key)
{
	char path[PATH_MAX];
	int fd = cache_name(path, sizeof(path))
			 ? open(path, O_RDONLY | O_CLOEXEC)
			 : -1;
	size_t n = strlen(key), size = 0;
	char *text = MAP_FAILED;
	struct stat st;

	if (fd >= 0 && !fstat(fd, &st) && (size = (size_t)st.st_size) > n)
		text = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (fd >= 0)
		close(fd);
	if (text == MAP_FAILED)
		return false;
	if (memcmp(text, key, n) || text[size - 1] != '\n') {
		munmap(text, size);
		return false;
	}
	use(p, text, size);
	p->mapped = size;
	return true;
}

/* Written beside and renamed: others see all of it or nothing. */
static void keep(const struct packages *p)
{
	char path[PATH_MAX], beside[PATH_MAX + 16];
	bool ok;
	FILE *to;

	if (!cache_name(path, sizeof(path)))
		return;
	cache_prepare(path);
	snprintf(beside, sizeof(beside), "%s.%d", path, (int)getpid());
	to = fopen(beside, "we");
	if (!to)
		return;
	ok = fwrite(p->text, (size_t)(p->end - p->text), 1, to) == 1;
	if (fclose(to) || !ok || rename(beside, path))
		unlink(beside);
}

struct packages *packages_open(void)
{
	struct packages *p;
	char key[256], *text;

	if (!database_key(key, sizeof(key)))
		return NULL;
	p = calloc(1, sizeof(*p));
	if (!p || map_kept(p, key))
		return p;
	text = make_text(key);
	if (!text) {
		free(p);
		return NULL;
	}
	use(p, text, strlen(text));
	keep(p);
	return p;
}

void packages_close(struct packages *p)
{
	if (p && p->mapped)
		munmap((void *)p->text, p->mapped);
	else if (p)
		free((void *)p->text);
	free(p);
}

/* ---- asking ---- */

#define FIELD 127 /* characters */

/* "NAME\tVERSION\tARCHITECTURE\n" */
static bool parse(const char *at, const char *end, struct package *owner)
{
	char line[3 * FIELD];
	size_t n = (size_t)(end - at);

	if (n >= sizeof(line))
		return false;
	memcpy(line, at, n);
	line[n] = 0;
	return sscanf(line, "%127[^\t]\t%127[^\t]\t%31[^\n]", owner->name,
		      owner->version, owner->architecture) == 3;
}

/* The path of a line against ours, both up to their ends. */
static int compare(const char *line, const char *path, size_t n)
{
	size_t m = strcspn(line, "\t\n");
	int order = memcmp(line, path, m < n ? m : n);

	return order ? order : (m > n) - (m < n);
}

static bool find(const struct packages *p, const char *path,
		 struct package *owner)
{
	const char *low = p->lines, *high = p->end;
	size_t n = strlen(path);

	while (low < high) {
		const char *line = low + (high - low) / 2, *end;
		int order;

		while (line > low && line[-1] != '\n')
			line--;
		end = memchr(line, '\n', (size_t)(high - line));
		order = compare(line, path, n);
		if (!order)
			return parse(line + n + 1, end, owner);
		if (order < 0)
			low = end + 1;
		else
			high = line;
	}
	return false;
}

/* /lib is a link to /usr/lib now; the database has the names of packages made
 * before and after that. */
bool packages_owner(const struct packages *p, const char *path,
		    struct package *owner)
{
	char other[PATH_MAX + 8];

	if (!p)
		return false;
	if (find(p, path, owner))
		return true;
	if (!strncmp(path, "/usr/", 5))
		return find(p, path + 4, owner);
	snprintf(other, sizeof(other), "/usr%s", path);
	return find(p, other, owner);
}
