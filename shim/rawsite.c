/* SPDX-License-Identifier: MIT */
#include <dlfcn.h>
#include <elf.h>
#include <emmintrin.h>
#include <fcntl.h>
#include <link.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <Zydis/Zydis.h>

#include "process.h"
#include "rawsite.h"
#include "real.h"
#include "sys.h"
#include "text.h"
#include "banned.h"

static __typeof__(ZydisDecoderDecodeFull) *decode_fn;
static __typeof__(ZydisRegisterGetLargestEnclosing) *whole_fn;
static ZydisDecoder decoder;
static uintptr_t vdso;

bool rawsite_start(void)
{
	unsigned long (*ask)(unsigned long) = NULL;
	__typeof__(ZydisDecoderInit) *init;
	char soname[32];
	struct text t = text_start(soname, sizeof(soname));
	void *h;

	text_add(&t, "libZydis.so.");
	text_number(&t, ZYDIS_VERSION_MAJOR(ZYDIS_VERSION), 10, 1);
	text_add(&t, ".");
	text_number(&t, ZYDIS_VERSION_MINOR(ZYDIS_VERSION), 10, 1);
	h = real_dlopen_fn(soname, RTLD_NOW | RTLD_LOCAL);
	if (!h)
		return false;
	*(void **)&ask = real_find("getauxval", NULL);
	vdso = ask ? ask(AT_SYSINFO_EHDR) : 0;
	init = real_dlsym_fn(h, "ZydisDecoderInit");
	decode_fn = real_dlsym_fn(h, "ZydisDecoderDecodeFull");
	whole_fn = real_dlsym_fn(h, "ZydisRegisterGetLargestEnclosing");
	return init && decode_fn && whole_fn &&
	       ZYAN_SUCCESS(init(&decoder, ZYDIS_MACHINE_MODE_LONG_64,
				 ZYDIS_STACK_WIDTH_64));
}

#define PARTS 16
#define OPERANDS ZYDIS_MAX_OPERAND_COUNT

struct part {
	uintptr_t start, end;
};

struct object {
	uintptr_t base;
	struct part code[PARTS]; /* what may be executed, as it is mapped */
	unsigned codes;
	const uint8_t *frames; /* .eh_frame_hdr; NULL: none */
	size_t frames_size;
	const uint8_t *file; /* mapped when first needed */
	size_t file_size;
	bool file_tried;
	const Elf64_Sym *symbol;
	size_t symbols;
	const char *names;
	size_t names_size;
	struct part section[PARTS]; /* executable ones, of the file */
	unsigned sections;
	uintptr_t swept;   /* decoding without a break came to here */
	unsigned swept_in; /* which section */
	unsigned wanted;   /* RAW_… */
	struct rawsites *found;
};

struct instruction {
	ZydisDecodedInstruction is;
	ZydisDecodedOperand operand[OPERANDS];
};

static bool decode(struct instruction *in, uintptr_t at, uintptr_t end)
{
	return ZYAN_SUCCESS(decode_fn(&decoder, (const void *)at, end - at,
				      &in->is, in->operand));
}

static const char *name_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* What libc is to us: it is hooked at its entry points. */
static bool is_runtime(const char *path)
{
	static const char *const names[] = {
		"libc.so.6",	"libc-2.",	 "ld-linux-x86-64.so",
		"ld-2.",	"libasan.so",	 "libtsan.so",
		"liblsan.so",	"libubsan.so",	 "libhwasan.so",
		"libclang_rt.", "libunwind.so",	 "libZydis.so",
		"libZycore.so", "linux-vdso.so", "libpthread.so.0",
		"librt.so.1",
	};
	const char *name = name_of(path);

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (!strncmp(name, names[i], strlen(names[i])))
			return true;
	return false;
}

/* libstdc++ draws for std::random_device alone, which is hooked: what that was
 * told to show must not be changed beneath it. */
static bool is_hooked(const char *path)
{
	return !strncmp(name_of(path), "libstdc++.so.", 13);
}

