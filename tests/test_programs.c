/* SPDX-License-Identifier: MIT */
/* Real programs: five controlled runs, one result. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "harness.h"

static struct outcome first, next;

static void five(const char *program, bool differs)
{
	outcome_of(&first, "$SB run -q --store $STORE -- %s", program);
	if (first.status || !first.out[0])
		fail_msg("%s: status %d: %s", program, first.status,
			 first.err);
	for (int i = 0; i < 4; i++) {
		outcome_of(&next, "$SB run -q --store $STORE -- %s",
			   program);
		assert_string_equal(first.out, next.out);
	}
	if (!differs)
		return;
	outcome_of(&first, "%s", program);
	outcome_of(&next, "%s", program);
	assert_string_not_equal(first.out, next.out);
}

static void test_python(void **state)
{
	(void)state;
	/* Where addresses cannot be fixed, samebits says so: not here, too. */
	outcome_of(&first, "setarch -R true");
	setenv("ADDRESS", first.status ? "0" : "id(object())", 1);
	five("/usr/bin/python3 -c 'import random, os, time, uuid; "
	     "print(random.random(), os.urandom(8), time.time(), "
	     "time.monotonic(), uuid.uuid4(), hash(\"a\"), '$ADDRESS')'",
	     true);
}

static void test_numpy(void **state)
{
	(void)state;
	five("/usr/bin/python3 -c 'import numpy as n; print(n.random.rand(), "
	     "n.random.default_rng().random())'", true);
	five("/usr/bin/python3 $EXAMPLES_DIR/train_sklearn.py", true);
}

static void test_c_example(void **state)
{
	(void)state;
	five("$TRAIN_MLP $EXAMPLES_DIR/data/digits.csv", true);
}

#define FASTTEXT                                                               \
	"sh -c 'for i in $(seq 300); do echo __label__$((i % 3)) w$i "          \
	"x$((i % 7)) y; done > $STORE/t; fasttext supervised -input "           \
	"$STORE/t -output $STORE/m -thread 1 -dim 8 -epoch 3 >&2; "            \
	"md5sum < $STORE/m.bin'"

static void test_fasttext(void **state)
{
	(void)state;
	five(FASTTEXT, false);
}

static void test_darknet(void **state)
{
	(void)state;
	/* It seeds from time(): natively two in one second agree. */
	five("bash $PROGRAMS_DIR/darknet.sh $STORE", false);
	outcome_of(&next, "$SB run -q --seed 2 --store $STORE -- "
		   "bash $PROGRAMS_DIR/darknet.sh $STORE");
	assert_string_not_equal(first.out, next.out);
}

/* The clocks have no rows: libgfortran asks libc, and the report names the
 * Fortran code that asked. */
static void test_fortran(void **state)
{
	(void)state;
	five("$VICTIMS_DIR/draws", true);
	outcome_of(&next, "$SB report --sites 99 --store $STORE");
	assert_non_null(strstr(next.out, "_gfortran_system_clock_8"));
	assert_non_null(strstr(next.out, "draws.f90"));
	outcome_of(&first, "$SB run -q --store $STORE -- $VICTIMS_DIR/draws 1");
	outcome_of(&next, "$SB run -q --seed 2 --store $STORE -- "
		   "$VICTIMS_DIR/draws 1");
	assert_string_not_equal(first.out, next.out);
}

/* libuuid, behind Python's _uuid, which is opened RTLD_LOCAL. */
static void test_uuid(void **state)
{
	(void)state;
	five("/usr/bin/python3 -c 'import uuid; u = [uuid.uuid1() for i in "
	     "range(99)]; print(u, uuid.uuid4(), len(set(u)) == 99, "
	     "sorted(u, key=lambda x: x.time) == u)'", true);
	assert_non_null(strstr(first.out, "True True"));
	outcome_of(&next, "$SB report --store $STORE");
	assert_non_null(strstr(next.out, "uuid_generate_time_safe"));
	outcome_of(&next, "$SB run -q --time real --store $STORE -- "
		   "/usr/bin/python3 -c 'import time, uuid; t = (uuid.uuid1()"
		   ".time - 0x01b21dd213814000) / 1e7; "
		   "print(abs(t - time.time()) < 60)'");
	assert_string_equal(next.out, "True\n");
}

