/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <string.h>

#include "config.h"
#include "processors.h"
#include "sys.h"
#include "text.h"
#include "banned.h"

static uint8_t allowed[PROCESSORS_ROOM];
static unsigned nallowed;

static bool has(const uint8_t *set, unsigned i)
{
	return set[i / 8] & 1u << i % 8;
}

/* Returns how many. */
static unsigned allow(uint8_t set[PROCESSORS_ROOM])
{
	long size = sys3(SYS_sched_getaffinity, 0, PROCESSORS_ROOM, set);
	unsigned n = 0;

	for (long i = 0; i < size; i++)
		n += (unsigned)__builtin_popcount(set[i]);
	return n;
}

void processors_start(void)
{
	nallowed = config.threads ? allow(allowed) : 0;
}

unsigned processors_allowed(void)
{
	uint8_t set[PROCESSORS_ROOM];

	return allow(set);
}

long processors_set(void *set, size_t size)
{
	size_t need = (config.threads + 63) / 64 * 8;
	uint8_t *bytes = set;

	if (!set)
		return -EFAULT;
	if (size < need || size % 8)
		return -EINVAL;
	memset(bytes, 0, size);
	memset(bytes, 0xff, config.threads / 8);
	if (config.threads % 8)
		bytes[config.threads / 8] =
			(uint8_t)((1u << config.threads % 8) - 1);
	return (long)need;
}

unsigned processors_mine(const struct thread *self)
{
	return self->pinned ? self->pinned - 1
			    : (unsigned)(self->lineage % config.threads);
}

long processors_real(const void *set, size_t size,
		     uint8_t real[PROCESSORS_ROOM], unsigned *first)
{
	bool each = config.threads <= nallowed;
	unsigned at = 0;
	long ret = -EINVAL;

	if (!set) /* libomp asks so whether pinning works */
		return -EFAULT;
	memset(real, 0, PROCESSORS_ROOM);
	for (unsigned i = 0; i < config.threads && i / 8 < size; i++, at++) {
		while (each && !has(allowed, at))
			at++;
		if (!has(set, i))
			continue;
		if (ret < 0)
			*first = i;
		ret = each ? PROCESSORS_ROOM : 0;
		if (each)
			real[at / 8] |= (uint8_t)(1u << at % 8);
	}
	return ret;
}

/* A thread that is not there must not seem to be. */
static long ask(long tid)
{
	uint8_t set[PROCESSORS_ROOM];
	long ret = sys3(SYS_sched_getaffinity, tid, sizeof(set), set);

	return ret < 0 ? ret : 0;
}

long processors_pin(long tid, const void *set, size_t size)
{
	struct thread *self = thread_me;
	uint8_t real[PROCESSORS_ROOM];
	unsigned first;
	long n = processors_real(set, size, real, &first);

	if (n >= 0)
		n = n ? sys3(SYS_sched_setaffinity, tid, n, real) : ask(tid);
	if (n == 0 && self && (tid == 0 || tid == sys0(SYS_gettid)))
		self->pinned = first + 1;
	return n;
}

/* Text that is only counted first. */
struct writer {
	char *out;
	size_t n;
};

static void put(struct writer *w, const char *s, size_t len)
{
	if (w->out)
		memcpy(w->out + w->n, s, len);
	w->n += len;
}

static void put_text(struct writer *w, const char *s)
{
	put(w, s, strlen(s));
}

static void put_number(struct writer *w, uint64_t n)
{
	char digits[24];
	struct text t = text_start(digits, sizeof(digits));

	text_number(&t, n, 10, 1);
	put_text(w, digits);
}

/* What follows "name<tabs>: " in a processor's lines; NULL: no such line. */
static const char *field(const char *lines, const char *name)
{
	size_t n = strlen(name);

	for (const char *p = lines; p; p = strchr(p, '\n')) {
		p += *p == '\n';
		if (!strncmp(p, name, n) && (p[n] == '\t' || p[n] == ':')) {
			p = strchr(p, ':');
			return p && p[1] == ' ' ? p + 2 : NULL;
		}
	}
	return NULL;
}

