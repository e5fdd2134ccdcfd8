/* SPDX-License-Identifier: MIT */
/* Each routine of levels 1 and 2, ours and the Fortran one (cblas where a
 * complex result is returned), on the operands of a call. */
#ifndef SAMEBITS_TEST_PAIRS_H
#define SAMEBITS_TEST_PAIRS_H

#include "model.h"

#define N 37
#define LDA (N + 2)
#define ROOM (LDA * LDA)

typedef void any_fn();

/* One call: both sides have operands of their own. */
struct call {
	enum same_type type;
	char uplo, trans, diag;
	bool hermitian;
	int n, kl, ku, lda, incx, incy;
	_Alignas(16) char alpha[16];
	_Alignas(16) char beta[16];
	_Alignas(16) char c[16];
	_Alignas(16) char s[16];
	_Alignas(16) char param[40];
	_Alignas(16) char a[ROOM * 16];
	_Alignas(16) char x[ROOM * 16];
	_Alignas(16) char y[ROOM * 16];
	_Alignas(16) char r[16]; /* a result that is returned */
};

struct routine {
	const char *name; /* with a % where the type's letter is */
	void (*ours)(struct call *c);
	void (*theirs)(struct call *c, any_fn *f);
	const char *types;
	enum { FULL, BAND, TRIANGLE, TRIANGLE_BAND, PACKED } shape;
};

#define PAIR(name, ours, theirs)                                               \
	static void ours_##name(struct call *c)                                \
	{                                                                      \
		ours;                                                          \
	}                                                                      \
                                                                               \
	static void theirs_##name(struct call *c, any_fn *f)                   \
	{                                                                      \
		theirs;                                                        \
	}
/* What a function returns is kept, as its type. */
#define RETURNED(type, call)                                                   \
	type r = call;                                                         \
                                                                               \
	memcpy(c->r, &r, sizeof(r))
/* f, which returns something of a type. */
#define RETURNS(type) ((type(*)())(uintptr_t)f)

PAIR(gemv_,
     same_gemv(c->type, c->trans, c->n, c->n, c->alpha, c->a, c->lda, c->x,
	       c->incx, c->beta, c->y, c->incy),
     f(&c->trans, &c->n, &c->n, c->alpha, c->a, &c->lda, c->x, &c->incx,
       c->beta, c->y, &c->incy))
PAIR(gbmv_,
     same_gbmv(c->type, c->trans, c->n, c->n, c->kl, c->ku, c->alpha, c->a,
	       c->lda, c->x, c->incx, c->beta, c->y, c->incy),
     f(&c->trans, &c->n, &c->n, &c->kl, &c->ku, c->alpha, c->a, &c->lda, c->x,
       &c->incx, c->beta, c->y, &c->incy))
PAIR(symv_,
     same_symv(c->type, c->hermitian, c->uplo, c->n, c->alpha, c->a, c->lda,
	       c->x, c->incx, c->beta, c->y, c->incy),
     f(&c->uplo, &c->n, c->alpha, c->a, &c->lda, c->x, &c->incx, c->beta, c->y,
       &c->incy))
PAIR(sbmv_,
     same_sbmv(c->type, c->hermitian, c->uplo, c->n, c->ku, c->alpha, c->a,
	       c->lda, c->x, c->incx, c->beta, c->y, c->incy),
     f(&c->uplo, &c->n, &c->ku, c->alpha, c->a, &c->lda, c->x, &c->incx,
       c->beta, c->y, &c->incy))
PAIR(spmv_,
     same_spmv(c->type, c->hermitian, c->uplo, c->n, c->alpha, c->a, c->x,
	       c->incx, c->beta, c->y, c->incy),
     f(&c->uplo, &c->n, c->alpha, c->a, c->x, &c->incx, c->beta, c->y,
       &c->incy))
PAIR(syr_,
     same_syr(c->type, c->hermitian, c->uplo, c->n, c->alpha, c->x, c->incx,
	      c->a, c->lda),
     f(&c->uplo, &c->n, c->alpha, c->x, &c->incx, c->a, &c->lda))
PAIR(spr_,
     same_spr(c->type, c->hermitian, c->uplo, c->n, c->alpha, c->x, c->incx,
	      c->a),
     f(&c->uplo, &c->n, c->alpha, c->x, &c->incx, c->a))