/* What came from elsewhere is counted, and named as what cannot repeat. */
static void test_network(void **state)
{
	json_t *report;

	(void)state;
	outcome_of(&first, "$SB run -q --store $STORE -- /usr/bin/python3 "
		   "$PROGRAMS_DIR/loopback.py");
	assert_string_equal(first.out, "b'HELLO'\n");
	report = report_newest();
	assert_int_equal(report_calls(report, "recv"), 2);
	assert_int_equal(json_integer_value(json_object_get(
				 report_source(report, "recv"), "bytes")), 10);
	assert_int_equal(report_calls(report, "connect"), 1);
	json_decref(report);
	outcome_of(&next, "$SB report --store $STORE");
	assert_non_null(strstr(next.out, "talked to others"));
}

/* Hash seeds, and what they put in order. */
static void test_hash_order(void **state)
{
	(void)state;
	five("/usr/bin/python3 -c 'print({str(i) for i in range(20)}, "
	     "hash(\"a\"))'", true);
	outcome_of(&first, "$SB run -q --seed 1 --store $STORE -- "
		   "/usr/bin/python3 -c 'print(hash(\"a\"))'");
	outcome_of(&next, "$SB run -q --seed 2 --store $STORE -- "
		   "/usr/bin/python3 -c 'print(hash(\"a\"))'");
	assert_string_not_equal(first.out, next.out);
}

/* Programs that nobody had in mind. */
static void test_others(void **state)
{
	(void)state;
	five("shuf -i 1-100000 -n 9", true);
	five("sh -c 'seq 1000 | sort -R'", true);
	five("sh -c 'seq 1000 | shuf | head -n 5'", true);
	five("gawk 'BEGIN { srand(); print rand(), systime() }'", false);
	five("mawk 'BEGIN { srand(); print rand() }'", false);
	five("perl -e 'print time, localtime, times'", false);
	five("bash -c 'echo $SRANDOM $EPOCHREALTIME $SECONDS'", true);
	five("date +%s.%N", true);
	five("$VICTIMS_DIR/victim_random_device main", true);
}

/* Who draws from a device, by whatever way: another seed, other draws. */
static void test_devices(void **state)
{
	static const char *const programs[] = {
		"perl -e 'print rand, rand'",
		"sqlite3 :memory: 'select random(), hex(randomblob(8))'",
		"od -An -N8 -tx8 /dev/urandom",
		"xxd -l 8 /dev/random",
		"sh -c 'head -c 8 </dev/urandom | od -An -tx8'",
		"sh -c 'dd if=/dev/urandom bs=4 count=2 status=none | xxd'",
		"sh -c 'tr -dc a-z </dev/urandom | head -c 20'",
		"sh -c 'busybox cat /dev/urandom | busybox od -N8'",
		"shuf -i 1-100000 -n 9 --random-source=/dev/urandom",
		"/usr/bin/python3 -c 'print(open(\"/dev/urandom\", "
		"\"rb\").read(8))'",
		"gawk 'BEGIN { getline u <\"/proc/sys/kernel/random/uuid\"; "
		"print u }'",
		"$HAZARDS_DIR/hazard_streams files",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(programs) / sizeof(*programs); i++) {
		five(programs[i], true);
		outcome_of(&first, "$SB run -q --seed 42 --store $STORE -- %s",
			   programs[i]);
		outcome_of(&next, "$SB run -q --seed 43 --store $STORE -- %s",
			   programs[i]);
		assert_string_not_equal(first.out, next.out);
	}
}

/* Programs that go by the times of files. */
static void test_file_times(void **state)
{
	static const char *const scenes[] = {
		"make_again", "make_filters", "archive",  "repository",
		"module",     "copies",	      "packages", "compiled",
	};

	(void)state;
	/* The first is only right natively when the clock ticks in between. */
	for (size_t i = 0; i < sizeof(scenes) / sizeof(*scenes); i++) {
		char command[128];

		snprintf(command, sizeof(command),
			 "bash $PROGRAMS_DIR/times.sh %s $STORE", scenes[i]);
		outcome_of(&first, "%s", command);
		if (first.status && i > 0)
			fail_msg("%s, natively: %s%s", command, first.out,
				 first.err);
		five(command, false);
	}
}

/* Temporary names: shown where a program shows them, and out of the way where
 * it does not. */
