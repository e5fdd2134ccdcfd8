/* SPDX-License-Identifier: MIT */
/*
 * The variables that a program's environment gets. Part of the shim, which may
 * start a run by itself, and of the launcher, which would take milliseconds to
 * load the shim for it.
 */
#include <string.h>
#include <sys/platform/x86.h>

#include "source.h"
#include "text.h"
#include "banned.h"

#define ROW(when, name, value) { name, value, VARIABLE_##when, 0, 0, 0 }
/* The size of teams. */
#define TEAM(name, whose) { name, "N", VARIABLE_THREADS, 0, 0, TEAM_##whose }
#define OPENMP(name) TEAM(name, OPENMP)
#define POOL(name) TEAM(name, HIDDEN)

/*
 * Together by when they are set. Values were tried with the library, or read in
 * its documentation; a wrong one must not break a program that works without.
 * Hence not TF_DETERMINISTIC_OPS, under which unseeded draws raise, nor
 * BLIS_ARCH_TYPE: to BLIS 0.9 a name is the number 0, which is AVX-512.
 */
static const struct variable table[] = {
	ROW(HASH, "PYTHONHASHSEED", "SEED"),
	ROW(HASH, "PERL_HASH_SEED", "SEED"),

	ROW(ORDER, "KMP_DETERMINISTIC_REDUCTION", "1"),
	ROW(ORDER, "OMP_SCHEDULE", "static"),

	ROW(FRAMEWORK, "CUBLAS_WORKSPACE_CONFIG", ":4096:8"),
	ROW(FRAMEWORK, "CUDA_DEVICE_ORDER", "PCI_BUS_ID"),
	ROW(FRAMEWORK, "FLASH_ATTENTION_DETERMINISTIC", "1"),
	ROW(FRAMEWORK, "HOROVOD_FUSION_THRESHOLD", "0"),
	/* Rings: neither NVLS nor CollNet adds in the network's order. */
	ROW(FRAMEWORK, "NCCL_ALGO", "Ring"),
	ROW(FRAMEWORK, "NVTE_ALLOW_NONDETERMINISTIC_ALGO", "0"),
	ROW(FRAMEWORK, "TF_CUDNN_DETERMINISTIC", "1"),
	{ "XLA_FLAGS", "--xla_gpu_deterministic_ops=true", VARIABLE_FRAMEWORK,
	  ' ', 0, 0 },

	POOL("BLIS_NUM_THREADS"),
	ROW(THREADS, "GOMAXPROCS", "N"),
	ROW(THREADS, "JULIA_NUM_THREADS", "N"),
	ROW(THREADS, "MKL_DYNAMIC", "FALSE"),
	POOL("MKL_NUM_THREADS"),
	ROW(THREADS, "NUMBA_NUM_THREADS", "N"),
	ROW(THREADS, "NUMEXPR_MAX_THREADS", "N"),
	ROW(THREADS, "NUMEXPR_NUM_THREADS", "N"),
	ROW(THREADS, "OMP_DYNAMIC", "FALSE"),
	OPENMP("OMP_NUM_THREADS"),
	OPENMP("OMP_THREAD_LIMIT"),
	POOL("OPENBLAS_NUM_THREADS"),
	ROW(THREADS, "POLARS_MAX_THREADS", "N"),
	ROW(THREADS, "RAYON_NUM_THREADS", "N"),
	ROW(THREADS, "TF_NUM_INTEROP_THREADS", "N"),
	ROW(THREADS, "TF_NUM_INTRAOP_THREADS", "N"),

	/* Their runtimes' own values; the least they take, in as many digits,
	 * where the machine has fewer processors than there are threads. A
	 * runtime that believes in enough of them lets its threads spin, for
	 * ever as it seems. */
	ROW(SPIN, "GOMP_SPINCOUNT", "300000"),
	ROW(SPIN, "KMP_BLOCKTIME", "200"),
	{ "OPENBLAS_THREAD_TIMEOUT", "26", VARIABLE_SPIN, 0, 4, 0 },

	/* LLVM's OpenMP has no members but the first, and says nothing of it. */
	ROW(TURNS, "KMP_DEVICE_THREAD_LIMIT", "1"),
	ROW(TURNS, "KMP_WARNINGS", "0"),

	/* A processor with AVX2 and FMA (x86-64-v3) can do all of these. */
	ROW(PORTABLE, "ATEN_CPU_CAPABILITY", "avx2"),
	/* Its AVX2 is for Intel's processors alone. */
	ROW(PORTABLE, "MKL_CBWR", "COMPATIBLE"),
	ROW(PORTABLE, "ONEDNN_DEFAULT_FPMATH_MODE", "STRICT"),
	ROW(PORTABLE, "ONEDNN_MAX_CPU_ISA", "AVX2"),
	ROW(PORTABLE, "OPENBLAS_CORETYPE", "Haswell"),
	/* It warns of features that the processor does not have, and of those
	 * that it has no code for: X86_V4 before 2.4, the others since then. */
	ROW(WIDER, "NPY_DISABLE_CPU_FEATURES",
	    "AVX512F AVX512CD AVX512_SKX AVX512_CLX AVX512_CNL AVX512_ICL "
	    "X86_V4"),
};
#define ROWS (sizeof(table) / sizeof(*table))

