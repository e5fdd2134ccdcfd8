/* SPDX-License-Identifier: MIT */
/*
 * CPython's exported C API as far as seeding calls need it, and the layouts of
 * the few objects that hold the addresses of C functions. Those have not changed
 * from CPython 3.9 to 3.13; a free-threaded build has others, in which no object
 * passes for one of these types.
 *
 * Everything under the interpreter's lock, with no exception set. Nothing here
 * leaves one.
 */
#ifndef SAMEBITS_CPYTHON_H
#define SAMEBITS_CPYTHON_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

typedef struct object object; /* PyObject */

/* Filled by cpython_bind(). */
extern struct cpython {
	object *(*attr)(object *, const char *);
	object *(*call)(object *, object *args, object *kwds);
	object *(*repr)(object *);
	ssize_t (*hash)(object *);
	object *(*index)(object *);
	const char *(*utf8)(object *);
	long long (*number)(object *);
	unsigned long long (*low_bits)(object *);
	object *(*from_number)(unsigned long long);
	object *(*tuple)(ssize_t);
	object *(*pack)(ssize_t, ...);
	ssize_t (*length)(object *);
	object *(*item)(object *, ssize_t);
	object *(*named)(object *dict, const char *);
	int (*buffer)(object *, void *view, int flags);
	void (*buffer_release)(void *view);
	object *(*xor)(object *, object *);
	object *(*modules)(void); /* sys.modules, borrowed */
	object *(*builtins)(void); /* borrowed */
	object *(*dict)(void);
	int (*set_named)(object *dict, const char *, object *);
	object *(*compile)(const char *text, const char *file, int start,
			   void *flags, int optimize);
	object *(*eval)(object *code, object *globals, object *locals);
	object *(*function)(void *method, object *self, object *module);
	int (*audit)(int (*hook)(const char *, object *, void *), void *);
	void (*incref)(object *);
	void (*decref)(object *);
	object *(*occurred)(void);
	void (*clear)(void);
	object *none;
	/* Types: only compared. */
	void *type, *module_def, *method, *wrapper;
} cpython;

/* False: a name is missing, or objects are laid out in another way. ra: an address in the interpreter, or in what was
 * linked with it. */
bool cpython_bind(const void *ra);

/* PyMethodDef */
struct method {
	const char *name;
	void *fn;
	int flags;
	const char *doc;
};
enum {
	METHOD_VARARGS = 1,
	METHOD_KEYWORDS = 2,
	METHOD_O = 8,
	METHOD_FAST = 0x80,
	METHOD_CALL = 0x8f, /* all that decide how it is called */
};

/* PyModuleDef_Slot, PyModuleDef */
struct module_slot {
	int kind;
	void *value;
};
#define MODULE_EXEC 2
struct module_def {
	char head[64];
	void *methods;
	struct module_slot *slots;
};

/* Py_buffer */
struct buffer {
	void *start;
	object *owner;
	ssize_t length, itemsize;
	int readonly, ndim;
	void *rest[6];
};
#define BUFFER_WRITABLE 1

static inline void *cpython_type(const object *o)
{
	return ((void *const *)o)[1];
}

/* Where an object that is the method `name`, made by CPython or by Cython, has
 * its description; NULL: it is another, or of an unknown layout. */
struct method **cpython_method(object *o, const char *name);
/* Where a type of C keeps the function behind `__init__`, twice: both places
 * hold the same. False: an unknown layout, or not its own. */
bool cpython_init(object *type, void **place[2]);
/* Makes calls of the type go by that function. Newer Cythons put a shorter way
 * into the type, which works as well without. */
void cpython_by_init(object *type);

/* A seed as a number: itself, or a digest. False: it has none. */
bool cpython_seed(object *seed, uint64_t *value);

#endif