static void test_temp_names(void **state)
{
	(void)state;
	five("mktemp -u", true);
	five("sh -c 'f=$(mktemp); d=$(mktemp -d); echo $f $d; rm -r $f $d'",
	     true);
	five("/usr/bin/python3 -c 'import tempfile as t; "
	     "print(t.NamedTemporaryFile().name, t.TemporaryDirectory().name, "
	     "t.mktemp())'", true);
	five("sh -c 'cd $STORE; echo \"int main(void) { return 0; }\" > m.c; "
	     "gcc -v m.c -o m 2>&1 | grep -o \"/tmp/cc[^ ]*\"; ./m'", true);
	five("sh -c 'mkdir -p $STORE/t; seq 200000 | sort -S 64k -T $STORE/t | "
	     "md5sum; ls $STORE/t'", false);
	five("bash -c 'wc -c <<< $(seq 50000)'", false);
}

/* Two runs with the same names, at once: neither gets the other's files. */
static void test_temp_side_by_side(void **state)
{
	(void)state;
	outcome_of(&first, "cd $STORE; for i in 1 2 3 4 5 6 7 8; do "
		   "$SB run -q --store $STORE/s -- sh -c 'for k in 1 2 3 4 5; "
		   "do f=$(mktemp -p $STORE); echo '$i' >> $f; "
		   "d=$(mktemp -dp $STORE); echo '$i' >> $d/f; done' & done; "
		   "wait; cat tmp.*/f tmp.?????????? 2> err | sort | uniq -c; "
		   "ls -d tmp.* | wc -l");
	assert_string_equal(first.out, "     10 1\n     10 2\n     10 3\n"
				       "     10 4\n     10 5\n     10 6\n"
				       "     10 7\n     10 8\n80\n");
}

/* Do no harm: who seeds himself gets what he gets natively. */
static void test_seeded(void **state)
{
	static const char *const programs[] = {
		"/usr/bin/python3 -c 'import random, numpy as n; "
		"random.seed(1); n.random.seed(1); print(random.random(), "
		"n.random.rand(3), n.random.default_rng(1).random(3))'",
		"/usr/bin/python3 -c 'import numpy as n; from sklearn.ensemble "
		"import RandomForestClassifier as F; x = n.arange(400)."
		"reshape(100, 4) % 37; f = F(5, random_state=0); print("
		"f.fit(x, x[:, 0] > 9).feature_importances_)'",
		"gawk 'BEGIN { srand(1); print rand(), rand() }'",
		"mawk 'BEGIN { srand(1); print rand(), rand() }'",
		"perl -e 'srand(1); print rand(), rand()'",
		"$VICTIMS_DIR/draws 1",
		FASTTEXT,
	};

	(void)state;
	for (size_t i = 0; i < sizeof(programs) / sizeof(*programs); i++) {
		outcome_of(&first, "%s", programs[i]);
		outcome_of(&next, "$SB run -q --store $STORE -- %s",
			   programs[i]);
		assert_int_equal(first.status, 0);
		assert_true(first.out[0]);
		assert_string_equal(first.out, next.out);
	}
}

/* Keys stay random, whoever makes them. */
static void test_keys(void **state)
{
	static const char *const makers[] = {
		"openssl rand -hex 16",
		"/usr/bin/python3 -c 'import secrets; "
		"print(secrets.token_hex(16))'",
		"/usr/bin/python3 -c 'import secrets; "
		"print(secrets.randbits(128))'",
		"/usr/bin/python3 -c 'import secrets; "
		"print(secrets.SystemRandom().random())'",
		"/usr/bin/python3 -c 'import ssl; print(ssl.RAND_bytes(16))'",
		"/usr/bin/python3 -c 'import ctypes; "
		"s = ctypes.CDLL(\"libsodium.so.23\"); s.sodium_init(); "
		"b = ctypes.create_string_buffer(16); "
		"s.randombytes_buf(b, 16); print(b.raw)'",
		"/usr/bin/python3 -c 'import ctypes; "
		"s = ctypes.CDLL(\"libgcrypt.so.20\"); "
		"b = ctypes.create_string_buffer(16); "
		"s.gcry_randomize(b, 16, 1); print(b.raw)'",
		"sh -c 'rm -f $STORE/k*; ssh-keygen -q -t ed25519 -N \"\" "
		"-f $STORE/k; cat $STORE/k.pub'",
		"sh -c 'openssl genpkey -algorithm ed25519'",
		"pwgen -s 20 1",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(makers) / sizeof(*makers); i++) {
		outcome_of(&first, "$SB run -q --store $STORE -- %s",
			   makers[i]);
		outcome_of(&next, "$SB run -q --store $STORE -- %s",
			   makers[i]);
		if (first.status || !first.out[0])
			fail_msg("%s: status %d: %s", makers[i], first.status,
				 first.err);
		if (!strcmp(first.out, next.out))
			fail_msg("%s: predictable", makers[i]);
	}
}

