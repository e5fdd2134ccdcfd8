/* SPDX-License-Identifier: MIT */
#include <emmintrin.h>
#include <stddef.h>
#include <string.h>

#include "signature.h"
#include "banned.h"

enum role {
	NO_ROLE, ORDER, TRANSA, TRANSB, UPLO, SIDE, DIAG, M, N, K, KL, KU, LDA,
	LDB, LDC, INCX, INCY, ALPHA, BETA, ARRAY,
};

/* Where it stands, for those that operands have one place for. */
#define FIELD(name) offsetof(struct operands, name)
static const uint8_t field[] = {
	[TRANSA] = FIELD(transa),
	[TRANSB] = FIELD(transb),
	[UPLO] = FIELD(uplo),
	[SIDE] = FIELD(side),
	[DIAG] = FIELD(diag),
	[M] = FIELD(m),
	[N] = FIELD(n),
	[K] = FIELD(k),
	[KL] = FIELD(kl),
	[KU] = FIELD(ku),
	[LDA] = FIELD(ld[0]),
	[LDB] = FIELD(ld[1]),
	[LDC] = FIELD(ld[2]),
	[INCX] = FIELD(inc[0]),
	[INCY] = FIELD(inc[1]),
	[ARRAY] = 0,
};
_Static_assert(FIELD(inc[1]) <= UINT8_MAX, "fields of an argument");

static const struct {
	const char *name;
	enum role role;
} roles[] = {
	{ "order", ORDER }, { "transa", TRANSA }, { "trans", TRANSA },
	{ "transb", TRANSB }, { "uplo", UPLO },	  { "side", SIDE },
	{ "diag", DIAG },   { "m", M },		  { "n", N },
	{ "k", K },	    { "kl", KL },	  { "ku", KU },
	{ "lda", LDA },	    { "ldb", LDB },	  { "ldc", LDC },
	{ "incx", INCX },   { "incy", INCY },	  { "alpha", ALPHA },
	{ "beta", BETA },   { "c", ALPHA },	  { "s", BETA },
};

static enum role role_of(const char *name, size_t len)
{
	for (size_t i = 0; i < sizeof(roles) / sizeof(*roles); i++)
		if (strlen(roles[i].name) == len &&
		    !memcmp(roles[i].name, name, len))
			return roles[i].role;
	return NO_ROLE;
}

bool is_complex(const struct routine *r)
{
	return r->type == C || r->type == Z;
}

/* Of a real number that belongs to the routine's type. */
static enum how real_bits(const struct routine *r)
{
	return r->type == D || r->type == Z ? BITS64 : BITS32;
}

struct reading {
	const struct routine *routine;
	bool c, wide;
	unsigned words, vectors; /* taken so far */
};

static struct argument argument(struct reading *r, const char *word,
				size_t len)
{
	struct argument a = { .name = word, .length = (uint8_t)len };
	char mark = *word;
	bool order = len == 5 && !memcmp(word, "order", 5);
	bool wide = len > 3 && !memcmp(word + len - 3, ":64", 3);

	if (mark && strchr("@$%>^", mark)) {
		a.name++;
		a.length--;
	}
	if (wide)
		a.length -= 3;
	a.role = (uint8_t)role_of(a.name, a.length);
	a.field = field[a.role];
	if (mark == '-') {
		a.how = WORD;
		a.role = ARRAY;
	} else if (mark == '>' || mark == '^') {
		a.how = mark == '>' ? STREAM : HANDLE;
	} else if (mark == '@' || order) {
		a.how = r->c ? OPTION : LETTER;
	} else if (mark == '%' || mark == '$') {
		a.how = (uint8_t)(r->c && (mark == '%' ||
					   !is_complex(r->routine))
					  ? real_bits(r->routine) : WORD);
	} else {
		a.how = r->c ? (r->wide || wide ? REG64 : REG32)
			     : (r->wide ? MEM64 : MEM32);
	}
	a.at = (uint8_t)(a.how >= BITS32 ? r->vectors++ : r->words++);
	return a;
}

/* Two rounds over the words: first those that make the shape. */
static void read_words(struct plan *p, struct reading r, bool sizes)
{
	const char *at = r.routine->words;

	while (*at) {
		size_t len = strcspn(at, " ");
		bool order = len == 5 && !memcmp(at, "order", 5);

		if (!order || r.c) {
			struct argument a = argument(&r, at, len);

			if ((a.how < WORD) == sizes && p->n < ARGUMENTS)
				p->argument[p->n++] = a;
		}
		at += len + (at[len] == ' ');
	}
}

