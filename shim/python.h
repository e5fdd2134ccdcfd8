/* SPDX-License-Identifier: MIT */
/* What Python code asked for this: through CPython's exported C API only. */
#ifndef SAMEBITS_PYTHON_H
#define SAMEBITS_PYTHON_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Does a cryptographic Python module (secrets, ssl, cryptography, …) stand on
 * the calling thread's Python stack? NumPy's seeding through secrets does not
 * count: its numbers are no keys. ra: the caller, in the object that exports
 * the C API. Takes the interpreter lock where os.urandom released it. False
 * before the interpreter is up.
 */
bool python_crypto(const void *ra);

#endif
