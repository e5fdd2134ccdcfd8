/* SPDX-License-Identifier: MIT */
/*
 * TensorFlow: its kernels are told that deterministic ones are required.
 *
 * TensorFlow itself takes that for more: who asks for random numbers must have
 * given a seed, and the time cannot be asked for, or the program fails. We make
 * seeds and clocks repeat: these callers are answered as natively, and so is
 * Python. (TF_DETERMINISTIC_OPS=1 would make them fail.)
 */
#include <dlfcn.h>
#include <string.h>

#include "call.h"
#include "runtime.h"
#include "banned.h"

#define ROW(id, mangled, text)                                                 \
	EXPORT bool id(void) __asm__(mangled);                                 \
	SOURCE(id, .group = "tensorflow", .policy = SB_FORCE,                  \
	       .symbol = mangled, .optional = 1, .doc = text)

ROW(tf_determinism, "_ZN3tsl21OpDeterminismRequiredEv",
    "TensorFlow's deterministic kernels: required");
ROW(tf_determinism_old, "_ZN10tensorflow21OpDeterminismRequiredEv",
    "TensorFlow's deterministic kernels, up to 2.10: required");

/* What asks from here makes demands of the program. */
static bool demands(const void *ra)
{
	static const char *const functions[] = { "GuardedPhiloxRandom",
						 "TimestampOp" };
	Dl_info info;

	if (!dladdr(ra, &info))
		return false;
	for (size_t i = 0; i < sizeof(functions) / sizeof(char *); i++)
		if (info.dli_sname && strstr(info.dli_sname, functions[i]))
			return true;
	return info.dli_fname && strstr(info.dli_fname, "_pywrap_");
}

/*
 * What is known of callers, as looking up a function's name in a library of
 * 400 MB takes long: the return address, and whether it demands. A word each,
 * so that none is seen half written; who does not fit is looked up again.
 */
#define DEMANDS (1ull << 63)
#define CALLERS 1024 /* a power of two; about 200 in TensorFlow 2.21 */
static uint64_t callers[CALLERS];

static bool caller_demands(const void *ra)
{
	uint64_t *at = &callers[digest_word(0, (uintptr_t)ra) % CALLERS];
	uint64_t word = __atomic_load_n(at, __ATOMIC_RELAXED);

	if ((word & ~DEMANDS) == (uintptr_t)ra)
		return word & DEMANDS;
	word = (uintptr_t)ra | (demands(ra) ? DEMANDS : 0);
	__atomic_store_n(at, word, __ATOMIC_RELAXED);
	return word & DEMANDS;
}

static bool required(const struct source *row, const void *ra,
		     bool (*real)(void))
{
	static const void *said;

	if (row->now != SB_FORCE || caller_demands(ra))
		return real && real();
	if (said != (void *)real) {
		said = (void *)real;
		runtime_seen("tensorflow", said, "deterministic kernels", 0);
	}
	return true;
}

EXPORT bool tf_determinism(void)
{
	return required(&src_tf_determinism, __builtin_return_address(0),
			REAL_HERE(tf_determinism));
}

EXPORT bool tf_determinism_old(void)
{
	return required(&src_tf_determinism_old, __builtin_return_address(0),
			REAL_HERE(tf_determinism_old));
}
