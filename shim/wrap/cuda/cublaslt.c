/* SPDX-License-Identifier: MIT */
/*
 * cublasLt. Its heuristic may answer with split-K algorithms whose partial sums
 * meet in any order, and torch tells it how the arrays of the day are aligned:
 * both are taken out of the question, and equal questions get the answer that
 * the first one got. What libcublas calls inside has other names.
 */
#include <string.h>

#include "call.h"
#include "cuda.h"
#include "gpu.h"
#include "text.h"
#include "banned.h"

#define ROW(fn, as, text)                                                      \
	SOURCE(fn, .group = "cublaslt", .policy = as, .optional = 1,           \
	       .doc = text)

ROW(cublasLtCreate, SB_OBSERVE, "makes a handle");
ROW(cublasLtMatmul, SB_OBSERVE, "matrix product");
ROW(cublasLtMatmulAlgoGetHeuristic, SB_FORCE,
    "asks for algorithms: without split-K reductions");
ROW(cublasLtMatmulAlgoConfigSetAttribute, SB_FORCE,
    "configures an algorithm: split-K stays 1");

#define NOT_INITIALIZED 1

/* cublasLt's enumerations */
enum { PREF_REDUCTION = 3, PREF_ALIGNMENT_A = 5, PREF_ALIGNMENT_D = 8 };
enum { REDUCTION_NONE, REDUCTION_IN_PLACE };
enum { CONFIG_ID, CONFIG_SPLITK = 2, CONFIG_REDUCTION = 3 };

/* The library's other functions, found once. */
struct library {
	const void *of; /* a function of it; stored last */
	__typeof__(cublasLtMatmulPreferenceCreate) *create;
	__typeof__(cublasLtMatmulPreferenceDestroy) *destroy;
	__typeof__(cublasLtMatmulPreferenceSetAttribute) *set;
	__typeof__(cublasLtMatmulPreferenceGetAttribute) *get;
	__typeof__(cublasLtMatmulDescGetAttribute) *operation;
	__typeof__(cublasLtMatrixLayoutGetAttribute) *layout;
	__typeof__(cublasLtMatmulAlgoConfigGetAttribute) *config;
	__typeof__(cudaGetDevice) *device; /* NULL: not in sight */
};

static struct library library_find(const void *fn, const void *ra)
{
	return (struct library){
		.of = fn,
		.create = scope_find("cublasLtMatmulPreferenceCreate", fn),
		.destroy = scope_find("cublasLtMatmulPreferenceDestroy", fn),
		.set = scope_find("cublasLtMatmulPreferenceSetAttribute", fn),
		.get = scope_find("cublasLtMatmulPreferenceGetAttribute", fn),
		.operation = scope_find("cublasLtMatmulDescGetAttribute", fn),
		.layout = scope_find("cublasLtMatrixLayoutGetAttribute", fn),
		.config = scope_find("cublasLtMatmulAlgoConfigGetAttribute", fn),
		.device = gpu_cudart("cudaGetDevice", ra),
	};
}

/* One for each hook of each library; the last place is not kept. */
static const struct library *library_of(const void *fn, const void *ra)
{
	static struct library kept[8];
	static __thread struct library made
		__attribute__((tls_model("initial-exec")));
	uint64_t mask;

	for (unsigned i = 0; i < 8; i++)
		if (__atomic_load_n(&kept[i].of, __ATOMIC_ACQUIRE) == fn)
			return &kept[i];
	made = library_find(fn, ra);
	mask = engine_lock();
	for (unsigned i = 0; i < 8; i++) {
		if (kept[i].of)
			continue;
		kept[i] = made;
		kept[i].of = NULL;
		__atomic_store_n(&kept[i].of, fn, __ATOMIC_RELEASE);
		break;
	}
	engine_unlock(mask);
	return &made;
}

static bool complete(const struct library *l)
{
	return l->create && l->destroy && l->set && l->get && l->operation &&
	       l->layout;
}

EXPORT cublasStatus_t cublasLtCreate(cublasLtHandle_t *handle)
{
	struct call c;
	__typeof__(real_cublasLtCreate) real;
	__typeof__(cublasLtGetVersion) *version;
	cublasStatus_t status;

	CALL(&c, cublasLtCreate);
	real = REAL_HERE(cublasLtCreate);
	status = real ? real(handle) : NOT_INITIALIZED;
	version = scope_find("cublasLtGetVersion", (void *)real);
	gpu_seen("cublaslt", (void *)real, version ? version() : 0);
	call_end(&c, (uint64_t)status, 0);
	return status;
}

