/* SPDX-License-Identifier: MIT */
/* Temporary names: libc's rules, and a collision changes nothing else. */
#undef _FILE_OFFSET_BITS
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "hazard.h"

#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

static char dir[64];

/* Not by mkdtemp(), so that its name takes part in nothing. */
static void enter(void)
{
	do
		snprintf(dir, sizeof(dir), "/tmp/samebits-temp-%.0f",
			 kernel_time() * 1e9);
	while (mkdir(dir, 0700));
	must(chdir(dir) == 0);
}

static void leave(void)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf '%s'", dir);
	must(system(command) == 0);
}

static mode_t mode(const char *name)
{
	struct stat st;

	must(stat(name, &st) == 0);
	return st.st_mode & 07777;
}

static void templates(void)
{
	char name[32];
	int fd;

	enter();
	umask(0);
	strcpy(name, "a-XXXXXX");
	fd = mkstemp(name);
	must(fd >= 0 && !strncmp(name, "a-", 2) && strcmp(name + 2, "XXXXXX"));
	must(mode(name) == 0600);
	must((fcntl(fd, F_GETFL) & O_ACCMODE) == O_RDWR);
	must(fcntl(fd, F_GETFD) == 0);
	close(fd);
	strcpy(name, "XXXXXX");
	fd = mkostemp(name, O_CLOEXEC | O_APPEND | O_RDONLY);
	must(fcntl(fd, F_GETFD) == FD_CLOEXEC);
	must(fcntl(fd, F_GETFL) & O_APPEND);
	must((fcntl(fd, F_GETFL) & O_ACCMODE) == O_RDWR);
	close(fd);
	strcpy(name, "XXXXXXXX.txt");
	must(mkstemps(name, 4) >= 0);
	must(!strncmp(name, "XX", 2) && !strcmp(name + 8, ".txt"));
	strcpy(name, "dXXXXXX");
	must(mkdtemp(name) == name);
	must(mode(name) == 0700);
	strcpy(name, "eXXXXXX");
	must(mktemp(name) == name && *name && access(name, F_OK));
	leave();
}

static void refused(void)
{
	char name[32];

	enter();
	strcpy(name, "XXXXX");
	errno = 0;
	must(mkstemp(name) < 0 && errno == EINVAL && !strcmp(name, "XXXXX"));
	strcpy(name, "XXXXXXa");
	must(mkstemp(name) < 0 && errno == EINVAL);
	must(mkstemps(name, 2) < 0 && errno == EINVAL);
	must(mkstemps(name, -1) < 0 && errno == EINVAL);
	must(mkstemps(name, 20) < 0 && errno == EINVAL);
	must(mkdtemp(name) == NULL && errno == EINVAL);
	must(mktemp(name) == name && !*name && errno == EINVAL);
	strcpy(name, "none/XXXXXX");
	must(mkstemp(name) < 0 && errno == ENOENT);
	strcpy(name, "none/XXXXXX");
	must(mkdtemp(name) == NULL && errno == ENOENT);
	must(tmpnam_r(NULL) == NULL);
	/* What went well leaves errno alone. */
	errno = 77;
	strcpy(name, "XXXXXX");
	must(mkstemp(name) >= 0 && errno == 77);
	leave();
}

static void draw(const char *template, char *name)
{
	strcpy(name, template);
	must(close(mkstemp(name)) == 0);
}

/* Two forked children, and their parent, have names of their own. */
static void children(void)
{
	char name[3][4][8];
	int fd[2];

	enter();
	must(pipe(fd) == 0);
	for (int child = 0; child < 2; child++) {
		if (fork() == 0) {
			for (int i = 0; i < 4; i++)
				draw("XXXXXX", name[0][i]);
			must(write(fd[1], name[0], sizeof(name[0])) ==
			     sizeof(name[0]));
			_exit(0);
		}
		must(wait(NULL) > 0);
		must(read(fd[0], name[child], sizeof(name[0])) ==
		     sizeof(name[0]));
		must(system("rm -f ??????") == 0);
	}
	for (int i = 0; i < 4; i++)
		draw("XXXXXX", name[2][i]);
	for (int i = 0; i < 12; i++)
		for (int k = 0; k < i; k++)
			must(strcmp(name[0][i], name[0][k]));
	leave();
}

/* Prints its names, beside a leftover that $TAKEN names. */
static void names(void)
{
	const char *taken = getenv("TAKEN");
	char name[32];

	enter();
	if (taken)
		must(mkdir(taken, 0700) == 0);
	for (int i = 0; i < 4; i++) {
		draw("XXXXXX", name);
		printf("%s\n", name);
	}
	fflush(stdout);
	leave();
}

static void *maker(void *arg)
{
	char name[32];

	for (int i = 0; i < 500; i++)
		draw("tXXXXXX", name);
	return arg;
}

/* Threads at once: no name twice, as each is made with O_EXCL. */
static void together(void)
{
	pthread_t t[4];
	FILE *f;
	int n;

	enter();
	for (int i = 0; i < 4; i++)
		must(!pthread_create(&t[i], NULL, maker, NULL));
	for (int i = 0; i < 4; i++)
		must(!pthread_join(t[i], NULL));
	f = popen("ls | wc -l", "r");
	must(fscanf(f, "%d", &n) == 1 && n == 2000);
	pclose(f);
	leave();
}

SCENES({ "templates", templates }, { "refused", refused },
       { "children", children }, { "names", names },
       { "together", together })
