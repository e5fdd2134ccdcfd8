/* SPDX-License-Identifier: MIT */
#include "serve.h"
#include "banned.h"

static bool among(char letter, const char *letters)
{
	while (*letters && *letters != letter)
		letters++;
	return *letters;
}

/* R: OpenBLAS has it, and conjugates only. */
static bool transposes(char option)
{
	return among(option, "NTCR");
}

static bool turns(char option)
{
	return option == 'T' || option == 'C';
}

/* Rows or columns that a leading dimension has to have room for. */
static bool fits(const struct operands *o, int i, int64_t m, int64_t n)
{
	int64_t least = o->row_major ? n : m;

	return o->ld[i] >= (least > 1 ? least : 1);
}

static bool legal_gemm(const struct operands *o)
{
	bool a = turns(o->transa), b = turns(o->transb);
	int64_t m = o->kind == GEMM ? o->m : o->n;

	return transposes(o->transa) && transposes(o->transb) && m >= 0 &&
	       o->n >= 0 && o->k >= 0 &&
	       fits(o, 0, a ? o->k : m, a ? m : o->k) &&
	       fits(o, 1, b ? o->n : o->k, b ? o->k : o->n) &&
	       fits(o, 2, m, o->n) && (o->kind == GEMM || among(o->uplo, "UL"));
}

static int64_t side(const struct operands *o)
{
	return o->side == 'L' ? o->m : o->n;
}

static bool legal_symm(const struct operands *o)
{
	return among(o->side, "LR") && among(o->uplo, "UL") && o->m >= 0 &&
	       o->n >= 0 && fits(o, 0, side(o), side(o)) &&
	       fits(o, 1, o->m, o->n) && fits(o, 2, o->m, o->n);
}

static bool legal_trmm(const struct operands *o)
{
	return among(o->side, "LR") && among(o->uplo, "UL") &&
	       transposes(o->transa) && among(o->diag, "NU") && o->m >= 0 &&
	       o->n >= 0 && fits(o, 0, side(o), side(o)) &&
	       fits(o, 1, o->m, o->n);
}

/* Of complex ones, T is the symmetric one's and C the Hermitian one's. */
static bool legal_syrk(const struct operands *o, bool hermitian)
{
	bool complex = o->type == C || o->type == Z;
	bool turned = o->transa != 'N';
	const char *letters = !complex ? "NTC" : hermitian ? "NC" : "NT";
	int64_t m = turned ? o->k : o->n, n = turned ? o->n : o->k;

	return among(o->uplo, "UL") && among(o->transa, letters) && o->n >= 0 &&
	       o->k >= 0 && fits(o, 0, m, n) &&
	       (o->kind == SYRK || fits(o, 1, m, n)) && fits(o, 2, o->n, o->n);
}

static bool legal_level2(const struct operands *o)
{
	switch (o->kind) {
	case GEMV:
		return transposes(o->transa) && o->m >= 0 && o->n >= 0 &&
		       fits(o, 0, o->m, o->n) && o->inc[0] && o->inc[1];
	case GBMV:
		return transposes(o->transa) && o->m >= 0 && o->n >= 0 &&
		       o->kl >= 0 && o->ku >= 0 && o->ld[0] > o->kl + o->ku &&
		       o->inc[0] && o->inc[1];
	case SYMV:
		return among(o->uplo, "UL") && o->n >= 0 &&
		       fits(o, 0, o->n, o->n) && o->inc[0] && o->inc[1];
	case SBMV:
		return among(o->uplo, "UL") && o->n >= 0 && o->k >= 0 &&
		       o->ld[0] > o->k && o->inc[0] && o->inc[1];
	case SPMV:
		return among(o->uplo, "UL") && o->n >= 0 && o->inc[0] &&
		       o->inc[1];
	default: /* triangular ones */
		return among(o->uplo, "UL") && transposes(o->transa) &&
		       among(o->diag, "NU") && o->n >= 0 && o->inc[0] &&
		       (o->kind != TRMV || fits(o, 0, o->n, o->n)) &&
		       (o->kind != TBMV || (o->k >= 0 && o->ld[0] > o->k));
	}
}

static bool legal_update(const struct operands *o)
{
	bool two = o->kind == SYR2 || o->kind == SPR2;

	if (o->kind == GER)
		return o->m >= 0 && o->n >= 0 && o->inc[0] && o->inc[1] &&
		       fits(o, 0, o->m, o->n);
	return among(o->uplo, "UL") && o->n >= 0 && o->inc[0] &&
	       (!two || o->inc[1]) &&
	       (o->kind == SPR || o->kind == SPR2 || fits(o, 0, o->n, o->n));
}

bool serve_legal(const struct operands *o, bool hermitian)
{
	if (o->no_order)
		return false;
	switch (o->kind) {
	case GEMM:
	case GEMMT:
		return legal_gemm(o);
	case SYMM:
		return legal_symm(o);
	case SYRK:
	case SYR2K:
		return legal_syrk(o, hermitian);
	case TRMM:
		return legal_trmm(o);
	default:
		if (o->kind <= TPMV)
			return legal_level2(o);
		return o->kind > SPR2 || legal_update(o);
	}
}
