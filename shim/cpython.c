/* SPDX-License-Identifier: MIT */
#include <dlfcn.h>
#include <string.h>

#include "cpython.h"
#include "real.h"
#include "scope.h"
#include "stream.h"
#include "banned.h"

struct cpython cpython;

static const struct name {
	const char *name;
	void **at;
} names[] = {
	{ "PyObject_GetAttrString", (void **)&cpython.attr },
	{ "PyObject_Call", (void **)&cpython.call },
	{ "PyObject_Repr", (void **)&cpython.repr },
	{ "PyObject_Hash", (void **)&cpython.hash },
	{ "PyNumber_Index", (void **)&cpython.index },
	{ "PyUnicode_AsUTF8", (void **)&cpython.utf8 },
	{ "PyLong_AsLongLong", (void **)&cpython.number },
	{ "PyLong_AsUnsignedLongLongMask", (void **)&cpython.low_bits },
	{ "PyLong_FromUnsignedLongLong", (void **)&cpython.from_number },
	{ "PyTuple_New", (void **)&cpython.tuple },
	{ "PyTuple_Pack", (void **)&cpython.pack },
	{ "PyTuple_Size", (void **)&cpython.length },
	{ "PyTuple_GetItem", (void **)&cpython.item },
	{ "PyDict_GetItemString", (void **)&cpython.named },
	{ "PyObject_GetBuffer", (void **)&cpython.buffer },
	{ "PyBuffer_Release", (void **)&cpython.buffer_release },
	{ "PyNumber_Xor", (void **)&cpython.xor },
	{ "PyImport_GetModuleDict", (void **)&cpython.modules },
	{ "PyEval_GetBuiltins", (void **)&cpython.builtins },
	{ "PyDict_New", (void **)&cpython.dict },
	{ "PyDict_SetItemString", (void **)&cpython.set_named },
	{ "Py_CompileStringExFlags", (void **)&cpython.compile },
	{ "PyEval_EvalCode", (void **)&cpython.eval },
	{ "PyCFunction_NewEx", (void **)&cpython.function },
	{ "PySys_AddAuditHook", (void **)&cpython.audit },
	{ "Py_IncRef", (void **)&cpython.incref },
	{ "Py_DecRef", (void **)&cpython.decref },
	{ "PyErr_Occurred", (void **)&cpython.occurred },
	{ "PyErr_Clear", (void **)&cpython.clear },
	{ "_Py_NoneStruct", (void **)&cpython.none },
	{ "PyType_Type", &cpython.type },
	{ "PyModuleDef_Type", &cpython.module_def },
	{ "PyMethodDescr_Type", &cpython.method },
	{ "PyWrapperDescr_Type", &cpython.wrapper },
};

bool cpython_bind(const void *ra)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		void **at = names[i].at;

		if (!*at)
			*at = scope_find(names[i].name, ra);
		if (!*at)
			*at = real_dlsym_fn(RTLD_DEFAULT, names[i].name);
		if (!*at)
			return false;
	}
	return cpython_type(cpython.method) == cpython.type;
}

/* ---- layouts ---- */

#define TYPE_NAME 24 /* PyTypeObject.tp_name */
#define TYPE_VECTORCALL_OFFSET 56
#define TYPE_INIT 296
#define METHOD_OF_DESCRIPTOR 40 /* PyMethodDescrObject.d_method */
#define METHOD_OF_FUNCTION 16 /* PyCFunctionObject.m_ml: Cython's begin so */
#define FN_OF_WRAPPER 48 /* PyWrapperDescrObject.d_wrapped */

static void *member(const void *o, size_t offset)
{
	return (char *)o + offset;
}

static bool by_cython(const object *o)
{
	const char *type = *(char **)member(cpython_type(o), TYPE_NAME);
	const char *dot = strrchr(type, '.');

	return !strcmp(dot ? dot + 1 : type, "cython_function_or_method");
}

struct method **cpython_method(object *o, const char *name)
{
	struct method **place;

	if (cpython_type(o) == cpython.method)
		place = member(o, METHOD_OF_DESCRIPTOR);
	else if (by_cython(o))
		place = member(o, METHOD_OF_FUNCTION);
	else
		return NULL;
	return strcmp((*place)->name, name) ? NULL : place;
}

bool cpython_init(object *type, void **place[2])
{
	object *wrapper = cpython.attr(type, "__init__");
	bool known = wrapper && cpython_type(wrapper) == cpython.wrapper;

	if (known) {
		place[0] = member(wrapper, FN_OF_WRAPPER);
		place[1] = member(type, TYPE_INIT);
		known = *place[0] == *place[1];
	}
	if (wrapper)
		cpython.decref(wrapper); /* its type keeps it */
	else
		cpython.clear();
	return known;
}

void cpython_by_init(object *type)
{
	/* A type is itself called by a function at this place. */
	ssize_t at = *(ssize_t *)member(cpython.type, TYPE_VECTORCALL_OFFSET);

	if (at > TYPE_INIT)
		*(void **)member(type, (size_t)at) = NULL;
}

/* ---- seeds ---- */

/* Larger ones by their hash, which is their value modulo a prime. */
static uint64_t of_integer(object *number)
{
	uint64_t low = cpython.low_bits(number);

	if (cpython.number(number) != -1 || !cpython.occurred())
		return low;
	cpython.clear();
	return mix64((uint64_t)cpython.hash(number), low);
}

/* The elements of an array, whose own text leaves out most of them. */
static object *listed(object *seed)
{
	object *tolist = cpython.attr(seed, "tolist"), *none, *list;

	if (!tolist)
		return NULL;
	none = cpython.tuple(0);
	list = none ? cpython.call(tolist, none, NULL) : NULL;
	if (none)
		cpython.decref(none);
	cpython.decref(tolist);
	return list;
}

static bool of_text(object *o, uint64_t *value)
{
	object *repr = cpython.repr(o);
	const char *text = repr ? cpython.utf8(repr) : NULL;

	if (text)
		*value = digest_string(text);
	if (repr)
		cpython.decref(repr);
	return text;
}

static bool of_elements(object *seed, uint64_t *value)
{
	object *list = listed(seed);
	bool known;

	cpython.clear();
	known = of_text(list ? list : seed, value);
	if (list)
		cpython.decref(list);
	return known;
}

/* What is no whole number: a float, whose hash is what seeds; a list. */
static bool of_other(object *seed, uint64_t *value)
{
	ssize_t hash = cpython.hash(seed);

	if (hash == -1)
		cpython.clear();
	else
		*value = (uint64_t)hash;
	return hash != -1 || of_elements(seed, value);
}

bool cpython_seed(object *seed, uint64_t *value)
{
	object *number = cpython.index(seed);
	bool known = true;

	if (number) {
		*value = of_integer(number);
		cpython.decref(number);
	} else {
		cpython.clear();
		known = of_other(seed, value);
	}
	if (!known)
		cpython.clear();
	return known;
}
