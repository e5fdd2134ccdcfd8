/* SPDX-License-Identifier: MIT */
#include <dlfcn.h>
#include <errno.h>
#include <string.h>

#include "entry.h"
#include "log.h"
#include "real.h"
#include "runtime.h"
#include "text.h"
#include "banned.h"

/* The names of a routine, in the order of entries.S. */
static const struct naming {
	const char *prefix, *suffix;
	bool c;	   /* C's calling convention */
	bool wide; /* integers of 8 bytes */
	bool bare; /* a word that may be anybody's */
} naming[] = {
	{ "", "_", false, false, false },
	{ "", "", false, false, true },
	{ "", "_64_", false, true, false },
	{ "", "_64", false, true, true },
	{ "scipy_", "_", false, false, false },
	{ "scipy_", "_64_", false, true, false },
	{ "cblas_", "", true, false, false },
	{ "cblas_", "64_", true, true, false },
	{ "cblas_", "_64", true, true, false },
	{ "scipy_cblas_", "", true, false, false },
	{ "scipy_cblas_", "64_", true, true, false },
};
#define NAMES (sizeof(naming) / sizeof(*naming))

#define ROUTINE(f, cname, type, kind, words, text)                             \
	SOURCE_ROW(f, .group = "blas", .policy = SB_OBSERVE, .optional = 1,    \
		   .doc = text);
#include "blas.def"
#undef ROUTINE

#define SEEN(symbol, family, words, text)                                      \
	SOURCE_ROW(symbol, .group = family, .policy = SB_OBSERVE,              \
		   .optional = 1, .doc = text);
#include "calls.def"
#undef SEEN

