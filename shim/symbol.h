/* SPDX-License-Identifier: MIT */
/*
 * Names of functions, for rules and for what a shim says without a launcher:
 * from the object's file, its whole table of symbols or what is left of it.
 * Read once, into memory of our own. Under the engine's lock.
 */
#ifndef SAMEBITS_SYMBOL_H
#define SAMEBITS_SYMBOL_H

#include <stdint.h>

struct module;

/* The function that holds the call which returns to this address; NULL: not
 * known. m may be NULL. */
const char *symbol_before(struct module *m, uintptr_t address);

#endif
