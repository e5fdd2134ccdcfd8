/* SPDX-License-Identifier: MIT */
/*
 * The dynamic loader's functions. glibc takes the caller from the return
 * address (RUNPATH, $ORIGIN, RTLD_NEXT), so a hook must not call and return:
 * jump.S enters here for the bookkeeping and then jumps. All but dlclose.
 */
#include <dlfcn.h>
#include <link.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

#include "bound.h"
#include "call.h"
#include "entry.h"
#include "module.h"
#include "real.h"
#include "scope.h"
#include "wrap.h"
#include "banned.h"

/* By return address alone: an interpreter loads its modules from one place,
 * under stacks that all differ, and walking each of them would cost more than
 * the loading of a small program. */
#define BEGIN(c, id, ret) call_begin(c, &src_##id, ret, NULL)

#define ROW(fn, text) \
	SOURCE(fn, .group = "loader", .policy = SB_OBSERVE, .doc = text)

ROW(dlopen, "loads an object");
ROW(dlmopen, "loads an object into a namespace");
ROW(dlvsym, "looks up a name and version");
ROW(dlsym, "looks up a name");

/* Returns the mode to go on with: RTLD_DEEPBIND would skip our hooks. */
static int opening(struct call *c, const char *file, int mode,
		   enum sb_policy policy)
{
	if (policy == SB_PASS)
		return mode;
	call_end(c, file ? digest_string(file) : 0,
		 (uint64_t)(mode & RTLD_DEEPBIND));
	modules_list(); /* what was opened before */
	if (config.audit)
		return mode;
	if (mode & RTLD_DEEPBIND)
		real_deepbound();
	return mode & ~RTLD_DEEPBIND;
}

int samebits_before_dlopen(const char *file, int mode, void *ret);
int samebits_before_dlopen(const char *file, int mode, void *ret)
{
	struct call c;

	return opening(&c, file, mode,
		       BEGIN(&c, dlopen, ret));
}

int samebits_before_dlmopen(const char *file, int mode, void *ret);
int samebits_before_dlmopen(const char *file, int mode, void *ret)
{
	struct call c;

	return opening(&c, file, mode,
		       BEGIN(&c, dlmopen, ret));
}

/* Hooks of jump.S, which cannot see the rows' static pointers. */
static const struct {
	const char *name;
	void *hook;
} jumps[] = {
	{ "dlopen", dlopen },	{ "dlmopen", dlmopen },
	{ "dlsym", dlsym },	{ "dlvsym", dlvsym },
	{ "vfork", vfork },	{ "syscall", syscall },
	{ "__libc_start_main", NULL },
};

void *samebits_jump(unsigned which);
void *samebits_jump(unsigned which)
{
	static void *real[sizeof(jumps) / sizeof(*jumps)];

	if (!real[which])
		real[which] = real_find(jumps[which].name, NULL);
	return real[which];
}

struct lookup {
	const char *name;
	void *found;
	void *hook;  /* of the function that was found, by this name */
	void *alias; /* by another one */
};

static void consider(struct source *row, void *arg)
{
	struct lookup *l = arg;
	const char *symbol = row->symbol ? row->symbol : row->name;
	bool named;

	if (!row->hook || !row->real)
		return;
	named = !strcmp(symbol, l->name);
	if (named && row->optional && !*row->real)
		*row->real = l->found;
	if (*row->real != l->found)
		return;
	if (named)
		l->hook = row->hook;
	else
		l->alias = row->hook;
}

static void consider_hook(struct hook *hook, void *arg)
{
	struct lookup *l = arg;

	if (*hook->real != l->found)
		return;
	if (!strcmp(hook->name, l->name))
		l->hook = hook->hook;
	else
		l->alias = hook->hook;
}

/* Our hook for what was found; NULL: there is none. */
static void *hook_of(const char *name, void *found)
{
	struct lookup l = { .name = name, .found = found };

	if (!found)
		return NULL;
	l.hook = entry_found(name, found);
	if (!l.hook)
		l.hook = bound_found(name, found);
	if (l.hook)
		return l.hook;
	for (unsigned i = 0; i < sizeof(jumps) / sizeof(*jumps); i++)
		if (found == samebits_jump(i))
			l.alias = jumps[i].hook;
	real_each(consider, &l);
	real_each_hook(consider_hook, &l);
	return l.hook ? l.hook : l.alias;
}

/* Does the object that holds `caller` stand before ours? */
static bool before_us(const void *caller)
{
	struct link_map *its = NULL, *ours = NULL;
	Dl_info info;

	if (!dladdr1(caller, &info, (void **)&its, RTLD_DL_LINKMAP) ||
	    !dladdr1((void *)hook_of, &info, (void **)&ours, RTLD_DL_LINKMAP))
		return false;
	while (its && its != ours)
		its = its->l_next;
	return its;
}

struct owner {
	const char *name;
	const struct source *row;
};

static void of_library(struct source *row, void *arg)
{
	struct owner *o = arg;

	if (row->optional && row->hook &&
	    !strcmp(row->symbol ? row->symbol : row->name, o->name))
		o->row = row;
}

