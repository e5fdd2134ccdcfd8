/* SPDX-License-Identifier: MIT */
/*
 * The chip's clock, read by an instruction. Forced, it counts the nanoseconds
 * of the logical CLOCK_MONOTONIC: a chip of 1 GHz. RDTSCP's processor is 0.
 */
#include <string.h>
#include <sys/auxv.h>
#include <sys/prctl.h>

#include "call.h"
#include "ltime.h"
#include "trapsignal.h"
#include "tsc.h"
#include "turn.h"
#include "banned.h"

SOURCE_ROW(rdtsc, .group = "clock", .policy = SB_FORCE, .timed = 1,
	   .doc = "the chip's clock: RDTSC, RDTSCP (--trap tsc)");

/* Bytes of the instruction; 0: another one. Prefixes mean nothing to it. */
static int length_at(const uint8_t *code, bool *auxiliary)
{
	int n = 0;

	while (n < 12 && (code[n] == 0x66 || code[n] == 0xf2 ||
			  code[n] == 0xf3 || (code[n] & 0xf0) == 0x40))
		n++;
	if (code[n] != 0x0f)
		return 0;
	*auxiliary = code[n + 1] == 0x01 && code[n + 2] == 0xf9;
	if (*auxiliary)
		return n + 3;
	return code[n + 1] == 0x31 ? n + 2 : 0;
}

/* The real one, at the price of two system calls. */
static uint64_t read_chip(uint32_t *processor)
{
	uint64_t t;

	sys2(SYS_prctl, PR_SET_TSC, PR_TSC_ENABLE);
	t = __builtin_ia32_rdtscp(processor);
	sys2(SYS_prctl, PR_SET_TSC, PR_TSC_SIGSEGV);
	return t;
}

/* The kernel's own code for libc's clocks, which are calls of their own. */
static bool in_vdso(uintptr_t at)
{
	static uintptr_t vdso;

	if (!vdso)
		vdso = getauxval(AT_SYSINFO_EHDR);
	return vdso && at >= vdso && at - vdso < 2 * SB_PAGE;
}

static uint64_t read_counted(uintptr_t next, uintptr_t frame, uint32_t *cpu)
{
	struct call c;
	uint64_t t;

	turn_look();
	if (call_begin(&c, &src_rdtsc, (void *)next, (void *)frame) ==
	    SB_FORCE) {
		struct timespec ts =
			ltime_show(CLOCK_MONOTONIC, ltime_read(c.self));

		t = ltime_ns(&ts);
		*cpu = 0;
	} else {
		t = read_chip(cpu);
	}
	call_end(&c, t, 0);
	return t;
}

static bool serve(siginfo_t *info, ucontext_t *context)
{
	greg_t *r = context->uc_mcontext.gregs;
	const uint8_t *code = (const uint8_t *)r[REG_RIP];
	uint32_t cpu = 0;
	bool auxiliary;
	uint64_t t;
	int n;

	/* A refused instruction has no address; what was sent has a sender. */
	if (info->si_code != SI_KERNEL || info->si_addr)
		return false;
	n = length_at(code, &auxiliary);
	if (!n)
		return false;
	r[REG_RIP] += n;
	if (in_vdso((uintptr_t)code))
		t = read_chip(&cpu);
	else
		t = read_counted((uintptr_t)r[REG_RIP], (uintptr_t)r[REG_RSP],
				 &cpu);
	r[REG_RAX] = (greg_t)(uint32_t)t;
	r[REG_RDX] = (greg_t)(t >> 32);
	if (auxiliary)
		r[REG_RCX] = (greg_t)cpu;
	return true;
}

void tsc_claim(void)
{
	trapsignal_claim(SIGSEGV, serve);
}
