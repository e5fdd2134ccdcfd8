/* SPDX-License-Identifier: MIT */
#ifndef SAMEBITS_VIEW_H
#define SAMEBITS_VIEW_H

#include "kernels.h"

/* trans: N, T, C or R */
static inline struct view view_of(const void *a, int64_t lda, char trans)
{
	bool turned = trans == 'T' || trans == 'C';

	return (struct view){ .at = a,
			      .rs = turned ? lda : 1,
			      .cs = turned ? 1 : lda,
			      .conj = trans == 'C' || trans == 'R' };
}

static inline struct view view_turned(struct view v)
{
	int64_t rs = v.rs;

	v.rs = v.cs;
	v.cs = rs;
	if (v.mirror)
		v.mirror = v.mirror == 'L' ? 'U' : 'L';
	return v;
}

#endif
