/* SPDX-License-Identifier: MIT */
#include <dlfcn.h>
#include <errno.h>
#include <string.h>

#include "python.h"
#include "real.h"
#include "scope.h"
#include "stack.h"
#include "stream.h"
#include "banned.h"

typedef struct object object; /* PyObject, opaque to us */

/* All exported by CPython 3.9 to 3.13; those further down by some of them. */
static struct {
	int (*is_initialized)(void);
	object *(*this_thread)(void);
	int (*ensure)(void);
	void (*release)(int);
	object *(*frame)(void);
	object *(*back)(object *);
	object *(*code)(object *);
	int (*line)(object *);
	object *(*attr)(object *, const char *);
	object *(*attr_by)(object *, object *);
	object *(*intern)(const char *);
	long (*number)(object *);
	const char *(*utf8)(object *);
	object *(*bytes)(object *);
	const char *(*text)(object *);
	void (*decref)(object *);
	void (*clear)(void);
	object *(*occurred)(void);
	/* 3.13, and its name before: the thread that holds the lock */
	object *(*current)(void);
	int (*gc_disable)(void); /* 3.10 */
	int (*gc_enable)(void);
	int (*lasti)(object *); /* 3.11 */
	const char *(*allocator)(void);
	void (*dump)(int fd, object *); /* faulthandler's; until 3.12 */
} py;
static bool allocates; /* see allocator_calls() */
static object *f_lasti; /* the name, where py.lasti is missing */
static int bound;	/* 1 yes, -1 cannot */

static const struct name {
	const char *name;
	void **fn;
	bool optional;
} names[] = {
	{ "Py_IsInitialized", (void **)&py.is_initialized, false },
	{ "PyGILState_GetThisThreadState", (void **)&py.this_thread, false },
	{ "PyGILState_Ensure", (void **)&py.ensure, false },
	{ "PyGILState_Release", (void **)&py.release, false },
	{ "PyEval_GetFrame", (void **)&py.frame, false },
	{ "PyFrame_GetBack", (void **)&py.back, false },
	{ "PyFrame_GetCode", (void **)&py.code, false },
	{ "PyFrame_GetLineNumber", (void **)&py.line, false },
	{ "PyObject_GetAttrString", (void **)&py.attr, false },
	{ "PyObject_GetAttr", (void **)&py.attr_by, false },
	{ "PyUnicode_InternFromString", (void **)&py.intern, false },
	{ "PyLong_AsLong", (void **)&py.number, false },
	{ "PyUnicode_AsUTF8", (void **)&py.utf8, false },
	{ "PyUnicode_EncodeFSDefault", (void **)&py.bytes, false },
	{ "PyBytes_AsString", (void **)&py.text, false },
	{ "Py_DecRef", (void **)&py.decref, false },
	{ "PyErr_Clear", (void **)&py.clear, false },
	{ "PyErr_Occurred", (void **)&py.occurred, false },
	{ "PyThreadState_GetUnchecked", (void **)&py.current, true },
	{ "_PyThreadState_UncheckedGet", (void **)&py.current, true },
	{ "PyGC_Disable", (void **)&py.gc_disable, true },
	{ "PyGC_Enable", (void **)&py.gc_enable, true },
	{ "PyFrame_GetLasti", (void **)&py.lasti, true },
	{ "_PyMem_GetCurrentAllocatorName", (void **)&py.allocator, true },
	{ "_Py_DumpTraceback", (void **)&py.dump, true },
};

/* mimalloc is built into the interpreter and reads the clock within an
 * allocation, when we must not make an object. Asked once: since 3.12 the
 * answer takes a lock, and the lock reads the clock. */
static bool allocator_calls(void)
{
	const char *name = py.allocator ? py.allocator() : NULL;

	return name && strstr(name, "mimalloc");
}

static void bind(const void *ra)
{
	bound = -1;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		const struct name *n = &names[i];

		if (!*n->fn)
			*n->fn = scope_find(n->name, ra);
		if (!*n->fn)
			*n->fn = real_dlsym_fn(RTLD_DEFAULT, n->name);
		if (!*n->fn && !n->optional)
			return;
	}
	allocates = allocator_calls();
	bound = 1;
}

/* PyGILState_Check() says yes without looking once there was a second
 * interpreter. */
static bool holds_lock(void)
{
	object *current = py.current ? py.current() : NULL;

	return current && current == py.this_thread();
}

