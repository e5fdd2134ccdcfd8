/* SPDX-License-Identifier: MIT */
/*
 * OpenSSL's generator. What it makes is keys, whoever asks: these rows are
 * forced by --crypto=force and by nothing else, and only then are their values
 * kept. libcrypto calls itself through its PLT, so that a key that is generated
 * within shows as a call of RAND_priv_bytes_ex by libcrypto.
 *
 * RAND_seed and RAND_add take from the program and give nothing: no rows.
 */
#include "call.h"
#include "banned.h"

/* As openssl/rand.h declares them. */
int RAND_bytes(unsigned char *buf, int len);
int RAND_priv_bytes(unsigned char *buf, int len);
int RAND_pseudo_bytes(unsigned char *buf, int len);
int RAND_bytes_ex(void *context, unsigned char *buf, size_t len,
		  unsigned strength);
int RAND_priv_bytes_ex(void *context, unsigned char *buf, size_t len,
		       unsigned strength);
int RAND_poll(void);

#define ROW(fn, text)                                                          \
	SOURCE(fn, .group = "openssl", .policy = SB_OBSERVE, .optional = 1,    \
	       .keys = 1, .doc = text)

ROW(RAND_bytes, "OpenSSL's random bytes");
ROW(RAND_priv_bytes, "OpenSSL's random bytes, kept private");
ROW(RAND_pseudo_bytes, "OpenSSL's random bytes, old interface");
ROW(RAND_bytes_ex, "OpenSSL's random bytes, of a context");
ROW(RAND_priv_bytes_ex, "OpenSSL's random bytes, private, of a context");
ROW(RAND_poll, "OpenSSL's generator seeds itself");

static void draw(struct call *c, unsigned char *buf, size_t len)
{
	call_draw(c->self, STREAM_ENTROPY, buf, len);
	call_end(c, digest_bytes(buf, len), len);
}

EXPORT int RAND_bytes(unsigned char *buf, int len)
{
	struct call c;
	int ret;

	if (CALL(&c, RAND_bytes) == SB_FORCE && len >= 0) {
		draw(&c, buf, (size_t)len);
		return 1;
	}
	ret = REAL_HERE(RAND_bytes)(buf, len);
	call_end(&c, 0, (uint64_t)len);
	return ret;
}

EXPORT int RAND_priv_bytes(unsigned char *buf, int len)
{
	struct call c;
	int ret;

	if (CALL(&c, RAND_priv_bytes) == SB_FORCE && len >= 0) {
		draw(&c, buf, (size_t)len);
		return 1;
	}
	ret = REAL_HERE(RAND_priv_bytes)(buf, len);
	call_end(&c, 0, (uint64_t)len);
	return ret;
}

EXPORT int RAND_pseudo_bytes(unsigned char *buf, int len)
{
	struct call c;
	int ret;

	if (CALL(&c, RAND_pseudo_bytes) == SB_FORCE && len >= 0) {
		draw(&c, buf, (size_t)len);
		return 1;
	}
	ret = REAL_HERE(RAND_pseudo_bytes)(buf, len);
	call_end(&c, 0, (uint64_t)len);
	return ret;
}

EXPORT int RAND_bytes_ex(void *context, unsigned char *buf, size_t len,
			 unsigned strength)
{
	struct call c;
	int ret;

	if (CALL(&c, RAND_bytes_ex) == SB_FORCE) {
		draw(&c, buf, len);
		return 1;
	}
	ret = REAL_HERE(RAND_bytes_ex)(context, buf, len, strength);
	call_end(&c, 0, len);
	return ret;
}

EXPORT int RAND_priv_bytes_ex(void *context, unsigned char *buf, size_t len,
			      unsigned strength)
{
	struct call c;
	int ret;

	if (CALL(&c, RAND_priv_bytes_ex) == SB_FORCE) {
		draw(&c, buf, len);
		return 1;
	}
	ret = REAL_HERE(RAND_priv_bytes_ex)(context, buf, len, strength);
	call_end(&c, 0, len);
	return ret;
}

/* Seeds what lies behind us: nothing of it is drawn where we force. */
EXPORT int RAND_poll(void)
{
	struct call c;
	int ret;

	CALL(&c, RAND_poll);
	ret = REAL_HERE(RAND_poll)();
	call_end(&c, 0, 0);
	return ret;
}
