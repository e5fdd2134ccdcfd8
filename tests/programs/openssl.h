/* SPDX-License-Identifier: MIT */
#ifndef SAMEBITS_TEST_OPENSSL_H
#define SAMEBITS_TEST_OPENSSL_H

#include "victim.h"

/* As openssl/rand.h declares them: the tests need the library only. */
int RAND_bytes(unsigned char *buf, int len);
int RAND_priv_bytes(unsigned char *buf, int len);
int RAND_pseudo_bytes(unsigned char *buf, int len);
int RAND_bytes_ex(void *context, unsigned char *buf, size_t len,
		  unsigned strength);
int RAND_priv_bytes_ex(void *context, unsigned char *buf, size_t len,
		       unsigned strength);
int RAND_poll(void);

#endif
