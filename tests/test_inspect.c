/* SPDX-License-Identifier: MIT */
/* What is found in an object's code, what is not, and how it is kept. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "../tools/inspect.h"
#include "../tools/known.h"
#include "../tools/opcode.h"
#include "harness.h"

static const uint8_t any[20];
static struct inspection found;
static struct outcome o;

static const struct finding *finding(const char *what)
{
	for (size_t i = 0; i < found.n; i++)
		if (!strcmp(found.finding[i].what, what))
			return &found.finding[i];
	return NULL;
}

/* Names, separated by blanks; NULL: it must not be there. */
static void expect(const char *what, const char *names)
{
	const struct finding *f = finding(what);
	char text[512] = "";

	for (unsigned i = 0; f && i < f->functions && i < FINDING_NAMES; i++) {
		strcat(text, i ? " " : "");
		strcat(text, f->name[i]);
	}
	if (!f != !names || (f && strcmp(text, names)))
		fail_msg("%s: %s, not %s", what, f ? text : "not there",
			 names ? names : "nothing");
}

static void test_found(void **state)
{
	(void)state;
	assert_int_equal(inspect(&found, getenv("OPCODES"), any), 0);
	expect("RDTSC", "hidden_clock");
	expect("RDTSCP", "ordered");
	expect("RDRAND", "chip");
	expect("RDSEED", "chip");
	expect("RDPID", "chip");
	expect("raw getrandom", "own_getrandom");
	expect("system calls", "own_number");
	expect("built in", "dgemm_");
	assert_int_equal(found.n, 8);
}

/* By the functions' starts, as the unwind entries have them. */
static void test_stripped(void **state)
{
	const struct finding *f;
	char path[256];

	(void)state;
	outcome_of(&o, "cp $OPCODES $STORE/s && strip $STORE/s && "
		   "cp $STORE/s $STORE/n && objcopy -R .note.gnu.build-id "
		   "$STORE/n");
	assert_int_equal(o.status, 0);
	snprintf(path, sizeof(path), "%s/s", getenv("STORE"));
	assert_int_equal(inspect(&found, path, any), 0);
	f = finding("RDTSC");
	assert_non_null(f);
	assert_int_equal(f->functions, 1);
	assert_memory_equal(f->name[0], "+0x", 3);
	expect("RDTSCP", "ordered"); /* exported */
	expect("built in", NULL);
	assert_int_equal(found.n, 7);
}

static void test_not_an_object(void **state)
{
	static const uint8_t other[20] = { 1 };

	(void)state;
	assert_int_equal(inspect(&found, "/etc/passwd", any), -ENOEXEC);
	assert_int_equal(inspect(&found, "/nowhere", any), -ENOENT);
	assert_int_equal(inspect(&found, "/dev/zero", any), -ENOEXEC);
	assert_int_equal(inspect(&found, "/tmp", any), -ENOEXEC);
	assert_int_equal(inspect(&found, getenv("OPCODES"), other), -ESTALE);
}

static void write_file(const char *path, const char *data, size_t size)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_int_equal(fwrite(data, 1, size, f), size);
	fclose(f);
}

/* Damage gives less, or an error, and never more than that. */
static void test_damaged(void **state)
{
	char path[256], *data = malloc(1 << 20);
	FILE *f = fopen(getenv("OPCODES"), "r");
	size_t size;

	(void)state;
	assert_non_null(f);
	size = fread(data, 1, 1 << 20, f);
	fclose(f);
	snprintf(path, sizeof(path), "%s/d", getenv("STORE"));
	for (size_t n = 0; n < size; n += 97) {
		write_file(path, data, n);
		inspect(&found, path, any);
	}
	srand(1);
	for (int i = 0; i < 3000; i++) {
		/* Headers and tables, mostly. */
		size_t at = (size_t)rand() % (i % 2 ? 1024 : size);
		char was = data[at];

		data[at] = (char)(i % 3 ? ~0 : rand());
		write_file(path, data, size);
		inspect(&found, path, any);
		data[at] = was;
	}
	free(data);
}

static int collect(size_t offset, void *arg)
{
	size_t *sum = arg;

	sum[0]++;
	sum[1] += offset;
	return 0;
}

/* At every distance from the ends and from a block's border. */
static void test_search(void **state)
{
	uint8_t code[80];

	(void)state;
	for (size_t size = 0; size <= sizeof(code); size++)
		for (size_t at = 0; at + 2 <= size; at++) {
			size_t sum[2] = { 0, 0 };
			uint8_t *copy = malloc(size);

			memset(copy, 0x0f, size);
			copy[at + 1] = 0x31;
			opcode_search(copy, size, collect, sum);
			assert_int_equal(sum[0], 1);
			assert_int_equal(sum[1], at);
			free(copy);
		}
}

