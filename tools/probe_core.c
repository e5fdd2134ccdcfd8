/* SPDX-License-Identifier: MIT */
/* Probes of what samebits cannot do without. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/sysinfo.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define UNW_LOCAL_ONLY
#include <libunwind.h>

#include "probe.h"
#include "reader.h"
#include "shim.h"
#include "store.h"

static void remove_tree(const char *dir)
{
	char command[PATH_MAX];

	if ((size_t)snprintf(command, sizeof(command), "%s/000001", dir) <
	    sizeof(command))
		store_remove(command);
	snprintf(command, sizeof(command), "%s/latest", dir);
	unlink(command);
	rmdir(dir);
}

/* This very command, as a program that loads the shim and does nothing. */
static void start_with(const char *shim, const char *store)
{
	char preload[PATH_MAX + 16], settings[PATH_MAX + 32];
	char *argv[] = { "samebits", "--version", NULL };
	char *envp[] = { preload, settings, NULL };

	snprintf(preload, sizeof(preload), "LD_PRELOAD=%s", shim);
	snprintf(settings, sizeof(settings), "SAMEBITS=mode=audit,store=%s",
		 store);
	execve("/proc/self/exe", argv, envp);
	_exit(127);
}

static bool came_alive(const char *store)
{
	char dir[PATH_MAX];
	struct rundir run;
	bool alive;

	snprintf(dir, sizeof(dir), "%s/000001", store);
	alive = rundir_open(&run, dir) == 0 && run.nlogs == 1 &&
		run.board && run.nslots && run.board->slot[0].logged;
	rundir_close(&run);
	return alive;
}

static enum probe_result preload(char *text, size_t size)
{
	char shim[PATH_MAX], store[] = "/tmp/samebits-doctor-XXXXXX";
	int ret = shim_find(shim, sizeof(shim)), status = -1;
	bool alive;
	pid_t child;

	if (ret)
		return probe_failed(text, size, "libsamebits.so", -ret);
	if (!mkdtemp(store))
		return probe_failed(text, size, "/tmp", errno);
	child = fork();
	if (child == 0)
		start_with(shim, store);
	waitpid(child, &status, 0);
	alive = came_alive(store);
	remove_tree(store);
	snprintf(text, size, alive && !status
				     ? "a program was started with %s"
				     : "%s did not come alive in a program",
		 shim);
	return alive && !status ? PROBE_OK : PROBE_MISSING;
}

/* As the shim opens it, under the names that the header's macros make. */
static enum probe_result stacks(char *text, size_t size)
{
	void *h = dlopen("libunwind.so.8", RTLD_LAZY | RTLD_LOCAL);
	int (*context)(unw_context_t *), (*init)(unw_cursor_t *,
						 unw_context_t *);
	int (*step)(unw_cursor_t *), frames = 1;
	unw_context_t here;
	unw_cursor_t cursor;

	if (!h) {
		snprintf(text, size, "libunwind.so.8 cannot be loaded");
		return PROBE_MISSING;
	}
	*(void **)&context = dlsym(h, "_Ux86_64_getcontext");
	*(void **)&init = dlsym(h, "_ULx86_64_init_local");
	*(void **)&step = dlsym(h, "_ULx86_64_step");
	if (!context || !init || !step || context(&here) ||
	    init(&cursor, &here)) {
		snprintf(text, size, "libunwind.so.8 is not of use");
		return PROBE_MISSING;
	}
	while (frames < 64 && step(&cursor) > 0)
		frames++;
	snprintf(text, size, "a walk found %d frames", frames);
	/* attempt, answer, probe_ask, doctor, main: no fewer. */
	return frames >= 5 ? PROBE_OK : PROBE_MISSING;
}

static double seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/* Microseconds to make, map and remove a file; negative: -errno. */
static double file_cost(int dir)
{
	double start = seconds();

	for (int i = 0; i < 100; i++) {
		int fd = openat(dir, "probe", O_RDWR | O_CREAT | O_EXCL, 0600);
		char *p;

		if (fd < 0)
			return -errno;
		/* Some file systems cannot reserve: those are grown. */
		if (posix_fallocate(fd, 0, 4096))
			return -errno;
		p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
		if (p == MAP_FAILED)
			return -errno;
		*p = 1;
		munmap(p, 4096);
		close(fd);
		unlinkat(dir, "probe", 0);
	}
	return (seconds() - start) * 1e6 / 100;
}

/* The store, or the directory that it would be made in. */
static void store_place(char *place, size_t size)
{
	char *slash;

	snprintf(place, size, "%s",
		 probe_store ? probe_store : STORE_DEFAULT);
	while (access(place, F_OK) && (slash = strrchr(place, '/')))
		*slash = 0;
	if (!*place || access(place, F_OK))
		snprintf(place, size, *place ? "." : "/");
}

static enum probe_result store(char *text, size_t size)
{
	char place[PATH_MAX], dir[PATH_MAX + 32];
	double cost;
	int fd;

	store_place(place, sizeof(place));
	snprintf(dir, sizeof(dir), "%s/.doctor-XXXXXX", place);
	if (!mkdtemp(dir))
		return probe_failed(text, size, place, errno);
	fd = open(dir, O_RDONLY | O_DIRECTORY);
	cost = file_cost(fd);
	unlinkat(fd, "probe", 0);
	rmdir(dir);
	if (cost < 0)
		return probe_failed(text, size, place, (int)-cost);
	snprintf(text, size, "%s: %.0f us to make, map and remove a file",
		 place, cost);
	return PROBE_OK;
}

#define LOG_LEAST (256 << 10)

static enum probe_result limits(char *text, size_t size)
{
	struct rlimit file, memory;

	getrlimit(RLIMIT_FSIZE, &file);
	getrlimit(RLIMIT_AS, &memory);
	if (file.rlim_cur < LOG_LEAST) {
		snprintf(text, size, "files may be %llu KiB at most",
			 (unsigned long long)file.rlim_cur >> 10);
		return PROBE_MISSING;
	}
	/* Address space that a process needs at its start. */
	if (memory.rlim_cur < 128u << 20) {
		snprintf(text, size, "a process may have %llu MiB at most",
			 (unsigned long long)memory.rlim_cur >> 20);
		return PROBE_MISSING;
	}
	snprintf(text, size, "neither files nor memory are bounded too low");
	return PROBE_OK;
}

static enum probe_result memory(char *text, size_t size)
{
	struct sysinfo info;

	if (sysinfo(&info))
		return probe_failed(text, size, "sysinfo", errno);
	snprintf(text, size, "%.1f of %.1f GiB free, %d processors",
		 (double)(info.freeram + info.bufferram) * info.mem_unit / 1e9 /
			 1.073741824,
		 (double)info.totalram * info.mem_unit / 1e9 / 1.073741824,
		 get_nprocs());
	return PROBE_FACT;
}

const struct probe probes_core[] = {
	{ "preload", true, preload, "nothing can be seen or controlled",
	  "build or install samebits again; see what the loader says" },
	{ "stacks", true, stacks, "callers cannot be named",
	  "apt-get install libunwind8, or run --partial" },
	{ "store", true, store, "runs cannot be kept",
	  "name another place with --store DIR" },
	{ "limits", true, limits, "runs cannot be kept",
	  "ulimit -f unlimited; ulimit -v unlimited" },
	{ "memory", false, memory, NULL, NULL },
	{ NULL, false, NULL, NULL, NULL }
};
