/* SPDX-License-Identifier: MIT */
#include <archive.h>
#include <archive_entry.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bundle.h"
#include "known_symbols.h"
#include "layer.h"
#include "lazy.h"
#include "output.h"
#include "ranks.h"
#include "store.h"

#define SONAME "libarchive.so.13"
#define FUNCTIONS(X)                                                           \
	X(archive_entry_filetype)                                              \
	X(archive_entry_free)                                                  \
	X(archive_entry_hardlink)                                              \
	X(archive_entry_new)                                                   \
	X(archive_entry_pathname)                                              \
	X(archive_entry_set_filetype)                                          \
	X(archive_entry_set_mtime)                                             \
	X(archive_entry_set_pathname)                                          \
	X(archive_entry_set_perm)                                              \
	X(archive_entry_set_size)                                              \
	X(archive_entry_symlink)                                               \
	X(archive_error_string)                                                \
	X(archive_read_data)                                                   \
	X(archive_read_free)                                                   \
	X(archive_read_new)                                                    \
	X(archive_read_next_header)                                            \
	X(archive_read_open_filename)                                          \
	X(archive_read_support_filter_zstd)                                    \
	X(archive_read_support_format_tar)                                     \
	X(archive_write_add_filter_zstd)                                       \
	X(archive_write_close)                                                 \
	X(archive_write_data)                                                  \
	X(archive_write_free)                                                  \
	X(archive_write_header)                                                \
	X(archive_write_new)                                                   \
	X(archive_write_open_fd)                                               \
	X(archive_write_set_format_pax_restricted)

static struct {
	FUNCTIONS(LAZY_POINTER)
} la;
static const char *const names[] = { FUNCTIONS(LAZY_NAME) };

#define TOP "samebits-run/" /* in front of every name */
#define MEMBERS_MOST 100000
/* More than this, and more than so many times the bundle, is no run. */
#define SIZE_FREE (256ull << 20)
#define RATIO_MOST 2000

__attribute__((format(printf, 3, 4))) static int
trouble_is(char **trouble, int error, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	free(*trouble);
	if (vasprintf(trouble, format, ap) < 0)
		*trouble = NULL;
	va_end(ap);
	return error;
}

static int load(char **trouble)
{
	if (!lazy_load(SONAME, names, LAZY_COUNT(names), &la))
		return 0;
	return trouble_is(trouble, -ENOSYS,
			  "needs " SONAME ", which is missing here; apt-get "
			  "install libarchive13");
}

bool bundle_is(const char *path)
{
	static const unsigned char magic[4] = { 0x28, 0xb5, 0x2f, 0xfd };
	unsigned char begin[4];
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	bool is =
		fd >= 0 && read(fd, begin, 4) == 4 && !memcmp(begin, magic, 4);

	if (fd >= 0)
		close(fd);
	return is;
}

/* ---- out ---- */

static int copy_in(struct archive *a, int fd)
{
	char block[65536];
	ssize_t n;

	while ((n = read(fd, block, sizeof(block))) > 0)
		if (la.archive_write_data(a, block, (size_t)n) != n)
			return -EIO;
	return n < 0 ? -errno : 0;
}

/* `under`: in front of its name, "" or "rank-0003/". */
static int add_file(struct archive *a, int dir, const char *under,
		    const char *name)
{
	struct archive_entry *e = la.archive_entry_new();
	int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	char full[2 * NAME_MAX + 32];
	struct stat st;
	int ret = !e ? -ENOMEM : fd < 0 || fstat(fd, &st) ? -errno : 0;

	if (!ret) {
		snprintf(full, sizeof(full), TOP "%s%s", under, name);
		la.archive_entry_set_pathname(e, full);
		la.archive_entry_set_size(e, st.st_size);
		la.archive_entry_set_filetype(e, AE_IFREG);
		la.archive_entry_set_perm(e, 0644);
		la.archive_entry_set_mtime(e, st.st_mtime, 0);
		if (la.archive_write_header(a, e) != ARCHIVE_OK)
			ret = -EIO;
	}
	if (!ret)
		ret = copy_in(a, fd);
	if (fd >= 0)
		close(fd);
	la.archive_entry_free(e);
	return ret;
}