/* The routines of BLAS, then the other calls. */
static const struct routine {
	const char *name, *c, *words;
	struct source *row;
	uint8_t type, kind;
} routine[] = {
#define ROUTINE(f, cname, type, kind, words, text)                             \
	{ #f, #cname, words, &src_##f, type, kind },
#include "blas.def"
#undef ROUTINE
#define SEEN(symbol, family, words, text)                                      \
	{ #symbol, #symbol, words, &src_##symbol, S, OTHER },
#include "calls.def"
#undef SEEN
};
#define ALL (sizeof(routine) / sizeof(*routine))
enum {
#define ROUTINE(f, cname, type, kind, words, text) number_##f,
#include "blas.def"
#undef ROUTINE
	ROUTINES /* of BLAS */
};
#define BLAS_ENTRIES (ROUTINES * NAMES)
#define ENTRIES (BLAS_ENTRIES + (ALL - ROUTINES))

extern const char entry_first[] __attribute__((visibility("hidden")));
extern const char entry_bound[] __attribute__((visibility("hidden")));
#define THUNK_SIZE 16

/* What serves. */
static struct library {
	uintptr_t start; /* of the object; 0: unloaded */
	int (*threads)(void);
	bool wide; /* its integers have 8 bytes whatever the name says */
	bool odd;  /* may return complex numbers through an argument */
} library[RUNTIMES];

/* Where a call of a name leads, and how it is read. */
struct target {
	void *fn;
	struct library *library; /* NULL: nothing of ours, leave it alone */
	const struct plan *plan;
	struct source *row;
};

static struct bound {
	uintptr_t ra; /* of who calls; 0: free, GONE: was */
	uint32_t number;
	struct target target;
} bound[4096];
#define BOUND (sizeof(bound) / sizeof(*bound))
#define GONE 1u
static unsigned nbound;

/* What dlsym() gave out. */
static struct {
	uint32_t number;
	bool ready; /* the rest of `target` was found out, at a first call */
	struct target target; /* fn NULL: free */
} thunk[BOUND_THUNKS];

/* How a call's arguments are found. */
enum how { REG32, REG64, MEM32, MEM64, LETTER, OPTION, WORD, BITS32, BITS64 };
enum role {
	NO_ROLE, ORDER, TRANSA, TRANSB, UPLO, SIDE, DIAG, M, N, K, KL, KU, LDA,
	LDB, LDC, INCX, INCY, ALPHA, BETA, ARRAY,
};

struct argument {
	uint8_t how;
	uint8_t at;   /* the n-th word, or vector register */
	uint8_t role;
	uint8_t length; /* of its name */
	const char *name;
};

#define ARGUMENTS 24
struct plan {
	uint8_t n, sizes; /* the first ones make the shape */
	uint8_t ready;
	struct argument argument[ARGUMENTS];
};
static struct plan plans[ALL][2][2]; /* by convention, by width */

static const struct {
	const char *name;
	enum role role;
} roles[] = {
	{ "order", ORDER }, { "transa", TRANSA }, { "trans", TRANSA },
	{ "transb", TRANSB }, { "uplo", UPLO },	  { "side", SIDE },
	{ "diag", DIAG },   { "m", M },		  { "n", N },
	{ "k", K },	    { "kl", KL },	  { "ku", KU },
	{ "lda", LDA },	    { "ldb", LDB },	  { "ldc", LDC },
	{ "incx", INCX },   { "incy", INCY },	  { "alpha", ALPHA },
	{ "beta", BETA },   { "c", ALPHA },	  { "s", BETA },
};

static enum role role_of(const char *name, size_t len)
{
	for (size_t i = 0; i < sizeof(roles) / sizeof(*roles); i++)
		if (strlen(roles[i].name) == len &&
		    !memcmp(roles[i].name, name, len))
			return roles[i].role;
	return NO_ROLE;
}

static bool is_complex(const struct routine *r)
{
	return r->type == C || r->type == Z;
}

/* Of a real number that belongs to the routine's type. */
static enum how real_bits(const struct routine *r)
{
	return r->type == D || r->type == Z ? BITS64 : BITS32;
}

struct reading {
	const struct routine *routine;
	bool c, wide;
	unsigned words, vectors; /* taken so far */
};

static struct argument argument(struct reading *r, const char *word,
				size_t len)
{
	struct argument a = { .name = word, .length = (uint8_t)len };
	char mark = *word;
	bool order = len == 5 && !memcmp(word, "order", 5);
	bool wide = len > 3 && !memcmp(word + len - 3, ":64", 3);

	if (mark == '@' || mark == '$' || mark == '%') {
		a.name++;
		a.length--;
	}
	if (wide)
		a.length -= 3;
	a.role = (uint8_t)role_of(a.name, a.length);
	if (mark == '-') {
		a.how = WORD;
		a.role = ARRAY;
	} else if (mark == '@' || order) {
		a.how = r->c ? OPTION : LETTER;
	} else if (mark == '%' || mark == '$') {
		a.how = (uint8_t)(r->c && (mark == '%' ||
					   !is_complex(r->routine))
					  ? real_bits(r->routine) : WORD);
	} else {
		a.how = r->c ? (r->wide || wide ? REG64 : REG32)
			     : (r->wide ? MEM64 : MEM32);
	}
	a.at = (uint8_t)(a.how >= BITS32 ? r->vectors++ : r->words++);
	return a;
}

/* Two rounds over the words: first those that make the shape. */
static void read_words(struct plan *p, struct reading r, bool sizes)
{
	const char *at = r.routine->words;

	while (*at) {
		size_t len = strcspn(at, " ");
		bool order = len == 5 && !memcmp(at, "order", 5);

		if (!order || r.c) {
			struct argument a = argument(&r, at, len);

			if ((a.how < WORD) == sizes && p->n < ARGUMENTS)
				p->argument[p->n++] = a;
		}
		at += len + (at[len] == ' ');
	}
}

/* Several threads may make the same one at once. */
static const struct plan *plan_of(const struct routine *r, bool c, bool wide)
{
	struct plan *p = &plans[r - routine][c][wide], made = { 0 };
	struct reading reading = { r, c, wide, 0, 0 };

	if (__builtin_expect(__atomic_load_n(&p->ready, __ATOMIC_ACQUIRE), 1))
		return p;
	read_words(&made, reading, true);
	made.sizes = made.n;
	read_words(&made, reading, false);
	memcpy(p, &made, sizeof(made));
	__atomic_store_n(&p->ready, 1, __ATOMIC_RELEASE);
	return p;
}

/* One call, as it stands in registers and on the stack. */
struct look {
	const struct entry_frame *frame;
	const uint64_t *stack;
	const struct plan *plan;
};

static inline uint64_t word(const struct look *l, unsigned at)
{
	return at < 6 ? l->frame->reg[at] : l->stack[at - 6];
}

static inline int64_t value(const struct look *l, const struct argument *a)
{
	uint64_t w = word(l, a->at);

	switch (a->how) {
	case MEM32:
		return *(const int32_t *)w;
	case MEM64:
		return *(const int64_t *)w;
	case LETTER:
		return *(const char *)w;
	case REG64:
		return (int64_t)w;
	default:
		return (int32_t)w;
	}
}

/* Names are looked up by routine and number: a shape of 64-bit sizes is the
 * same shape. Sums of products: no step waits for the one before. */
static uint64_t shape_hash(const struct look *l, uint64_t seed)
{
	const struct argument *a = l->plan->argument;
	const struct argument *end = a + l->plan->sizes;
	uint64_t hash = seed, odd = 0x9e3779b97f4a7c15u;

	for (; a < end; a++) {
		hash += (uint64_t)value(l, a) * odd;
		odd += 0x5851f42d4c957f2eu;
	}
	return digest_word(hash, seed) | 1;
}

static char option_letter(enum role role, int64_t v)
{
	switch (v) {
	case 111:
		return 'N';
	case 112:
		return 'T';
	case 113:
		return 'C';
	case 121:
		return 'U';
	case 122:
		return 'L';
	case 131:
		return 'N';
	case 132:
		return 'U';
	case 141:
		return 'L';
	case 142:
		return 'R';
	case 101:
	case 102:
		return role == ORDER ? (v == 101 ? 'R' : 'C') : '?';
	default:
		return v >= 'a' && v <= 'z' ? (char)(v - 32) : (char)v;
	}
}

static void fill(struct operands *o, const struct argument *a, int64_t v)
{
	switch (a->role) {
	case ORDER:
		o->row_major = v == 101;
		break;
	case TRANSA:
		o->transa = option_letter(TRANSA, v);
		break;
	case TRANSB:
		o->transb = option_letter(TRANSB, v);
		break;
	case UPLO:
		o->uplo = option_letter(UPLO, v);
		break;
	case SIDE:
		o->side = option_letter(SIDE, v);
		break;
	case DIAG:
		o->diag = option_letter(DIAG, v);
		break;
	case M:
		o->m = v;
		break;
	case N:
		o->n = v;
		break;
	case K:
		o->k = v;
		break;
	case KL:
		o->kl = v;
		break;
	case KU:
		o->ku = v;
		break;
	case LDA:
	case LDB:
	case LDC:
		o->ld[a->role - LDA] = v;
		break;
	case INCX:
	case INCY:
		o->inc[a->role - INCX] = v;
		break;
	}
}

static struct operands operands_of(const struct look *l,
				   const struct routine *r)
{
	struct operands o = { .kind = r->kind, .type = r->type };

	for (unsigned i = 0; i < l->plan->sizes; i++)
		fill(&o, &l->plan->argument[i],
		     value(l, &l->plan->argument[i]));
	return o;
}

/* The bits of a scalar: in a vector register, or in memory. */
static void scalar(uint64_t bits[2], const struct look *l,
		   const struct argument *a, const struct routine *r)
{
	const struct entry_frame *f = l->frame;
	bool real = a->name[-1] == '%';
	size_t size = real_bits(r) == BITS64 ? 8 : 4;

	if (a->how == WORD)
		memcpy(bits, (const void *)word(l, a->at),
		       is_complex(r) && !real ? 2 * size : size);
	else
		memcpy(bits, &f->xmm[a->at], size);
}

/* What else its operands are, for whom they are looked at. */
static void add_arrays(struct operands *o, const struct look *l,
		       const struct routine *r)
{
	const struct argument *a = l->plan->argument + l->plan->sizes;
	const struct argument *end = l->plan->argument + l->plan->n;

	for (; a < end; a++) {
		if (a->role == ARRAY && o->arrays < 3)
			o->array[o->arrays++] = (const void *)word(l, a->at);
		if (a->role == ALPHA || a->role == BETA)
			scalar(o->scalar[a->role - ALPHA], l, a, r);
	}
}

/* Shapes that stand in the log. */
#define SHAPES 8192
static struct shape {
	uint64_t hash; /* stored last; 0: free */
	uint64_t work; /* floating-point operations */
} shapes[SHAPES];
static unsigned nshapes;

static inline struct shape *shape_place(uint64_t hash)
{
	unsigned i = hash % SHAPES;
	uint64_t at;

	while ((at = __atomic_load_n(&shapes[i].hash, __ATOMIC_ACQUIRE)) &&
	       at != hash)
		i = (i + 1) % SHAPES;
	return &shapes[i];
}

static void add_signed(struct text *t, int64_t n)
{
	if (n < 0)
		text_add(t, "-");
	text_number(t, n < 0 ? -(uint64_t)n : (uint64_t)n, 10, 1);
}

static void add_argument(struct text *t, const struct argument *a, int64_t v)
{
	for (unsigned i = 0; i < a->length; i++)
		text_add(t, (char[]){ a->name[i], 0 });
	text_add(t, "=");
	if (a->how == OPTION || a->how == LETTER)
		text_add(t, (char[]){ option_letter(a->role, v), 0 });
	else
		add_signed(t, v);
	text_add(t, " ");
}

static void write_record(const struct source *row, uint64_t hash,
			 const char *said)
{
	struct sb_shape *s = log_record(
		SB_SHAPE, (unsigned)(sizeof(*s) + strlen(said) + 1));

	if (!s)
		return;
	s->hash = hash;
	s->source = row->index;
	memcpy(s->text, said, strlen(said) + 1);
	log_publish(s, SB_SHAPE);
}

static void write_shape(const struct look *l, const struct routine *r,
			uint64_t hash, int threads)
{
	char said[400];
	struct text t = text_start(said, sizeof(said));

	for (unsigned i = 0; i < l->plan->sizes; i++)
		add_argument(&t, &l->plan->argument[i],
			     value(l, &l->plan->argument[i]));
	if (threads > 0) {
		text_add(&t, "threads=");
		text_number(&t, (uint64_t)threads, 10, 1);
	} else if (t.at > said) {
		t.at[-1] = 0;
	}
	write_record(r->row, hash, said);
}

/* A new one's place, whose record is being written; NULL: there is one, or no
 * room. Under the lock. */
static struct shape *shape_add(uint64_t hash)
{
	struct shape *place = shape_place(hash);

	if (place->hash || nshapes >= SHAPES * 3 / 4)
		return NULL;
	nshapes++;
	return place;
}

static void new_shape(const struct look *l, const struct routine *r,
		      const struct shape *made, int threads)
{
	uint64_t mask = engine_lock();
	struct shape *place = shape_add(made->hash);

	if (place) {
		write_shape(l, r, made->hash, threads);
		place->work = made->work;
		__atomic_store_n(&place->hash, made->hash, __ATOMIC_RELEASE);
	}
	engine_unlock(mask);
}

bool entry_noted(uint64_t hash)
{
	return shape_place(hash)->hash == hash;
}

void entry_note(const struct source *row, uint64_t hash, const char *text)
{
	uint64_t mask = engine_lock();
	struct shape *place = shape_add(hash);

	if (place) {
		write_record(row, hash, text);
		__atomic_store_n(&place->hash, hash, __ATOMIC_RELEASE);
	}
	engine_unlock(mask);
}

void entries_forget(void)
{
	memset(shapes, 0, sizeof(shapes));
	nshapes = 0;
}

/* Finding what a name leads to */

static bool is_blas(uint32_t number)
{
	return number < BLAS_ENTRIES;
}

static const struct naming *naming_of(uint32_t number)
{
	static const struct naming call = { "", "", true, false, false };

	return is_blas(number) ? &naming[number % NAMES] : &call;
}

struct symbol {
	char text[64];
};

static const struct routine *routine_of(uint32_t number)
{
	return &routine[is_blas(number) ? number / NAMES
					: number - BLAS_ENTRIES + ROUTINES];
}

static struct symbol symbol_of(uint32_t number)
{
	const struct naming *n = naming_of(number);
	struct symbol s;
	struct text t = text_start(s.text, sizeof(s.text));

	text_add(&t, n->prefix);
	text_add(&t, n->c ? routine_of(number)->c : routine_of(number)->name);
	text_add(&t, n->suffix);
	return s;
}

/* The first of these that the object knows, its dependencies included. */
static void *any_of(void *handle, const char *const *names)
{
	void *p = NULL;

	for (; !p && *names; names++)
		p = real_dlsym_fn(handle, *names);
	return p;
}

static const char *const config_names[] = {
	"openblas_get_config", "openblas_get_config64_",
	"openblas_get_config_64", "scipy_openblas_get_config",
	"scipy_openblas_get_config64_", NULL
};
static const char *const threads_names[] = {
	"openblas_get_num_threads", "openblas_get_num_threads64_",
	"openblas_get_num_threads_64", "scipy_openblas_get_num_threads",
	"scipy_openblas_get_num_threads64_", "MKL_Get_Max_Threads",
	"bli_thread_get_num_threads", "flexiblas_get_num_threads", NULL
};

/* What the library says of itself. */
static void identify(void *handle, char *text, int size)
{
	struct text t = text_start(text, (size_t)size);
	const char *(*config)(void) = any_of(handle, config_names);
	void (*mkl)(char *, int) = real_dlsym_fn(handle,
						 "mkl_get_version_string");
	const char *(*blis)(void) =
		real_dlsym_fn(handle, "bli_info_get_version_str");
	int (*arch)(void) = real_dlsym_fn(handle, "bli_arch_query_id");
	const char *(*arch_name)(int) = real_dlsym_fn(handle,
						      "bli_arch_string");

	if (config) {
		text_add(&t, config());
	} else if (mkl) {
		mkl(text, size);
	} else if (blis) {
		text_add(&t, "BLIS ");
		text_add(&t, blis());
		if (arch && arch_name) {
			text_add(&t, " ");
			text_add(&t, arch_name(arch()));
		}
	}
}

static struct library *library_known(uintptr_t start)
{
	for (unsigned i = 0; i < RUNTIMES; i++)
		if (__atomic_load_n(&library[i].start, __ATOMIC_ACQUIRE) ==
		    start)
			return &library[i];
	return NULL;
}

/* A free entry. Two threads that come first at once make two for a library. */
static struct library *library_claim(void)
{
	for (unsigned i = 0; i < RUNTIMES; i++) {
		uintptr_t none = 0;

		if (__atomic_compare_exchange_n(&library[i].start, &none, GONE,
						false, __ATOMIC_ACQUIRE,
						__ATOMIC_RELAXED))
			return &library[i];
	}
	return NULL;
}

static struct library *library_meet(const Dl_info *info, void *handle,
				    const void *fn)
{
	struct library l = { .start = (uintptr_t)info->dli_fbase };
	struct library *made;
	char text[160] = "";

	identify(handle, text, sizeof(text));
	l.threads = any_of(handle, threads_names);
	l.wide = strstr(text, "USE64BITINT") || strstr(info->dli_fname, "ilp64");
	l.odd = real_dlsym_fn(handle, "mkl_get_version_string");
	runtime_seen("blas", fn, text, l.threads ? (uint32_t)l.threads() : 0);
	made = library_claim();
	if (!made)
		return NULL;
	made->threads = l.threads;
	made->wide = l.wide;
	made->odd = l.odd;
	__atomic_store_n(&made->start, l.start, __ATOMIC_RELEASE);
	return made;
}

/* NULL: a word of that name, but no BLAS. Takes the loader's lock, so not under
 * ours. */
static struct library *library_of(uint32_t number, const void *fn)
{
	static struct library plain;
	const struct naming *n = naming_of(number);
	struct symbol s = symbol_of(number);
	struct library *l;
	Dl_info info;
	void *handle;

	if (!is_blas(number))
		return &plain;
	if (!dladdr(fn, &info) || !info.dli_fname)
		return NULL;
	handle = real_dlopen_fn(info.dli_fname, RTLD_LAZY | RTLD_NOLOAD);
	if (!handle)
		return NULL;
	l = library_known((uintptr_t)info.dli_fbase);
	if (n->bare) {
		/* BLAS has the name with the usual end as well. */
		size_t len = strlen(s.text);

		memcpy(s.text + len, "_", 2);
		if (!real_dlsym_fn(handle, s.text)) {
			real_dlclose_fn(handle);
			return NULL;
		}
	}
	if (!l)
		l = library_meet(&info, handle, fn);
	real_dlclose_fn(handle);
	return l;
}

static struct bound *bound_place(uintptr_t ra, uint32_t number)
{
	uint64_t hash = (ra ^ (uint64_t)number << 44) * 0x9e3779b97f4a7c15u;
	size_t i = hash >> 52; /* 12 bits */

	while (bound[i].ra && !(bound[i].ra == ra && bound[i].number == number))
		i = (i + 1) % BOUND;
	return &bound[i];
}

/* The lock is this thread's already. */
static bool in_engine(void)
{
	return thread_me && thread_me->busy;
}

/* Under the lock. */
static void remember(uintptr_t ra, uint32_t number, struct target target)
{
	struct bound *b = bound_place(ra, number);

	if (b->ra || nbound >= BOUND * 3 / 4)
		return;
	nbound++;
	b->number = number;
	b->target = target;
	__atomic_store_n(&b->ra, ra, __ATOMIC_RELEASE);
}

static struct target target_of(uint32_t number, void *fn)
{
	const struct naming *n = naming_of(number);
	const struct routine *r = routine_of(number);
	struct library *l = library_of(number, fn);

	return (struct target){
		fn, l, l ? plan_of(r, n->c, n->wide || l->wide) : NULL, r->row
	};
}

/* The first call of a name from there. */
static struct target bind(uint32_t number, uintptr_t ra)
{
	struct symbol s = symbol_of(number);
	struct target t = { .fn = real_in_scope(s.text, (const void *)ra) };
	uint64_t mask;
	int saved = errno;

	if (!t.fn || in_engine())
		return t;
	t = target_of(number, t.fn);
	mask = engine_lock();
	remember(ra, number, t);
	engine_unlock(mask);
	errno = saved;
	return t;
}

void entries_unloaded(uintptr_t start, uintptr_t end)
{
	for (unsigned i = 0; i < BOUND; i++) {
		uintptr_t fn = (uintptr_t)bound[i].target.fn;

		if (bound[i].ra > GONE &&
		    ((bound[i].ra >= start && bound[i].ra < end) ||
		     (fn >= start && fn < end)))
			bound[i].ra = GONE;
	}
	for (unsigned i = 0; i < BOUND_THUNKS; i++) {
		uintptr_t fn = (uintptr_t)thunk[i].target.fn;

		if (fn >= start && fn < end)
			thunk[i].target.fn = NULL;
	}
	for (unsigned i = 0; i < RUNTIMES; i++)
		if (library[i].start >= start && library[i].start < end)
			library[i].start = 0;
}

/* What dlsym() is asked for */

bool entry_is(const void *address)
{
	return (const char *)address >= entry_first &&
	       (const char *)address <
		       entry_bound + BOUND_THUNKS * THUNK_SIZE;
}

/* ENTRIES: none of ours. */
static uint32_t number_of(const char *name)
{
	const char *at = real_ours(name);

	return at && entry_is(at) ? (uint32_t)(at - entry_first) / THUNK_SIZE
				  : ENTRIES;
}

static void *thunk_for(uint32_t number, void *fn)
{
	unsigned room = BOUND_THUNKS;

	for (unsigned i = 0; i < BOUND_THUNKS; i++) {
		if (thunk[i].target.fn == fn && thunk[i].number == number)
			return (void *)(entry_bound + i * THUNK_SIZE);
		if (!thunk[i].target.fn && room == BOUND_THUNKS)
			room = i;
	}
	if (room == BOUND_THUNKS)
		return fn;
	thunk[room].number = number;
	thunk[room].ready = false;
	thunk[room].target = (struct target){ .fn = fn };
	return (void *)(entry_bound + room * THUNK_SIZE);
}

void *entry_found(const char *name, void *found)
{
	uint32_t number = number_of(name);
	uint64_t mask;
	void *answer;

	if (!found || number == ENTRIES || entry_is(found) || in_engine())
		return NULL;
	mask = engine_lock();
	answer = thunk_for(number, found);
	engine_unlock(mask);
	if (answer == found && alive.yes)
		call_blind("not-seen", routine_of(number)->row,
			   " is not seen: more than 4096 functions of numeric "
			   "libraries are in use");
	return answer;
}

bool entry_alone(const char *name, const void *ra)
{
	/* A search that fails comes last: dlerror() tells of it. */
	return number_of(name) != ENTRIES && !real_in_scope(name, ra) &&
	       !real_find(name, NULL);
}

void *entry_bind(const char *name, void *now, const void *inside)
{
	bool lazy = !entry_is(now);
	void *fn, *bound_to;

	/* C++'s names, most of all, begin with an underscore. */
	if (lazy && (*name == '_' || number_of(name) == ENTRIES))
		return now;
	/* The program itself may have it, and comes before us. */
	if (lazy && !entry_is(real_dlsym_fn(RTLD_DEFAULT, name)))
		return now;
	fn = real_in_scope(name, inside);
	bound_to = fn ? entry_found(name, fn) : NULL;
	return fn && !bound_to ? now : bound_to;
}

/* The call */

struct way {
	void *fn;
	uint64_t through; /* to entry_leave() */
};

struct way entry_enter(struct entry_frame *f, uint32_t number, void **frame);
void entry_leave(struct entry_frame *f, void **frame);

/* Some libraries return it through a first argument, as f2c does. */
static bool readable(const struct routine *r, const struct library *library,
		     uint32_t number)
{
	return r->kind != OTHER &&
	       !(library->odd && r->kind == DOT && is_complex(r) &&
		 !naming_of(number)->c);
}

static const struct target *thunk_target(uint32_t *number)
{
	unsigned i = *number - (uint32_t)ENTRIES;
	struct target made;
	int saved = errno;

	*number = thunk[i].number;
	if (__builtin_expect(__atomic_load_n(&thunk[i].ready,
					     __ATOMIC_ACQUIRE), 1))
		return &thunk[i].target;
	/* Threads that come first at once find out the same. */
	made = target_of(*number, thunk[i].target.fn);
	thunk[i].target.plan = made.plan;
	thunk[i].target.row = made.row;
	__atomic_store_n(&thunk[i].target.library, made.library,
			 __ATOMIC_RELEASE);
	__atomic_store_n(&thunk[i].ready, true, __ATOMIC_RELEASE);
	errno = saved;
	return &thunk[i].target;
}

/* The target of a call; `made`: room for one that nobody remembers. */
static inline const struct target *find(uint32_t *number, uintptr_t ra,
					struct target *made)
{
	const struct bound *b;

	if (*number >= ENTRIES)
		return thunk_target(number);
	b = bound_place(ra, *number);
	if (__builtin_expect(b->ra == ra, 1))
		return &b->target;
	*made = bind(*number, ra);
	return made;
}

/* A shape that is not in the log so far. */
static __attribute__((noinline)) uint64_t meet(const struct call *c,
					       const struct look *l,
					       uint32_t number, uint64_t hash,
					       int threads)
{
	const struct routine *r = routine_of(number);
	struct operands o = operands_of(l, r);
	struct shape made = { hash, operands_work(&o) };

	if (c->key->counter && !c->self->busy)
		new_shape(l, r, &made, threads);
	return made.work;
}

/* Of a call that is gone through: what it reads, now. */
static __attribute__((noinline)) struct way
go_through(struct entry_frame *f, const struct look *l, struct call *c,
	   const struct target *t, uint32_t number, uint64_t hash,
	   uint64_t work)
{
	const struct routine *r = routine_of(number);
	struct operands o;

	if (!readable(r, t->library, number)) {
		call_end(c, hash, work);
		return (struct way){ t->fn, 0 };
	}
	o = operands_of(l, r);
	add_arrays(&o, l, r);
	f->call = *c;
	f->number = number;
	f->hash = hash;
	f->work = work;
	f->plan = l->plan;
	f->digest = operands_read(&o);
	return (struct way){ t->fn, 1 };
}

struct way entry_enter(struct entry_frame *f, uint32_t number, void **frame)
{
	struct target made;
	const struct target *t = find(&number, (uintptr_t)frame[1], &made);
	struct look l = { f, (const uint64_t *)(frame + 2), NULL };
	const struct shape *s;
	uint64_t hash, work;
	struct call c;
	int threads;

	if (!__atomic_load_n(&t->library, __ATOMIC_ACQUIRE) ||
	    call_begin(&c, t->row, frame[1], frame) == SB_PASS)
		return (struct way){ t->fn, 0 };
	l.plan = t->plan;
	threads = t->library->threads ? t->library->threads() : 0;
	hash = shape_hash(&l, (uint64_t)threads << 32 | number);
	s = shape_place(hash);
	work = __builtin_expect(s->hash == hash, 1)
		       ? s->work : meet(&c, &l, number, hash, threads);
	if (__builtin_expect(config.digest_blas, 0))
		return go_through(f, &l, &c, t, number, hash, work);
	call_end(&c, hash, work);
	return (struct way){ t->fn, 0 };
}

/* Digest of what came back in registers. */
static uint64_t returned(const struct entry_frame *f, const struct operands *o)
{
	uint64_t word[2] = { 0, 0 };
	bool twice = o->type == D || o->type == Z;
	unsigned what = operands_returns(o);

	/* C's complex ones return through a last argument. */
	if (what == 2 && naming_of(f->number)->c) {
		memcpy(word, (const void *)f->reg[5], twice ? 16 : 8);
		what = 0;
	}
	switch (what) {
	case 1:
		memcpy(word, &f->result.xmm[0], twice ? 8 : 4);
		break;
	case 2: /* two floats in one register, or two of them */
		memcpy(word, &f->result.xmm[0], 8);
		if (twice)
			memcpy(word + 1, &f->result.xmm[2], 8);
		break;
	case 3:
		word[0] = (uint32_t)f->result.rax;
		break;
	case 4:
		memcpy(word, &f->result.xmm[0], 8);
		break;
	}
	return digest_word(word[0], word[1]);
}

void entry_leave(struct entry_frame *f, void **frame)
{
	const struct routine *r = routine_of(f->number);
	const struct look l = { f, (const uint64_t *)(frame + 2), f->plan };
	struct operands o = operands_of(&l, r);
	uint64_t written;

	add_arrays(&o, &l, r);
	written = digest_word(operands_written(&o), returned(f, &o));
	call_end_detail(&f->call, f->hash, f->work, f->digest, written);
}