bool python_begin(struct python *p, const void *ra, bool take)
{
	if (!bound)
		bind(ra);
	if (bound < 0 || !py.is_initialized())
		return false;
	p->taken = take && py.this_thread();
	if (p->taken)
		p->state = py.ensure();
	else if (allocates || !holds_lock())
		return false;
	if (py.occurred()) {
		if (p->taken)
			py.release(p->state);
		return false;
	}
	p->collects = py.gc_disable && py.gc_enable && py.gc_disable();
	return true;
}

bool python_holds(const void *ra)
{
	if (!bound)
		bind(ra);
	return bound > 0 && py.is_initialized() && holds_lock();
}

bool python_met(void)
{
	return bound > 0;
}

bool python_dump(int fd)
{
	object *self = bound > 0 && py.dump ? py.this_thread() : NULL;

	if (self)
		py.dump(fd, self);
	return self;
}

bool python_down(void)
{
	return bound > 0 && !py.is_initialized();
}

void python_end(const struct python *p)
{
	if (py.occurred())
		py.clear();
	if (p->collects)
		py.gc_enable();
	if (p->taken)
		py.release(p->state);
}

/* A walk over the frames from the innermost out. The first one is borrowed,
 * its callers are not. */
struct walk {
	object *frame, *first;
};

static struct walk walk_start(void)
{
	object *frame = py.frame();

	return (struct walk){ frame, frame };
}

static void walk_stop(struct walk *w)
{
	if (w->frame && w->frame != w->first)
		py.decref(w->frame);
	w->frame = NULL;
}

static void walk_out(struct walk *w)
{
	object *back = py.back(w->frame);

	walk_stop(w);
	w->frame = back;
}

static uint64_t instruction(object *frame)
{
	object *number;
	long n;

	if (py.lasti)
		return (uint64_t)py.lasti(frame);
	if (!f_lasti)
		f_lasti = py.intern("f_lasti");
	number = f_lasti ? py.attr_by(frame, f_lasti) : NULL;
	if (!number)
		return 0;
	n = py.number(number);
	py.decref(number);
	return (uint64_t)n;
}

/* Code objects that are ours too: another one at the same address would pass
 * for them. Under the interpreter's lock. */
#define HELD 16384 /* a power of two */
#define OWN 1u	   /* is added to those of the interpreter's imports */
static uintptr_t held[HELD];
static unsigned nheld;

/* Its place: its own, or the free one where it belongs. */
static uintptr_t *held_at(const object *code)
{
	unsigned i = mix64((uintptr_t)code, 0) % HELD;

	while (held[i] && (held[i] & ~(uintptr_t)OWN) != (uintptr_t)code)
		i = (i + 1) % HELD;
	return &held[i];
}

/* Takes over the reference; false: there is no room. */
static bool hold(object *code, bool own)
{
	uintptr_t *place = held_at(code);

	if (!*place && nheld < HELD * 3 / 4) {
		*place = (uintptr_t)code + own * OWN;
		nheld++;
		return true;
	}
	py.decref(code);
	return *place;
}

static uint64_t where(object *frame, object *code)
{
	return mix64((uintptr_t)code, instruction(frame)) | 1;
}

uint64_t python_where(bool imports)
{
	object *frame = py.frame(), *code = frame ? py.code(frame) : NULL;
	uint64_t hash = 0;

	if (code && (imports || *held_at(code) != (uintptr_t)code + OWN))
		hash = where(frame, code);
	if (code)
		py.decref(code);
	return hash;
}

uint64_t python_stack(unsigned most)
{
	struct walk w = walk_start();
	uint64_t hash = 0;

	for (; w.frame && most--; walk_out(&w)) {
		object *code = py.code(w.frame);

		hash = mix64(hash, where(w.frame, code));
		py.decref(code);
	}
	walk_stop(&w);
	return hash;
}

/* Importing, wherever from; what comes before the program, is imported by C. */
static bool own_file(const char *file)
{
	static const char *const files[] = { "<frozen importlib", "<frozen zip",
					     "<frozen site", "<frozen getpath" };

	for (size_t i = 0; i < sizeof(files) / sizeof(char *); i++)
		if (!strncmp(file, files[i], strlen(files[i])))
			return true;
	return false;
}