/* Is it a name that only we have, as its library is not there? Programs ask
 * for such names to find out whether it is. */
static bool ours_alone(const char *name, const void *ret)
{
	struct owner o = { .name = name };

	real_each(of_library, &o);
	/* The search that fails comes last: dlerror() tells of it. */
	return o.row && real_dlsym_fn(RTLD_DEFAULT, name) == o.row->hook &&
	       !real_reaches(o.row, ret);
}

/* Returns: libc's does not look at who calls. */
EXPORT int dlclose(void *handle)
{
	static __typeof__(dlclose) *real;
	int ret;

	if (!real)
		*(void **)&real = real_find("dlclose", NULL);
	ret = real(handle);
	if (alive.yes && !(thread_me && thread_me->busy))
		modules_refresh();
	return ret;
}

struct optional {
	const void *hook;
	bool found;
};

static void consider_optional(struct source *row, void *arg)
{
	struct optional *o = arg;

	o->found |= row->optional && row->hook == o->hook;
}

static bool is_optional(const void *hook)
{
	struct optional o = { .hook = hook };

	if (entry_is(hook) || bound_is(hook))
		return true;
	real_each(consider_optional, &o);
	return o.found;
}

static void *base_of(const void *address)
{
	Dl_info info;

	return address && dladdr(address, &info) ? info.dli_fbase : NULL;
}

/*
 * Does the object that looks a name up define it? Then it stands in front of
 * the library that does the work, as libcudnn does, and leads there: our hook
 * has been passed already, and would find that object again and again.
 */
static bool leads_on(const char *name, const void *ret)
{
	void *own = scope_find(name, ret);

	return own && base_of(own) == base_of(ret);
}

/* What a lookup is answered; jump.S goes on to libc's unless it is known. */
struct answer {
	void *found;
	long known;
};

static struct answer answer(void *found)
{
	return (struct answer){ found, found != NULL };
}

/* These find us by themselves, as we stand before what they look for. Where two
 * libraries may have it, the answer is the one that this caller finds. */
static struct answer from_here(const char *name, const void *ret)
{
	const void *hook = real_ours(name);
	void *found;

	if (ours_alone(name, ret) || entry_alone(name, ret))
		return (struct answer){ NULL, 1 };
	if (!hook || !is_optional(hook))
		return answer(NULL);
	found = real_in_scope(name, ret);
	/* The program's own comes first. Asked last: dlerror() is clean. */
	if (!found || real_dlsym_fn(RTLD_DEFAULT, name) != hook)
		return answer(NULL);
	return answer(bound_found(name, found));
}

/* What CPython loads modules by, and what starts an interpreter in a program
 * that opened it as a library. */
static void *python_found(void *handle, const char *name, void *found,
			  const void *ret)
{
	if (!found || strncmp(name, "Py", 2))
		return NULL;
	if (!strncmp(name, "PyInit_", 7)) {
		seeding_loading(found, ret);
		return seeding_found(name, found, ret);
	}
	if (!strncmp(name, "Py_", 3))
		seeding_start(real_dlsym(handle, "PyImport_Inittab"));
	return NULL;
}

/*
 * A lookup in one object (ctypes, JAX, TensorFlow) finds the function that our
 * hook stands in front of: the answer is the hook.
 */
struct answer samebits_before_dlsym(void *handle, const char *name, void *ret);
struct answer samebits_before_dlsym(void *handle, const char *name, void *ret)
{
	struct call c;
	enum sb_policy policy = BEGIN(&c, dlsym, ret);
	void *found, *hook;

	if (policy != SB_PASS) {
		call_end(&c, digest_string(name), 0);
		modules_list();
	}
	if (handle == RTLD_DEFAULT ||
	    (handle == RTLD_NEXT && before_us(ret)))
		return from_here(name, ret);
	if (policy == SB_PASS || handle == RTLD_NEXT)
		return answer(NULL);
	found = real_dlsym(handle, name);
	if (found && is_optional(found)) /* the global scope */
		return from_here(name, ret);
	hook = python_found(handle, name, found, ret);
	if (hook)
		return answer(hook);
	hook = hook_of(name, found);
	if (hook && is_optional(hook)) {
		if (leads_on(name, ret))
			hook = NULL;
		real_dlsym(handle, name); /* dlerror() tells of the last one */
	}
	return answer(hook);
}

struct answer samebits_before_dlvsym(void *handle, const char *name,
				     const char *version, void *ret);
struct answer samebits_before_dlvsym(void *handle, const char *name,
				     const char *version, void *ret)
{
	struct call c;

	if (BEGIN(&c, dlvsym, ret) == SB_PASS)
		return answer(NULL);
	call_end(&c, digest_string(name), 0);
	/* Our hooks have no version: these pass by us. */
	if (handle == RTLD_DEFAULT ||
	    (handle == RTLD_NEXT && before_us(ret)))
		return answer(hook_of(name,
				      real_dlvsym(RTLD_NEXT, name, version)));
	if (handle == RTLD_NEXT)
		return answer(NULL);
	return answer(hook_of(name, real_dlvsym(handle, name, version)));
}
