/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <elfutils/libdwelf.h>
#include <gelf.h>
#include <libelf.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "inspect.h"
#include "opcode.h"

struct place {
	uint64_t address;
	uint64_t function; /* where its symbol starts; 0: it has none */
	const char *name;  /* of the symbol */
};

struct code {
	uint64_t address, size;
	const uint8_t *bytes;
};

#define PARTS 16 /* of an object that are loaded, or executable */

struct object {
	Elf *elf;
	const uint8_t *data; /* the whole file */
	size_t size;
	bool program; /* what it defines, it uses itself */
	GElf_Phdr segment[PARTS]; /* those loaded */
	size_t segments;
	struct code code[PARTS];
	size_t codes;
	GElf_Phdr frames; /* PT_GNU_EH_FRAME; p_filesz 0: none */
	struct place *place; /* candidates, by address */
	size_t places, room;
	struct inspection *result;
	char last[FINDINGS][sizeof(((struct finding *)0)->name[0])];
};

/* System calls that answer differently each time. */
static const struct {
	int number;
	const char *what;
} calls[] = {
	{ SYS_getrandom, "raw getrandom" },
	{ SYS_clock_gettime, "raw clock_gettime" },
	{ SYS_gettimeofday, "raw gettimeofday" },
	{ SYS_time, "raw time" },
	{ SYS_getpid, "raw getpid" },
	{ SYS_gettid, "raw gettid" },
	{ SYS_getcpu, "raw getcpu" },
	{ SYS_futex, "raw futex" },
};

/* What is intercepted where it lies in a library of its own, in order. */
static const char *const intercepted[] = {
	"RAND_bytes", "RAND_priv_bytes",
	"_ZNSt13random_device16_M_getval_pretr1Ev",
	"_ZNSt13random_device9_M_getvalEv", "_gfortran_random_r4",
	"_gfortran_random_r8", "_gfortran_random_seed_i4", "arc4random",
	"arc4random_buf", "cblas_ddot", "cblas_dgemm", "cblas_dgemv",
	"cblas_sdot", "cblas_sgemm", "cblas_sgemv", "cgemm_", "ddot_",
	"dgemm_", "dgemv_", "getentropy", "getrandom",
	"openblas_set_num_threads", "sdot_", "sgemm_", "sgemv_",
	"uuid_generate", "uuid_generate_random", "zgemm_",
};
#define INTERCEPTED (sizeof(intercepted) / sizeof(*intercepted))

/* Places come by address: those of a function come together. */
static void add(struct object *o, const char *what, const char *name)
{
	struct inspection *r = o->result;
	size_t i = 0;
	struct finding *f;

	while (i < r->n && strcmp(r->finding[i].what, what))
		i++;
	if (i == FINDINGS)
		return;
	f = &r->finding[i];
	if (i == r->n) {
		*f = (struct finding){ 0 };
		snprintf(f->what, sizeof(f->what), "%s", what);
		r->n++;
	} else if (!strncmp(o->last[i], name, sizeof(o->last[i]) - 1)) {
		return;
	}
	snprintf(o->last[i], sizeof(o->last[i]), "%s", name);
	if (f->functions < FINDING_NAMES)
		memcpy(f->name[f->functions], o->last[i], sizeof(o->last[i]));
	f->functions++;
}

/* The file's bytes at an address, and how many follow in their segment. */
static const uint8_t *bytes_at(const struct object *o, uint64_t address,
			       size_t *left)
{
	for (size_t i = 0; i < o->segments; i++) {
		const GElf_Phdr *p = &o->segment[i];
		uint64_t into = address - p->p_vaddr;

		if (address < p->p_vaddr || into >= p->p_filesz)
			continue;
		*left = p->p_filesz - into;
		return o->data + p->p_offset + into;
	}
	*left = 0;
	return NULL;
}

static bool inside(const struct object *o, const GElf_Phdr *p)
{
	return p->p_offset <= o->size && p->p_filesz <= o->size - p->p_offset;
}

static int read_segments(struct object *o)
{
	size_t n;

	if (elf_getphdrnum(o->elf, &n))
		return -ENOEXEC;
	for (size_t i = 0; i < n; i++) {
		GElf_Phdr p;

		if (!gelf_getphdr(o->elf, (int)i, &p) || !inside(o, &p))
			continue;
		if (p.p_type == PT_INTERP)
			o->program = true;
		else if (p.p_type == PT_GNU_EH_FRAME)
			o->frames = p;
		else if (p.p_type == PT_LOAD && o->segments < PARTS)
			o->segment[o->segments++] = p;
	}
	return 0;
}

static void add_code(struct object *o, uint64_t address, uint64_t offset,
		     uint64_t size)
{
	if (o->codes < PARTS && offset <= o->size && size <= o->size - offset)
		o->code[o->codes++] = (struct code){ address, size,
						     o->data + offset };
}

/* Executable sections, as segments may hold constants too; segments where there
 * is no table of sections. */
