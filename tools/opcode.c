/* SPDX-License-Identifier: MIT */
#include <emmintrin.h>

#include <Zydis/Zydis.h>

#include "opcode.h"

#define SYNCHRONISED 16 /* instructions after which data is unlikely */
#define BLOCK 12	/* instructions in which a number stays in eax */

const char *opcode_name(enum opcode opcode)
{
	static const char *const name[] = { "", "RDRAND", "RDSEED", "RDTSC",
					    "RDTSCP", "RDPID", "SYSCALL" };

	return name[opcode];
}

/* Bit i: p[i] is 0x0f before one of the four second bytes. Reads 17 bytes. */
static unsigned candidates(const uint8_t *p)
{
	static const char second[] = { 0x05, 0x31, 0x01, (char)0xc7 };
	__m128i here = _mm_loadu_si128((const __m128i *)p);
	__m128i next = _mm_loadu_si128((const __m128i *)(p + 1));
	__m128i any = _mm_setzero_si128();

	for (int i = 0; i < 4; i++) {
		__m128i same = _mm_cmpeq_epi8(next, _mm_set1_epi8(second[i]));

		any = _mm_or_si128(any, same);
	}
	any = _mm_and_si128(any, _mm_cmpeq_epi8(here, _mm_set1_epi8(0x0f)));
	return (unsigned)_mm_movemask_epi8(any);
}

static bool possible(const uint8_t *p, size_t left)
{
	if (left < 2 || p[0] != 0x0f)
		return false;
	if (p[1] == 0x05 || p[1] == 0x31)
		return true;
	if (left < 3)
		return false;
	return (p[1] == 0x01 && p[2] == 0xf9) || (p[1] == 0xc7 && p[2] >= 0xf0);
}

int opcode_search(const uint8_t *code, size_t size, opcode_found *found,
		  void *arg)
{
	size_t at = 0;
	int ret = 0;

	for (; ret == 0 && at + 17 <= size; at += 16)
		for (unsigned m = candidates(code + at); m && ret == 0;
		     m &= m - 1) {
			size_t i = at + (unsigned)__builtin_ctz(m);

			if (possible(code + i, size - i))
				ret = found(i, arg);
		}
	for (; ret == 0 && at < size; at++)
		if (possible(code + at, size - at))
			ret = found(at, arg);
	return ret;
}

static const ZydisDecoder *decoder(void)
{
	static ZydisDecoder d;
	static bool ready;

	if (!ready) {
		ZydisDecoderInit(&d, ZYDIS_MACHINE_MODE_LONG_64,
				 ZYDIS_STACK_WIDTH_64);
		ZydisDecoderEnableMode(&d, ZYDIS_DECODER_MODE_MINIMAL,
				       ZYAN_TRUE);
		ready = true;
	}
	return &d;
}

static enum opcode which(ZydisMnemonic mnemonic)
{
	switch (mnemonic) {
	case ZYDIS_MNEMONIC_RDRAND:
		return OPCODE_RDRAND;
	case ZYDIS_MNEMONIC_RDSEED:
		return OPCODE_RDSEED;
	case ZYDIS_MNEMONIC_RDTSC:
		return OPCODE_RDTSC;
	case ZYDIS_MNEMONIC_RDTSCP:
		return OPCODE_RDTSCP;
	case ZYDIS_MNEMONIC_RDPID:
		return OPCODE_RDPID;
	case ZYDIS_MNEMONIC_SYSCALL:
		return OPCODE_SYSCALL;
	default:
		return OPCODE_NONE;
	}
}

/* Compilers and people load the number by mov eax, N shortly before. */
static void follow_number(struct sweep *s, const ZydisDecodedInstruction *in)
{
	bool eax = in->mnemonic == ZYDIS_MNEMONIC_MOV &&
		   ((in->opcode == 0xb8 && !in->raw.rex.B) ||
		    (in->opcode == 0xc7 && in->raw.modrm.mod == 3 &&
		     !in->raw.modrm.rm && !in->raw.rex.B));

	if (eax) {
		s->number = in->raw.imm[0].value.s;
		s->age = 0;
	} else if (s->age++ >= BLOCK || in->mnemonic == ZYDIS_MNEMONIC_CALL ||
		   in->mnemonic == ZYDIS_MNEMONIC_RET ||
		   in->mnemonic == ZYDIS_MNEMONIC_SYSCALL) {
		s->number = -1;
	}
}

/* What does not decode is a byte of data. */
static bool decode(const struct sweep *s, ZydisDecodedInstruction *in)
{
	if (ZYAN_SUCCESS(ZydisDecoderDecodeInstruction(decoder(), NULL,
						       s->code + s->at,
						       s->size - s->at, in)))
		return true;
	in->length = 1;
	return false;
}

enum opcode opcode_at(struct sweep *s, size_t start, size_t place, bool sure)
{
	ZydisDecodedInstruction in;

	if (s->at < start || s->at > place) {
		s->at = start;
		s->valid = SYNCHRONISED; /* until proven otherwise */
		s->number = -1;
	}
	for (;;) {
		bool valid = decode(s, &in);

		if (s->at + in.length > place) {
			valid &= sure || s->valid >= SYNCHRONISED;
			return valid ? which(in.mnemonic) : OPCODE_NONE;
		}
		s->valid = valid ? s->valid + 1 : 0;
		if (valid)
			follow_number(s, &in);
		s->at += in.length;
	}
}