static void test_cache(void **state)
{
	static const uint8_t id[20] = { 0xab, 1 };
	static struct inspection again;
	char path[256];

	(void)state;
	setenv("XDG_CACHE_HOME", getenv("STORE"), 1);
	assert_false(known_read(&again, "/x", id));
	assert_int_equal(inspect(&found, getenv("OPCODES"), any), 0);
	known_write(&found, "/x", id);
	assert_true(known_read(&again, "/y", id));
	assert_int_equal(again.n, found.n);
	for (size_t i = 0; i < found.n; i++)
		assert_memory_equal(&again.finding[i], &found.finding[i],
				    sizeof(struct finding));
	/* Without a build-id: as long as the file is as it was. */
	known_write(&found, getenv("OPCODES"), any);
	assert_true(known_read(&again, getenv("OPCODES"), any));
	outcome_of(&o, "cp $OPCODES $STORE/copy; ls $STORE/samebits/objects | "
		   "grep -c -e ^ab01 -e ^file-");
	assert_string_equal(o.out, "2\n");
	snprintf(path, sizeof(path), "%s/copy", getenv("STORE"));
	assert_false(known_read(&again, path, any));
	/* A damaged entry, or one of another version, is none. */
	outcome_of(&o, "cd $STORE/samebits/objects && truncate -s 50 ab01* && "
		   "sed -i s/version/vision/ file-*");
	assert_false(known_read(&again, "/x", id));
	assert_false(known_read(&again, getenv("OPCODES"), any));
	known_write(&found, "/x", id);
	assert_true(known_read(&again, "/x", id));
	unsetenv("XDG_CACHE_HOME");
}

/* No call led there: it was only loaded. */
static void test_in_a_run(void **state)
{
	static const struct command commands[] = {
		{ "export XDG_CACHE_HOME=$PWD; for v in run audit; do "
		  "$SB $v $OPCODES_USER $OPCODES 2> said || exit 9; "
		  "grep -q 'blind spots: [1-9]' said || exit 8; "
		  "$SB report > r; grep -q 'instructions .*opcodes.*: RDTSC in "
		  "hidden_clock; RDRAND in chip; RDSEED in chip' r || exit 7; "
		  "grep -q 'built-in .*opcodes.* has its own dgemm_' r || "
		  "exit 6; done", 0, "" },
		/* However it ends. */
		{ "export XDG_CACHE_HOME=$PWD; for h in KILL _exit fork; do "
		  "$SB run -q $OPCODES_USER $OPCODES $h; $SB report | grep -q "
		  "'RDRAND in chip' || echo $h >&2; done 2>&1 | grep -v Killed",
		  1, "" },
		/* Known now: also where the file is gone. */
		{ "export XDG_CACHE_HOME=$PWD; cp $OPCODES o.so; $SB run -q "
		  "$OPCODES_USER ./o.so; rm o.so; $SB report | grep -q "
		  "'RDRAND in chip'", 0, "" },
		{ "export XDG_CACHE_HOME=$PWD/new; $SB report | grep -q "
		  "'not-inspected .*o.so: No such file'", 0, "" },
		/* A directory that cannot be made only costs time. */
		{ "export XDG_CACHE_HOME=/proc/nowhere; $SB run -q "
		  "$OPCODES_USER $OPCODES && $SB report | grep -q 'RDRAND in "
		  "chip'", 0, "" },
		{ "export XDG_CACHE_HOME=$PWD/third; $SB run $OPCODES_USER "
		  "$BIG_OBJECT", 0, " to look into)" },
		{ "export XDG_CACHE_HOME=$PWD/third; $SB report > r; "
		  "$SB run -- $OPCODES_USER $BIG_OBJECT 2>&1 | "
		  "grep 'look into'", 1, "" },
		/* Cryptography's own entropy is what it should have. */
		{ "export XDG_CACHE_HOME=$PWD; cp $OPCODES libcrypto.so.9; "
		  "$SB run -q $OPCODES_USER ./libcrypto.so.9; $SB report | "
		  "grep libcrypto", 1, "" },
	};

	(void)state;
	/* Larger than a run's end has time for. */
	outcome_of(&o, "cp $OPCODES $STORE/big.so && truncate -s 40M "
		   "$STORE/big.so && objcopy --add-section x=/dev/null "
		   "$OPCODES $STORE/other.so");
	setenv("BIG_OBJECT", "./big.so", 1);
	COMMANDS(commands);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_found), CASE(test_stripped),
		cmocka_unit_test(test_not_an_object),
		CASE(test_damaged), cmocka_unit_test(test_search),
		CASE(test_cache), CASE(test_in_a_run),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
