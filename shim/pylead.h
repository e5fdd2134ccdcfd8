/* SPDX-License-Identifier: MIT */
/*
 * Functions of Python code whose first argument goes through one of ours, from
 * the moment on at which their modules are there. To know it, the interpreter's
 * audit events are listened to, at the cost of some 50 ns an event: only where
 * one of the packages is used.
 */
#ifndef SAMEBITS_PYLEAD_H
#define SAMEBITS_PYLEAD_H

#include "cpython.h"

struct lead {
	const char *package; /* whose C extensions lie in a folder so named */
	const char *module, *function;
	/* What becomes of the argument: a new reference. */
	object *(*through)(object *self, object *argument);
	void (*failed)(void); /* it stays as it is */
	struct method method;
	bool done;
};

/* CPython found the start of an extension module there: does it belong to a
 * package of these? Under the interpreter's lock. ra: who looks. */
void pylead_loading(struct lead *lead, unsigned n, const void *found,
		    const void *ra);

#endif
