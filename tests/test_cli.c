/* SPDX-License-Identifier: MIT */
/* What bad input gets, and what is handed through. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "harness.h"

static struct outcome o;

static const struct command usage[] = {
	{ "$SB", 125, "Usage" },
	{ "$SB rnu", 125, "did you mean run" },
	{ "$SB run", 125, "PROGRAM" },
	{ "$SB run --sed 3 true", 125, "did you mean --seed" },
	{ "$SB run -x true", 125, "unknown option -x" },
	{ "$SB run --quiet=1 true", 125, "takes no value" },
	{ "$SB run --seed x true", 125, "not a number" },
	{ "$SB run --seed -1 true", 125, "not a number" },
	{ "$SB run --seed= true", 125, "not a number" },
	{ "$SB run --seed 99999999999999999999 true", 125, "not a number" },
	{ "$SB run --seed", 125, "needs a value" },
	{ "$SB run --time=never true", 125, "logical or real" },
	{ "$SB run --order=up true", 125, "disk, reverse or shuffle:K" },
	{ "$SB run --order=shuffle true", 125, "as in shuffle:1" },
	{ "$SB run --order=shuffle:x true", 125, "as in shuffle:1" },
	{ "$SB run --trace-limit 3Q true", 125, "not a number" },
	{ "$SB run --trace-limit 0 true", 125, "256K" },
	{ "$SB run --force fork true", 125, "only be observed" },
	{ "$SB run --pids none true", 125, "namespace, virtual or real" },
	{ "$SB run --force rand,,clock true", 125, "missing between" },
	{ "$SB run /tmp", 126, "a directory" },
	{ "$SB help nosuch", 125, "no verb nosuch" },
	{ "$SB run --force getrandum true", 125, "did you mean getrandom" },
	{ "$SB run --force $(seq -s, 999) true", 125, "name groups" },
	{ "SOURCE_DATE_EPOCH=x $SB run true", 125, "SOURCE_DATE_EPOCH=x" },
	{ "$SB audit --seed 3 true", 125, "unknown option --seed" },
	{ "$SB report --sites x", 125, "not a number" },
	{ "$SB report 1 2", 125, "one RUN" },
	{ "$SB list here", 125, "--store here" },
	{ "$SB doctor x", 125, "no argument: x" },
	{ "$SB doctor --jsn", 125, "did you mean --json" },
	{ "$SB doctor > /dev/full", 125, "cannot write" },
	{ "$SB sources x", 125, "no argument" },
	{ "$SB sources --json --markdown", 125, "exclude" },
	{ "$SB sources > /dev/full", 125, "cannot write: No space" },
	{ "$SB --help > /dev/full", 125, "cannot write" },
	{ "$SB run --help >&-", 125, "cannot write" },
};

static const struct command programs[] = {
	{ "$SB run nosuchprogram", 127, "not found in PATH" },
	{ "$SB run ./nosuchprogram", 127, "not found" },
	{ "$SB run ''", 127, "not found" },
	{ "$SB run 'a\nb'", 127, "a?b: not found" },
	{ "$SB run /etc/passwd", 126, "chmod +x" },
	{ "$SB run ./$(printf %05000d 1)", 126, "too long" },
	{ "$SB run $(printf %05000d 1)", 127, "not found" },
	{ "$SB run $VICTIMS_DIR/static_program", 125, "statically linked" },
	{ "$SB run ./bits32", 125, "32-bit" },
	{ "$SB run ./foreign", 125, "another processor" },
	{ "$SB run ./cut", 126, "this machine" },
	{ "$SB run ./no_loader", 127, "loader" },
	{ "$SB run ./no_interpreter", 127, "/nowhere cannot be found" },
	{ "./broken/samebits sources", 125, "cannot be loaded" },
	{ "./broken/samebits run --force clock true", 125, "cannot be loaded" },
	{ "./alone/samebits run true", 125, "libsamebits.so is missing" },
	{ "'./a b/samebits' run true", 125, "without them" },
};

/* Go on with what remains possible. */
static const struct command partial[] = {
	{ "$SB run --partial $VICTIMS_DIR/static_program", 4,
	  "without the shim" },
	{ "$SB report | grep -q 'statically linked'", 0, "" },
	/* The kernel does not look at that byte. */
	{ "$SB run --partial ./bits32", 0, "without the shim" },
	{ "$SB report | grep -q 'uncontrolled.*32-bit'", 0, "" },
	{ "./broken/samebits run true", 125, "did not come alive" },
	{ "$SB report | grep -q 'did not come alive'", 0, "" },
	{ "$SB run -q ./shell_code", 5, "" },
};