const struct variable *samebits_variables(size_t *n)
{
	*n = ROWS;
	return table;
}

/* Whatever the user has set: more of them would never meet. */
static bool in_turns(const struct variable *row, const struct wish *w)
{
	return w->turns && (row->team == TEAM_HIDDEN ||
			    (row->team == TEAM_OPENMP && !w->ordered));
}

static bool wanted(const struct variable *row, const struct wish *w)
{
	switch (row->when) {
	case VARIABLE_HASH:
	case VARIABLE_ORDER:
		return !w->native;
	case VARIABLE_FRAMEWORK:
		return w->framework && !w->native;
	case VARIABLE_THREADS:
		return w->threads || in_turns(row, w);
	case VARIABLE_SPIN:
		return w->threads;
	case VARIABLE_TURNS:
		return w->turns;
	case VARIABLE_PORTABLE:
		return w->portable && samebits_portable();
	case VARIABLE_WIDER:
		return w->portable && samebits_portable() &&
		       CPU_FEATURE_ACTIVE(AVX512F);
	}
	return true;
}

static const char *value_of(const struct variable *row, const struct wish *w,
			    char digits[24])
{
	struct text t = text_start(digits, 24);

	if (in_turns(row, w))
		return "1";
	if (!strcmp(row->value, "N"))
		text_number(&t, w->threads, 10, 1);
	else if (!strcmp(row->value, "SEED"))
		text_number(&t, w->seed, 10, 1);
	else if (row->when == VARIABLE_SPIN &&
		 w->threads > w->processors)
		/* As long, for the stack to begin at the same address. */
		text_number(&t, row->least, 10, (int)strlen(row->value));
	else
		return row->value;
	return digits;
}

/* The value in an entry of this name; NULL: another one's. */
static const char *value_in(const char *entry, const char *name)
{
	size_t n = strlen(name);

	return strncmp(entry, name, n) || entry[n] != '=' ? NULL
							  : entry + n + 1;
}

const char *samebits_variable(char *const envp[], const char *name)
{
	const char *value = NULL;

	for (; *envp && !value; envp++)
		value = value_in(*envp, name);
	return value;
}

/* Does a list of settings, as XLA_FLAGS, have this one already, or another
 * value of it? */
static bool says(const char *list, const char *setting)
{
	const char *equals = strchr(setting, '=');
	char key[64];
	struct text t = text_start(key, sizeof(key));

	for (const char *p = setting; p <= equals; p++)
		text_add(&t, (char[]){ *p, 0 });
	return strstr(list, key);
}

void samebits_environment(char *const envp[], const struct wish *w,
			  assignment_visit *visit, void *arg)
{
	char digits[24];

	for (size_t i = 0; i < ROWS; i++) {
		const struct variable *row = &table[i];
		struct assignment a = { .row = row };

		if (!wanted(row, w))
			continue;
		a.value = value_of(row, w, digits);
		a.was = samebits_variable(envp, row->name);
		if (row->join)
			a.kept = a.was && says(a.was, row->value) && !w->force;
		else
			a.kept = a.was && !w->force && !in_turns(row, w);
		visit(&a, arg);
	}
}

/* The loader has asked the processor, which takes long in a virtual machine. */
bool samebits_portable(void)
{
	return CPU_FEATURE_ACTIVE(AVX2) && CPU_FEATURE_ACTIVE(FMA);
}
