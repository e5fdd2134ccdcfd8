/* SPDX-License-Identifier: MIT */
/* The routines that --blas=same computes: how their arguments are handed to
 * blas/same.h. One more is one more row of the table. */
#include <string.h>

#include "serve.h"
#include "banned.h"

/* o: the operands as they came. t: with matrices by columns, where they came by
 * rows: transposes. What is returned is put into `out`, as operands_returns()
 * says. */
#define UNUSED __attribute__((unused))
#define SERVICE(name)                                                          \
	static void name(UNUSED const struct served *s,                        \
			 UNUSED const struct operands *o,                      \
			 UNUSED const struct operands *t, UNUSED void *out)

/* Level 3 */

SERVICE(gemm)
{
	same_gemm(s->laid, o->transa, o->transb, o->m, o->n, o->k, o->scalar[0],
		  s->at[0], o->ld[0], s->at[1], o->ld[1], o->scalar[1],
		  s->at[2], o->ld[2]);
}

SERVICE(gemmt)
{
	same_gemmt(s->laid, o->uplo, o->transa, o->transb, o->n, o->k,
		   o->scalar[0], s->at[0], o->ld[0], s->at[1], o->ld[1],
		   o->scalar[1], s->at[2], o->ld[2]);
}

SERVICE(symm)
{
	same_symm(s->laid, s->hermitian, o->side, o->uplo, o->m, o->n,
		  o->scalar[0], s->at[0], o->ld[0], s->at[1], o->ld[1],
		  o->scalar[1], s->at[2], o->ld[2]);
}

SERVICE(syrk)
{
	same_syrk(s->laid, s->hermitian, o->uplo, o->transa, o->n, o->k,
		  o->scalar[0], s->at[0], o->ld[0], o->scalar[1], s->at[1],
		  o->ld[2]);
}

SERVICE(syr2k)
{
	same_syr2k(s->laid, s->hermitian, o->uplo, o->transa, o->n, o->k,
		   o->scalar[0], s->at[0], o->ld[0], s->at[1], o->ld[1],
		   o->scalar[1], s->at[2], o->ld[2]);
}

SERVICE(trmm)
{
	same_trmm(s->type, t->side, t->uplo, o->transa, o->diag, t->m, t->n,
		  o->scalar[0], s->at[0], o->ld[0], s->at[1], o->ld[1]);
}

SERVICE(trsm)
{
	same_trsm(s->type, t->side, t->uplo, o->transa, o->diag, t->m, t->n,
		  o->scalar[0], s->at[0], o->ld[0], s->at[1], o->ld[1]);
}

static enum same_symmetry symmetry(const struct served *s)
{
	if (!s->hermitian)
		return SAME_SYMMETRIC;
	return s->o.row_major ? SAME_CONJUGATE : SAME_HERMITIAN;
}

SERVICE(gemv)
{
	same_gemv(s->type, t->transa, t->m, t->n, o->scalar[0], s->at[0],
		  o->ld[0], s->at[1], o->inc[0], o->scalar[1], s->at[2],
		  o->inc[1]);
}

SERVICE(gbmv)
{
	same_gbmv(s->type, t->transa, t->m, t->n, t->kl, t->ku, o->scalar[0],
		  s->at[0], o->ld[0], s->at[1], o->inc[0], o->scalar[1],
		  s->at[2], o->inc[1]);
}

SERVICE(symv)
{
	same_symv(s->type, symmetry(s), t->uplo, o->n, o->scalar[0], s->at[0],
		  o->ld[0], s->at[1], o->inc[0], o->scalar[1], s->at[2],
		  o->inc[1]);
}

SERVICE(sbmv)
{
	same_sbmv(s->type, symmetry(s), t->uplo, o->n, o->k, o->scalar[0],
		  s->at[0], o->ld[0], s->at[1], o->inc[0], o->scalar[1],
		  s->at[2], o->inc[1]);
}

SERVICE(spmv)
{
	same_spmv(s->type, symmetry(s), t->uplo, o->n, o->scalar[0], s->at[0],
		  s->at[1], o->inc[0], o->scalar[1], s->at[2], o->inc[1]);
}

