/* SPDX-License-Identifier: MIT */
/* What libc reads directories for itself for: scandir, glob, ftw and fts do as
 * they do natively, and under control in order. */
#include "folder.h"

#include <fts.h>
#include <ftw.h>
#include <glob.h>

static int ordered(const char *a, const char *b)
{
	return !controlled() || strcmp(a, b) < 0;
}

static int no_dots(const struct dirent *e)
{
	return !is_dots(e->d_name);
}

static int nothing(const struct dirent *e)
{
	(void)e;
	return 0;
}

static int by_first(const struct dirent **a, const struct dirent **b)
{
	return (*b)->d_name[0] - (*a)->d_name[0];
}

static void free_list(struct dirent **list, int n)
{
	while (n)
		free(list[--n]);
	free(list);
}

/* What the program's order has as equal is in order, too. */
static void scans(void)
{
	struct dirent **list;
	int n, fd;

	folder_enter("/tmp");
	touch_many(100);
	touch("g1");
	touch("g0");
	n = scandir(".", &list, no_dots, by_first);
	must(n == 102 && list[0]->d_name[0] == 'g' &&
	     list[1]->d_name[0] == 'g');
	must(ordered(list[0]->d_name, list[1]->d_name));
	for (int i = 3; i < n; i++)
		must(ordered(list[i - 1]->d_name, list[i]->d_name));
	free_list(list, n);
	n = scandir(".", &list, NULL, alphasort);
	must(n == 104 && !strcmp(list[103]->d_name, "g1"));
	free_list(list, n);
	must(scandir(".", &list, nothing, alphasort) == 0);
	free(list);
	must(scandir("nowhere", &list, NULL, NULL) < 0 && errno == ENOENT);
	must(scandir("g0", &list, NULL, NULL) < 0 && errno == ENOTDIR);
	fd = open("/", O_RDONLY | O_DIRECTORY);
	n = scandirat(fd, folder + 1, &list, no_dots, NULL);
	must(n == 102);
	free_list(list, n);
	must(scandirat(-1, "x", &list, NULL, NULL) < 0 && errno == EBADF);
	folder_leave();
}

static void *own_opendir(const char *path)
{
	static int at;

	must(!strcmp(path, "."));
	at = 0;
	return &at;
}

static struct dirent *own_readdir(void *at)
{
	static struct dirent e;
	static const char *const name[] = { "zz", "aa", "mm" };

	if (*(int *)at == 3)
		return NULL;
	strcpy(e.d_name, name[(*(int *)at)++]);
	e.d_ino = 1;
	e.d_type = DT_REG;
	return &e;
}

static void own_closedir(void *at)
{
	*(int *)at = 9;
}

static int errors_met;

static int met(const char *path, int error)
{
	must(!strcmp(path, "nowhere") && error == ENOENT);
	errors_met++;
	return 0;
}

static void globs(void)
{
	glob_t g = { .gl_offs = 2, .gl_closedir = own_closedir };

	folder_enter("/tmp");
	must(mkdir("sub", 0755) == 0);
	touch("sub/b");
	touch("sub/a");
	touch_many(50);
	must(glob("f*", GLOB_NOSORT | GLOB_DOOFFS, NULL, &g) == 0);
	must(g.gl_pathc == 50 && !g.gl_pathv[0] && !g.gl_pathv[1]);
	must(!(g.gl_flags & GLOB_ALTDIRFUNC) &&
	     g.gl_closedir == own_closedir);
	for (int i = 3; i < 52; i++)
		must(ordered(g.gl_pathv[i - 1], g.gl_pathv[i]));
	must(glob("*/{a,b}", GLOB_APPEND | GLOB_DOOFFS | GLOB_BRACE, NULL,
		  &g) == 0);
	must(g.gl_pathc == 52 && !strcmp(g.gl_pathv[53], "sub/b"));
	globfree(&g);
	must(glob("s*", GLOB_MARK, NULL, &g) == 0);
	must(g.gl_pathc == 1 && !strcmp(g.gl_pathv[0], "sub/"));
	globfree(&g);
	must(glob("x*", 0, NULL, &g) == GLOB_NOMATCH);
	must(glob("nowhere/*", GLOB_ERR, NULL, &g) != 0);
	must(glob("nowhere/*", 0, met, &g) == GLOB_NOMATCH);
	/* A program's own functions stay in charge. */
	g = (glob_t){ .gl_opendir = own_opendir, .gl_readdir = own_readdir,
		      .gl_closedir = own_closedir, .gl_stat = stat,
		      .gl_lstat = lstat };
	must(glob("*", GLOB_ALTDIRFUNC | GLOB_NOSORT, NULL, &g) == 0);
	must(g.gl_pathc == 3 && g.gl_flags & GLOB_ALTDIRFUNC);
	globfree(&g);
	folder_leave();
}

