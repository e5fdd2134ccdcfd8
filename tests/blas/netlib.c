/* SPDX-License-Identifier: MIT */
/* What Netlib's tests of C's names share with the reference cblas, so that they
 * start with other libraries, too. */
int CBLAS_CallFromC, RowMajorStrg;
