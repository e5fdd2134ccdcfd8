/* SPDX-License-Identifier: MIT */
#include <dlfcn.h>
#include <errno.h>
#include <string.h>

#include "python.h"
#include "real.h"
#include "stack.h"
#include "banned.h"

typedef struct object object; /* PyObject, opaque to us */

/* All exported since CPython 3.9, none of them private. */
static struct {
	int (*is_initialized)(void);
	object *(*this_thread)(void);
	int (*ensure)(void);
	void (*release)(int);
	object *(*frame)(void);
	object *(*back)(object *);
	object *(*code)(object *);
	object *(*attr)(object *, const char *);
	const char *(*utf8)(object *);
	void (*decref)(object *);
	void (*clear)(void);
	object *(*occurred)(void);
} py;
static int bound; /* 1 yes, -1 cannot */

static void bind(const void *ra)
{
	static const struct {
		const char *name;
		void **fn;
	} names[] = {
		{ "Py_IsInitialized", (void **)&py.is_initialized },
		{ "PyGILState_GetThisThreadState", (void **)&py.this_thread },
		{ "PyGILState_Ensure", (void **)&py.ensure },
		{ "PyGILState_Release", (void **)&py.release },
		{ "PyEval_GetFrame", (void **)&py.frame },
		{ "PyFrame_GetBack", (void **)&py.back },
		{ "PyFrame_GetCode", (void **)&py.code },
		{ "PyObject_GetAttrString", (void **)&py.attr },
		{ "PyUnicode_AsUTF8", (void **)&py.utf8 },
		{ "Py_DecRef", (void **)&py.decref },
		{ "PyErr_Clear", (void **)&py.clear },
		{ "PyErr_Occurred", (void **)&py.occurred },
	};
	Dl_info info;
	void *h = NULL;

	bound = -1;
	if (dladdr(ra, &info) && info.dli_fname)
		h = real_dlopen_fn(info.dli_fname, RTLD_LAZY | RTLD_NOLOAD);
	if (!h) /* the program itself */
		h = RTLD_DEFAULT;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		*names[i].fn = real_dlsym_fn(h, names[i].name);
		if (!*names[i].fn)
			*names[i].fn =
				real_dlsym_fn(RTLD_DEFAULT, names[i].name);
		if (!*names[i].fn)
			return;
	}
	bound = 1;
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
	object *frame = py.frame(); /* borrowed; its callers are not */
	enum verdict verdict = NO;

	for (int depth = 0; frame && depth < 64; depth++) {
		enum verdict v = judge(frame, depth == 0);
		object *back = v == IMPORT || v == SECRET ? NULL
							  : py.back(frame);

		if (v != NO && v != IMPORT)
			verdict = v;
		if (depth)
			py.decref(frame);
		frame = back;
	}
	return verdict;
}

bool python_crypto(const void *ra)
{
	int saved = errno;
	enum verdict verdict = NO;
	int state;

	if (!bound)
		bind(ra);
	if (bound < 0) {
		errno = saved;
		return false;
	}
	if (py.is_initialized() && py.this_thread()) {
		state = py.ensure();
		if (!py.occurred()) {
			verdict = scan();
			if (py.occurred())
				py.clear();
		}
		py.release(state);
	}
	/* NumPy seeds itself by secrets.randbits: its numbers are no keys. */
	if (verdict == SYSTEM_RANDOM && stack_passes("/numpy/random/"))
		verdict = NO;
	errno = saved;
	return verdict != NO;
}