PAIR(syr2_,
     same_syr2(c->type, c->hermitian, c->uplo, c->n, c->alpha, c->x, c->incx,
	       c->y, c->incy, c->a, c->lda),
     f(&c->uplo, &c->n, c->alpha, c->x, &c->incx, c->y, &c->incy, c->a,
       &c->lda))
PAIR(spr2_,
     same_spr2(c->type, c->hermitian, c->uplo, c->n, c->alpha, c->x, c->incx,
	       c->y, c->incy, c->a),
     f(&c->uplo, &c->n, c->alpha, c->x, &c->incx, c->y, &c->incy, c->a))
PAIR(hemv_,
     same_symv(c->type, c->hermitian, c->uplo, c->n, c->alpha, c->a, c->lda,
	       c->x, c->incx, c->beta, c->y, c->incy),
     f(&c->uplo, &c->n, c->alpha, c->a, &c->lda, c->x, &c->incx, c->beta, c->y,
       &c->incy))
PAIR(hbmv_,
     same_sbmv(c->type, c->hermitian, c->uplo, c->n, c->ku, c->alpha, c->a,
	       c->lda, c->x, c->incx, c->beta, c->y, c->incy),
     f(&c->uplo, &c->n, &c->ku, c->alpha, c->a, &c->lda, c->x, &c->incx,
       c->beta, c->y, &c->incy))
PAIR(hpmv_,
     same_spmv(c->type, c->hermitian, c->uplo, c->n, c->alpha, c->a, c->x,
	       c->incx, c->beta, c->y, c->incy),
     f(&c->uplo, &c->n, c->alpha, c->a, c->x, &c->incx, c->beta, c->y,
       &c->incy))
PAIR(her_,
     same_syr(c->type, c->hermitian, c->uplo, c->n, c->alpha, c->x, c->incx,
	      c->a, c->lda),
     f(&c->uplo, &c->n, c->alpha, c->x, &c->incx, c->a, &c->lda))
PAIR(hpr_,
     same_spr(c->type, c->hermitian, c->uplo, c->n, c->alpha, c->x, c->incx,
	      c->a),
     f(&c->uplo, &c->n, c->alpha, c->x, &c->incx, c->a))
PAIR(her2_,
     same_syr2(c->type, c->hermitian, c->uplo, c->n, c->alpha, c->x, c->incx,
	       c->y, c->incy, c->a, c->lda),
     f(&c->uplo, &c->n, c->alpha, c->x, &c->incx, c->y, &c->incy, c->a,
       &c->lda))
PAIR(hpr2_,
     same_spr2(c->type, c->hermitian, c->uplo, c->n, c->alpha, c->x, c->incx,
	       c->y, c->incy, c->a),
     f(&c->uplo, &c->n, c->alpha, c->x, &c->incx, c->y, &c->incy, c->a))
PAIR(trmv_,
     same_trmv(c->type, c->uplo, c->trans, c->diag, c->n, c->a, c->lda, c->x,
	       c->incx),
     f(&c->uplo, &c->trans, &c->diag, &c->n, c->a, &c->lda, c->x, &c->incx))
PAIR(tbmv_,
     same_tbmv(c->type, c->uplo, c->trans, c->diag, c->n, c->ku, c->a, c->lda,
	       c->x, c->incx),
     f(&c->uplo, &c->trans, &c->diag, &c->n, &c->ku, c->a, &c->lda, c->x,
       &c->incx))
PAIR(tpmv_,
     same_tpmv(c->type, c->uplo, c->trans, c->diag, c->n, c->a, c->x, c->incx),
     f(&c->uplo, &c->trans, &c->diag, &c->n, c->a, c->x, &c->incx))
PAIR(trsv_,
     same_trsv(c->type, c->uplo, c->trans, c->diag, c->n, c->a, c->lda, c->x,
	       c->incx),
     f(&c->uplo, &c->trans, &c->diag, &c->n, c->a, &c->lda, c->x, &c->incx))
PAIR(tbsv_,
     same_tbsv(c->type, c->uplo, c->trans, c->diag, c->n, c->ku, c->a, c->lda,
	       c->x, c->incx),
     f(&c->uplo, &c->trans, &c->diag, &c->n, &c->ku, c->a, &c->lda, c->x,
       &c->incx))
PAIR(tpsv_,
     same_tpsv(c->type, c->uplo, c->trans, c->diag, c->n, c->a, c->x, c->incx),
     f(&c->uplo, &c->trans, &c->diag, &c->n, c->a, c->x, &c->incx))
