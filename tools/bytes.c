/* SPDX-License-Identifier: MIT */
#include "../shim/digest.h"
#include "bytes.h"

uint64_t bytes_digest(const void *data, size_t len)
{
	/* putc() and its like make one by one. */
	return len == 1 ? digest_byte(*(const unsigned char *)data)
			: digest_of(data, len);
}
