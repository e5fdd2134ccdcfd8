/* SPDX-License-Identifier: MIT */
/*
 * A program that sets the counts of threads in its own environment. Observed;
 * under --threads N it is told that it did, and the counts stay. All other
 * names pass without an event. Reading is no row (wrap/input.c).
 */
#define SAMEBITS_HOOKS_ENVIRONMENT
#include <stdlib.h>

#include "call.h"
#include "variables.h"
#include "banned.h"

#define ROW(fn, text)                                                          \
	SOURCE(fn, .group = "environment", .policy = SB_OBSERVE, .counts = 1,  \
	       .doc = text)

ROW(setenv, "sets a variable that is a count of threads");
ROW(putenv, "sets or takes away a variable that is a count of threads");
ROW(unsetenv, "takes away a variable that is a count of threads");
ROW(clearenv, "takes away all variables, counts of threads too");

/* The real one, before our constructor too. */
#define EARLY(fn)                                                              \
	(real_##fn ? real_##fn                                                 \
		   : (__typeof__(real_##fn))real_from(                         \
			     &src_##fn, __builtin_return_address(0)))

EXPORT int setenv(const char *name, const char *value, int replace)
{
	struct call c;
	int ret = 0;

	if (!variable_guarded(name, 0))
		return EARLY(setenv)(name, value, replace);
	if (CALL(&c, setenv) != SB_FORCE)
		ret = real_setenv(name, value, replace);
	call_end(&c, digest_string(value), 0);
	return ret;
}

/* Where there is no '=', libc takes the variable away. */
EXPORT int putenv(char *entry)
{
	struct call c;
	int ret = 0;

	if (!variable_guarded(entry, '='))
		return EARLY(putenv)(entry);
	if (CALL(&c, putenv) != SB_FORCE)
		ret = real_putenv(entry);
	call_end(&c, digest_string(entry), 0);
	return ret;
}

EXPORT int unsetenv(const char *name)
{
	struct call c;
	int ret = 0;

	if (!variable_guarded(name, 0))
		return EARLY(unsetenv)(name);
	if (CALL(&c, unsetenv) != SB_FORCE)
		ret = real_unsetenv(name);
	call_end(&c, 0, 0);
	return ret;
}

EXPORT int clearenv(void)
{
	struct call c;
	char *entry[64];
	int ret;

	CALL(&c, clearenv);
	ret = real_clearenv();
	if (c.key->policy == SB_FORCE)
		for (int n = variables_put(entry); n-- > 0;)
			real_putenv(entry[n]);
	call_end(&c, (uint64_t)ret, 0);
	return ret;
}
