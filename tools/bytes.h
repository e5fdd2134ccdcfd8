/* SPDX-License-Identifier: MIT */
/* The shim's digest of written bytes (shim/digest.h), whose names are another
 * digest's here. */
#ifndef SAMEBITS_BYTES_H
#define SAMEBITS_BYTES_H

#include <stddef.h>
#include <stdint.h>

/* As the events of writes have it. */
uint64_t bytes_digest(const void *data, size_t len);

#endif
