/* SPDX-License-Identifier: MIT */
/* On what, beside the program and its inputs, does a result depend? */
#ifndef SAMEBITS_PERTURB_H
#define SAMEBITS_PERTURB_H

#include "repeat.h"

/* One run for each of the perturbations, compared with `base`. It becomes the
 * verdict. 0; -EINTR; -ECANCELED: the verdict is in trouble. */
int perturb(struct repeat *r, struct verdict *v, const struct attempt *base);

#endif