PAIR(ger_,
     same_ger(c->type, SAME_SYMMETRIC, c->n, c->n, c->alpha, c->x, c->incx,
	      c->y, c->incy, c->a, c->lda),
     f(&c->n, &c->n, c->alpha, c->x, &c->incx, c->y, &c->incy, c->a, &c->lda))
PAIR(geru_,
     same_ger(c->type, SAME_SYMMETRIC, c->n, c->n, c->alpha, c->x, c->incx,
	      c->y, c->incy, c->a, c->lda),
     f(&c->n, &c->n, c->alpha, c->x, &c->incx, c->y, &c->incy, c->a, &c->lda))
PAIR(gerc_,
     same_ger(c->type, SAME_HERMITIAN, c->n, c->n, c->alpha, c->x, c->incx,
	      c->y, c->incy, c->a, c->lda),
     f(&c->n, &c->n, c->alpha, c->x, &c->incx, c->y, &c->incy, c->a, &c->lda))
PAIR(copy_, same_copy(c->type, c->n, c->x, c->incx, c->y, c->incy),
     f(&c->n, c->x, &c->incx, c->y, &c->incy))
PAIR(swap_, same_swap(c->type, c->n, c->x, c->incx, c->y, c->incy),
     f(&c->n, c->x, &c->incx, c->y, &c->incy))
PAIR(axpy_, same_axpy(c->type, c->n, c->alpha, c->x, c->incx, c->y, c->incy),
     f(&c->n, c->alpha, c->x, &c->incx, c->y, &c->incy))
PAIR(scal_, same_scal(c->type, c->n, c->alpha, c->x, c->incx),
     f(&c->n, c->alpha, c->x, &c->incx))
PAIR(csscal_, same_scal_real(c->type, c->n, c->c, c->x, c->incx),
     f(&c->n, c->c, c->x, &c->incx))
PAIR(zdscal_, same_scal_real(c->type, c->n, c->c, c->x, c->incx),
     f(&c->n, c->c, c->x, &c->incx))
PAIR(rot_, same_rot(c->type, c->n, c->x, c->incx, c->y, c->incy, c->c, c->s),
     f(&c->n, c->x, &c->incx, c->y, &c->incy, c->c, c->s))
PAIR(csrot_, same_rot(c->type, c->n, c->x, c->incx, c->y, c->incy, c->c, c->s),
     f(&c->n, c->x, &c->incx, c->y, &c->incy, c->c, c->s))
PAIR(zdrot_, same_rot(c->type, c->n, c->x, c->incx, c->y, c->incy, c->c, c->s),
     f(&c->n, c->x, &c->incx, c->y, &c->incy, c->c, c->s))
PAIR(rotg_, same_rotg(c->type, c->x, c->y, c->c, c->s),
     f(c->x, c->y, c->c, c->s))
PAIR(rotm_, same_rotm(c->type, c->n, c->x, c->incx, c->y, c->incy, c->param),
     f(&c->n, c->x, &c->incx, c->y, &c->incy, c->param))
PAIR(rotmg_, same_rotmg(c->type, c->c, c->s, c->x, c->y, c->param),
     f(c->c, c->s, c->x, c->y, c->param))
PAIR(sdot_, same_dot(c->type, false, c->n, c->x, c->incx, c->y, c->incy, c->r),
     RETURNED(float, RETURNS(float)(&c->n, c->x, &c->incx, c->y, &c->incy)))
PAIR(snrm2_, same_nrm2(c->type, c->n, c->x, c->incx, c->r),
     RETURNED(float,
	      ((float (*)(const void *, const void *,
			  const void *))(uintptr_t)f)(&c->n, c->x, &c->incx)))
PAIR(scnrm2_, same_nrm2(c->type, c->n, c->x, c->incx, c->r),
     RETURNED(float,
	      ((float (*)(const void *, const void *,
			  const void *))(uintptr_t)f)(&c->n, c->x, &c->incx)))
PAIR(sasum_, same_asum(c->type, c->n, c->x, c->incx, c->r),
     RETURNED(float,
	      ((float (*)(const void *, const void *,
			  const void *))(uintptr_t)f)(&c->n, c->x, &c->incx)))
PAIR(scasum_, same_asum(c->type, c->n, c->x, c->incx, c->r),
     RETURNED(float,
	      ((float (*)(const void *, const void *,
			  const void *))(uintptr_t)f)(&c->n, c->x, &c->incx)))
PAIR(ddot_, same_dot(c->type, false, c->n, c->x, c->incx, c->y, c->incy, c->r),
     RETURNED(double, RETURNS(double)(&c->n, c->x, &c->incx, c->y, &c->incy)))
