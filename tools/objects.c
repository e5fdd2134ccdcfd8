/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "inspect.h"
#include "kernels.h"
#include "known.h"
#include "objects.h"

/* Bytes of an object inspected in a second: 2 GB/s is usual; the slowest met,
 * dense in candidates, went at 0.28. */
#define SPEED 400e6

struct look {
	struct blinds *blinds;
	unsigned traps; /* that the run had: TRAP_… */
	struct timespec start;
	double patience;
	void *seen; /* tree of struct sb_module */
};

/*
 * libc's own use of the kernel, and its relatives', is what we stand in front
 * of; libstdc++'s RDRAND is behind random_device. Ours are ours.
 */
static bool is_runtime(const char *path)
{
	static const char *const names[] = {
		"libc.so.",	"ld-linux-",	"libpthread.so.", "librt.so.",
		"libdl.so.",	"libstdc++.so.", "libgcc_s.so.",
		"linux-vdso.so.", "libunwind.so.", "libsamebits.so",
	};
	const char *slash = strrchr(path, '/');
	const char *base = slash ? slash + 1 : path;

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (!strncmp(base, names[i], strlen(names[i])))
			return true;
	return false;
}

static int by_identity(const void *a, const void *b)
{
	const struct sb_module *x = a, *y = b;
	int order = memcmp(x->build_id, y->build_id, sizeof(x->build_id));

	return order ? order : strcmp(x->path, y->path);
}

/* Seconds. */
static double left(const struct look *l)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return l->patience - ((double)(now.tv_sec - l->start.tv_sec) +
			      (double)(now.tv_nsec - l->start.tv_nsec) / 1e9);
}

static bool in_time(const struct look *l, const char *path)
{
	struct stat st;

	return stat(path, &st) || (double)st.st_size / SPEED <= left(l);
}

/* "RDTSC in a, b (+3)" */
static void print_finding(FILE *to, const struct finding *f)
{
	if (strcmp(f->what, "built in"))
		fprintf(to, "%s in ", f->what);
	for (unsigned i = 0; i < f->functions && i < FINDING_NAMES; i++)
		fprintf(to, "%s%s", i ? ", " : "", f->name[i]);
	if (f->functions > FINDING_NAMES)
		fprintf(to, " (+%u)", f->functions - FINDING_NAMES);
}

/* The words of --trap, which meets what is found where it is executed. */
enum { TRAP_TSC = 1, TRAP_RDRAND = 2, TRAP_SYSCALL = 4 };
static const struct trap {
	const char *word;
	unsigned trap;
} traps[] = {
	{ "tsc", TRAP_TSC },
	{ "rdrand", TRAP_RDRAND },
	{ "syscall", TRAP_SYSCALL },
	{ "all", TRAP_TSC | TRAP_RDRAND | TRAP_SYSCALL },
};
#define TRAPS (sizeof(traps) / sizeof(*traps))
#define SINGLE (TRAPS - 1) /* all but "all" */

/* Nothing meets RDPID, which tells a processor's number. Nor is a futex a
 * reason: who has nothing else is left alone (rawcall.c). */
static unsigned trap_for(const char *what)
{
	if (!strncmp(what, "RDTSC", 5))
		return TRAP_TSC;
	if (!strcmp(what, "RDRAND") || !strcmp(what, "RDSEED"))
		return TRAP_RDRAND;
	if (!strcmp(what, "raw futex"))
		return 0;
	return !strcmp(what, "system calls") || !strncmp(what, "raw ", 4)
		       ? TRAP_SYSCALL
		       : 0;
}

/* From its settings, "key=value,trap=tsc+rdrand,key=value". */
static unsigned traps_of(const struct rundir *run)
{
	const char *list =
		json_string_value(json_object_get(run->manifest, "settings"));
	unsigned had = 0;

	list = list ? strstr(list, ",trap=") : NULL;
	for (list = list ? list + 6 : ""; *list && *list != ',';) {
		size_t n = strcspn(list, "+,");

		for (size_t i = 0; i < TRAPS; i++)
			if (strlen(traps[i].word) == n &&
			    !strncmp(traps[i].word, list, n))
				had |= traps[i].trap;
		list += n + (list[n] == '+');
	}
	return had;
}

/* " (--trap=tsc,rdrand meets them)", or how far the run's own traps reach. */
static void print_traps(FILE *to, unsigned want, unsigned had, bool rdpid)
{
	const char *before = " (--trap=";

	for (size_t i = 0; i < SINGLE; i++)
		if (traps[i].trap & want & ~had) {
			fprintf(to, "%s%s", before, traps[i].word);
			before = ",";
		}
	if (want & ~had)
		fprintf(to, " meets %s)", rdpid ? "all but RDPID" : "them");
	else if (want)
		fprintf(to, " (trapped, but for %sconstructors of libraries)",
			rdpid ? "RDPID and " : "");
}