/* --crypto=force alone makes them predictable, and says so. */
static void test_forced_keys(void **state)
{
	static const char program[] =
		"/usr/bin/python3 -c 'import secrets, ssl; "
		"print(ssl.RAND_bytes(16), secrets.token_hex(16))'";

	(void)state;
	for (int i = 0; i < 2; i++) {
		outcome_of(i ? &next : &first, "$SB run --crypto force --store "
			   "$STORE -- %s", program);
		assert_int_equal(first.status, 0);
	}
	assert_string_equal(first.out, next.out);
	assert_non_null(strstr(first.err, "predictable"));
	for (int i = 0; i < 2; i++)
		outcome_of(i ? &next : &first, "LD_PRELOAD=$(dirname $SB)/shim/"
			   "libsamebits.so SAMEBITS=mode=run,store=$STORE,"
			   "force=RAND_bytes+openssl %s", program);
	assert_int_equal(first.status, 0);
	assert_string_not_equal(first.out, next.out);
}

/* Certificates are of today, and are valid today. */
static void test_certificates(void **state)
{
	(void)state;
	outcome_of(&first, "cd $STORE && openssl req -x509 -newkey ec -pkeyopt "
		   "ec_paramgen_curve:P-256 -days 2 -nodes -subj /CN=localhost "
		   "-addext subjectAltName=DNS:localhost -keyout key.pem "
		   "-out cert.pem");
	assert_int_equal(first.status, 0);
	outcome_of(&first, "cd $STORE && $SB run -q -- openssl x509 -in "
		   "cert.pem -noout -checkend 3600");
	assert_string_equal(first.out, "Certificate will not expire\n");
	outcome_of(&first, "cd $STORE && $SB run -q -- openssl verify -CAfile "
		   "cert.pem cert.pem");
	assert_string_equal(first.out, "cert.pem: OK\n");
	outcome_of(&first, "cd $STORE && $SB run -q -- /usr/bin/python3 "
		   "$PROGRAMS_DIR/tls.py cert.pem key.pem");
	assert_string_equal(first.out, "b'hello'\n");
}

/* Five audits of an unseeded program, five outputs. */
static void test_audit_changes_nothing(void **state)
{
	static const char *const programs[] = {
		"$TRAIN_MLP $EXAMPLES_DIR/data/digits.csv 1",
		"shuf -i 1-1000000000 -n 2",
		"/usr/bin/python3 -c 'import random; print(random.random())'",
		"/usr/bin/python3 -c 'print({str(i) for i in range(30)})'",
		"date +%s.%N",
	};
	static char seen[5][1024];

	(void)state;
	for (size_t p = 0; p < sizeof(programs) / sizeof(*programs); p++)
		for (int i = 0; i < 5; i++) {
			outcome_of(&first, "$SB audit -q --store $STORE -- %s | "
				   "tail -n 1", programs[p]);
			assert_true(first.out[0]);
			snprintf(seen[i], sizeof(seen[i]), "%.1023s",
				 first.out);
			for (int k = 0; k < i; k++)
				assert_string_not_equal(seen[i], seen[k]);
		}
}

/* Allocators that start before everybody. */
static void test_allocators(void **state)
{
	(void)state;
	five("env LD_PRELOAD=libjemalloc.so.2 $VICTIMS_DIR/victim_rand thread",
	     false);
	five("env LD_PRELOAD=libtcmalloc_minimal.so.4 "
	     "$VICTIMS_DIR/victim_getrandom thread", true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_python),   CASE(test_numpy),
		CASE(test_c_example), CASE(test_fasttext),
		CASE(test_darknet),  CASE(test_hash_order),
		CASE(test_others),   CASE(test_seeded),
		CASE(test_devices),  CASE(test_file_times),
		CASE(test_temp_names), CASE(test_temp_side_by_side),
		CASE(test_fortran),  CASE(test_uuid),
		CASE(test_network),
		CASE(test_keys),     CASE(test_forced_keys),
		CASE(test_certificates),
		CASE(test_audit_changes_nothing),
		CASE(test_allocators),
	};

	cmocka_set_test_filter(getenv("ONLY"));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
