/* SPDX-License-Identifier: MIT */
/*
 * libgfortran's random numbers. random_number's state is a thread's own, but
 * comes from one of the process's in the order in which threads first draw, and
 * that from the kernel's entropy: here each thread seeds its own before its
 * first draw, and libgfortran does the rest. rand and irand share one state
 * under a lock: here each thread has one (Park and
 * Miller's minimal standard generator).
 *
 * The first thread gives native values where the program seeds. Other threads
 * are keyed by their lineage and by what the process was last seeded with.
 *
 * The clocks need no rows: system_clock, cpu_time, date_and_time and the older
 * ones ask libc, and the stack of that call names who asked them.
 */
#include <string.h>

#include "call.h"
#include "prng.h"
#include "banned.h"

/* As the compiler passes an array (see -fdump-tree-original). */
struct array {
	void *data;
	size_t offset;
	struct {
		size_t size;
		int version;
		int8_t rank, type;
		int16_t attribute;
	} element;
	int64_t span;
	struct {
		int64_t stride, first, last;
	} dim[15];
};

void _gfortran_random_init(int repeatable, int distinct, int image);
void _gfortran_random_seed_i4(int *size, struct array *put, struct array *get);
void _gfortran_random_seed_i8(int64_t *size, struct array *put,
			      struct array *get);
void _gfortran_random_r4(float *out);
void _gfortran_random_r8(double *out);
void _gfortran_random_r10(long double *out);
void _gfortran_random_r16(__float128 *out);
void _gfortran_arandom_r4(struct array *out);
void _gfortran_arandom_r8(struct array *out);
void _gfortran_arandom_r10(struct array *out);
void _gfortran_arandom_r16(struct array *out);
float _gfortran_rand(const int *seed);
int _gfortran_irand(const int *seed);
void _gfortran_srand(const int *seed);

#define ROW(fn, ...)                                                           \
	SOURCE(fn, .group = "fortran", .policy = SB_FORCE, .optional = 1,      \
	       __VA_ARGS__)

ROW(_gfortran_random_init, .seeding = 1, .doc = "call random_init");
ROW(_gfortran_random_seed_i4, .seeding = 1, .doc = "call random_seed");
ROW(_gfortran_random_seed_i8, .seeding = 1,
    .doc = "call random_seed, integers of 8 bytes");
ROW(_gfortran_random_r4, .doc = "random_number of a real(4)");
ROW(_gfortran_random_r8, .doc = "random_number of a real(8)");
ROW(_gfortran_random_r10, .doc = "random_number of a real(10)");
ROW(_gfortran_random_r16, .doc = "random_number of a real(16)");
ROW(_gfortran_arandom_r4, .doc = "random_number of an array of real(4)");
ROW(_gfortran_arandom_r8, .doc = "random_number of an array of real(8)");
ROW(_gfortran_arandom_r10, .doc = "random_number of an array of real(10)");
ROW(_gfortran_arandom_r16, .doc = "random_number of an array of real(16)");
ROW(_gfortran_rand, .doc = "rand() and ran() of old Fortran");
ROW(_gfortran_irand, .doc = "irand() of old Fortran");
ROW(_gfortran_srand, .seeding = 1, .doc = "seed of rand and irand");

/* What the program last seeded with, in any thread; 0: nothing. */
static uint64_t last_seed;

static void seeded_with(uint64_t digest)
{
	__atomic_store_n(&last_seed, digest | 1, __ATOMIC_RELAXED);
}

/* Where a thread starts that does not seed itself. */
static void own_start(struct thread *self, void *out, size_t size)
{
	uint64_t index = __atomic_load_n(&last_seed, __ATOMIC_RELAXED);
	uint64_t block[4];

	if (config.tape && !index) {
		call_draw(self, STREAM_FORTRAN, out, size);
		return;
	}
	process.drawn = true;
	for (char *p = out; size; index++) {
		size_t n = size < sizeof(block) ? size : sizeof(block);

		stream_block(&self->stream, STREAM_FORTRAN, index, block);
		memcpy(p, block, n);
		p += n;
		size -= n;
	}
}

/* A seed that libgfortran takes: words of 4 or 8 bytes. */
#define SEED_BYTES 256

struct seed {
	struct array array; /* of `bytes` */
	char bytes[SEED_BYTES] __attribute__((aligned(8)));
};

static void seed_make(struct seed *s, int64_t words, int64_t size)
{
	memset(&s->array, 0, sizeof(s->array));
	s->array.data = s->bytes;
	s->array.element.size = (size_t)size;
	s->array.element.rank = 1;
	s->array.element.type = 1; /* integer */
	s->array.span = size;
	s->array.dim[0].stride = 1;
	s->array.dim[0].first = 1;
	s->array.dim[0].last = words;
}

static char *word_of(const struct array *a, int64_t i, int64_t size)
{
	return (char *)a->data + i * a->dim[0].stride * size;
}

/* As this run takes a seed: mixed with --seed, and back again, so that what
 * was got can be put. */