/* The question */

#define ALL_OF(list) (sizeof(list) / sizeof(*(list)))
/* Those of CUBLASLT_MATMUL_DESC_… and CUBLASLT_MATRIX_LAYOUT_… that are no
 * addresses. */
static const uint8_t operation_names[] = { 0,  1,  2,  3,  4,  5,  6,  7,
					   10, 12, 13, 14, 15, 22, 25, 26,
					   31, 32, 33, 34, 35, 37 };
static const uint8_t layout_names[] = { 0, 1, 2, 3, 4, 5, 6, 7, 8 };
static const struct {
	uint8_t name, size;
} preferences[] = {
	{ 0, 4 }, { 1, 8 }, { 3, 4 }, { 5, 4 }, { 6, 4 },
	{ 7, 4 }, { 8, 4 }, { 9, 4 }, { 12, 8 },
};

static uint64_t ask_operation(const struct library *l, uint64_t digest,
			      cublasLtMatmulDesc_t operation)
{
	for (size_t i = 0; operation && i < ALL_OF(operation_names); i++) {
		uint64_t value = 0;
		size_t size = 0;

		l->operation(operation, operation_names[i], &value,
			     sizeof(value), &size);
		digest = digest_word(digest, value);
	}
	return digest;
}

static uint64_t layout_value(const struct library *l,
			     cublasLtMatrixLayout_t layout, unsigned name)
{
	uint64_t value = 0;
	size_t size = 0;

	if (layout && l->layout)
		l->layout(layout, (cublasLtMatrixLayoutAttribute_t)name,
			  &value, sizeof(value), &size);
	return value;
}

static uint64_t ask_layout(const struct library *l, uint64_t digest,
			   cublasLtMatrixLayout_t layout)
{
	for (size_t i = 0; i < ALL_OF(layout_names); i++)
		digest = digest_word(digest, layout_value(l, layout,
							  layout_names[i]));
	return digest;
}

struct question {
	cublasLtHandle_t handle;
	cublasLtMatmulDesc_t operation;
	cublasLtMatrixLayout_t layout[4];
	cublasLtMatmulPreference_t preference; /* ours, as it is asked */
	int wanted;
};

static uint64_t question_digest(const struct library *l,
				const struct question *q)
{
	uint64_t digest = digest_word((uintptr_t)q->handle,
				      (uint64_t)q->wanted);
	int device = 0;

	if (l->device)
		l->device(&device);
	digest = digest_word(digest, (uint64_t)device);
	digest = ask_operation(l, digest, q->operation);
	for (unsigned i = 0; i < 4; i++)
		digest = ask_layout(l, digest, q->layout[i]);
	for (size_t i = 0; i < ALL_OF(preferences); i++) {
		uint64_t value = 0;
		size_t size;

		l->get(q->preference, preferences[i].name, &value,
		       preferences[i].size, &size);
		digest = digest_word(digest, value);
	}
	return digest | 1;
}

/* What the program prefers, but for what we do. NULL: no memory. */
static cublasLtMatmulPreference_t
preference_copy(const struct library *l, cublasLtMatmulPreference_t from)
{
	cublasLtMatmulPreference_t to = NULL;

	if (l->create(&to))
		return NULL;
	for (size_t i = 0; i < ALL_OF(preferences); i++) {
		unsigned name = preferences[i].name;
		uint64_t value = 0;
		size_t size;

		if (l->get(from, name, &value, preferences[i].size, &size))
			continue;
		if (name >= PREF_ALIGNMENT_A && name <= PREF_ALIGNMENT_D &&
		    value > 16)
			value = 16;
		l->set(to, name, &value, preferences[i].size);
	}
	return to;
}

/* Answers so far. They stay, and are read without a lock. */
#define ANSWERS 1024
#define RESULTS 8
static struct {
	uint64_t question; /* stored last; 0: free */
	int found;
	cublasLtMatmulHeuristicResult_t result[RESULTS];
} answers[ANSWERS];
static unsigned nanswers;

static unsigned answer_place(uint64_t question)
{
	unsigned i = question % ANSWERS;
	uint64_t at;

	while ((at = __atomic_load_n(&answers[i].question,
				     __ATOMIC_ACQUIRE)) && at != question)
		i = (i + 1) % ANSWERS;
	return i;
}

