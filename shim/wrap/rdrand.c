/* SPDX-License-Identifier: MIT */
/*
 * The chip's entropy, drawn by an instruction: RDRAND and RDSEED. Forced, it
 * comes from the stream that getrandom() draws from, and there always is some.
 * Each becomes a trap where it was found (rawpatch.h).
 */
#include <cpuid.h>

#include "call.h"
#include "rawpatch.h"
#include "rdrand.h"
#include "trap.h"
#include "trapsignal.h"
#include "banned.h"

SOURCE_ROW(rdrand, .group = "entropy", .policy = SB_FORCE,
	   .doc = "the chip's entropy: RDRAND, RDSEED (--trap rdrand)");

/* What arithmetic leaves behind: CF says whether there was some. */
#define CARRY 0x001
#define FLAGS (0x800 | 0x080 | 0x040 | 0x010 | 0x004 | CARRY) /* OSZAPC */

static bool has_random, has_seed; /* this processor */

struct draw {
	const struct rawrandom *how;
	ucontext_t *context;
	uint64_t value;
	bool some;
};

/* All 64 bits at once; of fewer it has as many. */
static void draw_chip(struct draw *d)
{
	unsigned char some;

	if (d->how->seed)
		__asm__ volatile("rdseed %0\n\tsetc %1"
				 : "=&r"(d->value), "=q"(some)
				 :
				 : "cc");
	else
		__asm__ volatile("rdrand %0\n\tsetc %1"
				 : "=&r"(d->value), "=q"(some)
				 :
				 : "cc");
	d->some = some;
}

/* As the instruction has it: 32 bits clear the rest, 16 leave it. */
static void give(const struct draw *d)
{
	/* As they are numbered in instructions. */
	static const uint8_t places[] = { REG_RAX, REG_RCX, REG_RDX, REG_RBX,
					  REG_RSP, REG_RBP, REG_RSI, REG_RDI,
					  REG_R8,  REG_R9,  REG_R10, REG_R11,
					  REG_R12, REG_R13, REG_R14, REG_R15 };
	greg_t *g = d->context->uc_mcontext.gregs;
	greg_t *to = &g[places[d->how->reg]];

	if (d->how->bits == 64)
		*to = (greg_t)d->value;
	else if (d->how->bits == 32)
		*to = (greg_t)(uint32_t)d->value;
	else
		*to = (*to & ~(greg_t)0xffff) | (uint16_t)d->value;
	g[REG_EFL] = (g[REG_EFL] & ~(greg_t)FLAGS) | (d->some ? CARRY : 0);
}

static void serve(void *arg)
{
	struct draw *d = arg;
	const greg_t *g = d->context->uc_mcontext.gregs;
	size_t n = d->how->bits / 8;
	struct call c;

	if (call_begin(&c, &src_rdrand, (void *)g[REG_RIP],
		       (void *)g[REG_RSP]) == SB_FORCE) {
		call_draw(c.self, STREAM_ENTROPY, &d->value, n);
		d->some = true;
	} else {
		draw_chip(d);
	}
	call_end(&c, d->some ? digest_bytes(&d->value, n) : 0, n);
}

static bool arrived(siginfo_t *info, ucontext_t *context)
{
	greg_t *g = context->uc_mcontext.gregs;
	const struct rawpatch *p = rawpatch_find((uintptr_t)g[REG_RIP]);
	struct draw d = { .context = context };

	if (info->si_code != SI_KERNEL || !p || p->aside)
		return false;
	d.how = &p->random;
	/* Stacks are told from the way back on. */
	g[REG_RIP] += d.how->length;
	if (trap_thread_known())
		trap_run_beside(context, serve, &d);
	else
		draw_chip(&d);
	give(&d);
	return true;
}

bool rdrand_claim(void)
{
	unsigned a, b, c, d;

	has_random = __get_cpuid(1, &a, &b, &c, &d) && c & bit_RDRND;
	has_seed = __get_cpuid_count(7, 0, &a, &b, &c, &d) && b & bit_RDSEED;
	if (has_random || has_seed)
		trapsignal_claim(SIGSEGV, arrived);
	return has_random || has_seed;
}

void rdrand_patch(const struct rawsites *found)
{
	for (size_t i = 0; i < found->randoms; i++) {
		const struct rawrandom *r = &found->random[i];
		struct rawpatch p = { .at = r->at, .random = *r };

		/* What the processor refuses, it refuses. */
		if (r->seed ? !has_seed : !has_random)
			continue;
		if (!rawpatch_put(&p, found->path, "RDRAND and RDSEED"))
			break;
	}
	if (found->random_unproven)
		rawpatch_say(found->path,
			     ": bytes of it may be RDRAND or RDSEED, which are "
			     "not trapped: nothing proves them instructions");
}