static const char make_programs[] =
	"cd $STORE && cp /bin/true bits32 && cp /bin/true foreign && "
	"printf '\\001' | dd of=bits32 bs=1 seek=4 conv=notrunc && "
	"printf '\\050' | dd of=foreign bs=1 seek=18 conv=notrunc && "
	"head -c 20 /bin/true > cut && "
	"sed s,/lib64/ld-linux-x86-64.so.2,/lib64/ld-linux-x86-64.so.9, "
	"/bin/true > no_loader && echo '#!/nowhere' > no_interpreter && "
	"echo exit 5 > shell_code && "
	"chmod +x cut no_loader no_interpreter shell_code && "
	"mkdir broken alone 'a b' && cp $SB broken && cp $SB alone && "
	"cp $SB 'a b' && echo junk > broken/libsamebits.so && "
	"cp broken/libsamebits.so 'a b'";

static void test_bad_input(void **state)
{
	(void)state;
	outcome_of(&o, "%s", make_programs);
	assert_int_equal(o.status, 0);
	COMMANDS(usage);
	COMMANDS(programs);
	/* Nothing half-written. */
	outcome_of(&o, "ls $STORE/.samebits | grep -v latest");
	assert_string_equal(o.out, "");
	COMMANDS(partial);
}

static void test_nested(void **state)
{
	(void)state;
	/* A sanitizer's runtime wants to be the first object. */
	outcome_of(&o, "grep -q __asan_init $SB");
	if (o.status == 0)
		skip();
	outcome_of(&o, "$SB run --store $STORE $SB run true");
	assert_int_equal(o.status, 125);
	assert_non_null(strstr(o.err, "under another one"));
}

/* Of somebody else: root needs a copy, others have su. */
static void test_set_uid(void **state)
{
	static const struct command set_uid[] = {
		{ "$SB run ./su --version", 125, "set-uid" },
		{ "$SB run --partial ./su --version", 0, "without the shim" },
	};

	(void)state;
	outcome_of(&o, "cd $STORE && grep -q 'NoNewPrivs:.0' /proc/self/status "
		   "&& if [ $(id -u) = 0 ]; then cp /bin/su . && chown 1 su && "
		   "chmod 4755 su; else ln -s /bin/su . && [ -u /bin/su ]; fi");
	if (o.status)
		skip();
	COMMANDS(set_uid);
}

static const struct command stores[] = {
	{ "$SB run --store '' true", 125, "--store" },
	{ "$SB run --store /proc/nowhere true", 125, "--store" },
	{ "$SB run --store file true", 125, "Not a directory" },
	{ "$SB run --store file/x true", 125, "Not a directory" },
	{ "$SB run --store $(printf %0600d 1) true", 125, "too long" },
	{ "ulimit -f 8; $SB run --store small true", 125, "ulimit -f" },
	{ "ls small | grep .", 1, "" },
	{ "$SB list --store file", 125, "file" },
	{ "$SB report --store file", 125, "--store" },
	{ "$SB report", 125, ".samebits: there is no run here" },
	{ "$SB list", 125, ".samebits: there are no runs here" },
	{ "$SB run -q true && $SB run -q true", 0, "" },
	{ "$SB report 77", 125, "no such run in .samebits" },
	{ "$SB report 00001", 0, "" },
	{ "$SB report 000002x", 125, "did you mean 000002" },
	{ "$SB report latst", 125, "did you mean latest" },
	{ "$SB report ''", 125, "no run in this directory" },
	{ "$SB report .samebits/000001", 0, "" },
	{ "$SB report | head -n 1", 0, "" },
	{ "$SB report > /dev/full", 125, "cannot write" },
	{ "$SB report >&-", 125, "cannot write" },
	{ "rm -r .samebits/000002; $SB report | grep -q 000001", 0, "" },
};

static void test_stores(void **state)
{
	(void)state;
	outcome_of(&o, "touch $STORE/file");
	COMMANDS(stores);
}

/* Root may write anywhere: it runs a copy, in a place that others can read, as
 * somebody else. */