/* The files that a walk met: path, kind and level. */
static struct {
	char path[256];
	int kind, level;
} seen[64];
static int nseen, stop_at, answer;

static int see(const char *path, const struct stat *st, int kind,
	       struct FTW *at)
{
	must(nseen < 64 && st);
	snprintf(seen[nseen].path, sizeof(seen[0].path), "%s", path);
	seen[nseen].kind = kind;
	seen[nseen++].level = at->level;
	return nseen == stop_at ? answer : 0;
}

static int see_plain(const char *path, const struct stat *st, int kind)
{
	return see(path, st, kind, &(struct FTW){ 0, 0 });
}

static int walk(const char *root, int flags, int stop, int with)
{
	nseen = 0;
	stop_at = stop;
	answer = with;
	return nftw(root, see, 3, flags);
}

static int kind_of(const char *path)
{
	for (int i = 0; i < nseen; i++)
		if (!strcmp(seen[i].path, path))
			return seen[i].kind;
	return -1;
}

static void make_tree(void)
{
	folder_enter("/tmp");
	must(mkdir("t", 0755) == 0 && mkdir("t/d", 0755) == 0);
	must(mkdir("t/d/e", 0755) == 0);
	touch("t/d/e/deep");
	touch("t/d/x");
	touch("t/b");
	touch("t/z");
	must(symlink("b", "t/link") == 0 && symlink("gone", "t/bad") == 0);
}

static void in_order(void)
{
	static const char *const all[] = { "t", "t/b", "t/bad", "t/d", "t/d/e",
					   "t/d/e/deep", "t/d/x", "t/link",
					   "t/z" };

	must(nseen == 9);
	for (int i = 0; controlled() && i < nseen; i++)
		must(!strcmp(seen[i].path, all[i]));
}

static void walks(void)
{
	char home[256], now[256];

	make_tree();
	must(getcwd(home, sizeof(home)));
	must(walk("t", FTW_PHYS, 0, 0) == 0);
	in_order();
	must(kind_of("t/link") == FTW_SL && kind_of("t/bad") == FTW_SL);
	must(walk("t//", 0, 0, 0) == 0);
	in_order();
	must(kind_of("t/link") == FTW_F && kind_of("t/bad") == FTW_SLN);
	must(kind_of("t/d/e") == FTW_D && seen[0].level == 0);
	must(walk("t", FTW_PHYS | FTW_DEPTH, 0, 0) == 0 && nseen == 9);
	must(!strcmp(seen[8].path, "t") && seen[8].kind == FTW_DP);
	must(walk("t", FTW_PHYS | FTW_CHDIR, 0, 0) == 0);
	in_order();
	must(getcwd(now, sizeof(now)) && !strcmp(now, home));
	must(walk("t", FTW_PHYS, 4, 42) == 42 && nseen == 4);
	/* The subtree of the first file met: everything. */
	must(walk("t", FTW_PHYS | FTW_ACTIONRETVAL, 1, FTW_SKIP_SUBTREE) == 0);
	must(nseen == 1);
	must(walk("t", FTW_PHYS | FTW_ACTIONRETVAL, 2, FTW_SKIP_SIBLINGS) == 0);
	must(nseen == 2);
	must(walk("t", FTW_PHYS | FTW_ACTIONRETVAL, 3, FTW_STOP) == FTW_STOP);
	must(walk("t", 1 << 20, 0, 0) == -1 && errno == EINVAL);
	must(walk("", 0, 0, 0) == -1 && errno == ENOENT);
	must(walk("nowhere", 0, 0, 0) == -1 && errno == ENOENT && !nseen);
	must(walk("t/bad", 0, 0, 0) == 0 && nseen == 1);
	nseen = stop_at = 0;
	must(ftw("t", see_plain, 1) == 0);
	in_order();
	must(kind_of("t/link") == FTW_F && kind_of("t/bad") == FTW_NS);
	folder_leave();
}