static bool answer_known(uint64_t question,
			 cublasLtMatmulHeuristicResult_t *results, int *found)
{
	unsigned i = answer_place(question);

	if (!answers[i].question)
		return false;
	*found = answers[i].found;
	memcpy(results, answers[i].result,
	       (size_t)answers[i].found * sizeof(*results));
	return true;
}

static void answer_keep(uint64_t question,
			const cublasLtMatmulHeuristicResult_t *results,
			int found)
{
	uint64_t mask = engine_lock();
	unsigned i = answer_place(question);

	if (!answers[i].question && nanswers < ANSWERS * 3 / 4) {
		nanswers++;
		answers[i].found = found;
		memcpy(answers[i].result, results,
		       (size_t)found * sizeof(*results));
		__atomic_store_n(&answers[i].question, question,
				 __ATOMIC_RELEASE);
	}
	engine_unlock(mask);
}

typedef __typeof__(cublasLtMatmulAlgoGetHeuristic) ask_fn;

/* Without reductions, then with those in place, whose order is fixed too. */
static cublasStatus_t ask(const struct library *l, ask_fn *real,
			  const struct question *q,
			  cublasLtMatmulHeuristicResult_t *results, int *found)
{
	uint32_t mask = REDUCTION_NONE;
	cublasStatus_t status = 0;

	for (; mask <= REDUCTION_IN_PLACE; mask++) {
		*found = 0;
		l->set(q->preference, PREF_REDUCTION, &mask, sizeof(mask));
		status = real(q->handle, q->operation, q->layout[0],
			      q->layout[1], q->layout[2], q->layout[3],
			      q->preference, q->wanted, results, found);
		if (status == 0 && *found > 0)
			break;
	}
	if (mask == REDUCTION_IN_PLACE)
		call_blind("split-k", &src_cublasLtMatmulAlgoGetHeuristic,
			   ": only algorithms that reduce in place");
	return status;
}

/* false: nothing was found that way, ask as the program did. */
static bool answer(const struct library *l, ask_fn *real, struct question *q,
		   cublasLtMatmulHeuristicResult_t *results, int *found)
{
	cublasLtMatmulPreference_t theirs = q->preference;
	uint64_t question;
	bool good;

	q->preference = preference_copy(l, theirs);
	if (!q->preference)
		return false;
	question = question_digest(l, q);
	good = q->wanted <= RESULTS && answer_known(question, results, found);
	if (!good) {
		good = ask(l, real, q, results, found) == 0 && *found > 0;
		if (!good)
			call_blind("split-k",
				   &src_cublasLtMatmulAlgoGetHeuristic,
				   ": nothing without reductions, asked as the "
				   "program did");
		if (good && *found <= RESULTS)
			answer_keep(question, results, *found);
	}
	l->destroy(q->preference);
	q->preference = theirs;
	return good;
}

EXPORT cublasStatus_t cublasLtMatmulAlgoGetHeuristic(
	cublasLtHandle_t handle, cublasLtMatmulDesc_t operation,
	cublasLtMatrixLayout_t Adesc, cublasLtMatrixLayout_t Bdesc,
	cublasLtMatrixLayout_t Cdesc, cublasLtMatrixLayout_t Ddesc,
	cublasLtMatmulPreference_t preference, int wanted,
	cublasLtMatmulHeuristicResult_t results[], int *found)
{
	void *ra = call_from(CALLER);
	struct question q = { handle, operation,
			      { Adesc, Bdesc, Cdesc, Ddesc },
			      preference, wanted };
	struct call c;
	bool force = CALL(&c, cublasLtMatmulAlgoGetHeuristic) == SB_FORCE;
	__typeof__(real_cublasLtMatmulAlgoGetHeuristic) real =
		REAL_HERE(cublasLtMatmulAlgoGetHeuristic);
	const struct library *l = library_of((void *)real, ra);
	cublasStatus_t status = 0;

	if (!real)
		return NOT_INITIALIZED;
	if (!force || !preference || !results || !found || wanted < 1 ||
	    !complete(l) || !answer(l, real, &q, results, found))
		status = real(handle, operation, Adesc, Bdesc, Cdesc, Ddesc,
			      preference, wanted, results, found);
	call_end(&c, status || !results || !found || *found < 1
			     ? 0 : digest_bytes(&results->algo,
						sizeof(results->algo)), 0);
	return status;
}