bool python_own(void)
{
	object *code = NULL, *file;
	const char *name;
	bool own;

	for (struct walk w = walk_start(); w.frame; walk_out(&w)) {
		if (code)
			py.decref(code);
		code = py.code(w.frame);
	}
	if (!code)
		return true;
	file = py.attr(code, "co_filename");
	name = file ? py.utf8(file) : NULL;
	own = name && own_file(name);
	if (file)
		py.decref(file);
	py.decref(code);
	return own;
}

/* A text of the code object, which keeps it. Bytes of a file's name that are
 * no UTF-8 are in a copy that is kept, too. */
static const char *text_of(object *code, const char *name)
{
	object *value = py.attr(code, name), *bytes;
	const char *text = value ? py.utf8(value) : NULL;

	if (value && !text) {
		py.clear();
		bytes = py.bytes(value);
		text = bytes ? py.text(bytes) : NULL;
	}
	if (!text)
		py.clear();
	if (value)
		py.decref(value);
	return text ? text : "?";
}

unsigned python_lines(struct line *line, unsigned max)
{
	struct walk w = walk_start();
	unsigned n = 0;

	for (; w.frame && n < max; walk_out(&w)) {
		object *code = py.code(w.frame);
		const char *file = text_of(code, "co_filename");

		/* co_qualname came with PyFrame_GetLasti(). */
		line[n] = (struct line){
			file,
			text_of(code, py.lasti ? "co_qualname" : "co_name"),
			(uint32_t)py.line(w.frame)
		};
		if (!hold(code, own_file(file)))
			break;
		n++;
	}
	walk_stop(&w);
	return n;
}

static bool ends(const char *s, const char *tail)
{
	size_t n = strlen(s), k = strlen(tail);

	return n >= k && !strcmp(s + n - k, tail);
}

static bool secret_file(const char *file)
{
	static const char *const packages[] = {
		"/cryptography/", "/Crypto/",  "/Cryptodome/", "/nacl/",
		"/OpenSSL/",	  "/ecdsa/",   "/rsa/",	       "/paramiko/",
		"/jwt/",	  "/passlib/", "/bcrypt/",     "/jose/",
		"/oscrypto/",	  "/argon2/",  "/pgpy/",       "/asyncssh/",
	};

	if (ends(file, "/secrets.py") || ends(file, "/ssl.py"))
		return true;
	for (size_t i = 0; i < sizeof(packages) / sizeof(char *); i++)
		if (strstr(file, packages[i]))
			return true;
	return false;
}

/* SystemRandom's methods, which are all there is to secrets.randbits and
 * secrets.choice: the only code in random.py that calls os.urandom. */
static bool system_random(const char *file, const char *name)
{
	return ends(file, "/random.py") &&
	       (!strcmp(name, "getrandbits") || !strcmp(name, "randbytes") ||
		!strcmp(name, "random"));
}

enum verdict { NO, SECRET, SYSTEM_RANDOM, IMPORT };

static enum verdict judge(object *frame, bool innermost)
{
	object *code = py.code(frame);
	object *file = py.attr(code, "co_filename");
	object *name = py.attr(code, "co_name");
	const char *f = file ? py.utf8(file) : NULL;
	const char *n = name ? py.utf8(name) : NULL;
	enum verdict verdict = NO;

	if (f && n) {
		if (!strncmp(f, "<frozen importlib", 17))
			verdict = IMPORT;
		else if (secret_file(f))
			verdict = SECRET;
		else if (innermost && system_random(f, n))
			verdict = SYSTEM_RANDOM;
	}
	if (name)
		py.decref(name);
	if (file)
		py.decref(file);
	py.decref(code);
	return verdict;
}

/* Frames from the innermost out, up to an import: what secrets.py imports is
 * not asking for a secret. */
static enum verdict scan(void)
{
	enum verdict verdict = NO, v = NO;
	struct walk w = walk_start();

	for (int depth = 0; w.frame && depth < 64; depth++) {
		v = judge(w.frame, depth == 0);
		if (v == IMPORT)
			break;
		if (v != NO)
			verdict = v;
		if (v == SECRET)
			break;
		walk_out(&w);
	}
	walk_stop(&w);
	return verdict;
}

bool python_secret(void)
{
	enum verdict verdict = scan();

	if (py.occurred())
		py.clear();
	/* NumPy seeds itself by secrets.randbits: its numbers are no keys. */
	if (verdict == SYSTEM_RANDOM && stack_passes("/numpy/random/"))
		verdict = NO;
	return verdict != NO;
}