static int visit(struct dl_phdr_info *info, size_t size, void *arg)
{
	struct object *o = arg;
	struct text t = text_start(o->found->path, sizeof(o->found->path));

	(void)size;
	if (info->dlpi_addr != o->base)
		return 0;
	text_add(&t, *info->dlpi_name ? info->dlpi_name : "/proc/self/exe");
	for (unsigned i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *p = &info->dlpi_phdr[i];
		uintptr_t at = o->base + p->p_vaddr;

		if (p->p_type == PT_LOAD && p->p_flags & PF_X &&
		    o->codes < PARTS)
			o->code[o->codes++] =
				(struct part){ at, at + p->p_filesz };
		if (p->p_type == PT_GNU_EH_FRAME) {
			o->frames = (const uint8_t *)at;
			o->frames_size = p->p_memsz;
		}
	}
	return 1;
}

static int32_t word_at(const uint8_t *p)
{
	int32_t w;

	memcpy(&w, p, sizeof(w));
	return w;
}

/* The function around an address, by the table of unwind entries (LSB,
 * Exception Frames: version, then how three things are encoded). */
static bool frame_around(const struct object *o, uintptr_t at,
			 struct part *function)
{
	const uint8_t *h = o->frames, *entry;
	size_t low = 0, high;

	if (!h || o->frames_size < 12 || h[0] != 1 || h[1] != 0x1b ||
	    h[2] != 0x03 || h[3] != 0x3b)
		return false;
	high = (uint32_t)word_at(h + 8);
	if (high > (o->frames_size - 12) / 8)
		return false;
	while (low < high) {
		size_t middle = (low + high) / 2;

		if ((uintptr_t)(h + word_at(h + 12 + 8 * middle)) <= at)
			low = middle + 1;
		else
			high = middle;
	}
	if (!low)
		return false;
	function->start = (uintptr_t)(h + word_at(h + 12 + 8 * (low - 1)));
	entry = h + word_at(h + 16 + 8 * (low - 1));
	/* length, CIE, where it begins from here, how long it is */
	if ((uintptr_t)(entry + 8 + word_at(entry + 8)) != function->start)
		return false;
	function->end = function->start + (uint32_t)word_at(entry + 12);
	return at < function->end;
}

static void read_sections(struct object *o)
{
	const Elf64_Ehdr *e = (const void *)o->file;
	const Elf64_Shdr *s;

	if (o->file_size < sizeof(*e) || e->e_shentsize != sizeof(*s) ||
	    e->e_shoff > o->file_size ||
	    e->e_shnum > (o->file_size - e->e_shoff) / sizeof(*s))
		return;
	s = (const void *)(o->file + e->e_shoff);
	for (unsigned i = 0; i < e->e_shnum; i++) {
		const Elf64_Shdr *names;

		if (s[i].sh_flags & SHF_EXECINSTR &&
		    s[i].sh_type == SHT_PROGBITS && o->sections < PARTS)
			o->section[o->sections++] =
				(struct part){ o->base + s[i].sh_addr,
					       o->base + s[i].sh_addr +
						       s[i].sh_size };
		if (s[i].sh_type != SHT_SYMTAB || s[i].sh_link >= e->e_shnum)
			continue;
		names = &s[s[i].sh_link];
		if (s[i].sh_offset > o->file_size ||
		    s[i].sh_size > o->file_size - s[i].sh_offset ||
		    names->sh_offset > o->file_size ||
		    names->sh_size > o->file_size - names->sh_offset)
			continue;
		o->symbol = (const void *)(o->file + s[i].sh_offset);
		o->symbols = s[i].sh_size / sizeof(*o->symbol);
		o->names = (const char *)o->file + names->sh_offset;
		o->names_size = names->sh_size;
	}
}

static void open_file(struct object *o)
{
	struct stat st;
	long fd, p;

	if (o->file_tried)
		return;
	o->file_tried = true;
	fd = sys4(SYS_openat, AT_FDCWD, o->found->path, O_RDONLY | O_CLOEXEC,
		  0);
	if (fd < 0)
		return;
	if (sys_fstat((int)fd, &st) && S_ISREG(st.st_mode)) {
		p = sys6(SYS_mmap, NULL, st.st_size, PROT_READ, MAP_PRIVATE, fd,
			 0);
		if (p > 0 || p < -4095) {
			o->file = (const uint8_t *)p;
			o->file_size = (size_t)st.st_size;
			read_sections(o);
		}
	}
	sys1(SYS_close, fd);
}

