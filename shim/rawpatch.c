/* SPDX-License-Identifier: MIT */
#include <link.h>
#include <string.h>
#include <sys/mman.h>

#include "config.h"
#include "log.h"
#include "process.h"
#include "rawcall.h"
#include "rawpatch.h"
#include "rdrand.h"
#include "real.h"
#include "sys.h"
#include "text.h"
#include "trap.h"
#include "banned.h"

#define HLT 0xf4

/* By address, as the handler looks without a lock; gone: 1. */
#define PATCHES 16384 /* a power of two */
static struct rawpatch patch[PATCHES];
static unsigned patches;
static unsigned wanted; /* RAW_… */
static int word;

static unsigned home(uintptr_t at)
{
	return (unsigned)(at * 0x9e3779b97f4a7c15u >> 50);
}

const struct rawpatch *rawpatch_find(uintptr_t at)
{
	uintptr_t is;

	for (unsigned i = home(at);; i = (i + 1) % PATCHES) {
		is = __atomic_load_n(&patch[i].at, __ATOMIC_ACQUIRE);
		if (is == at)
			return &patch[i];
		if (!is)
			return NULL;
	}
}

const struct rawpatch *rawpatch_beside(const void *aside)
{
	for (unsigned i = 0; i < PATCHES; i++)
		if (patch[i].at > 1 && patch[i].aside == aside)
			return &patch[i];
	return NULL;
}

static bool insert(const struct rawpatch *p)
{
	unsigned i = home(p->at);

	if (patches > PATCHES * 3 / 4)
		return false;
	while (patch[i].at > 1 && patch[i].at != p->at)
		i = (i + 1) % PATCHES;
	patches += !patch[i].at;
	patch[i].aside = p->aside;
	patch[i].random = p->random;
	__atomic_store_n(&patch[i].at, p->at, __ATOMIC_RELEASE);
	return true;
}

void rawpatch_unloaded(uintptr_t start, uintptr_t end)
{
	for (unsigned i = 0; i < PATCHES; i++)
		if (patch[i].at >= start && patch[i].at < end)
			__atomic_store_n(&patch[i].at, 1, __ATOMIC_RELEASE);
}

/* A program is listed without its name. */
static const char *whole_name(const char *path, char *room, size_t size)
{
	static const char itself[] = "/proc/self/exe";
	long n = -1;

	if (!strcmp(path, itself))
		n = sys3(SYS_readlink, itself, room, size - 1);
	if (n <= 0)
		return path;
	room[n] = 0;
	return room;
}

static void say(const char *path, const char *what, const char *text)
{
	uint64_t mask = engine_lock();
	char said[768], name[512];
	struct text t = text_start(said, sizeof(said));

	text_add(&t, whole_name(path, name, sizeof(name)));
	text_add(&t, what);
	text_add(&t, text);
	log_blind("trap", said);
	engine_unlock(mask);
}

void rawpatch_say(const char *path, const char *text)
{
	say(path, "", text);
}

void rawpatch_refused(const char *path, const char *what)
{
	char of[64];
	struct text t = text_start(of, sizeof(of));

	text_add(&t, ": its ");
	text_add(&t, what);
	say(path, of,
	    " are not trapped, as its code may not be changed here (mprotect "
	    "was refused); allow it executable memory (SELinux: execmod and "
	    "execmem)");
}

/* Others may be executing there: it stays executable, and one byte changes. */
static bool halt(uintptr_t at)
{
	uintptr_t page = at & ~(uintptr_t)(SB_PAGE - 1);

	if (sys3(SYS_mprotect, page, SB_PAGE,
		 PROT_READ | PROT_WRITE | PROT_EXEC))
		return false;
	__atomic_store_n((uint8_t *)at, HLT, __ATOMIC_RELEASE);
	sys3(SYS_mprotect, page, SB_PAGE, PROT_READ | PROT_EXEC);
	return true;
}

bool rawpatch_put(const struct rawpatch *p, const char *path, const char *what)
{
	if (!insert(p)) {
		rawpatch_say(path, ": there are more instructions in this "
				   "process than samebits traps (12288)");
		return false;
	}
	if (!halt(p->at)) {
		rawpatch_refused(path, what);
		return false;
	}
	return true;
}

/* All of an object are found before one is changed: a changed function does not
 * decode. */
static void look_at(uintptr_t base)
{
	static struct rawsites found; /* under `word` */
	uint64_t mask = word_take(&word);

	if (rawsite_find(base, wanted, &found)) {
		if (wanted & RAW_CALLS)
			rawcall_patch(&found);
		if (wanted & RAW_RANDOM)
			rdrand_patch(&found);
	}
	word_give(&word, mask);
}

void rawpatch_loaded(const uintptr_t *base, unsigned n)
{
	for (unsigned i = 0; wanted && i < n; i++)
		look_at(base[i]);
}

struct loaded {
	uintptr_t base[256];
	unsigned n;
};

static int note(struct dl_phdr_info *info, size_t size, void *arg)
{
	struct loaded *l = arg;

	(void)size;
	l->base[l->n++] = info->dlpi_addr;
	return l->n == sizeof(l->base) / sizeof(*l->base);
}

static unsigned claim(void)
{
	unsigned kinds = 0;

	if (config.traps & TRAP_RDRAND && rdrand_claim())
		kinds |= RAW_RANDOM;
	if (config.traps & TRAP_SYSCALL) {
		rawcall_claim();
		kinds |= RAW_CALLS;
	}
	return kinds;
}

static const char *words(void)
{
	switch (config.traps & (TRAP_SYSCALL | TRAP_RDRAND)) {
	case TRAP_SYSCALL:
		return "syscall";
	case TRAP_RDRAND:
		return "rdrand";
	default:
		return "syscall,rdrand";
	}
}

/* Some were listed before, as a sanitizer looks names up early. */
void rawpatch_start(void)
{
	struct loaded l = { .n = 0 };

	if (!rawsite_start()) {
		say("--trap=", words(),
		    ": libZydis, which decodes programs, is not there; install "
		    "libzydis4.0");
		return;
	}
	wanted = claim();
	real_iterate(note, &l);
	rawpatch_loaded(l.base, l.n);
}