static void test_unwritable_store(void **state)
{
	(void)state;
	outcome_of(&o, "mkdir $STORE/no $STORE/bin && "
		   "cp $SB $(dirname $SB)/shim/libsamebits.so $STORE/bin && "
		   "chmod 555 $STORE/no $STORE; "
		   "[ $(id -u) != 0 ] || as='setpriv --reuid=65534 "
		   "--clear-groups'; cd /; "
		   "$as $STORE/bin/samebits run --store $STORE/no true; s=$?; "
		   "chmod 755 $STORE; exit $s");
	assert_int_equal(o.status, 125);
	assert_non_null(strstr(o.err, "Permission denied; name another"));
}

/* $1 bytes of a new file system at $STORE/full, then the rest. */
#define ON_DISK_OF(size, rest)                                                 \
	"mkdir -p $STORE/full; unshare -rm sh -c 'mount -t tmpfs -o size="     \
	size " none $STORE/full || exit 99; cd $STORE/full; " rest "'"

/* Neither the launcher nor any of 40 processes dies of it. */
static void test_full_disk(void **state)
{
	(void)state;
	outcome_of(&o, ON_DISK_OF("64k", "$SB run true; s=$?; ls .samebits; "
				  "exit $s"));
	if (o.status == 1 || o.status == 99)
		skip();
	assert_int_equal(o.status, 125);
	assert_non_null(strstr(o.err, "No space left on device; name another"));
	assert_string_equal(o.out, "");
	outcome_of(&o, ON_DISK_OF("1200k",
		"$SB run sh -c \"for i in $(seq -s \\  40); do /bin/true || "
		"exit 9; done; echo done\" && $SB report"));
	assert_int_equal(o.status, 0);
	assert_non_null(strstr(o.out, "done\n"));
	assert_non_null(strstr(o.out, "could not write a log"));
	/* More children are waited for than the board has room for. */
	outcome_of(&o, ON_DISK_OF("1m",
		"$SB run -q sh -c \"cat /dev/zero > f; i=0; while [ \\$i -lt "
		"200 ]; do i=\\$((i+1)); (exit 3) & wait \\$!; [ \\$? = 3 ] || "
		"exit 9; done; echo all\""));
	assert_int_equal(o.status, 0);
	assert_string_equal(o.out, "all\n");
}

static void test_no_unwind(void **state)
{
	(void)state;
	outcome_of(&o,
		   "unshare -rm sh -c 'mount --bind /dev/null $(readlink -f "
		   "/lib/x86_64-linux-gnu/libunwind.so.8) || exit 99; "
		   "$SB run --store $STORE true; echo $?; "
		   "$SB run -q --partial --store $STORE true && "
		   "$SB report --store $STORE'");
	if (o.status == 1 || o.status == 99)
		skip();
	assert_int_equal(o.status, 0);
	assert_non_null(strstr(o.err, "apt-get install libunwind8"));
	assert_non_null(strstr(o.out, "125\n"));
	assert_non_null(strstr(o.out, "libunwind was not loaded"));
}

/* As in a container: it says so, goes on, and the run remembers. */
static void test_personality_denied(void **state)
{
	(void)state;
	outcome_of(&o, "$VICTIMS_DIR/denied $SB run --store $STORE sh -c "
		   "'exit 3'");
	assert_int_equal(o.status, 3);
	assert_non_null(strstr(o.err, "addresses stay random"));
	outcome_of(&o, "$VICTIMS_DIR/denied $SB run -q --store $STORE true");
	assert_string_equal(o.err, "");
	outcome_of(&o, "$SB report --store $STORE");
	assert_non_null(strstr(o.out, "  addresses "));
}

#define PRIVATE "cd $STORE && $SB run -q --private-tmp -- "

/* May a run have a /tmp of its own here? Said well, where it may not. */
static bool private_possible(void)
{
	outcome_of(&o, PRIVATE "true");
	if (o.status == 0)
		return true;
	assert_int_equal(o.status, 125);
	assert_non_null(strstr(o.err, "leave it away"));
	return false;
}