static int depth;

static int go_deep(const char *path, const struct stat *st, int kind,
		   struct FTW *at)
{
	(void)st;
	must(kind == FTW_D && strlen(path) > (size_t)at->base);
	if (at->level > depth)
		depth = at->level;
	return 0;
}

/* With few descriptors; and deeper than a path may be long, where glibc's own
 * gives up. */
static void deep(void)
{
	int levels = controlled() ? 60 : 30;
	char name[101];

	folder_enter("/tmp");
	memset(name, 'd', 100);
	name[100] = 0;
	for (int i = 0; i < levels; i++)
		must(mkdir(name, 0755) == 0 && chdir(name) == 0);
	must(chdir(folder) == 0);
	must(nftw(name, go_deep, 64, FTW_PHYS) == 0 && depth == levels - 1);
	depth = 0;
	must(nftw(name, go_deep, 2, FTW_PHYS | FTW_CHDIR) == 0);
	must(depth == levels - 1);
	folder_leave();
}

/* Links that lead up: each directory is met once. */
static void loops(void)
{
	make_tree();
	must(symlink("..", "t/d/up") == 0 && symlink("self", "self") == 0);
	must(walk("t", 0, 0, 0) == 0 && nseen == 9);
	must(walk("t", FTW_PHYS, 0, 0) == 0 && nseen == 10);
	must(walk("self", 0, 0, 0) == -1 && errno == ELOOP);
	folder_leave();
}

/* As somebody who may not read all. */
static void unreadable(void)
{
	struct dirent **list;
	glob_t g;

	make_tree();
	must(chmod(folder, 0755) == 0 && chmod("t/d", 0) == 0);
	must(seteuid(65534) == 0 || geteuid() != 0);
	must(walk("t", FTW_PHYS, 0, 0) == 0 && nseen == 6);
	must(kind_of("t/d") == FTW_DNR);
	must(!opendir("t/d") && errno == EACCES);
	must(scandir("t/d", &list, NULL, NULL) == -1 && errno == EACCES);
	must(glob("t/d/*", GLOB_ERR, NULL, &g) == GLOB_ABORTED);
	(void)!seteuid(getuid());
	must(chmod("t/d", 0755) == 0);
	folder_leave();
}

static int last_first(const FTSENT **a, const FTSENT **b)
{
	return strcmp((*b)->fts_name, (*a)->fts_name);
}

static int no_difference(const FTSENT **a, const FTSENT **b)
{
	return !a && !b;
}

/* The names on the first level, in the order of the walk. */
static int first_level(int options,
		       int (*order)(const FTSENT **, const FTSENT **))
{
	char *const roots[] = { (char *)"t", (char *)"a", NULL };
	FTS *fts = fts_open(roots, options, order);
	FTSENT *e;

	nseen = 0;
	must(fts);
	while ((e = fts_read(fts))) {
		must((void *)fts->fts_compar == (void *)order);
		must(e->fts_info != FTS_ERR);
		if (e->fts_level == 1 && e->fts_info != FTS_DP)
			strcpy(seen[nseen++].path, e->fts_name);
		if (e->fts_level == 0 && e->fts_info == FTS_D && !nseen)
			must(fts_children(fts, 0));
	}
	fts_close(fts);
	return nseen;
}

static void fts(void)
{
	make_tree();
	touch("a");
	must(first_level(FTS_PHYSICAL, NULL) == 5);
	for (int i = 1; i < nseen; i++)
		must(ordered(seen[i - 1].path, seen[i].path));
	must(first_level(FTS_PHYSICAL | FTS_NOCHDIR, no_difference) == 5);
	for (int i = 1; i < nseen; i++)
		must(ordered(seen[i - 1].path, seen[i].path));
	must(first_level(FTS_LOGICAL, last_first) == 5);
	for (int i = 1; i < nseen; i++)
		must(strcmp(seen[i].path, seen[i - 1].path) < 0);
	must(first_level(FTS_PHYSICAL | FTS_SEEDOT, NULL) == 7);
	must(!controlled() || (!strcmp(seen[0].path, ".") &&
			       !strcmp(seen[1].path, "..")));
	folder_leave();
}

SCENES({ "scans", scans }, { "globs", globs }, { "walks", walks },
       { "deep", deep }, { "loops", loops }, { "unreadable", unreadable },
       { "fts", fts })