void plan_make(struct plan *p, const struct routine *r, bool c, bool wide)
{
	struct reading reading = { r, c, wide, 0, 0 };

	*p = (struct plan){ 0 };
	read_words(p, reading, true);
	p->sizes = p->n;
	read_words(p, reading, false);
}

/* Fortran's letters have two cases; C's numbers. */
char option_letter(const struct argument *a, int64_t v)
{
	if (a->how == LETTER)
		return v >= 'a' && v <= 'z' ? (char)(v - 32) : (char)v;
	switch (v) {
	case 101:
	case 102:
		return a->role == ORDER ? (v == 101 ? 'R' : 'C') : '?';
	case 111:
		return 'N';
	case 112:
		return 'T';
	case 113:
		return 'C';
	case 114: /* OpenBLAS: conjugated, not transposed */
		return 'R';
	case 121:
		return 'U';
	case 122:
		return 'L';
	case 131:
		return 'N';
	case 132:
		return 'U';
	case 141:
		return 'L';
	case 142:
		return 'R';
	default:
		return '?';
	}
}

static inline void fill(struct operands *o, const struct argument *a, int64_t v)
{
	char *at = (char *)o + a->field, letter;

	if (a->how != LETTER && a->how != OPTION) {
		if (a->field)
			*(int64_t *)(void *)at = v;
		return;
	}
	letter = option_letter(a, v);
	if (a->role == ORDER) {
		o->row_major = letter == 'R';
		o->no_order = letter == '?';
	} else if (a->field) {
		*at = letter;
	}
}

/* Made in its place: to clear one and copy it costs more than small calls. */
static void clear(struct operands *o)
{
	char *at = (char *)o;
	size_t i = 0;

	for (; i + 16 <= sizeof(*o); i += 16)
		_mm_storeu_si128((__m128i *)(at + i), _mm_setzero_si128());
	for (; i < sizeof(*o); i++)
		at[i] = 0;
}

void operands_of(struct operands *o, const struct look *l,
		 const struct routine *r)
{
	clear(o);
	o->kind = r->kind;
	o->type = r->type;
	for (unsigned i = 0; i < l->plan->sizes; i++)
		fill(o, &l->plan->argument[i],
		     value(l, &l->plan->argument[i]));
}

/* The bits of a scalar: in a vector register, or in memory. */
static void scalar(uint64_t bits[2], const struct look *l,
		   const struct argument *a, const struct routine *r)
{
	const struct entry_frame *f = l->frame;
	bool real = a->name[-1] == '%';
	size_t size = real_bits(r) == BITS64 ? 8 : 4;

	if (a->how == WORD)
		memcpy(bits, (const void *)word(l, a->at),
		       is_complex(r) && !real ? 2 * size : size);
	else
		memcpy(bits, &f->xmm[a->at], size);
}

void operands_arrays(struct operands *o, const struct look *l,
		     const struct routine *r)
{
	const struct argument *a = l->plan->argument + l->plan->sizes;
	const struct argument *end = l->plan->argument + l->plan->n;

	for (; a < end; a++) {
		if (a->role == ARRAY && o->arrays < 3)
			o->array[o->arrays++] = (const void *)word(l, a->at);
		if (a->role == ALPHA || a->role == BETA)
			scalar(o->scalar[a->role - ALPHA], l, a, r);
	}
}

static void add_signed(struct text *t, int64_t n)
{
	if (n < 0)
		text_add(t, "-");
	text_number(t, n < 0 ? -(uint64_t)n : (uint64_t)n, 10, 1);
}

static void add_argument(struct text *t, const struct argument *a, int64_t v)
{
	for (unsigned i = 0; i < a->length; i++)
		text_add(t, (char[]){ a->name[i], 0 });
	text_add(t, "=");
	if (a->how == OPTION || a->how == LETTER)
		text_add(t, (char[]){ option_letter(a, v), 0 });
	else
		add_signed(t, v);
	text_add(t, " ");
}

void signature_text(struct text *t, const struct look *l)
{
	for (unsigned i = 0; i < l->plan->sizes; i++)
		add_argument(t, &l->plan->argument[i],
			     value(l, &l->plan->argument[i]));
}