static void find_code(struct object *o)
{
	size_t names = 0;

	elf_getshdrstrndx(o->elf, &names);
	for (Elf_Scn *s = NULL; (s = elf_nextscn(o->elf, s));) {
		const char *name;
		GElf_Shdr h;

		if (!gelf_getshdr(s, &h))
			continue;
		name = elf_strptr(o->elf, names, h.sh_name);
		o->result->gpu |= name && !strcmp(name, ".nv_fatbin");
		if (h.sh_flags & SHF_EXECINSTR && h.sh_type == SHT_PROGBITS)
			add_code(o, h.sh_addr, h.sh_offset, h.sh_size);
	}
	for (size_t i = 0; !o->codes && i < o->segments; i++) {
		const GElf_Phdr *p = &o->segment[i];

		if (p->p_flags & PF_X)
			add_code(o, p->p_vaddr, p->p_offset, p->p_filesz);
	}
}

struct gathering {
	struct object *object;
	uint64_t address; /* of the code being searched */
};

static int gather(size_t offset, void *arg)
{
	struct gathering *g = arg;
	struct object *o = g->object;

	if (o->places == o->room) {
		size_t room = o->room ? 2 * o->room : 256;
		struct place *grown = realloc(o->place, room * sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		o->place = grown;
		o->room = room;
	}
	o->place[o->places++] =
		(struct place){ .address = g->address + offset };
	return 0;
}

static int by_address(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	return (x->address > y->address) - (x->address < y->address);
}

static int search(struct object *o)
{
	int ret = 0;

	for (size_t i = 0; i < o->codes && ret == 0; i++) {
		struct gathering g = { o, o->code[i].address };

		ret = opcode_search(o->code[i].bytes, o->code[i].size, gather,
				    &g);
	}
	if (o->places)
		qsort(o->place, o->places, sizeof(*o->place), by_address);
	return ret;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(a, *(const char *const *)b);
}

/* endbr64 and a jump: who has no more leads to another's under this name. */
#define MERE_JUMP 9

/* Calls to it do not leave the object: it is the program's own, or hidden. */
static bool bound_here(const struct object *o, const GElf_Sym *s)
{
	return o->program || GELF_ST_BIND(s->st_info) == STB_LOCAL ||
	       GELF_ST_VISIBILITY(s->st_other) == STV_HIDDEN ||
	       GELF_ST_VISIBILITY(s->st_other) == STV_INTERNAL;
}

/* Names the candidates that lie within the function. */
static void name_places(struct object *o, const GElf_Sym *s, const char *name)
{
	size_t low = 0, high = o->places;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (o->place[middle].address < s->st_value)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < o->places &&
	       o->place[low].address - s->st_value < s->st_size; low++)
		if (!o->place[low].name) {
			o->place[low].name = name;
			o->place[low].function = s->st_value;
		}
}

static void read_symbols(struct object *o, Elf_Scn *section,
			 const GElf_Shdr *header)
{
	Elf_Data *data = elf_getdata(section, NULL);
	size_t n = data && header->sh_entsize
			   ? data->d_size / header->sh_entsize : 0;

	for (size_t i = 0; i < n; i++) {
		const char *name;
		GElf_Sym s;

		if (!gelf_getsym(data, (int)i, &s) ||
		    GELF_ST_TYPE(s.st_info) != STT_FUNC ||
		    s.st_shndx == SHN_UNDEF)
			continue;
		name = elf_strptr(o->elf, header->sh_link, s.st_name);
		if (!name)
			continue;
		name_places(o, &s, name);
		if (bound_here(o, &s) && s.st_size > MERE_JUMP &&
		    bsearch(name, intercepted, INTERCEPTED, sizeof(char *),
			    by_name))
			add(o, "built in", name);
	}
}

static bool read_tables(struct object *o, GElf_Word kind)
{
	bool any = false;

	for (Elf_Scn *s = NULL; (s = elf_nextscn(o->elf, s));) {
		GElf_Shdr header;

		if (gelf_getshdr(s, &header) && header.sh_type == kind) {
			read_symbols(o, s, &header);
			any = true;
		}
	}
	return any;
}

static int32_t word(const uint8_t *p)
{
	int32_t w;

	memcpy(&w, p, sizeof(w));
	return w;
}

/* The end of the function that an unwind entry describes; 0: not known, or not
 * encoded as all linkers do it. */
static uint64_t frame_end(const struct object *o, uint64_t entry,
			  uint64_t start)
{
	size_t left;
	const uint8_t *p = bytes_at(o, entry, &left);

	/* length, CIE, where it begins from here, how long it is */
	if (!p || left < 16 ||
	    entry + 8 + (uint64_t)(int64_t)word(p + 8) != start)
		return 0;
	return start + (uint32_t)word(p + 12);
}

/*
 * .eh_frame_hdr (LSB, Exception Frames): a sorted table of where functions
 * start and where their unwind entries are. Finds the last start at or before
 * the address, and that function's end (0: not known); false: there is none.
 */
