/* SPDX-License-Identifier: MIT */
/*
 * PyTorch: deterministic kernels where there are any, and the name of each
 * operation that has none.
 *
 * Its modes are members of at::Context, and all its libraries read them by
 * members that they call through the PLT. So what is asked for is answered, and
 * nothing is set: there is no right moment to wait for, two copies and a copy
 * that is loaded again need nothing, and the state stays what the program made
 * it. What the program set itself is honoured where it is stricter.
 *
 * No event for a mode: they are asked for with every tensor.
 */
#include "call.h"
#include "module.h"
#include "operation.h"
#include "runtime.h"
#include "wrap.h"
#include "banned.h"

#define MEMBER(id, mangled, type, ...)                                         \
	EXPORT type id(__VA_ARGS__) __asm__(mangled)
#define ROW(id, how, mangled, text)                                            \
	SOURCE(id, .group = "torch", .policy = how, .symbol = mangled,         \
	       .optional = 1, .lines = 1, .doc = text)

/* std::string_view of libstdc++, and c10's own before PyTorch 2.6. */
struct view {
	size_t length;
	const char *text;
};
struct c10_view {
	const char *text;
	size_t length;
};

#define MODE(id, mangled, text)                                                \
	MEMBER(id, mangled, bool, const void *context);                        \
	ROW(id, SB_FORCE, mangled, text)
#define SETTER(id, mangled, text)                                              \
	MEMBER(id, mangled, void, void *context, bool on);                     \
	ROW(id, SB_FORCE, mangled, text)

MODE(torch_deterministic, "_ZNK2at7Context23deterministicAlgorithmsEv",
     "PyTorch's deterministic algorithms: on");
MODE(torch_warn_only, "_ZNK2at7Context31deterministicAlgorithmsWarnOnlyEv",
     "whether other algorithms only warn: no, where PyTorch asks");
MODE(torch_fill, "_ZNK2at7Context36deterministicFillUninitializedMemoryEv",
     "whether new memory is filled with NaN: no");
MODE(torch_cudnn_deterministic, "_ZNK2at7Context18deterministicCuDNNEv",
     "PyTorch's deterministic algorithms of cuDNN: on");
MODE(torch_cudnn_benchmark, "_ZNK2at7Context14benchmarkCuDNNEv",
     "whether cuDNN times its algorithms: no");

#define SET_DETERMINISTIC "_ZN2at7Context26setDeterministicAlgorithmsEbb"
MEMBER(torch_set_deterministic, SET_DETERMINISTIC, void, void *context, bool on,
       bool warn_only);
ROW(torch_set_deterministic, SB_FORCE, SET_DETERMINISTIC,
    "the program chooses deterministic algorithms");
SETTER(torch_set_fill,
       "_ZN2at7Context39setDeterministicFillUninitializedMemoryEb",
       "the program chooses whether new memory is filled");
SETTER(torch_set_cudnn_deterministic,
       "_ZN2at7Context21setDeterministicCuDNNEb",
       "the program chooses deterministic algorithms of cuDNN");
SETTER(torch_set_cudnn_benchmark, "_ZN2at7Context17setBenchmarkCuDNNEb",
       "the program chooses whether cuDNN times its algorithms");

#define ALERT "_ZN2at7Context21alertNotDeterministicERK"
MEMBER(torch_alert, ALERT "St17basic_string_viewIcSt11char_traitsIcEE", void,
       const struct view *name);
ROW(torch_alert, SB_OBSERVE, ALERT "St17basic_string_viewIcSt11char_traitsIcEE",
    "a PyTorch operation that is not deterministic");
MEMBER(torch_alert_c10, ALERT "N3c1017basic_string_viewIcEE", void,
       const struct c10_view *name);
ROW(torch_alert_c10, SB_OBSERVE, ALERT "N3c1017basic_string_viewIcEE",
    "a PyTorch operation that is not deterministic, up to 2.5");
#define ALERT_CUBLAS "_ZNK2at7Context33alertCuBLASConfigNotDeterministicEv"
MEMBER(torch_alert_cublas, ALERT_CUBLAS, void, const void *context);
ROW(torch_alert_cublas, SB_FORCE, ALERT_CUBLAS,
    "complains of cuBLAS without a workspace of its own: not");
#define RANDOM "_ZN3c106detail25getNonDeterministicRandomEb"
MEMBER(torch_random, RANDOM, uint64_t, bool cuda);
ROW(torch_random, SB_FORCE, RANDOM,
    "a seed for PyTorch's generators");

