/* SPDX-License-Identifier: MIT */
/* Many products by one call: gemm_batch, whose arguments are arrays with an
 * element for each group of equal products, and gemm_batch_strided. */
#include <string.h>

#include "serve.h"
#include "banned.h"

static const int64_t size_of[] = { 4, 8, 8, 16 }; /* by type */

static const struct argument *named(const struct served *s, const char *name)
{
	const struct argument *a = s->look->plan->argument;

	while (a->length != strlen(name) || memcmp(a->name, name, a->length))
		a++;
	return a;
}

static int64_t size_named(const struct served *s, const char *name)
{
	return value(s->look, named(s, name));
}

/* The arguments of group g; their order is that of one gemm's. */
struct group {
	struct operands o;
	const void *alpha, *beta;
	int64_t size;
};

enum {
	AT_TRANSA,
	AT_TRANSB,
	AT_M,
	AT_N,
	AT_K,
	AT_ALPHA,
	AT_A,
	AT_LDA,
	AT_B,
	AT_LDB,
	AT_BETA,
	AT_C,
	AT_LDC,
	AT_GROUPS,
	AT_SIZES,
};

static const void *array(const struct served *s, int which)
{
	return (const void *)word(s->look, (unsigned)(which + s->c));
}

static int64_t integer(const struct served *s, int which, int64_t g)
{
	enum how how = named(s, "groups")->how;
	const void *at = array(s, which);

	if (how == REG64 || how == MEM64)
		return ((const int64_t *)at)[g];
	return ((const int32_t *)at)[g];
}

static char option(const struct served *s, int which, int64_t g)
{
	const struct argument a = { .how = s->c ? OPTION : LETTER };
	const void *at = array(s, which);

	return option_letter(&a, s->c ? ((const int32_t *)at)[g]
				      : ((const char *)at)[g]);
}

static struct group group_of(const struct served *s, int64_t g)
{
	struct group made = {
		.o = { .kind = GEMM,
		       .type = s->o.type,
		       .row_major = s->o.row_major,
		       .transa = option(s, AT_TRANSA, g),
		       .transb = option(s, AT_TRANSB, g),
		       .m = integer(s, AT_M, g),
		       .n = integer(s, AT_N, g),
		       .k = integer(s, AT_K, g),
		       .ld = { integer(s, AT_LDA, g), integer(s, AT_LDB, g),
			       integer(s, AT_LDC, g) } },
		.alpha =
			(const char *)array(s, AT_ALPHA) + g * size_of[s->type],
		.beta = (const char *)array(s, AT_BETA) + g * size_of[s->type],
		.size = integer(s, AT_SIZES, g),
	};

	return made;
}

static bool groups_legal(const struct served *s)
{
	int64_t groups = size_named(s, "groups");
	bool legal = groups >= 0;

	for (int64_t g = 0; g < groups && legal; g++) {
		struct group of = group_of(s, g);

		legal = of.size >= 0 && serve_legal(&of.o, false);
	}
	return legal;
}

void service_batch(const struct served *s, const struct operands *o,
		   const struct operands *t, void *out)
{
	const void *const *a = array(s, AT_A), *const *b = array(s, AT_B);
	void *const *c = (void *const *)array(s, AT_C);
	int64_t groups = size_named(s, "groups");

	(void)o;
	(void)t;
	(void)out;
	for (int64_t g = 0; g < groups; g++) {
		struct group of = group_of(s, g);

		same_gemm_batch(s->laid, of.o.transa, of.o.transb, of.o.m,
				of.o.n, of.o.k, of.alpha, a, of.o.ld[0], b,
				of.o.ld[1], of.beta, c, of.o.ld[2], of.size);
		a += of.size;
		b += of.size;
		c += of.size;
	}
}

static bool strided_legal(const struct served *s)
{
	struct operands o = s->o;

	o.kind = GEMM;
	return size_named(s, "batch") >= 0 && serve_legal(&o, false);
}

void service_strided(const struct served *s, const struct operands *o,
		     const struct operands *t, void *out)
{
	(void)t;
	(void)out;
	same_gemm_strided(s->laid, o->transa, o->transb, o->m, o->n, o->k,
			  o->scalar[0], s->at[0], o->ld[0],
			  size_named(s, "stridea"), s->at[1], o->ld[1],
			  size_named(s, "strideb"), o->scalar[1], s->at[2],
			  o->ld[2], size_named(s, "stridec"),
			  size_named(s, "batch"));
}

bool service_batch_legal(const struct served *s)
{
	const char *words = s->routine->words;

	if (strstr(words, " groups"))
		return groups_legal(s);
	return !strstr(words, " stridea") || strided_legal(s);
}