static int say_kind(struct look *l, const struct sb_module *m,
		    const struct inspection *found, bool built_in)
{
	const char *slash = strrchr(m->path, '/');
	const char *separator = built_in ? " has its own " : ": ";
	char *text = NULL;
	size_t size;
	FILE *to = open_memstream(&text, &size);
	bool any = false, rdpid = false;
	unsigned want = 0;
	int ret = 0;

	if (!to)
		return -ENOMEM;
	fputs(slash ? slash + 1 : m->path, to);
	for (size_t i = 0; i < found->n; i++) {
		const struct finding *f = &found->finding[i];
		unsigned trap = trap_for(f->what);

		/* The kernel refuses each: no place is left. */
		if (!strcmp(f->what, "built in") != built_in ||
		    (trap & TRAP_TSC & l->traps))
			continue;
		fputs(any ? "; " : separator, to);
		print_finding(to, f);
		want |= trap;
		rdpid |= !strcmp(f->what, "RDPID");
		any = true;
	}
	print_traps(to, want, l->traps, rdpid);
	fclose(to);
	if (any)
		ret = blinds_add(l->blinds,
				 built_in ? "built-in" : "instructions", text);
	free(text);
	return ret;
}

static int not_inspected(struct look *l, const char *path, int error)
{
	char *text;
	int ret;

	if (asprintf(&text, "%s: %s", path,
		     error == ESTALE ? "is another file now"
				     : strerror(error)) < 0)
		return -ENOMEM;
	ret = blinds_add(l->blinds, "not-inspected", text);
	free(text);
	return ret;
}

/* Seconds that the kernels of one object may take: they come as text, slowly. */
#define KERNELS 20
#define TOO_MANY "kernels, too many to look at"

/* NVIDIA's own are ruled by their modes, and are huge. */
static bool is_nvidia(const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *base = slash ? slash + 1 : path;

	return !strncmp(base, "libcu", 5) || !strncmp(base, "libnccl", 7) ||
	       !strncmp(base, "libnv", 5);
}

static int say_kernels(struct look *l, const struct sb_module *m,
		       const struct inspection *found)
{
	const char *slash = strrchr(m->path, '/');
	char *text = NULL;
	size_t size;
	FILE *to;
	int ret;

	if (!found->n)
		return 0;
	to = open_memstream(&text, &size);
	if (!to)
		return -ENOMEM;
	fprintf(to, "%s: ", slash ? slash + 1 : m->path);
	if (found->finding[0].functions) {
		fprintf(to, "kernels with ");
		print_finding(to, &found->finding[0]);
		fprintf(to, ": they add in any order");
	} else {
		fprintf(to, TOO_MANY);
	}
	fclose(to);
	ret = blinds_add(l->blinds, "kernels", text);
	free(text);
	return ret;
}

/* Under a key of their own: they are known only where there is a cuobjdump. */
static int look_at_kernels(struct look *l, const struct sb_module *m)
{
	static const uint8_t none[20];
	bool named = memcmp(m->build_id, none, sizeof(none));
	struct inspection found;
	uint8_t key[20];
	int ret;

	for (size_t i = 0; i < sizeof(key); i++)
		key[i] = m->build_id[i] ^ 0xa5;
	if (is_nvidia(m->path))
		return 0;
	if (named && known_read(&found, m->path, key))
		return say_kernels(l, m, &found);
	if (left(l) < KERNELS) {
		l->blinds->unseen++;
		return 0;
	}
	ret = kernels_inspect(&found, m->path, KERNELS);
	if (ret == -ENOENT)
		return blinds_add(l->blinds, "not-inspected",
				  "kernels: there is no cuobjdump, which tells "
				  "those with float atomics");
	if (ret == -ETIME) {
		found = (struct inspection){ .n = 1 };
		strcpy(found.finding[0].what, "kernels");
	} else if (ret) {
		return ret == -ENOMEM ? ret : not_inspected(l, m->path, -ret);
	}
	if (named)
		known_write(&found, m->path, key);
	return say_kernels(l, m, &found);
}

static int look_into(struct look *l, const struct sb_module *m)
{
	struct inspection found;
	int ret;

	if (!known_read(&found, m->path, m->build_id)) {
		if (!in_time(l, m->path)) {
			l->blinds->unseen++;
			return 0;
		}
		ret = inspect(&found, m->path, m->build_id);
		if (ret == -ENOMEM)
			return ret;
		if (ret)
			return not_inspected(l, m->path, -ret);
		known_write(&found, m->path, m->build_id);
	}
	ret = say_kind(l, m, &found, false);
	if (ret == 0)
		ret = say_kind(l, m, &found, true);
	return ret || !found.gpu ? ret : look_at_kernels(l, m);
}

/* Code that makes keys gets the real thing from us, too. */
static int visit(struct look *l, const struct sb_module *m)
{
	void *place;

	if (m->path[0] != '/' || m->flags & SB_MODULE_CRYPTO ||
	    is_runtime(m->path))
		return 0;
	place = tsearch(m, &l->seen, by_identity);
	if (!place)
		return -ENOMEM;
	return *(const struct sb_module **)place == m ? look_into(l, m) : 0;
}

static void keep(void *node)
{
	(void)node;
}

int objects_look(struct blinds *blinds, const struct rundir *run,
		 double patience)
{
	struct look l = { .blinds = blinds,
			  .traps = traps_of(run),
			  .patience = patience };
	int ret = 0;

	clock_gettime(CLOCK_MONOTONIC, &l.start);
	for (size_t i = 0; i < run->nlogs && ret == 0; i++)
		for (size_t k = 0; k < run->log[i].nmodules && ret == 0; k++)
			if (run->log[i].module[k])
				ret = visit(&l, run->log[i].module[k]);
	tdestroy(l.seen, keep);
	return ret;
}