static int add_all(struct archive *a, const char *path, const char *under)
{
	struct dirent **list;
	int dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), ret = 0;
	int n = dir < 0 ? -1 : scandir(path, &list, NULL, alphasort);
	struct stat st;

	if (n < 0)
		ret = -errno;
	for (int i = 0; i < n; i++) {
		if (!ret &&
		    !fstatat(dir, list[i]->d_name, &st, AT_SYMLINK_NOFOLLOW) &&
		    S_ISREG(st.st_mode))
			ret = add_file(a, dir, under, list[i]->d_name);
		free(list[i]);
	}
	if (n >= 0)
		free(list);
	if (dir >= 0)
		close(dir);
	return ret;
}

/* The run's own files, then those of its ranks. */
static int add_run(struct archive *a, const char *dir)
{
	char path[PATH_MAX + NAME_MAX], under[NAME_MAX + 2];
	struct dirent **rank;
	int n = ranks_list(dir, &rank), ret = add_all(a, dir, "");

	for (int i = 0; i < n && !ret; i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, rank[i]->d_name);
		snprintf(under, sizeof(under), "%s/", rank[i]->d_name);
		ret = add_all(a, path, under);
	}
	ranks_list_free(rank, n);
	return ret;
}

static int write_archive(const char *dir, int fd, char **trouble)
{
	struct archive *a = la.archive_write_new();
	int ret = a ? 0 : -ENOMEM;

	if (!ret && (la.archive_write_add_filter_zstd(a) < ARCHIVE_WARN ||
		     la.archive_write_set_format_pax_restricted(a) ||
		     la.archive_write_open_fd(a, fd)))
		ret = trouble_is(trouble, -EIO, "%s",
				 la.archive_error_string(a));
	if (!ret)
		ret = add_run(a, dir);
	if (!ret && la.archive_write_close(a))
		ret = -EIO;
	if (ret && a && la.archive_error_string(a))
		trouble_is(trouble, ret, "%s", la.archive_error_string(a));
	la.archive_write_free(a);
	return ret;
}

int bundle_write(const char *dir, const char *path, char **trouble)
{
	struct output output;
	int ret, closed;

	*trouble = NULL;
	ret = load(trouble);
	if (!ret)
		ret = known_symbols_write(dir);
	if (ret)
		return ret;
	ret = output_open(&output, path);
	if (ret)
		return ret;
	fflush(output.to);
	ret = write_archive(dir, fileno(output.to), trouble);
	closed = output_close(&output, ret != 0);
	return ret ? ret : closed;
}

/* ---- in ---- */

struct reading {
	int dir;
	unsigned long long room; /* bytes that may still be written */
	unsigned members;
	char **trouble;
};

/* "NAME", or "rank-0003/NAME". */
static bool is_member(const char *name)
{
	const char *slash = strchr(name, '/');
	size_t n = strlen(RANKS_NAME);

	if (slash && !strncmp(name, RANKS_NAME, n) && slash > name + n &&
	    strspn(name + n, "0123456789") == (size_t)(slash - name) - n)
		name = slash + 1;
	return *name && *name != '.' && !strchr(name, '/');
}

/* A file in the run's directory, or in a rank's, and nothing else: what a bundle says of other
 * places, links or devices, is never followed. */
static const char *accepted(struct archive_entry *e, struct reading *r)
{
	const char *name = la.archive_entry_pathname(e);

	if (!name)
		name = "(no name)";
	if (la.archive_entry_filetype(e) != AE_IFREG ||
	    la.archive_entry_hardlink(e) || la.archive_entry_symlink(e)) {
		trouble_is(r->trouble, 0, "holds %s, which is no regular file",
			   name);
		return NULL;
	}
	if (strncmp(name, TOP, strlen(TOP)) ||
	    !is_member(name + strlen(TOP)) || strlen(name) > NAME_MAX) {
		trouble_is(r->trouble, 0,
			   "holds %s, which does not belong into a run", name);
		return NULL;
	}
	return name + strlen(TOP);
}

static int copy_out(struct archive *a, struct reading *r, int fd)
{
	char block[65536];
	la_ssize_t n;

	while ((n = la.archive_read_data(a, block, sizeof(block))) > 0) {
		if ((unsigned long long)n > r->room)
			return trouble_is(r->trouble, -EFBIG,
					  "unpacks to far more than a run "
					  "that was packed so small");
		r->room -= (unsigned long long)n;
		if (write(fd, block, (size_t)n) != n)
			return errno ? -errno : -EIO;
	}
	return n < 0 ? trouble_is(r->trouble, -EBADMSG, "is damaged: %s",
				  la.archive_error_string(a))
		     : 0;
}