PAIR(dnrm2_, same_nrm2(c->type, c->n, c->x, c->incx, c->r),
     RETURNED(double,
	      ((double (*)(const void *, const void *,
			   const void *))(uintptr_t)f)(&c->n, c->x, &c->incx)))
PAIR(dznrm2_, same_nrm2(c->type, c->n, c->x, c->incx, c->r),
     RETURNED(double,
	      ((double (*)(const void *, const void *,
			   const void *))(uintptr_t)f)(&c->n, c->x, &c->incx)))
PAIR(dasum_, same_asum(c->type, c->n, c->x, c->incx, c->r),
     RETURNED(double,
	      ((double (*)(const void *, const void *,
			   const void *))(uintptr_t)f)(&c->n, c->x, &c->incx)))
PAIR(dzasum_, same_asum(c->type, c->n, c->x, c->incx, c->r),
     RETURNED(double,
	      ((double (*)(const void *, const void *,
			   const void *))(uintptr_t)f)(&c->n, c->x, &c->incx)))
PAIR(isamax_,
     RETURNED(int, (int)same_iamax(c->type, false, c->n, c->x, c->incx)),
     RETURNED(int,
	      ((int (*)(const void *, const void *,
			const void *))(uintptr_t)f)(&c->n, c->x, &c->incx)))
PAIR(idamax_,
     RETURNED(int, (int)same_iamax(c->type, false, c->n, c->x, c->incx)),
     RETURNED(int,
	      ((int (*)(const void *, const void *,
			const void *))(uintptr_t)f)(&c->n, c->x, &c->incx)))
PAIR(icamax_,
     RETURNED(int, (int)same_iamax(c->type, false, c->n, c->x, c->incx)),
     RETURNED(int,
	      ((int (*)(const void *, const void *,
			const void *))(uintptr_t)f)(&c->n, c->x, &c->incx)))
PAIR(izamax_,
     RETURNED(int, (int)same_iamax(c->type, false, c->n, c->x, c->incx)),
     RETURNED(int,
	      ((int (*)(const void *, const void *,
			const void *))(uintptr_t)f)(&c->n, c->x, &c->incx)))
PAIR(dsdot_,
     RETURNED(double,
	      same_dsdot(c->n, (float *)c->x, c->incx, (float *)c->y, c->incy)),
     RETURNED(double, RETURNS(double)(&c->n, c->x, &c->incx, c->y, &c->incy)))
PAIR(sdsdot_,
     RETURNED(float, same_sdsdot(c->n, *(float *)c->c, (float *)c->x, c->incx,
				 (float *)c->y, c->incy)),
     RETURNED(float,
	      ((float (*)(const void *, const void *, const void *,
			  const void *, const void *, const void *))(uintptr_t)
		       f)(&c->n, c->c, c->x, &c->incx, c->y, &c->incy)))
PAIR(dotu, same_dot(c->type, false, c->n, c->x, c->incx, c->y, c->incy, c->r),
     ((void (*)(int, const void *, int, const void *, int,
		void *))(uintptr_t)f)(c->n, c->x, c->incx, c->y, c->incy, c->r))
PAIR(dotc, same_dot(c->type, true, c->n, c->x, c->incx, c->y, c->incy, c->r),
     ((void (*)(int, const void *, int, const void *, int,
		void *))(uintptr_t)f)(c->n, c->x, c->incx, c->y, c->incy, c->r))
#undef PAIR
#undef RETURNED
#undef RETURNS