/* Half of what bogomips says in hundredths: the same at each look, which the
 * frequency of the moment is not. */
static void put_frequency(struct writer *w, const char *first)
{
	const char *p = field(first, "bogomips");
	uint64_t n = 0;

	for (; p && *p != '\n' && *p; p++)
		if (*p >= '0' && *p <= '9')
			n = n * 10 + (uint64_t)(*p - '0');
	put_number(w, n / 200);
	put_text(w, ".000");
}

/* Its value, where it is not as in the first one's lines. False: it is. */
static bool put_field(struct writer *w, const char *line, unsigned i,
		      const char *first)
{
	static const struct {
		const char *name;
		enum { INDEX, COUNT, ZERO, FREQUENCY } value;
	} fields[] = {
		{ "processor\t", INDEX },     { "core id\t", INDEX },
		{ "apicid\t", INDEX },	      { "initial apicid\t", INDEX },
		{ "siblings\t", COUNT },      { "cpu cores\t", COUNT },
		{ "physical id\t", ZERO },    { "cpu MHz\t", FREQUENCY },
	};

	for (size_t k = 0; k < sizeof(fields) / sizeof(*fields); k++) {
		const char *name = fields[k].name, *colon;

		if (strncmp(line, name, strlen(name)))
			continue;
		colon = strchr(line, ':');
		if (!colon)
			return false;
		put(w, line, (size_t)(colon - line));
		put_text(w, ": ");
		if (fields[k].value == FREQUENCY)
			put_frequency(w, first);
		else
			put_number(w, fields[k].value == INDEX	 ? i
				      : fields[k].value == COUNT ? config.threads
								 : 0);
		return true;
	}
	return false;
}

static void put_processor(struct writer *w, const char *first, unsigned i)
{
	for (const char *line = first; *line;) {
		const char *end = strchr(line, '\n');
		size_t len = end ? (size_t)(end - line) : strlen(line);

		if (!put_field(w, line, i, first))
			put(w, line, len);
		put_text(w, "\n");
		line += len + (end != NULL);
	}
	put_text(w, "\n");
}

/* Idle since the boot, in logical time. user nice system idle iowait irq
 * softirq steal guest guest_nice, in hundredths of a second (proc(5)). */
static void put_idle(struct writer *w, uint64_t ticks)
{
	put_text(w, " 0 0 0 ");
	put_number(w, ticks);
	put_text(w, " 0 0 0 0 0 0\n");
}

static void put_stat(struct writer *w, const struct processors_file *f)
{
	put_text(w, "cpu ");
	put_idle(w, f->up * 100 * config.threads);
	for (unsigned i = 0; i < config.threads; i++) {
		put_text(w, "cpu");
		put_number(w, i);
		put_idle(w, f->up * 100);
	}
	put_text(w, "intr 0\nctxt 0\nbtime ");
	put_number(w, f->since);
	put_text(w, "\nprocesses 1\nprocs_running 1\nprocs_blocked 0\n"
		    "softirq 0 0 0 0 0 0 0 0 0 0 0\n");
}

static void put_list(struct writer *w)
{
	put_text(w, "0");
	if (config.threads > 1) {
		put_text(w, "-");
		put_number(w, config.threads - 1);
	}
	put_text(w, "\n");
}

size_t processors_text(const struct processors_file *f, char *out)
{
	struct writer w = { out, 0 };

	switch (f->kind) {
	case PROC_CPUINFO:
		for (unsigned i = 0; i < config.threads; i++)
			put_processor(&w, f->first, i);
		break;
	case PROC_STAT:
		put_stat(&w, f);
		break;
	case SYS_CPU:
		put_list(&w);
		break;
	case CGROUP_CPU_MAX: /* no quota, of the usual period */
		put_text(&w, "max 100000\n");
		break;
	default:
		put_text(&w, "-1\n");
	}
	return w.n;
}