static bool symbol_around(struct object *o, uintptr_t at, struct part *function,
			  const char **name)
{
	for (size_t i = 0; i < o->symbols; i++) {
		const Elf64_Sym *s = &o->symbol[i];
		uintptr_t start = o->base + s->st_value;

		if (ELF64_ST_TYPE(s->st_info) != STT_FUNC || !s->st_size ||
		    at < start || at - start >= s->st_size ||
		    s->st_name >= o->names_size)
			continue;
		*function = (struct part){ start, start + s->st_size };
		*name = o->names + s->st_name;
		return true;
	}
	return false;
}

/* A sanitizer that was linked in: it is to its program what libc is. */
static bool sanitizer(const char *name)
{
	return strstr(name, "__sanitizer") || strstr(name, "__asan") ||
	       strstr(name, "__lsan") || strstr(name, "__tsan") ||
	       strstr(name, "__msan");
}

/* 0 to 15 for the general registers, as Zydis counts them; -1: another. */
static int general(const ZydisDecodedOperand *op)
{
	ZydisRegister r;

	if (op->type != ZYDIS_OPERAND_TYPE_REGISTER)
		return -1;
	r = whole_fn(ZYDIS_MACHINE_MODE_LONG_64, op->reg.value);
	return r >= ZYDIS_REGISTER_RAX && r <= ZYDIS_REGISTER_R15
		       ? (int)(r - ZYDIS_REGISTER_RAX)
		       : -1;
}

/* What a register may hold, over a whole function or up to a place in it. */
enum holding { HOLDS_NOTHING, HOLDS_NUMBER, HOLDS_COPY, HOLDS_ANY };
struct content {
	enum holding what;
	int64_t number;
	int copy; /* of this register */
	uintptr_t since;
};

static struct content written_by(const struct instruction *in, int reg,
				 uintptr_t at)
{
	const ZydisDecodedOperand *to = &in->operand[0], *from = to + 1;
	struct content c = { .what = HOLDS_ANY, .since = at };

	if (general(to) != reg || to->size < 32)
		return c;
	if (in->is.mnemonic == ZYDIS_MNEMONIC_MOV &&
	    from->type == ZYDIS_OPERAND_TYPE_IMMEDIATE) {
		c.what = HOLDS_NUMBER;
		c.number = from->imm.value.s;
	} else if (in->is.mnemonic == ZYDIS_MNEMONIC_XOR &&
		   general(from) == reg) {
		c.what = HOLDS_NUMBER;
	} else if (in->is.mnemonic == ZYDIS_MNEMONIC_MOV &&
		   general(from) >= 0) {
		c.what = HOLDS_COPY;
		c.copy = general(from);
	}
	return c;
}

#define RAX 0

struct function {
	struct content last; /* of rax, where the place is */
	struct content ever[16];
};

static void note(struct function *f, const struct instruction *in, uintptr_t at,
		 bool before)
{
	unsigned n = in->is.operand_count;

	for (unsigned i = 0; i < n && i < OPERANDS; i++) {
		const ZydisDecodedOperand *op = &in->operand[i];
		int reg = general(op);
		struct content c, *ever;

		if (reg < 0 || !(op->actions & ZYDIS_OPERAND_ACTION_MASK_WRITE))
			continue;
		c = written_by(in, reg, at);
		if (reg == RAX && before)
			f->last = c;
		/* A caller's value that is put back is used no more here. */
		if (in->is.mnemonic == ZYDIS_MNEMONIC_POP)
			continue;
		ever = &f->ever[reg];
		if (ever->what == HOLDS_NOTHING)
			*ever = c;
		else if (ever->what != c.what || ever->number != c.number)
			ever->what = HOLDS_ANY;
	}
	if (before && (in->is.mnemonic == ZYDIS_MNEMONIC_CALL ||
		       in->is.mnemonic == ZYDIS_MNEMONIC_SYSCALL))
		f->last = (struct content){ .what = HOLDS_ANY, .since = at };
}

/* Does a jump of the function lead to between `from` (left out) and `to`? The
 * register may hold something else then. */