static void twist(struct array *to, const struct array *from, int64_t words,
		  int64_t size)
{
	uint64_t key = prng_twist(), word = 0;

	for (int64_t i = 0; i < words; i++) {
		memcpy(&word, word_of(from, i, size), (size_t)size);
		word ^= key ? mix64(key, (uint64_t)i) : 0;
		memcpy(word_of(to, i, size), &word, (size_t)size);
	}
}

/* Has it the words that are needed? Else libgfortran ends the program. */
static bool usable(const struct array *a, int64_t words, int64_t size)
{
	return a && a->element.rank == 1 && words * size <= SEED_BYTES &&
	       a->dim[0].last - a->dim[0].first + 1 >= words;
}

/* The seed to go on with. */
static struct array *take(struct thread *self, struct array *put, int64_t words,
			  int64_t size, struct seed *s)
{
	if (!usable(put, words, size))
		return put;
	seed_make(s, words, size);
	twist(&s->array, put, words, size);
	seeded_with(digest_bytes(s->bytes, (size_t)(words * size)));
	self->prng.fortran = true;
	return &s->array;
}

static uint64_t digest_seed(const struct array *a, int64_t size)
{
	uint64_t digest = 0;

	for (int64_t i = 0; a && i <= a->dim[0].last - a->dim[0].first; i++)
		digest = digest_word(digest, digest_bytes(word_of(a, i, size),
							  (size_t)size));
	return digest;
}

typedef void seed_fn(int *, struct array *, struct array *);

/* Before a thread's first draw. */
static void start(struct thread *self, seed_fn *seed)
{
	struct seed s;
	int words = 0;

	self->prng.fortran = true;
	seed(&words, NULL, NULL);
	if (words < 1 || words * 4 > SEED_BYTES)
		return;
	seed_make(&s, words, 4);
	own_start(self, s.bytes, (size_t)words * 4);
	seed(NULL, &s.array, NULL);
}

/* Without arguments it seeds from the kernel's entropy, which is the thread's
 * own stream. */
EXPORT void _gfortran_random_seed_i4(int *size, struct array *put,
				     struct array *get)
{
	struct call c;
	bool force = CALL(&c, _gfortran_random_seed_i4) == SB_FORCE;
	__typeof__(real__gfortran_random_seed_i4) real =
		REAL_HERE(_gfortran_random_seed_i4);
	struct seed s;
	int words;

	if (force) {
		real(&words, NULL, NULL);
		if (!size && !put && !get)
			c.self->prng.fortran = true;
		if (get && !c.self->prng.fortran)
			start(c.self, real);
		put = take(c.self, put, words, 4, &s);
	}
	real(size, put, get);
	if (force && usable(get, words, 4))
		twist(get, get, words, 4);
	call_end(&c, digest_seed(put, 4), 0);
}

EXPORT void _gfortran_random_seed_i8(int64_t *size, struct array *put,
				     struct array *get)
{
	struct call c;
	bool force = CALL(&c, _gfortran_random_seed_i8) == SB_FORCE;
	__typeof__(real__gfortran_random_seed_i8) real =
		REAL_HERE(_gfortran_random_seed_i8);
	struct seed s;
	int64_t words;

	if (force) {
		real(&words, NULL, NULL);
		if (!size && !put && !get)
			c.self->prng.fortran = true;
		if (get && !c.self->prng.fortran)
			start(c.self, REAL_HERE(_gfortran_random_seed_i4));
		put = take(c.self, put, words, 8, &s);
	}
	real(size, put, get);
	if (force && usable(get, words, 8))
		twist(get, get, words, 8);
	call_end(&c, digest_seed(put, 8), 0);
}

/* libgfortran's own goes through random_seed, whose hook does the work. */
EXPORT void _gfortran_random_init(int repeatable, int distinct, int image)
{
	struct call c;

	CALL(&c, _gfortran_random_init);
	REAL_HERE(_gfortran_random_init)(repeatable, distinct, image);
	call_end(&c, (uint64_t)repeatable, 0);
}

static void ready(const struct call *c, enum sb_policy policy, void *caller)
{
	if (policy == SB_FORCE && !c->self->prng.fortran)
		start(c->self, (seed_fn *)real_from(
				       &src__gfortran_random_seed_i4, caller));
}
#define READY(c, fn) ready(c, CALL(c, fn), __builtin_return_address(0))

EXPORT void _gfortran_random_r4(float *out)
{
	struct call c;

	READY(&c, _gfortran_random_r4);
	REAL_HERE(_gfortran_random_r4)(out);
	call_end(&c, digest_bytes(out, sizeof(*out)), sizeof(*out));
}

EXPORT void _gfortran_random_r8(double *out)
{
	struct call c;

	READY(&c, _gfortran_random_r8);
	REAL_HERE(_gfortran_random_r8)(out);
	call_end(&c, digest_bytes(out, sizeof(*out)), sizeof(*out));
}

#define EXTENDED 10 /* bytes of a real(10) that count, of 16 */

EXPORT void _gfortran_random_r10(long double *out)
{
	struct call c;

	READY(&c, _gfortran_random_r10);
	REAL_HERE(_gfortran_random_r10)(out);
	call_end(&c, digest_bytes(out, EXTENDED), sizeof(*out));
}