/* Empty but for what the run stands on, written and gone. */
static void test_private_tmp(void **state)
{
	static const struct command visible[] = {
		{ PRIVATE "sh -c 'ls -A /dev/shm; ls -d /tmp/*; touch here "
		  "/tmp/samebits-private /dev/shm/samebits-private' > $STORE/o "
		  "&& ! grep -q other $STORE/o && test -e here && "
		  "test ! -e /tmp/samebits-private && "
		  "test ! -e /dev/shm/samebits-private && $SB report", 0, "" },
		{ PRIVATE "stat -c %a,%A /tmp | grep -qx 1777,drwxrwxrwt", 0,
		  "" },
		{ PRIVATE "pwd | grep -qx $STORE", 0, "" },
		/* A program in a place of its own, and one at the top. */
		{ "p=$(mktemp) && cp /bin/true $p && chmod +x $p && "
		  "cd / && $SB run -q --private-tmp --store $STORE $p; s=$?; "
		  "rm $p; exit $s", 0, "" },
		{ "p=$(mktemp -d) && printf '#!/bin/sh\nexit 7\n' > $p/s && "
		  "chmod +x $p/s && cd / && $SB run -q --private-tmp --store "
		  "$STORE $p/s; s=$?; rm -r $p; exit $s", 7, "" },
		{ "TMPDIR=/tmp/a/b; export TMPDIR; " PRIVATE "mktemp | "
		  "grep -q ^/tmp/a/b/", 0, "" },
		{ "cd /tmp && $SB run --private-tmp --store $STORE true", 125,
		  "change to another" },
		{ "cd $STORE && mkdir gone && cd gone && rmdir ../gone && "
		  "$SB run --private-tmp --store $STORE true", 125,
		  "change to another" },
		{ "$SB run --private-tmp=x true", 125, "takes no value" },
		{ "$SB run --private-tmp ./nosuchprogram", 127, "not found" },
	};

	(void)state;
	if (!private_possible())
		skip();
	outcome_of(&o, "touch /tmp/samebits-other");
	COMMANDS(visible);
	outcome_of(&o, "rm /tmp/samebits-other");
}

/* Two at once with the same names, also those that nobody reserves. */
static void test_private_tmp_twice(void **state)
{
	(void)state;
	if (!private_possible())
		skip();
	outcome_of(&o, "cd $STORE && for i in 1 2 3 4; do $SB run -q "
		   "--private-tmp -- sh -c 'f=$(mktemp -u); echo '$i' > $f; "
		   "sleep 0.3; cat $f; echo $f >> names' & done | sort; wait; "
		   "sort -u names | wc -l");
	assert_string_equal(o.out, "1\n2\n3\n4\n1\n");
}

/* But for addresses, where personality(2) is denied. */
static size_t blind_spots(const json_t *report)
{
	json_t *spots = json_object_get(report, "blind_spots"), *spot;
	size_t i, n = 0;

	json_array_foreach(spots, i, spot)
		n += strcmp(json_string_value(json_object_get(spot, "kind")),
			    "addresses") != 0;
	return n;
}

/* Names with every character that means something to somebody. */
static void test_names(void **state)
{
	static const char *const names[] = { "a b", "a,b", "a%2cb", "a\nb",
					     "a:b", "a'\"b", "\xff", "-q" };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		json_t *report;

		setenv("NAME", names[i], 1);
		outcome_of(&o, "rm -rf $STORE/*; mkdir \"$STORE/$NAME\" && cd "
			   "\"$STORE/$NAME\" && cp $VICTIMS_DIR/victim_rand "
			   "\"./$NAME\" && $SB run -q --store \"$STORE/$NAME\" "
			   "-- \"./$NAME\" fork \"$NAME\" '' && "
			   "$SB list --store \"$STORE/$NAME\" && $SB report "
			   "--store \"$STORE/$NAME\" && "
			   "ln -s -- \"$NAME/latest\" $STORE/latest");
		if (o.status)
			fail_msg("%s: %s", names[i], o.err);
		report = report_newest();
		assert_int_equal(report_calls(report, "rand"), 3);
		assert_int_equal(blind_spots(report), 0);
		json_decref(report);
	}
}