SERVICE(trmv)
{
	same_trmv(s->type, t->uplo, t->transa, o->diag, o->n, s->at[0],
		  o->ld[0], s->at[1], o->inc[0]);
}

SERVICE(tbmv)
{
	same_tbmv(s->type, t->uplo, t->transa, o->diag, o->n, o->k, s->at[0],
		  o->ld[0], s->at[1], o->inc[0]);
}

SERVICE(tpmv)
{
	same_tpmv(s->type, t->uplo, t->transa, o->diag, o->n, s->at[0],
		  s->at[1], o->inc[0]);
}

SERVICE(trsv)
{
	same_trsv(s->type, t->uplo, t->transa, o->diag, o->n, s->at[0],
		  o->ld[0], s->at[1], o->inc[0]);
}

SERVICE(tbsv)
{
	same_tbsv(s->type, t->uplo, t->transa, o->diag, o->n, o->k, s->at[0],
		  o->ld[0], s->at[1], o->inc[0]);
}

SERVICE(tpsv)
{
	same_tpsv(s->type, t->uplo, t->transa, o->diag, o->n, s->at[0],
		  s->at[1], o->inc[0]);
}

static void ger_as(const struct served *s, bool conj)
{
	const struct operands *o = &s->o;
	int x = o->row_major, y = !x;

	same_ger(s->type,
		 !conj ? SAME_SYMMETRIC
		 : x   ? SAME_CONJUGATE
		       : SAME_HERMITIAN,
		 x ? o->n : o->m, x ? o->m : o->n, o->scalar[0], s->at[x],
		 o->inc[x], s->at[y], o->inc[y], s->at[2], o->ld[0]);
}

SERVICE(ger)
{
	ger_as(s, false);
}

SERVICE(gerc)
{
	ger_as(s, true);
}

SERVICE(syr)
{
	same_syr(s->type, symmetry(s), t->uplo, o->n, o->scalar[0], s->at[0],
		 o->inc[0], s->at[1], o->ld[0]);
}

SERVICE(spr)
{
	same_spr(s->type, symmetry(s), t->uplo, o->n, o->scalar[0], s->at[0],
		 o->inc[0], s->at[1]);
}

SERVICE(syr2)
{
	same_syr2(s->type, symmetry(s), t->uplo, o->n, o->scalar[0], s->at[0],
		  o->inc[0], s->at[1], o->inc[1], s->at[2], o->ld[0]);
}

SERVICE(spr2)
{
	same_spr2(s->type, symmetry(s), t->uplo, o->n, o->scalar[0], s->at[0],
		  o->inc[0], s->at[1], o->inc[1], s->at[2]);
}

/* Level 1 */

SERVICE(copy)
{
	same_copy(s->type, o->n, s->at[0], o->inc[0], s->at[1], o->inc[1]);
}

SERVICE(swap)
{
	same_swap(s->type, o->n, s->at[0], o->inc[0], s->at[1], o->inc[1]);
}

SERVICE(dsdot)
{
	double sum = same_dsdot(o->n, s->at[0], o->inc[0], s->at[1], o->inc[1]);

	memcpy(out, &sum, sizeof(sum));
}

SERVICE(sdsdot)
{
	float sum, b;

	memcpy(&b, o->scalar[0], sizeof(b));
	sum = same_sdsdot(o->n, b, s->at[0], o->inc[0], s->at[1], o->inc[1]);
	memcpy(out, &sum, sizeof(sum));
}

SERVICE(dot)
{
	same_dot(s->type, false, o->n, s->at[0], o->inc[0], s->at[1], o->inc[1],
		 out);
}

SERVICE(dotc)
{
	same_dot(s->type, true, o->n, s->at[0], o->inc[0], s->at[1], o->inc[1],
		 out);
}

SERVICE(asum)
{
	same_asum(s->type, o->n, s->at[0], o->inc[0], out);
}

SERVICE(nrm2)
{
	same_nrm2(s->type, o->n, s->at[0], o->inc[0], out);
}

static void index_of(const struct served *s, bool smallest, void *out)
{
	int64_t i =
		same_iamax(s->type, smallest, s->o.n, s->at[0], s->o.inc[0]);

	i -= s->c && i > 0;
	memcpy(out, &i, sizeof(i));
}

