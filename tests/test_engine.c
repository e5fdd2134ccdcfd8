/* SPDX-License-Identifier: MIT */
/* The engine's pure parts. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "config.h"
#include "device.h"
#include "digest.h"
#include "lineage.h"
#include "scan.h"
#include "stream.h"

/* Known answers of Philox4x64-10: the Random123 distribution, kat_vectors. */
static void test_philox(void **state)
{
	struct stream_key zero = { 0, 0 };
	uint64_t out[4];

	(void)state;
	stream_block(&zero, 0, 0, out);
	assert_true(out[0] == 0x16554d9eca36314cu);
	assert_true(out[1] == 0xdb20fe9d672d0fdcu);
	assert_true(out[2] == 0xd7e772cee186176bu);
	assert_true(out[3] == 0x7e68b68aec7ba23bu);
}

static void test_lineage(void **state)
{
	char path[64], thread[64];
	uint64_t root = lineage_root("0"), h;

	(void)state;
	h = lineage_process(path, sizeof(path), "0", root, "0.2", 3);
	assert_string_equal(path, "0/0.2.3");
	assert_true(h == lineage_root("0/0.2.3"));
	lineage_thread(thread, sizeof(thread), "0", root, 7);
	assert_string_equal(thread, "0.7");
	/* Cut texts still have hashes of their own. */
	assert_true(lineage_process(path, 4, "0", root, "0", 1) !=
		    lineage_process(path, 4, "0", root, "0", 2));
}

static void test_config(void **state)
{
	struct child child = { .slot = 5, .exec = 2, .path = "0/0.1",
			       .clock = 77 };
	char text[4096];

	(void)state;
	config_parse("mode=run,seed=42,dir=/tmp/a%2cb,limit=1024,new=1");
	assert_string_equal(config.dir, "/tmp/a,b");
	assert_true(config.seeded && config.seeds_force);
	assert_int_equal(config.seed, 42);
	assert_int_equal(config.limit, 1024);
	config_child(text, sizeof(text), &child);
	config_parse(text + strlen("SAMEBITS="));
	assert_string_equal(config.dir, "/tmp/a,b");
	assert_string_equal(config.path, "0/0.1");
	assert_int_equal(config.slot, 5);
	assert_int_equal(config.clock, 77);
	assert_int_equal(config.seed, 42);
}

/* Every mark, at every place of a block, and cut short at the end. */
static void test_scan(void **state)
{
	static const char *const marks[] = {
		"OpenSSL 3.", "BoringSSL", "LibreSSL ", "wolfSSL ",
		"/ring-0.", "mbed TLS ", "curve25519xsalsa20poly1305"
	};
	char text[128];

	(void)state;
	for (size_t i = 0; i < sizeof(marks) / sizeof(*marks); i++) {
		size_t n = strlen(marks[i]);

		for (size_t at = 0; at + n <= sizeof(text); at++) {
			memset(text, 'S', sizeof(text));
			memcpy(text + at, marks[i], n);
			assert_true(scan_crypto(text, sizeof(text)));
			assert_false(scan_crypto(text, at + n - 1));
		}
	}
	assert_false(scan_crypto(text, 0));
	memset(text, 'T', sizeof(text));
	assert_false(scan_crypto(text, sizeof(text)));
}

/* RFC 9562: version 4 and the variant in their places, all else as drawn. */
static void test_uuid(void **state)
{
	uint8_t bytes[16];
	char text[UUID_TEXT];

	(void)state;
	for (int i = 0; i < 16; i++)
		bytes[i] = (uint8_t)i;
	device_uuid(bytes, text);
	assert_memory_equal(text, "00010203-0405-4607-8809-0a0b0c0d0e0f\n",
			    UUID_TEXT);
	memset(bytes, 0xff, sizeof(bytes));
	device_uuid(bytes, text);
	assert_memory_equal(text, "ffffffff-ffff-4fff-bfff-ffffffffffff\n",
			    UUID_TEXT);
}

static void put(void *text, char *file, size_t len)
{
	memcpy(file, text, len);
}

/* A device is told by its numbers; a file put in its place by its content. */
static void test_device(void **state)
{
	int fd = open("/dev/urandom", O_RDONLY | O_CLOEXEC);
	char text[8] = "";
	struct stat st;

	(void)state;
	assert_int_equal(fstat(fd, &st), 0);
	assert_false(device_seen);
	assert_true(device_named(fd, "noise.bin", &st) == DEV_URANDOM);
	assert_true(device_seen);
	assert_int_equal(stat("/bin/sh", &st), 0);
	assert_true(device_named(fd, "noise", &st) == NO_DEVICE);
	assert_true(device_behind(fd) == DEV_URANDOM);
	assert_true(device_behind(-1) == NO_DEVICE);
	assert_int_equal(device_put(fd, 4, put, "text"), 0);
	assert_true(device_behind(fd) == NO_DEVICE);
	assert_int_equal(read(fd, text, sizeof(text)), 4);
	assert_string_equal(text, "text");
	assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
	assert_true(device_put(-1, 4, put, "text") < 0);
	close(fd);
}

/* However they are cut, it is the same; whatever changes, another. */
static void test_digest(void **state)
{
	static unsigned char data[300];
	static uint64_t of[300];
	struct digest d;

	(void)state;
	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (unsigned char)(i * 7);
	for (size_t n = 0; n < 300; n++) {
		of[n] = digest_of(data, n);
		for (size_t k = 0; k < n; k++)
			assert_true(of[n] != of[k]);
		for (size_t piece = 1; piece < 70; piece += 3) {
			digest_start(&d);
			for (size_t at = 0; at < n; at += piece)
				digest_add(&d, data + at, n - at < piece
							  ? n - at : piece);
			assert_true(digest_end(&d) == of[n]);
		}
	}
	assert_true(digest_byte(data[1]) == digest_of(data + 1, 1));
	for (size_t i = 0; i < 299; i++) {
		data[i] ^= 0x80;
		assert_true(digest_of(data, 299) != of[299]);
		data[i] ^= 0x80;
	}
	/* Zeros count. */
	memset(data, 0, sizeof(data));
	for (size_t n = 0; n < 299; n++)
		assert_true(digest_of(data, n) != digest_of(data, n + 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_philox),
		cmocka_unit_test(test_lineage),
		cmocka_unit_test(test_config),
		cmocka_unit_test(test_scan),
		cmocka_unit_test(test_uuid),
		cmocka_unit_test(test_device),
		cmocka_unit_test(test_digest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
