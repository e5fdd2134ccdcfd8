/* SPDX-License-Identifier: MIT */
/*
 * The names of the tensors in what torch.save() writes. Its pickle is read as
 * data: nothing is looked up, called or imported.
 */
#ifndef SAMEBITS_PICKLE_H
#define SAMEBITS_PICKLE_H

#include "format.h"

struct tensor {
	char *name;    /* "model.layer1.weight", as the containers lead to it */
	char *storage; /* its key: the member data/KEY */
	enum number_kind kind;
	unsigned size;	 /* bytes of an element */
	uint64_t offset; /* elements */
	unsigned dims;
	uint64_t shape[32];
	bool plain; /* its elements lie one after the other */
};

struct tensors {
	struct tensor *at;
	size_t n;
};

/* As far as the pickle is understood; 0 or -ENOMEM. tensors_free() is due. */
int tensors_read(struct tensors *t, const struct view *pickle);
void tensors_free(struct tensors *t);
/* The tensor's elements in its storage; false: they do not lie in it plainly.
 */
bool tensor_in(const struct tensor *t, const struct view *storage,
	       struct array *a);

#endif