SERVICE(iamax)
{
	index_of(s, false, out);
}

SERVICE(iamin)
{
	index_of(s, true, out);
}

SERVICE(axpy)
{
	same_axpy(s->type, o->n, o->scalar[0], s->at[0], o->inc[0], s->at[1],
		  o->inc[1]);
}

SERVICE(axpby)
{
	same_axpby(s->type, o->n, o->scalar[0], s->at[0], o->inc[0],
		   o->scalar[1], s->at[1], o->inc[1]);
}

SERVICE(scal)
{
	same_scal(s->type, o->n, o->scalar[0], s->at[0], o->inc[0]);
}

SERVICE(scal_real)
{
	same_scal_real(s->type, o->n, o->scalar[0], s->at[0], o->inc[0]);
}

SERVICE(rot)
{
	same_rot(s->type, o->n, s->at[0], o->inc[0], s->at[1], o->inc[1],
		 o->scalar[0], o->scalar[1]);
}

SERVICE(rotm)
{
	same_rotm(s->type, o->n, s->at[0], o->inc[0], s->at[1], o->inc[1],
		  s->at[2]);
}

/* Their arguments are no operands of any kind. */
SERVICE(rotg)
{
	same_rotg(s->type, (void *)word(s->look, 0), (void *)word(s->look, 1),
		  (void *)word(s->look, 2), (void *)word(s->look, 3));
}

SERVICE(rotmg)
{
	const struct entry_frame *f = s->look->frame;
	/* C has y1 in a register. */
	const void *y1 = s->c ? &f->xmm[0] : (void *)word(s->look, 3);

	(void)out;
	same_rotmg(s->type, (void *)word(s->look, 0), (void *)word(s->look, 1),
		   (void *)word(s->look, 2), y1,
		   (void *)word(s->look, s->c ? 3 : 4));
}

/* Names as in blas.def; ? stands for letters of a type. The first that fits
 * counts. */
const struct service services[] = {
	{ "?gemm_batch", service_batch },
	{ "?gemm_batch_strided", service_strided },
	{ "?gemm", gemm },
	{ "?gemm3m", gemm },
	{ "?gemmt", gemmt },
	{ "?symm", symm },
	{ "?hemm", symm },
	{ "?syrk", syrk },
	{ "?herk", syrk },
	{ "?syr2k", syr2k },
	{ "?her2k", syr2k },
	{ "?trmm", trmm },
	{ "?trsm", trsm },
	{ "?gemv", gemv },
	{ "?gbmv", gbmv },
	{ "?symv", symv },
	{ "?hemv", symv },
	{ "?sbmv", sbmv },
	{ "?hbmv", sbmv },
	{ "?spmv", spmv },
	{ "?hpmv", spmv },
	{ "?trmv", trmv },
	{ "?tbmv", tbmv },
	{ "?tpmv", tpmv },
	{ "?trsv", trsv },
	{ "?tbsv", tbsv },
	{ "?tpsv", tpsv },
	{ "?ger", ger },
	{ "?geru", ger },
	{ "?gerc", gerc },
	{ "?syr", syr },
	{ "?her", syr },
	{ "?spr", spr },
	{ "?hpr", spr },
	{ "?syr2", syr2 },
	{ "?her2", syr2 },
	{ "?spr2", spr2 },
	{ "?hpr2", spr2 },
	{ "?copy", copy },
	{ "?swap", swap },
	{ "?dot", dot },
	{ "?dotu", dot },
	{ "?dotc", dotc },
	{ "dsdot", dsdot },
	{ "sdsdot", sdsdot },
	{ "?asum", asum },
	{ "?nrm2", nrm2 },
	{ "i?amax", iamax },
	{ "i?amin", iamin },
	{ "?axpy", axpy },
	{ "?axpby", axpby },
	{ "csscal", scal_real },
	{ "zdscal", scal_real },
	{ "?scal", scal },
	{ "?rot", rot },
	{ "?rotg", rotg },
	{ "?rotm", rotm },
	{ "?rotmg", rotmg },
};
const unsigned nservices = sizeof(services) / sizeof(*services);