/* The mode as the program has it. */
#define NATIVELY(id, context)                                                  \
	__extension__({                                                        \
		__typeof__(real_##id) fn_ = REAL_HERE(id);                     \
		fn_ ? fn_(context) : false;                                    \
	})
#define GO_ON(id, ...)                                                         \
	__extension__({                                                        \
		__typeof__(real_##id) fn_ = REAL_HERE(id);                     \
		if (fn_)                                                       \
			fn_(__VA_ARGS__);                                      \
	})
/* Is it on by the program's own wish? */
#define WISHED(context) NATIVELY(torch_deterministic, context)

/*
 * Objects that asked for modes. Entries stay: PyTorch is not unloaded, and of
 * others all are alike.
 */
#define ASKERS 32
static struct asker {
	uintptr_t start, end;
	bool program; /* not PyTorch itself, which does what it asked for */
} asker[ASKERS];
static unsigned askers;

static const struct asker *known(uintptr_t ra)
{
	unsigned n = __atomic_load_n(&askers, __ATOMIC_ACQUIRE);

	for (unsigned i = 0; i < n; i++)
		if (ra >= asker[i].start && ra < asker[i].end)
			return &asker[i];
	return NULL;
}

static bool starts(const char *s, const char *with)
{
	while (*with && *s == *with)
		s++, with++;
	return !*with;
}

static bool of_program(const char *path)
{
	const char *base = path;

	for (; *path; path++)
		if (*path == '/')
			base = path + 1;
	return !starts(base, "libtorch") || starts(base, "libtorch_python");
}

static const struct asker *meet(uintptr_t ra)
{
	static const struct asker unknown = { .program = true };
	const struct asker *found = &unknown;
	uint64_t mask;
	struct module *m;

	if (!alive.yes || askers == ASKERS)
		return found;
	mask = engine_lock();
	m = module_of(ra);
	if (m && askers < ASKERS && !known(ra)) {
		asker[askers] = (struct asker){ m->start, m->end,
						of_program(m->path) };
		__atomic_store_n(&askers, askers + 1, __ATOMIC_RELEASE);
	}
	if (m && known(ra))
		found = known(ra);
	engine_unlock(mask);
	return found;
}

/*
 * The program was told that the mode is on when it was not. It may put back
 * later what it was told, which is no wish of its own: operations would begin
 * to fail that do not natively.
 */
static bool told;

/* Once from each object that asks. */
static void first_asked(const void *fn)
{
	if (fn)
		runtime_seen("pytorch", fn, "set to deterministic algorithms",
			     0);
}

static bool forced(const struct source *row)
{
	return row->now == SB_FORCE;
}

/* The next question of this thread is the alert's own, what to do about it:
 * answered as the program has it. */
static __thread bool alerting;

static const struct asker *who(uintptr_t ra)
{
	const struct asker *found = known(ra);

	if (found)
		return found;
	first_asked((void *)REAL_HERE(torch_deterministic));
	return meet(ra);
}

EXPORT bool torch_deterministic(const void *context)
{
	uintptr_t ra = (uintptr_t)__builtin_return_address(0);

	if (!forced(&src_torch_deterministic) || alerting) {
		alerting = false;
		return NATIVELY(torch_deterministic, context);
	}
	if (who(ra)->program && !told && !WISHED(context))
		told = true;
	return true;
}

/*
 * Attention on a GPU keeps its other algorithm, and complains, where it may.
 * Nothing fails by our "no": alerts are answered as natively. The program is
 * told what would let it run, as it might ask to know what will fail.
 */
EXPORT bool torch_warn_only(const void *context)
{
	uintptr_t ra = (uintptr_t)__builtin_return_address(0);

	if (!forced(&src_torch_warn_only) || WISHED(context))
		return NATIVELY(torch_warn_only, context);
	return who(ra)->program;
}

EXPORT bool torch_fill(const void *context)
{
	bool natively = NATIVELY(torch_fill, context);

	return forced(&src_torch_fill) && !WISHED(context) ? false : natively;
}

EXPORT bool torch_cudnn_deterministic(const void *context)
{
	return forced(&src_torch_cudnn_deterministic) ||
	       NATIVELY(torch_cudnn_deterministic, context);
}

EXPORT bool torch_cudnn_benchmark(const void *context)
{
	return !forced(&src_torch_cudnn_benchmark) &&
	       NATIVELY(torch_cudnn_benchmark, context);
}

EXPORT void torch_set_deterministic(void *context, bool on, bool warn_only)
{
	struct call c;
	bool ours = CALL(&c, torch_set_deterministic) == SB_FORCE && on &&
		    told && !WISHED(context);

	call_end(&c, (uint64_t)on + 2 * (uint64_t)warn_only, 0);
	if (!ours)
		GO_ON(torch_set_deterministic, context, on, warn_only);
}

#define SET(id)                                                                \
	EXPORT void id(void *context, bool on)                                 \
	{                                                                      \
		struct call c;                                                 \
                                                                               \
		CALL(&c, id);                                                  \
		call_end(&c, on, 0);                                           \
		GO_ON(id, context, on);                                        \
	}

SET(torch_set_fill)
SET(torch_set_cudnn_deterministic)
SET(torch_set_cudnn_benchmark)

/* They may throw: nothing is left to be done after them. */
#define NAMED_ALERT(id, type)                                                  \
	EXPORT void id(const struct type *name)                                \
	{                                                                      \
		struct call c;                                                 \
                                                                               \
		CALL(&c, id);                                                  \
		call_end(&c, operation_seen(&src_##id, name->text,             \
					    name->length), 0);                 \
		alerting = forced(&src_torch_deterministic);                   \
		GO_ON(id, name);                                               \
		alerting = false;                                              \
	}

NAMED_ALERT(torch_alert, view)
NAMED_ALERT(torch_alert_c10, c10_view)

/* At every product of matrices. */
EXPORT void torch_alert_cublas(const void *context)
{
	if (!forced(&src_torch_alert_cublas) || WISHED(context))
		GO_ON(torch_alert_cublas, context);
}

/* For a GPU's generator, no more bits than a Python float holds. */
EXPORT uint64_t torch_random(bool cuda)
{
	struct call c;
	uint64_t n;

	if (CALL(&c, torch_random) == SB_FORCE) {
		call_draw(c.self, STREAM_ENTROPY, &n, sizeof(n));
		n &= cuda ? 0x1fffffffffffff : UINT64_MAX;
	} else {
		n = REAL_HERE(torch_random)(cuda);
	}
	call_end(&c, n, sizeof(n));
	torch_drawn(n);
	return n;
}
