/* SPDX-License-Identifier: MIT */
/*
 * libuuid: it draws from the kernel, the clock, the process number and the
 * network card, and asks a daemon where there is one. Forced, a random UUID
 * (version 4) is the thread's entropy, a time-based one (version 1) its clock,
 * with a node and a clock sequence that are the thread's own: no two of a run
 * are equal. Layout: RFC 4122, section 4.1. MD5 and SHA-1 ones (versions 3 and
 * 5) are functions of their names.
 */
#include "call.h"
#include "ltime.h"
#include "banned.h"

/* As uuid/uuid.h declares them: 16 bytes. */
void uuid_generate(unsigned char *out);
void uuid_generate_random(unsigned char *out);
void uuid_generate_time(unsigned char *out);
int uuid_generate_time_safe(unsigned char *out);

#define ROW(fn, ...)                                                           \
	SOURCE(fn, .group = "uuid", .policy = SB_FORCE, .optional = 1,         \
	       __VA_ARGS__)

ROW(uuid_generate, .doc = "a new UUID");
ROW(uuid_generate_random, .doc = "a random UUID");
ROW(uuid_generate_time, .timed = 1, .doc = "a UUID of time and host");
ROW(uuid_generate_time_safe, .timed = 1,
    .doc = "a UUID of time and host, said whether it is unique");

#define SIZE 16
#define VERSION 6 /* the byte that holds it in its upper half */
#define VARIANT 8 /* in its two upper bits, always 10 */

/* 100 ns from the Gregorian calendar's first day to 1970. */
#define GREGORIAN 0x01b21dd213814000ull

static void mark(unsigned char *out, int version)
{
	out[VERSION] = (unsigned char)((out[VERSION] & 0x0f) | version << 4);
	out[VARIANT] = (unsigned char)((out[VARIANT] & 0x3f) | 0x80);
}

static void draw(struct thread *self, unsigned char *out)
{
	call_draw(self, STREAM_ENTROPY, out, SIZE);
	mark(out, 4);
}

/* The clock's steps are longer than 100 ns: each reading is another UUID. */
static void tell_time(struct thread *self, unsigned char *out)
{
	uint64_t own[4];
	struct timespec now = ltime_show(CLOCK_REALTIME, ltime_read(self));
	uint64_t t = ltime_ns(&now) / 100 + GREGORIAN;

	for (int i = 0; i < 4; i++)
		out[i] = (unsigned char)(t >> (24 - 8 * i));
	out[4] = (unsigned char)(t >> 40);
	out[5] = (unsigned char)(t >> 32);
	out[6] = (unsigned char)(t >> 56);
	out[7] = (unsigned char)(t >> 48);
	stream_block(&self->stream, STREAM_UUID, 0, own);
	for (int i = 0; i < 8; i++)
		out[8 + i] = (unsigned char)(own[0] >> (8 * i));
	out[10] |= 1; /* a group address: no network card has this node */
	mark(out, 1);
}

EXPORT void uuid_generate(unsigned char *out)
{
	struct call c;

	if (CALL(&c, uuid_generate) == SB_FORCE)
		draw(c.self, out);
	else
		REAL_HERE(uuid_generate)(out);
	call_end(&c, digest_bytes(out, SIZE), SIZE);
}

EXPORT void uuid_generate_random(unsigned char *out)
{
	struct call c;

	if (CALL(&c, uuid_generate_random) == SB_FORCE)
		draw(c.self, out);
	else
		REAL_HERE(uuid_generate_random)(out);
	call_end(&c, digest_bytes(out, SIZE), SIZE);
}

EXPORT void uuid_generate_time(unsigned char *out)
{
	struct call c;

	if (CALL(&c, uuid_generate_time) == SB_FORCE)
		tell_time(c.self, out);
	else
		REAL_HERE(uuid_generate_time)(out);
	call_end(&c, digest_bytes(out, SIZE), SIZE);
}

/* -1: another run gives the same ones. */
EXPORT int uuid_generate_time_safe(unsigned char *out)
{
	struct call c;
	int ret = -1;

	if (CALL(&c, uuid_generate_time_safe) == SB_FORCE)
		tell_time(c.self, out);
	else
		ret = REAL_HERE(uuid_generate_time_safe)(out);
	call_end(&c, digest_bytes(out, SIZE), SIZE);
	return ret;
}
