/* SPDX-License-Identifier: MIT */
/* samebits.conf: which file and which line wins, and what errors say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "harness.h"

#define CONF(text) "printf '" text "' > samebits.conf; "
#define USER(text) "printf '" text "' > config/samebits/samebits.conf; "
#define SEED(n) " && $SB report --store s | grep -q 'seed " n ",'"
#define NO_SEED " && ! $SB report --store s | grep -q 'seed '"
#define RUN "$SB run -q --store s "

static int setup(void **state)
{
	static struct outcome o;

	if (store_make(state))
		return -1;
	outcome_of(&o, "mkdir -p $STORE/config/samebits "
		   "$STORE/home/.config/samebits");
	setenv("XDG_CONFIG_HOME", "config", 1); /* relative: ignored */
	return 0;
}

static void test_which_wins(void **state)
{
	static const struct command order[] = {
		{ RUN "true" NO_SEED, 0, "" },
		{ CONF("[run]\\nseed = 3\\n") RUN "true" SEED("3"), 0, "" },
		{ RUN "--seed 4 true" SEED("4"), 0, "" },
		{ RUN "--no-config true" NO_SEED, 0, "" },
		{ USER("[run]\\nseed=5\\n")
		  "export XDG_CONFIG_HOME=$PWD/config; "
		  RUN "true" SEED("3"), 0, "" },
		{ "export XDG_CONFIG_HOME=$PWD/config; rm samebits.conf; "
		  RUN "true" SEED("5"), 0, "" },
		{ RUN "true" NO_SEED, 0, "" },
		{ "cp config/samebits/samebits.conf home/.config/samebits; "
		  "unset XDG_CONFIG_HOME; HOME=$PWD/home " RUN "true"
		  SEED("5"), 0, "" },
		/* A section goes before the lines for all; then the last. */
		{ CONF("store = s\\nseed = 1\\n[run]\\nseed = 2\\nseed = 6\\n"
		       "[audit]\\nquiet = yes\\n")
		  "$SB run -q true" SEED("6"), 0, "" },
		{ "$SB audit true && $SB list | grep -q audit", 0, "" },
		/* Another verb's section is not ours. */
		{ CONF("\\n # c\\n\\t[list]  \\njson=no\\n[audit]\\n"
		       "quiet=yes\\n")
		  "$SB run --store s true", 0, "run 0" },
		{ CONF(" quiet\\t=  yes \\r\\n")
		  "$SB run --store s true 2>&1 | grep .", 1, "" },
		{ "$SB run --no-quiet --store s true", 0, "run 0" },
		{ "$SB run --no-seed --store s true", 125,
		  "unknown option --no-seed" },
		{ CONF("quiet = no") USER("quiet = yes")
		  "XDG_CONFIG_HOME=$PWD/config $SB run --store s true", 0,
		  "run 0" },
		{ CONF("json = yes\\n[report]\\njson = no\\n[run]\\nseed=1")
		  "$SB report --store s | grep -q '^run' && $SB list --store s "
		  "| grep -q '^\\['", 0, "" },
		{ "$SB report latest --no-config --store s | grep -q '^run'", 0,
		  "" },
	};

	(void)state;
	COMMANDS(order);
}

static void test_errors(void **state)
{
	static const struct command errors[] = {
		{ CONF("\\nsed = 3\\n") "$SB run true", 125,
		  "samebits.conf:2: unknown option sed; did you mean seed?" },
		{ "$SB list", 125, "samebits.conf:2: unknown option sed" },
		{ "$SB list --no-config", 125, "no runs here" },
		{ "$SB list --help", 0, "" },
		{ CONF("zzzzzzzz = 3") "$SB run true", 125, "VERB --help" },
		{ CONF("[run]\\njson = yes") "$SB run true", 125,
		  "samebits.conf:2: unknown option json; see samebits run" },
		{ CONF("[rum]") "$SB run true", 125,
		  "samebits.conf:1: there is no verb rum; did you mean" },
		{ CONF("[run") "$SB run true", 125, "ends with ]" },
		{ CONF("[") "$SB run true", 125, "ends with ]" },
		{ CONF("seed") "$SB run true", 125, "seed needs a value" },
		{ CONF("seed =") "$SB run true", 125, "seed needs a value" },
		{ CONF("= 3") "$SB run true", 125, "unknown option" },
		{ CONF("quiet = maybe") "$SB run true", 125,
		  "samebits.conf:1: quiet is yes or no" },
		{ CONF("\\n\\nseed = x") "$SB run true", 125,
		  "samebits.conf:3: --seed x: not a number" },
		{ "$SB run --seed y true", 125, "samebits: --seed y: not" },
		{ CONF("time = never") "$SB run true", 125,
		  "samebits.conf:1: --time never: must be logical or real" },
		{ CONF("force = getrandum") "$SB run true", 125,
		  "samebits.conf:1: --force: no source" },
		{ CONF("a\\000b = 1") "$SB run true", 125,
		  "samebits.conf:1: there is a NUL byte" },
		{ "head -c 100000 /dev/urandom | tr '\\n' x > samebits.conf; "
		  "$SB run true", 125, "samebits.conf:1: " },
		/* Keys must not become predictable by a forgotten file. */
		{ CONF("[run]\\ncrypto = force") "$SB run true", 125,
		  "samebits.conf:2: crypto cannot be set in a file" },
		{ CONF("[rm]\\nall = yes") "$SB rm", 125,
		  "samebits.conf:2: all cannot be set in a file" },
		{ CONF("[rm]\\nkeep = 1") "$SB run -q true; $SB run -q true; "
		  "$SB run -q true; $SB rm 2 && $SB rm && $SB list | "
		  "grep -c true | grep -qx 1 && $SB rm --all", 0,
		  "removed 1 run" },
		{ USER("crypto = force") "rm samebits.conf; "
		  "XDG_CONFIG_HOME=$PWD/config $SB run true", 125,
		  "config/samebits/samebits.conf:1: crypto cannot" },
		{ "mkdir samebits.conf; $SB run true", 125,
		  "not a regular file; put it right, or --no-config" },
		{ "rmdir samebits.conf; mkfifo samebits.conf; $SB run true",
		  125, "not a regular file" },
		{ "rm samebits.conf; ln -s samebits.conf samebits.conf; "
		  "$SB run true", 125, "cannot be read: Too many levels" },
		{ "rm samebits.conf; ln -s nowhere samebits.conf; "
		  "$SB run -q true", 0, "" },
	};

	(void)state;
	COMMANDS(errors);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_which_wins, setup,
						store_drop),
		cmocka_unit_test_setup_teardown(test_errors, setup, store_drop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