static void test_long_arguments(void **state)
{
	static const struct command rows_long[] = {
		{ "$SB run -q printf %s $(printf %0131000d 1) | wc -c | "
		  "grep -qx 131000", 0, "" },
		{ "$SB run -q echo $(seq 100000) | wc -w | grep -qx 100000", 0,
		  "" },
		{ "export A=$(printf %0100000d 1) B=$(printf %0100000d 1); "
		  "$SB run -q sh -c 'echo $A$B' | wc -c | grep -qx 200001", 0,
		  "" },
		{ "$SB list | wc -l | grep -qx 4", 0, "" },
		{ "$SB run -q printf '%s|' '' a '' | grep -qx '|a||'", 0, "" },
	};

	(void)state;
	COMMANDS(rows_long);
}

static void test_closed_streams(void **state)
{
	static const struct command closed[] = {
		{ "$SB run -q true <&-", 0, "" },
		{ "$SB run echo hi >&-", 1, "Bad file descriptor" },
		{ "$SB run echo hi 2>&-", 0, "" },
		{ "$SB run true <&- >&- 2>&-", 0, "" },
		{ "$SB list 2>&- <&- | wc -l | grep -qx 5", 0, "" },
	};

	(void)state;
	COMMANDS(closed);
}

static void test_side_by_side(void **state)
{
	(void)state;
	outcome_of(&o, "cd $STORE && for i in 1 2 3 4 5 6 7 8 9 10; do "
		   "$SB run -q sh -c 'exit '$i & done; wait; $SB list --json | "
		   "grep -o '\"status\": [0-9]*' | sort -u | wc -l; "
		   "ls .samebits | grep -c ^0; $SB report > /dev/null");
	assert_int_equal(o.status, 0);
	assert_string_equal(o.out, "10\n10\n");
}

static void test_status(void **state)
{
	(void)state;
	outcome_of(&o, "cd $STORE; for i in $(seq 0 255); do "
		   "$SB run -q sh -c \"exit $i\"; [ $? = $i ] || "
		   "echo $i: $?; done");
	assert_string_equal(o.out, "");
	assert_string_equal(o.err, "");
	for (int i = 0; i < 6; i++) {
		static const int sig[] = { 1, 2, 6, 9, 11, 15 };

		outcome_of(&o, "exec $SB run -q --store $STORE sh -c "
			   "'kill -%d $$'", sig[i]);
		assert_int_equal(o.status, 128 + sig[i]);
		assert_true(o.signalled);
		assert_string_equal(o.err, "");
	}
	outcome_of(&o, "$SB run --store $STORE true");
	assert_int_equal(o.status, 0);
	assert_non_null(strstr(o.err, "1 source, 1 call;"));
	assert_string_equal(o.out, "");
}

static void test_signal_forwarded(void **state)
{
	(void)state;
	outcome_of(&o,
		   "$SB run -q --store $STORE sh -c "
		   "'trap \"echo got; exit 3\" TERM; echo up; "
		   "while :; do sleep 0.05; done' > $STORE/out & p=$!; "
		   "while ! grep -q up $STORE/out; do sleep 0.05; done; "
		   "kill -TERM $p; wait $p; s=$?; cat $STORE/out; exit $s");
	assert_int_equal(o.status, 3);
	assert_string_equal(o.out, "up\ngot\n");
}