EXPORT void _gfortran_random_r16(__float128 *out)
{
	struct call c;

	READY(&c, _gfortran_random_r16);
	REAL_HERE(_gfortran_random_r16)(out);
	call_end(&c, digest_bytes(out, sizeof(*out)), sizeof(*out));
}

static int64_t extent(const struct array *a, int d)
{
	return a->dim[d].last - a->dim[d].first + 1;
}

/* Elements lie `room` bytes apart, where the stride is 1, and hold `size`:
 * without gaps a row is digested at once. */
static void array_end(struct call *c, const struct array *a, int64_t room,
		      int64_t size)
{
	bool whole = room == size && a->dim[0].stride == 1;
	int d, first = whole ? 1 : 0, rank = a->element.rank;
	int64_t at[15] = { 0 }, piece = whole ? extent(a, 0) : 1, n = 1;
	uint64_t digest = 0;

	for (d = 0; d < rank; d++)
		n *= extent(a, d) > 0 ? extent(a, d) : 0;
	for (int64_t k = 0; k < n; k += piece) {
		int64_t i = 0;

		for (d = first; d < rank; d++)
			i += at[d] * a->dim[d].stride;
		digest = digest_word(digest,
				     digest_bytes((char *)a->data + i * room,
						  (size_t)(piece * size)));
		for (d = first; d < rank && ++at[d] == extent(a, d); d++)
			at[d] = 0;
	}
	call_end(c, digest, (uint64_t)(n * size));
}

EXPORT void _gfortran_arandom_r4(struct array *out)
{
	struct call c;

	READY(&c, _gfortran_arandom_r4);
	REAL_HERE(_gfortran_arandom_r4)(out);
	array_end(&c, out, sizeof(float), sizeof(float));
}

EXPORT void _gfortran_arandom_r8(struct array *out)
{
	struct call c;

	READY(&c, _gfortran_arandom_r8);
	REAL_HERE(_gfortran_arandom_r8)(out);
	array_end(&c, out, sizeof(double), sizeof(double));
}

EXPORT void _gfortran_arandom_r10(struct array *out)
{
	struct call c;

	READY(&c, _gfortran_arandom_r10);
	REAL_HERE(_gfortran_arandom_r10)(out);
	array_end(&c, out, sizeof(long double), EXTENDED);
}

EXPORT void _gfortran_arandom_r16(struct array *out)
{
	struct call c;

	READY(&c, _gfortran_arandom_r16);
	REAL_HERE(_gfortran_arandom_r16)(out);
	array_end(&c, out, sizeof(__float128), sizeof(__float128));
}

/* rand and irand: 16807 x modulo 2^31 - 1, from 1 where nobody seeded. */
#define MODULUS 0x7fffffffull
#define SEED_OF_ZERO 123459876

static uint64_t within(uint64_t s)
{
	s %= MODULUS;
	return s ? s : 1;
}

static uint64_t *old_state(struct thread *self)
{
	uint64_t *s = &self->prng.old_fortran;

	if (*s)
		return s;
	if (self->first && !last_seed)
		*s = prng_seed(1);
	else
		own_start(self, s, sizeof(*s));
	*s = within(*s);
	return s;
}

static void old_seed(struct thread *self, int seed)
{
	uint64_t s = seed ? (uint64_t)(int64_t)seed : SEED_OF_ZERO;

	seeded_with(digest_word(1, s));
	self->prng.old_fortran =
		config.seeds_force ? within(prng_seed((uint32_t)s)) : s;
}

/* seed: NULL or 0 for the next one, 1 to start anew, others to seed. */
static int old_draw(struct thread *self, const int *seed)
{
	uint64_t *s = old_state(self);

	if (seed && *seed)
		old_seed(self, *seed == 1 ? SEED_OF_ZERO : *seed);
	*s = *s * 16807 % MODULUS;
	return (int)*s;
}

EXPORT int _gfortran_irand(const int *seed)
{
	struct call c;
	int n;

	if (CALL(&c, _gfortran_irand) == SB_FORCE)
		n = old_draw(c.self, seed);
	else
		n = REAL_HERE(_gfortran_irand)(seed);
	call_end(&c, (uint64_t)n, 0);
	return n;
}

/* Below 1, as a real(4) has room for: the lowest bits are dropped. */
EXPORT float _gfortran_rand(const int *seed)
{
	struct call c;
	float f;

	if (CALL(&c, _gfortran_rand) == SB_FORCE)
		f = (float)((old_draw(c.self, seed) - 1) & ~0x1ff) * 0x1p-31f;
	else
		f = REAL_HERE(_gfortran_rand)(seed);
	call_end(&c, digest_bytes(&f, sizeof(f)), sizeof(f));
	return f;
}

EXPORT void _gfortran_srand(const int *seed)
{
	struct call c;

	if (CALL(&c, _gfortran_srand) == SB_FORCE)
		old_seed(c.self, *seed);
	else
		REAL_HERE(_gfortran_srand)(seed);
	call_end(&c, (uint64_t)*seed, 0);
}