/* Its directory, where the file is a rank's. */
static void make_rank(int dir, const char *name)
{
	const char *slash = strchr(name, '/');
	char rank[NAME_MAX + 1];

	if (!slash)
		return;
	snprintf(rank, sizeof(rank), "%.*s", (int)(slash - name), name);
	mkdirat(dir, rank, 0755);
}

static int read_member(struct archive *a, struct archive_entry *e,
		       struct reading *r)
{
	const char *name = accepted(e, r);
	int fd, ret;

	if (!name)
		return -EBADMSG;
	if (++r->members > MEMBERS_MOST)
		return trouble_is(r->trouble, -EBADMSG,
				  "holds more files than a run has");
	make_rank(r->dir, name);
	fd = openat(r->dir, name,
		    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (fd < 0)
		return errno == EEXIST ? trouble_is(r->trouble, -EBADMSG,
						    "holds %s twice", name)
				       : -errno;
	ret = copy_out(a, r, fd);
	if (close(fd) && !ret)
		ret = -errno;
	return ret;
}

static int read_members(struct archive *a, struct reading *r)
{
	struct archive_entry *e;
	int ret = 0, next = ARCHIVE_EOF;

	while (!ret &&
	       (next = la.archive_read_next_header(a, &e)) == ARCHIVE_OK)
		ret = read_member(a, e, r);
	if (!ret && next != ARCHIVE_EOF)
		ret = trouble_is(r->trouble, -EBADMSG, "is damaged: %s",
				 la.archive_error_string(a));
	if (!ret && faccessat(r->dir, "manifest.json", R_OK, 0))
		ret = trouble_is(r->trouble, -EBADMSG,
				 "is no bundle that samebits export made");
	return ret;
}

static int read_into(const char *path, int dir, char **trouble)
{
	struct archive *a = la.archive_read_new();
	struct reading r = { .dir = dir, .trouble = trouble };
	struct stat st;
	int ret = a ? 0 : -ENOMEM;

	if (!ret && stat(path, &st))
		ret = -errno;
	if (!ret) {
		r.room =
			SIZE_FREE + (unsigned long long)st.st_size * RATIO_MOST;
		la.archive_read_support_filter_zstd(a);
		la.archive_read_support_format_tar(a);
		if (la.archive_read_open_filename(a, path, 65536))
			ret = trouble_is(trouble, -EBADMSG, "is no bundle: %s",
					 la.archive_error_string(a));
	}
	if (!ret)
		ret = read_members(a, &r);
	if (a)
		la.archive_read_free(a);
	return ret;
}

int bundle_read(const char *path, const char *store, char *dir, size_t size,
		char **trouble)
{
	int fd, ret;

	*trouble = NULL;
	if (access(path, R_OK))
		return -errno;
	if (!bundle_is(path))
		return trouble_is(trouble, -EBADMSG,
				  "is no bundle that samebits export made");
	ret = load(trouble);
	if (ret)
		return ret;
	ret = store_new(store, dir, size);
	if (ret)
		return trouble_is(trouble, ret,
				  "%s: cannot make a run here: %s", store,
				  strerror(-ret));
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ret = fd < 0 ? -errno : read_into(path, fd, trouble);
	if (fd >= 0)
		close(fd);
	if (ret)
		store_remove(dir);
	return ret;
}

int bundle_open(const char *path, char *dir, size_t size, char **trouble)
{
	char store[] = "/tmp/samebits-bundle-XXXXXX";
	int ret;

	*trouble = NULL;
	if (!mkdtemp(store))
		return -errno;
	ret = bundle_read(path, store, dir, size, trouble);
	if (ret)
		layer_remove(store);
	return ret;
}

void bundle_forget(const char *dir)
{
	char *store = strdup(dir), *slash = store ? strrchr(store, '/') : NULL;

	if (slash) {
		*slash = 0;
		if (!strncmp(store, "/tmp/samebits-bundle-", 21))
			layer_remove(store);
	}
	free(store);
}