EXPORT cublasStatus_t cublasLtMatmulAlgoConfigSetAttribute(
	cublasLtMatmulAlgo_t *algo, cublasLtMatmulAlgoConfigAttributes_t name,
	const void *value, size_t size)
{
	static const uint32_t one = 1, none = REDUCTION_NONE;
	struct call c;
	bool force = CALL(&c, cublasLtMatmulAlgoConfigSetAttribute) ==
		     SB_FORCE;
	__typeof__(real_cublasLtMatmulAlgoConfigSetAttribute) real =
		REAL_HERE(cublasLtMatmulAlgoConfigSetAttribute);
	bool ours = force && value && size == sizeof(one);
	uint64_t asked = 0;
	cublasStatus_t status;

	if (value && size <= sizeof(asked))
		memcpy(&asked, value, size);
	if (ours && name == CONFIG_SPLITK)
		value = &one;
	else if (ours && name == CONFIG_REDUCTION)
		value = &none;
	status = real ? real(algo, name, value, size) : NOT_INITIALIZED;
	call_end(&c, digest_word((uint64_t)name, asked), 0);
	return status;
}

/* The call */

static void add(struct text *t, const char *name, uint64_t value)
{
	text_add(t, name);
	text_number(t, value, 10, 1);
}

struct shape {
	uint64_t value[12]; /* of A, B and D: type, rows, columns, ld */
	uint64_t operation, algo, stream;
};

static void describe(char *said, int room, const struct shape *s)
{
	static const char *const names[] = {
		"A.type=", " A.rows=", " A.cols=", " A.ld=",
		" B.type=", " B.rows=", " B.cols=", " B.ld=",
		" D.type=", " D.rows=", " D.cols=", " D.ld=",
	};
	struct text t = text_start(said, room);

	for (unsigned i = 0; i < ALL_OF(names); i++)
		add(&t, names[i], s->value[i]);
	add(&t, " algo=", s->algo);
	add(&t, " stream=", s->stream);
}

static void note(struct call *c, const struct library *l, struct shape *s,
		 const cublasLtMatrixLayout_t layout[3])
{
	static const uint8_t names[] = { 0, 2, 3, 4 };
	char said[320];
	uint64_t hash;

	for (unsigned i = 0; i < 12; i++)
		s->value[i] = layout_value(l, layout[i / 4], names[i % 4]);
	hash = digest_bytes(s, sizeof(*s)) | 1;
	said[0] = 0;
	if (!gpu_said(c, hash))
		describe(said, sizeof(said), s);
	gpu_end(c, &src_cublasLtMatmul, hash, said);
}

static uint64_t algo_id(const struct library *l,
			const cublasLtMatmulAlgo_t *algo)
{
	int32_t id = 0;
	size_t size;

	if (algo && l->config)
		l->config(algo, CONFIG_ID, &id, sizeof(id), &size);
	return (uint32_t)id;
}

EXPORT cublasStatus_t cublasLtMatmul(
	cublasLtHandle_t handle, cublasLtMatmulDesc_t operation,
	const void *alpha, const void *A, cublasLtMatrixLayout_t Adesc,
	const void *B, cublasLtMatrixLayout_t Bdesc, const void *beta,
	const void *C, cublasLtMatrixLayout_t Cdesc, void *D,
	cublasLtMatrixLayout_t Ddesc, const cublasLtMatmulAlgo_t *algo,
	void *workspace, size_t size, cudaStream_t stream)
{
	void *ra = call_from(CALLER);
	const cublasLtMatrixLayout_t layout[] = { Adesc, Bdesc, Ddesc };
	struct call c;
	bool seen = CALL(&c, cublasLtMatmul) != SB_PASS;
	__typeof__(real_cublasLtMatmul) real = REAL_HERE(cublasLtMatmul);
	cublasStatus_t status;

	if (!real)
		return NOT_INITIALIZED;
	status = real(handle, operation, alpha, A, Adesc, B, Bdesc, beta, C,
		      Cdesc, D, Ddesc, algo, workspace, size, stream);
	if (seen && c.key->counter) {
		const struct library *l = library_of((void *)real, ra);
		struct shape s = { .algo = algo_id(l, algo),
				   .stream = gpu_stream(stream) };

		note(&c, l, &s, layout);
	}
	return status;
}
