/* SPDX-License-Identifier: MIT */
/* Text that only code which draws keys carries. */
#ifndef SAMEBITS_SCAN_H
#define SAMEBITS_SCAN_H

#include <stdbool.h>
#include <stddef.h>

/* Does one of the marks (OpenSSL's version text, ring's path, …) stand in these
 * bytes? One pass, some GB a second. */
bool scan_crypto(const char *data, size_t len);

#endif
