/* SPDX-License-Identifier: MIT */
/*
 * The dynamic loader's functions. glibc takes the caller from the return
 * address (RUNPATH, $ORIGIN, RTLD_NEXT), so a hook must not call and return:
 * jump.S enters here for the bookkeeping and then jumps.
 */
#include <dlfcn.h>
#include <string.h>

#include "call.h"
#include "real.h"
#include "banned.h"

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
	return config.audit ? mode : mode & ~RTLD_DEEPBIND;
}

int samebits_before_dlopen(const char *file, int mode, void *ret, void *frame);
int samebits_before_dlopen(const char *file, int mode, void *ret, void *frame)
{
	struct call c;

	return opening(&c, file, mode,
		       call_begin(&c, &src_dlopen, ret, frame));
}

int samebits_before_dlmopen(const char *file, int mode, void *ret,
			    void *frame);
int samebits_before_dlmopen(const char *file, int mode, void *ret, void *frame)
{
	struct call c;

	return opening(&c, file, mode,
		       call_begin(&c, &src_dlmopen, ret, frame));
}

struct lookup {
	const char *name;
	void *found;
	void *hook;
};

static void consider(struct source *row, void *arg)
{
	struct lookup *l = arg;
	const char *symbol = row->symbol ? row->symbol : row->name;

	if (row->hook && row->real && *row->real == l->found &&
	    !strcmp(symbol, l->name))
		l->hook = row->hook;
}

/*
 * A lookup in one object (ctypes, JAX, TensorFlow) finds the function that our
 * hook stands in front of: answer the hook. NULL: go on with the lookup, which
 * starts at the caller for RTLD_NEXT and RTLD_DEFAULT.
 */
static void *answer(void *handle, const char *name, const char *version)
{
	struct lookup l = { .name = name };

	if (handle == RTLD_NEXT || handle == RTLD_DEFAULT || config.audit)
		return NULL;
	l.found = version ? real_dlvsym(handle, name, version)
			  : real_dlsym(handle, name);
	if (l.found)
		real_each(consider, &l);
	return l.hook;
}

void *samebits_before_dlsym(void *handle, const char *name, void *ret,
			    void *frame);
void *samebits_before_dlsym(void *handle, const char *name, void *ret,
			    void *frame)
{
	struct call c;

	if (call_begin(&c, &src_dlsym, ret, frame) == SB_PASS)
		return NULL;
	call_end(&c, digest_string(name), 0);
	return answer(handle, name, NULL);
}

void *samebits_before_dlvsym(void *handle, const char *name,
			     const char *version, void *ret, void *frame);
void *samebits_before_dlvsym(void *handle, const char *name,
			     const char *version, void *ret, void *frame)
{
	struct call c;

	if (call_begin(&c, &src_dlvsym, ret, frame) == SB_PASS)
		return NULL;
	call_end(&c, digest_string(name), 0);
	return answer(handle, name, version);
}

/* For jump.S, which cannot see the rows' static pointers. */
void *samebits_jump(unsigned which);
void *samebits_jump(unsigned which)
{
	static const char *const name[] = {
		"dlopen", "dlmopen", "dlsym",	"dlvsym",
		"vfork",  "clone",   "syscall", "__libc_start_main",
	};
	static void *real[sizeof(name) / sizeof(*name)];

	if (!real[which])
		real[which] = real_find(name[which], NULL);
	return real[which];
}
