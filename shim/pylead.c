/* SPDX-License-Identifier: MIT */
#include <dlfcn.h>
#include <string.h>

#include "pylead.h"
#include "banned.h"

static const char text[] =
#include "pylead_text.h"
	;

#define FILE_INPUT 257 /* Py_file_input: a whole file */

static struct lead *leads;
static unsigned nleads;

/* lead() of pylead.py; NULL: it cannot be made. */
static object *make(void)
{
	object *scope = cpython.dict(), *code, *done = NULL, *lead;

	if (!scope)
		return NULL;
	cpython.set_named(scope, "__builtins__", cpython.builtins());
	code = cpython.compile(text, "<samebits>", FILE_INPUT, NULL, -1);
	if (code) {
		done = cpython.eval(code, scope, scope);
		cpython.decref(code);
	}
	if (done)
		cpython.decref(done);
	lead = done ? cpython.named(scope, "lead") : NULL;
	/* The function keeps its scope, and `scope` is never let go. */
	return lead;
}

static bool is_true(object *o)
{
	return o && cpython.number(o) == 1;
}

/* False: it was not possible. */
static bool install(struct lead *l, object *function)
{
	static object *lead;
	object *through, *args = NULL, *done = NULL;
	bool well;

	if (!lead)
		lead = make();
	l->method = (struct method){ l->function, (void *)l->through, METHOD_O,
				     NULL };
	through = lead ? cpython.function(&l->method, NULL, NULL) : NULL;
	if (through)
		args = cpython.pack(2, function, through);
	if (args)
		done = cpython.call(lead, args, NULL);
	well = is_true(done);
	if (done)
		cpython.decref(done);
	if (args)
		cpython.decref(args);
	if (through)
		cpython.decref(through);
	cpython.clear();
	return well;
}

static void look(struct lead *l)
{
	object *module = cpython.named(cpython.modules(), l->module);
	object *function = module ? cpython.attr(module, l->function) : NULL;

	if (!function) { /* not yet */
		cpython.clear();
		return;
	}
	l->done = true;
	if (!install(l, function))
		l->failed();
	cpython.decref(function);
}

/* A module is about to be imported: what was imported before is there. */
static int imports(const char *event, object *args, void *arg)
{
	static bool within;

	(void)args;
	(void)arg;
	if (strcmp(event, "import") || within || cpython.occurred())
		return 0;
	within = true;
	for (unsigned i = 0; i < nleads; i++)
		if (!leads[i].done)
			look(&leads[i]);
	within = false;
	return 0;
}

static bool in_package(const void *address, const char *package)
{
	const char *path, *at;
	Dl_info info;

	if (!dladdr(address, &info) || !info.dli_fname)
		return false;
	path = info.dli_fname;
	at = strstr(path, package);
	return at && at > path && at[-1] == '/' && at[strlen(package)] == '/';
}

void pylead_loading(struct lead *lead, unsigned n, const void *found,
		    const void *ra)
{
	for (unsigned i = 0; i < n && !nleads; i++)
		if (in_package(found, lead[i].package) && cpython_bind(ra)) {
			leads = lead;
			nleads = n;
			cpython.audit(imports, NULL);
			cpython.clear();
		}
}