static bool frame_find(const struct object *o, uint64_t address,
		       uint64_t *start, uint64_t *end)
{
	const uint8_t *h = o->data + o->frames.p_offset;
	uint64_t base = o->frames.p_vaddr;
	size_t low = 0, high;

	/* version, pcrel sdata4, udata4, datarel sdata4 */
	if (o->frames.p_filesz < 12 || h[0] != 1 || h[1] != 0x1b ||
	    h[2] != 0x03 || h[3] != 0x3b)
		return false;
	high = (uint32_t)word(h + 8);
	if (high > (o->frames.p_filesz - 12) / 8)
		return false;
	h += 12;
	while (low < high) {
		size_t middle = (low + high) / 2;

		if (base + (uint64_t)(int64_t)word(h + 8 * middle) <= address)
			low = middle + 1;
		else
			high = middle;
	}
	if (!low)
		return false;
	h += 8 * (low - 1);
	*start = base + (uint64_t)(int64_t)word(h);
	*end = frame_end(o, base + (uint64_t)(int64_t)word(h + 4), *start);
	return true;
}

/* Where decoding towards the place begins. */
struct origin {
	uint64_t address;
	bool sure; /* a function begins there and holds the place */
};

#define RUN_UP 4096 /* bytes of code after which decoding is in step */

static struct origin origin_of(const struct object *o, const struct place *p,
			       const struct code *code)
{
	uint64_t start, end, from = code->address;

	if (frame_find(o, p->address, &start, &end) && start >= from) {
		if (!end || p->address < end)
			return (struct origin){ start, true };
		from = end;
	}
	if (p->function >= from)
		return (struct origin){ p->function, true };
	if (p->address - from > RUN_UP)
		from = p->address - RUN_UP;
	return (struct origin){ from, false };
}

static const char *call_name(int64_t number)
{
	for (size_t i = 0; i < sizeof(calls) / sizeof(*calls); i++)
		if (calls[i].number == number)
			return calls[i].what;
	return "system calls";
}

static void confirm(struct object *o, struct sweep *sweep,
		    const struct code *code, const struct place *p)
{
	struct origin from = origin_of(o, p, code);
	enum opcode found = opcode_at(sweep, from.address - code->address,
				      p->address - code->address, from.sure);
	char unnamed[24];

	if (found == OPCODE_NONE)
		return;
	snprintf(unnamed, sizeof(unnamed), "+0x%llx",
		 (unsigned long long)(from.sure ? from.address : p->address));
	add(o, found == OPCODE_SYSCALL ? call_name(sweep->number)
				       : opcode_name(found),
	    p->name ? p->name : unnamed);
}

static const struct code *code_of(const struct object *o, uint64_t address)
{
	for (size_t i = 0; i < o->codes; i++)
		if (address - o->code[i].address < o->code[i].size)
			return &o->code[i];
	return NULL;
}

static void confirm_all(struct object *o)
{
	const struct code *last = NULL;
	struct sweep sweep = { 0 };

	for (size_t i = 0; i < o->places; i++) {
		const struct code *c = code_of(o, o->place[i].address);

		if (c != last)
			sweep = (struct sweep){ .code = c->bytes,
						.size = c->size,
						.number = -1 };
		last = c;
		confirm(o, &sweep, c, &o->place[i]);
	}
}

/* As symbols.c does it: a file without a build-id is trusted. */
static bool same_build(Elf *elf, const uint8_t wanted[20])
{
	static const uint8_t none[20];
	uint8_t id[20] = { 0 };
	const void *bits;
	ssize_t n;

	if (!memcmp(wanted, none, sizeof(none)))
		return true;
	n = dwelf_elf_gnu_build_id(elf, &bits);
	if (n > 0)
		memcpy(id, bits, n < 20 ? (size_t)n : 20);
	return !memcmp(wanted, id, sizeof(id));
}

static int inspect_elf(struct object *o, const uint8_t build_id[20])
{
	int ret;

	if (elf_kind(o->elf) != ELF_K_ELF)
		return -ENOEXEC;
	if (!same_build(o->elf, build_id))
		return -ESTALE;
	o->data = (const void *)elf_rawfile(o->elf, &o->size);
	if (!o->data)
		return -EIO;
	ret = read_segments(o);
	if (ret)
		return ret;
	find_code(o);
	ret = search(o);
	if (ret == 0) {
		/* The full table holds what the dynamic one does. */
		if (!read_tables(o, SHT_SYMTAB))
			read_tables(o, SHT_DYNSYM);
		confirm_all(o);
	}
	return ret;
}

int inspect(struct inspection *result, const char *path,
	    const uint8_t build_id[20])
{
	struct object o = { .result = result };
	/* O_NONBLOCK: a FIFO of that name must not stop us */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), ret;
	struct stat st;

	result->n = 0;
	result->gpu = false;
	if (fd < 0)
		return -errno;
	elf_version(EV_CURRENT);
	ret = fstat(fd, &st) ? -errno : S_ISREG(st.st_mode) ? 0 : -ENOEXEC;
	if (ret == 0)
		o.elf = elf_begin(fd, ELF_C_READ_MMAP, NULL);
	if (ret == 0)
		ret = o.elf ? inspect_elf(&o, build_id) : -ENOEXEC;
	elf_end(o.elf);
	close(fd);
	free(o.place);
	return ret;
}