static bool entered(const struct part *function, uintptr_t from, uintptr_t to)
{
	struct instruction in;
	uintptr_t at = function->start;

	while (at < function->end && decode(&in, at, function->end)) {
		const ZydisDecodedOperand *op = &in.operand[0];
		uintptr_t next = at + in.is.length;

		if (in.is.meta.branch_type != ZYDIS_BRANCH_TYPE_NONE &&
		    op->type == ZYDIS_OPERAND_TYPE_IMMEDIATE &&
		    op->imm.is_relative) {
			uintptr_t target = next + (uintptr_t)op->imm.value.s;

			if (target > from && target <= to)
				return true;
		}
		at = next;
	}
	return at < function->end;
}

/* Bytes that may be an instruction that is looked for. */
struct place {
	uintptr_t at;
	enum { NOTHING, CALL, OLD, RANDOM } kind;
	int64_t number;		 /* that is asked for there, or -1 */
	struct rawrandom random; /* if it is one */
	bool lost;		 /* decoding did not come as far */
};

/* Prefixes may stand before RDRAND: the bytes are its last three. */
static bool is_random(const struct instruction *in, uintptr_t at,
		      struct place *p)
{
	const ZydisDecodedOperand *to = &in->operand[0];
	bool seed = in->is.mnemonic == ZYDIS_MNEMONIC_RDSEED;

	if ((!seed && in->is.mnemonic != ZYDIS_MNEMONIC_RDRAND) ||
	    at + in->is.length != p->at + 3 || general(to) < 0)
		return false;
	p->random = (struct rawrandom){ .at = at,
					.length = in->is.length,
					.bits = (uint8_t)to->size,
					.reg = (uint8_t)general(to),
					.seed = seed };
	return true;
}

/* Of the instruction at `at`, in which the place lies. */
static bool is_wanted(const struct instruction *in, uintptr_t at,
		      struct place *p)
{
	if (p->kind == RANDOM)
		return is_random(in, at, p);
	return at == p->at &&
	       in->is.mnemonic == (p->kind == OLD ? ZYDIS_MNEMONIC_INT
						  : ZYDIS_MNEMONIC_SYSCALL);
}

/* Decodes the function: false, where the place is no instruction of it. Else
 * the number is what is asked for there. */
static bool place_in(const struct part *function, struct place *p)
{
	struct function f = { .last = { .what = HOLDS_ANY } };
	uintptr_t at = function->start;
	struct instruction in;
	bool met = false;

	while (at < function->end && decode(&in, at, function->end)) {
		if (!met && at + in.is.length > p->at) {
			met = is_wanted(&in, at, p);
			if (!met || p->kind == RANDOM)
				return met;
			note(&f, &in, at, false);
		} else {
			note(&f, &in, at, !met);
		}
		at += in.is.length;
	}
	p->lost = !met;
	if (!met || at < function->end)
		return met;
	if (f.last.what == HOLDS_NUMBER) {
		if (!entered(function, f.last.since, p->at))
			p->number = f.last.number;
	} else if (f.last.what == HOLDS_COPY &&
		   f.ever[f.last.copy].what == HOLDS_NUMBER &&
		   !entered(function, f.last.since, p->at)) {
		p->number = f.ever[f.last.copy].number;
	}
	return true;
}

/* Goes on from where the last place in this section was. */
static bool place_in_section(struct object *o, struct place *p)
{
	struct instruction in;

	for (unsigned i = 0; i < o->sections; i++) {
		const struct part *s = &o->section[i];

		if (p->at < s->start || p->at >= s->end)
			continue;
		if (o->swept_in != i + 1 || o->swept > p->at) {
			o->swept = s->start;
			o->swept_in = i + 1;
		}
		while (decode(&in, o->swept, s->end)) {
			if (o->swept + in.is.length > p->at)
				return is_wanted(&in, o->swept, p);
			o->swept += in.is.length;
		}
		return false;
	}
	return false;
}