/* Each verb's help names each of its options, once. */
static void test_help(void **state)
{
	static const struct {
		const char *verb, *options;
	} help[] = {
		{ "", "run audit report list rm export sources doctor" },
		{ "run", "--seed --seeds --time --pids --force --observe "
			 "--order --threads --env --portable --framework --mpi "
			 "--openmp --schedule --schedule-seed --sleep --external-wait "
			 "--patience --deadlock --crypto --private-tmp --digest --deny --suppress "
			 "--trace --trace-limit --store --partial -q,.--quiet "
			 "-h,.--help" },
		{ "audit", "--digest --deny --suppress --trace --trace-limit --store "
			   "--partial -q,.--quiet -h,.--help" },
		{ "report", "--store --json --sites -h,.--help" },
		{ "list", "--store --json -h,.--help" },
		{ "rm", "--store --all --keep --older --force -h,.--help" },
		{ "export", "--perfetto --folded --jsonl --sqlite --store "
			    "--no-config -h,.--help" },
		{ "doctor", "--store --json --no-config -h,.--help" },
		{ "sources", "--json --markdown --no-config -h,.--help" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(help) / sizeof(*help); i++) {
		outcome_of(&o, "$SB %s --help > $STORE/h && $SB %s -h | cmp - "
			   "$STORE/h && grep -q '^Usage: samebits %s' "
			   "$STORE/h && for w in %s; do [ $(grep -cE -- "
			   "\"^ +$w( |$)\" $STORE/h) = 1 ] || echo $w; done",
			   help[i].verb, help[i].verb, help[i].verb,
			   help[i].options);
		assert_int_equal(o.status, 0);
		assert_string_equal(o.out, "");
		outcome_of(&o, "awk 'length > 80' $STORE/h");
		assert_string_equal(o.out, "");
	}
}

static void test_option_forms(void **state)
{
	static const struct command forms[] = {
		{ "$SB run --seed=7 --store=s -q -- true", 0, "" },
		{ "$SB run --seed 7 --store s --quiet true --seed x", 0, "" },
		{ "$SB report --store=s | grep -q 'seed 7'", 0, "" },
		{ "$SB report 2 --store s --sites=1 | grep -q 'seed 7'", 0,
		  "" },
		{ "NO_COLOR=1 $SB report --store s | grep -q '\033'", 1, "" },
		{ "$SB report --store s | grep -q '\033'", 1, "" },
	};

	(void)state;
	COMMANDS(forms);
}

/* As clang writes it: without the table that finds a unit by an address. */
static void test_lines(void **state)
{
	static const struct command lines[] = {
		{ "objcopy -R .debug_aranges $VICTIMS_DIR/victim_time v && "
		  "$SB run -q ./v && $SB report | grep -q 'main at "
		  ".*context.c:[0-9]'", 0, "" },
	};

	(void)state;
	COMMANDS(lines);
}

/* A log is damaged: what is whole is read, and what is not is said. */
static void test_damaged_log(void **state)
{
	static const struct command damage[] = {
		{ "$SB run -q sh -c 'date; date' && $SB report > whole && "
		  "! grep -q notes whole", 0, "" },
		{ "cp -r .samebits/000001 a; cd a; truncate -s 20000 *.log; "
		  "$SB report . > ../r; grep -q 'cut off' ../r", 0, "" },
		{ "cp -r .samebits/000001 b; cd b; l=$(ls *.log | head -n 1); "
		  "echo foreign > $l; $SB report . > ../r; "
		  "grep -q \"$l: not a log of samebits\" ../r && "
		  "grep -q clock_gettime ../r", 0, "" },
		{ "cp -r .samebits/000001 c; cd c; l=$(ls *.log | head -n 1); "
		  "printf '\\143' | dd of=$l bs=1 seek=8 conv=notrunc status="
		  "none; $SB report . > ../r; grep -q \"$l: format 99 .* newer "
		  "samebits\" ../r && grep -q clock_gettime ../r", 0, "" },
		{ "cp -r .samebits/000001 d; cd d; echo x > board; "
		  "echo x > manifest.json; $SB report . > ../r; "
		  "grep -q 'board' ../r && grep -q clock_gettime ../r", 0, "" },
		{ "mkdir e; cp b/*.log e; cd e; for l in *.log; do echo x > "
		  "$l; done; $SB report .", 125, "not a log of samebits" },
		{ "mkdir f; $SB report ./f", 125, "no run in this directory" },
		{ "rm .samebits/000001/manifest.json; $SB list | "
		  "grep -q 'no manifest'", 0, "" },
	};

	(void)state;
	COMMANDS(damage);
}

static void test_environment_clean(void **state)
{
	(void)state;
	outcome_of(&o, "$SB run -q --store $STORE env");
	assert_null(strstr(o.out, "SAMEBITS="));
	assert_null(strstr(o.out, "libsamebits"));
	outcome_of(&o, "$SB run -q --store $STORE sh -c 'env -i env'");
	assert_string_equal(o.out, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_bad_input),	     CASE(test_set_uid),
		CASE(test_stores),	     CASE(test_unwritable_store),
		CASE(test_full_disk),	     CASE(test_no_unwind),
		CASE(test_names),	     CASE(test_personality_denied),
		CASE(test_long_arguments),   CASE(test_closed_streams),
		CASE(test_side_by_side),     CASE(test_status),
		CASE(test_signal_forwarded), CASE(test_help),
		CASE(test_option_forms),     CASE(test_damaged_log),
		CASE(test_lines),
		CASE(test_environment_clean), CASE(test_nested),
		CASE(test_private_tmp),	     CASE(test_private_tmp_twice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