static const struct routine routines[] = {
	{ "%gemv_", ours_gemv_, theirs_gemv_, "sdcz", FULL },
	{ "%gbmv_", ours_gbmv_, theirs_gbmv_, "sdcz", BAND },
	{ "%symv_", ours_symv_, theirs_symv_, "sd", TRIANGLE },
	{ "%sbmv_", ours_sbmv_, theirs_sbmv_, "sd", TRIANGLE_BAND },
	{ "%spmv_", ours_spmv_, theirs_spmv_, "sd", PACKED },
	{ "%syr_", ours_syr_, theirs_syr_, "sd", TRIANGLE },
	{ "%spr_", ours_spr_, theirs_spr_, "sd", PACKED },
	{ "%syr2_", ours_syr2_, theirs_syr2_, "sd", TRIANGLE },
	{ "%spr2_", ours_spr2_, theirs_spr2_, "sd", PACKED },
	{ "%hemv_", ours_hemv_, theirs_hemv_, "cz", TRIANGLE },
	{ "%hbmv_", ours_hbmv_, theirs_hbmv_, "cz", TRIANGLE_BAND },
	{ "%hpmv_", ours_hpmv_, theirs_hpmv_, "cz", PACKED },
	{ "%her_", ours_her_, theirs_her_, "cz", TRIANGLE },
	{ "%hpr_", ours_hpr_, theirs_hpr_, "cz", PACKED },
	{ "%her2_", ours_her2_, theirs_her2_, "cz", TRIANGLE },
	{ "%hpr2_", ours_hpr2_, theirs_hpr2_, "cz", PACKED },
	{ "%trmv_", ours_trmv_, theirs_trmv_, "sdcz", TRIANGLE },
	{ "%tbmv_", ours_tbmv_, theirs_tbmv_, "sdcz", TRIANGLE_BAND },
	{ "%tpmv_", ours_tpmv_, theirs_tpmv_, "sdcz", PACKED },
	{ "%trsv_", ours_trsv_, theirs_trsv_, "sdcz", TRIANGLE },
	{ "%tbsv_", ours_tbsv_, theirs_tbsv_, "sdcz", TRIANGLE_BAND },
	{ "%tpsv_", ours_tpsv_, theirs_tpsv_, "sdcz", PACKED },
	{ "%ger_", ours_ger_, theirs_ger_, "sd", FULL },
	{ "%geru_", ours_geru_, theirs_geru_, "cz", FULL },
	{ "%gerc_", ours_gerc_, theirs_gerc_, "cz", FULL },
	{ "%copy_", ours_copy_, theirs_copy_, "sdcz", FULL },
	{ "%swap_", ours_swap_, theirs_swap_, "sdcz", FULL },
	{ "%axpy_", ours_axpy_, theirs_axpy_, "sdcz", FULL },
	{ "%scal_", ours_scal_, theirs_scal_, "sdcz", FULL },
	{ "csscal_", ours_csscal_, theirs_csscal_, "c", FULL },
	{ "zdscal_", ours_zdscal_, theirs_zdscal_, "z", FULL },
	{ "%rot_", ours_rot_, theirs_rot_, "sd", FULL },
	{ "csrot_", ours_csrot_, theirs_csrot_, "c", FULL },
	{ "zdrot_", ours_zdrot_, theirs_zdrot_, "z", FULL },
	{ "%rotg_", ours_rotg_, theirs_rotg_, "sdcz", FULL },
	{ "%rotm_", ours_rotm_, theirs_rotm_, "sd", FULL },
	{ "%rotmg_", ours_rotmg_, theirs_rotmg_, "sd", FULL },
	{ "sdot_", ours_sdot_, theirs_sdot_, "s", FULL },
	{ "snrm2_", ours_snrm2_, theirs_snrm2_, "s", FULL },
	{ "scnrm2_", ours_scnrm2_, theirs_scnrm2_, "c", FULL },
	{ "sasum_", ours_sasum_, theirs_sasum_, "s", FULL },
	{ "scasum_", ours_scasum_, theirs_scasum_, "c", FULL },
	{ "ddot_", ours_ddot_, theirs_ddot_, "d", FULL },
	{ "dnrm2_", ours_dnrm2_, theirs_dnrm2_, "d", FULL },
	{ "dznrm2_", ours_dznrm2_, theirs_dznrm2_, "z", FULL },
	{ "dasum_", ours_dasum_, theirs_dasum_, "d", FULL },
	{ "dzasum_", ours_dzasum_, theirs_dzasum_, "z", FULL },
	{ "isamax_", ours_isamax_, theirs_isamax_, "s", FULL },
	{ "idamax_", ours_idamax_, theirs_idamax_, "d", FULL },
	{ "icamax_", ours_icamax_, theirs_icamax_, "c", FULL },
	{ "izamax_", ours_izamax_, theirs_izamax_, "z", FULL },
	{ "dsdot_", ours_dsdot_, theirs_dsdot_, "s", FULL },
	{ "sdsdot_", ours_sdsdot_, theirs_sdsdot_, "s", FULL },
	{ "cblas_%dotu_sub", ours_dotu, theirs_dotu, "cz", FULL },
	{ "cblas_%dotc_sub", ours_dotc, theirs_dotc, "cz", FULL },
};
#define ROUTINES ((int)(sizeof(routines) / sizeof(routines[0])))

#endif