static void keep(struct rawsites *found, const struct place *p, bool covered,
		 bool met)
{
	if (p->kind == RANDOM) {
		if (met && found->randoms < sizeof(found->random) /
						    sizeof(*found->random))
			found->random[found->randoms++] = p->random;
		else if (met || !covered || p->lost)
			found->random_unproven++;
	} else if (met && p->kind == OLD) {
		found->old++;
	} else if (met &&
		   found->n < sizeof(found->site) / sizeof(*found->site)) {
		found->site[found->n++] = (struct rawsite){ p->at, p->number };
	} else if (p->kind == CALL && (met || !covered)) {
		found->unproven++;
	}
}

static void consider(struct object *o, struct place p)
{
	struct part function;
	const char *name = "";
	bool covered = frame_around(o, p.at, &function), met;

	open_file(o);
	if (!covered)
		covered = symbol_around(o, p.at, &function, &name);
	else
		symbol_around(o, p.at, &(struct part){ 0 }, &name);
	if (sanitizer(name))
		return;
	met = covered ? place_in(&function, &p)
		      : p.kind != OLD && place_in_section(o, &p);
	keep(o->found, &p, covered, met);
}

static struct place look(const struct object *o, const uint8_t *p,
			 const uint8_t *end)
{
	struct place place = { .at = (uintptr_t)p, .number = -1 };

	if (o->wanted & RAW_CALLS && p[0] == 0x0f && p[1] == 0x05)
		place.kind = CALL;
	else if (o->wanted & RAW_CALLS && p[0] == 0xcd && p[1] == 0x80)
		place.kind = OLD;
	else if (o->wanted & RAW_RANDOM && p[0] == 0x0f && p[1] == 0xc7 &&
		 end - p > 2 && p[2] >= 0xf0)
		place.kind = RANDOM; /* of a register: /6 and /7, mod 3 */
	return place;
}

/* Bit i: at p[i] stands 0f 05, 0f c7 or cd 80. Reads 17 bytes. */
static unsigned candidates(const uint8_t *p)
{
	__m128i here = _mm_loadu_si128((const __m128i *)p);
	__m128i next = _mm_loadu_si128((const __m128i *)(p + 1));
	__m128i second =
		_mm_or_si128(_mm_cmpeq_epi8(next, _mm_set1_epi8(0x05)),
			     _mm_cmpeq_epi8(next, _mm_set1_epi8((char)0xc7)));
	__m128i new = _mm_and_si128(_mm_cmpeq_epi8(here, _mm_set1_epi8(0x0f)),
				    second);
	__m128i old =
		_mm_and_si128(_mm_cmpeq_epi8(here, _mm_set1_epi8((char)0xcd)),
			      _mm_cmpeq_epi8(next, _mm_set1_epi8((char)0x80)));

	return (unsigned)_mm_movemask_epi8(_mm_or_si128(new, old));
}

static void look_at(struct object *o, const uint8_t *p, const uint8_t *end)
{
	struct place place = look(o, p, end);

	if (place.kind != NOTHING)
		consider(o, place);
}

static void search(struct object *o, const struct part *code)
{
	const uint8_t *p = (const uint8_t *)code->start;
	const uint8_t *end = (const uint8_t *)code->end;

	for (; end - p >= 17; p += 16)
		for (unsigned m = candidates(p); m; m &= m - 1)
			look_at(o, p + (unsigned)__builtin_ctz(m), end);
	for (; end - p >= 2; p++)
		look_at(o, p, end);
}

bool rawsite_find(uintptr_t base, unsigned wanted, struct rawsites *found)
{
	struct object o = { .base = base, .wanted = wanted, .found = found };

	found->n = found->unproven = found->old = 0;
	found->randoms = found->random_unproven = 0;
	found->path[0] = 0;
	if (!real_iterate(visit, &o))
		return false;
	found->runtime = base == (uintptr_t)__ehdr_start ||
			 (vdso && base == vdso) || is_runtime(found->path);
	if (found->runtime)
		return false;
	if (is_hooked(found->path))
		o.wanted &= ~(unsigned)RAW_RANDOM;
	for (unsigned i = 0; i < o.codes; i++)
		search(&o, &o.code[i]);
	if (o.file)
		sys2(SYS_munmap, o.file, o.file_size);
	return found->n || found->unproven || found->old || found->randoms ||
	       found->random_unproven;
}
