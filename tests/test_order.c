/* SPDX-License-Identifier: MIT */
/* The sort of names, against strcmp(), and its orders. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "config.h"
#include "order.h"

#define MOST 3000

/* Records as the kernel lays them out, and items for them. */
static char records[MOST * 280 + ORDER_SLACK];
static struct item items[2 * MOST];
static size_t used, count;

static void name_add(const char *name, size_t len)
{
	struct dirent *e = (struct dirent *)(records + used);

	e->d_reclen = (unsigned short)((offsetof(struct dirent, d_name) + len +
					1 + 7) & ~7u);
	/* What follows a name is left from before. */
	memset(e->d_name, 0xee, e->d_reclen - offsetof(struct dirent, d_name));
	memcpy(e->d_name, name, len);
	e->d_name[len] = 0;
	used += e->d_reclen;
	items[count++].entry = e;
}

static const char *name(size_t i)
{
	return items[i].entry->d_name;
}

static void start(enum order order)
{
	config.order = order;
	used = count = 0;
}

static void sort_and_check(void)
{
	order_items(items, items + count, count);
	for (size_t i = 1; i < count; i++)
		if (order_compare(name(i - 1), name(i)) > 0)
			fail_msg("%zu names: %s before %s", count, name(i - 1),
				 name(i));
}

static uint32_t draw(void)
{
	static uint32_t state = 1;

	state = state * 1664525 + 1013904223;
	return state >> 8;
}

static const size_t counts[] = { 0, 1, 2, 3, 24, 25, 26, 100, 1000, MOST };

/* Few letters, so that names share beginnings and are each other's; all bytes
 * but '/', '.' and 0 where there are many. */
static void random_names(size_t n, unsigned letters, size_t longest)
{
	char text[256];

	for (size_t i = 0; i < n; i++) {
		size_t len = 1 + draw() % longest;

		for (size_t k = 0; k < len; k++) {
			text[k] = letters < 200 ? (char)('a' + draw() % letters)
						: (char)(1 + draw() % 255);
			if (text[k] == '/' || text[k] == '.')
				text[k] = '0';
		}
		name_add(text, len);
	}
}

static void test_random(void **state)
{
	static const unsigned letters[] = { 1, 2, 3, 26, 255 };
	static const size_t longest[] = { 1, 7, 8, 9, 30, 255 };

	(void)state;
	for (size_t c = 0; c < sizeof(counts) / sizeof(*counts); c++)
		for (size_t l = 0; l < 5; l++)
			for (size_t m = 0; m < 6; m++) {
				start(ORDER_SORTED);
				random_names(counts[c], letters[l],
					     longest[m]);
				sort_and_check();
				assert_int_equal(count, counts[c]);
			}
}

/* One beginning as long as it gets, and numbers behind. */
static void test_numbered(void **state)
{
	char text[300];

	(void)state;
	for (int prefix = 0; prefix < 240; prefix += 7) {
		start(ORDER_SORTED);
		memset(text, 'x', sizeof(text));
		for (int i = 0; i < 500; i++) {
			int n = snprintf(text + prefix, 16, "%d",
					 (int)(draw() % 100000));

			name_add(text, (size_t)(prefix + n));
		}
		sort_and_check();
	}
}

static void names_of(const char *const *names)
{
	for (; *names; names++)
		name_add(*names, strlen(*names));
}

/* "." and ".." lead in every order, where names would go before them, too. */
static void test_dots(void **state)
{
	static const char *const names[] = { "..a", "-", "..", "...", ".a",
					     "!", ".", "z", NULL };
	static const char *const sorted[] = { ".", "..", "!", "-", "...",
					      "..a", ".a", "z" };

	(void)state;
	for (int order = ORDER_SORTED; order <= ORDER_SHUFFLE; order++) {
		if (order == ORDER_DISK)
			continue;
		start((enum order)order);
		names_of(names);
		sort_and_check();
		assert_string_equal(name(0), ".");
		assert_string_equal(name(1), "..");
		for (size_t i = 2; i < 8 && order != ORDER_SHUFFLE; i++)
			assert_string_equal(
				name(order == ORDER_SORTED ? i : 9 - i),
				sorted[i]);
	}
}

/* A shuffle depends on its key and the names, not on where they stood. */
static void test_shuffle(void **state)
{
	char first[64][16], text[16];
	int same = 0;

	(void)state;
	for (int round = 0; round < 3; round++) {
		start(ORDER_SHUFFLE);
		config.shuffle = round < 2 ? 7 : 8;
		for (int i = 0; i < 64; i++) {
			snprintf(text, sizeof(text), "f%d",
				 round == 1 ? 63 - i : i);
			name_add(text, strlen(text));
		}
		sort_and_check();
		for (size_t i = 0; i < 64; i++) {
			if (round == 0)
				strcpy(first[i], name(i));
			else if (round == 1)
				assert_string_equal(name(i), first[i]);
			else
				same += !strcmp(name(i), first[i]);
		}
	}
	assert_true(same < 16);
}

/* By the name alone, not by what lies around it. */
static void test_digest(void **state)
{
	char text[64];

	(void)state;
	for (size_t n = 1; n < sizeof(text); n++) {
		start(ORDER_SORTED);
		memset(text, 'q', n);
		name_add(text, n);
		name_add(text, n);
		items[1].entry->d_type = DT_DIR;
		items[1].entry->d_ino = 99;
		assert_true(entry_digest(items[0].entry) ==
			    entry_digest(items[1].entry));
		items[1].entry->d_name[n - 1]++;
		assert_true(entry_digest(items[0].entry) !=
			    entry_digest(items[1].entry));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_numbered),
		cmocka_unit_test(test_dots),
		cmocka_unit_test(test_shuffle),
		cmocka_unit_test(test_digest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
