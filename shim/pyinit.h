/* SPDX-License-Identifier: MIT */
/*
 * The moment at which a C module of CPython's is ready: after its own code ran,
 * before whoever imports it goes on. No module is imported for it, nothing is
 * put into sys, and modules that are not asked for cost nothing.
 */
#ifndef SAMEBITS_PYINIT_H
#define SAMEBITS_PYINIT_H

#include "cpython.h"

#define PYINIT_SLOTS 12

struct pyinit {
	const char *symbol;	  /* PyInit_NAME */
	object *(*hook)(void);	  /* calls pyinit_begin() for this one */
	int (*exec)(object *module); /* calls `ready`; 0 */
	/* Under the interpreter's lock. NULL: it is no interpreter that we
	 * know. */
	void (*ready)(object *module);
	object *(*real)(void);
	const void *from; /* an address in the interpreter */
	struct module_slot slots[PYINIT_SLOTS];
};

/* What `hook` returns. */
object *pyinit_begin(struct pyinit *p);
/* CPython has looked up p->symbol: what to give it. ra: who looks. */
void *pyinit_found(struct pyinit *p, void *found, const void *ra);
/* A module that is linked into the interpreter, if it is in this table
 * (PyImport_Inittab), before the interpreter starts. */
void pyinit_builtin(struct pyinit *p, void *table);

#endif
