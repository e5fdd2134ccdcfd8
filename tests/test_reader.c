/* SPDX-License-Identifier: MIT */
/* tools/reader.c: whole, truncated, damaged, foreign and newer logs. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "../tools/reader.h"

#define DEFS 1024
#define COUNTERS 512
#define EVENTS 512
#define SLOTS ((COUNTERS - sizeof(struct sb_chunk)) / sizeof(struct sb_counter))
#define CHUNKS SB_PAGE
#define SIZE (CHUNKS + DEFS + COUNTERS + EVENTS + COUNTERS + 4096)

struct image {
	char *data;
	char *at;
};

static struct sb_chunk *chunk(struct image *i, uint32_t type, uint32_t size)
{
	struct sb_chunk *c = (void *)i->at;

	*c = (struct sb_chunk){ .magic = SB_CHUNK_MAGIC, .type = type,
				.size = size };
	i->at += size;
	return c;
}

static void *record(struct sb_chunk *c, uint16_t type, uint32_t id, size_t size)
{
	struct sb_record *r = (void *)((char *)(c + 1) + c->used);

	size = (size + 7) & ~(size_t)7;
	*r = (struct sb_record){ type, (uint16_t)size, id };
	c->used += size;
	return r;
}

static void add_defs(struct image *i)
{
	struct sb_chunk *c = chunk(i, SB_DEFS, DEFS);
	struct sb_module *m = record(c, SB_MODULE, 1, sizeof(*m) + 16);
	struct sb_site *s;
	struct sb_thread *t;
	struct sb_blind *b;
	struct sb_line *l;
	struct sb_file *f;
	struct sb_denied *d;
	struct sb_source *n;
	uint32_t lines[] = { 1, 9 };

	strcpy(m->path, "/bin/program");
	n = record(c, SB_SOURCE, 1, sizeof(*n) + 16);
	memcpy(n->text, "time\0clock", 11);
	n = record(c, SB_SOURCE, 2, sizeof(*n) + 24);
	memcpy(n->text, "getrandom\0entropy", 18);
	s = record(c, SB_SITE, 1, sizeof(*s) + 2 * sizeof(s->frame[0]) +
					  sizeof(lines));
	s->hash = 77;
	s->depth = 2;
	s->frame[0].module = 1;
	s->frame[0].offset = 0x1234;
	s->lines = 2;
	memcpy(&s->frame[2], lines, sizeof(lines));
	record(c, 0, 2, 48); /* being written when its process was killed */
	t = record(c, SB_THREAD, 1, sizeof(*t) + 2);
	strcpy(t->path, "0");
	t = record(c, SB_THREAD, 2, sizeof(*t) + 4);
	strcpy(t->path, "0.1");
	b = record(c, SB_BLIND, 1, sizeof(*b) + 16);
	memcpy(b->text, "dlopen\0no name", 15);
	l = record(c, SB_LINE, 1, sizeof(*l) + 16);
	l->number = 12;
	memcpy(l->text, "job.py\0clock", 13);
	d = record(c, SB_DENIED, 1, sizeof(*d));
	d->site = 1;
	d->thread = 2;
	d->source = 1;
	f = record(c, SB_FILE, 1, sizeof(*f) + 16);
	f->use = SB_READ;
	strcpy(f->text, "/a/data");
	f = record(c, SB_FILE, 2, sizeof(*f) + 16);
	f->use = SB_RENAMED;
	memcpy(f->text, "/a/new\0/a/old", 14);
}

static void add_counter(struct sb_chunk *c, uint32_t thread, uint64_t count)
{
	struct sb_counter *n =
		(void *)((char *)(c + 1) + c->used);

	*n = (struct sb_counter){ .type = 1, .source = 1, .site = 1,
				  .thread = thread, .policy = SB_FORCE,
				  .count = count };
	c->used += sizeof(*n);
}

static void add_events(struct image *i)
{
	struct sb_chunk *c = chunk(i, SB_EVENTS, EVENTS);
	struct sb_event *e = (void *)(c + 1);
	size_t n = (EVENTS - sizeof(*c)) / sizeof(*e);

	for (size_t k = 0; k < n; k++)
		e[k] = (struct sb_event){ .counter = 1, .source = 1,
					  .type = k != 3, .value = k };
	c->thread = 1;
	c->used = EVENTS; /* the writer overshoots a full chunk */
}

static struct image build(void)
{
	struct image i = { .data = calloc(1, SIZE) };
	struct sb_header *h = (void *)i.data;
	struct sb_chunk *c;

	memcpy(h->magic, SB_LOG_MAGIC, sizeof(h->magic));
	h->version = SB_VERSION;
	h->header_size = CHUNKS;
	h->nsources = 2;
	h->mode = SB_RUN;
	h->size = SIZE;
	strcpy(h->path, "0");
	strcpy(h->program, "/bin/program");
	i.at = i.data + CHUNKS;
	add_defs(&i);
	c = chunk(&i, SB_COUNTERS, COUNTERS);
	add_counter(c, 1, 14);
	add_events(&i);
	c = chunk(&i, SB_COUNTERS, COUNTERS);
	add_counter(c, 2, 5);
	chunk(&i, 0, 64); /* a gap */
	return i;
}

/* Uses all that the reader gives, so that a sanitizer sees a bad pointer. */
static uint64_t touch(const struct log *log)
{
	const struct sb_event *e;
	struct events it;
	uint64_t sum = 0;

	for (uint32_t id = 0; id <= log->nmodules; id++)
		if (log_module(log, id))
			sum += strlen(log_module(log, id)->path);
	for (uint32_t id = 0; id <= log->nsites; id++) {
		const struct sb_site *s = log_site(log, id);

		for (uint32_t k = 0; s && k < s->depth; k++)
			sum += s->frame[k].offset;
		for (uint32_t k = 0; s && k < s->lines; k++) {
			const struct sb_line *l = site_line(log, s, k);

			if (l)
				sum += l->number + strlen(line_file(l)) +
				       strlen(line_function(l));
		}
	}
	for (size_t k = 0; k < log->ndenied; k++) {
		const struct sb_denied *d = log->denied[k];

		if (d)
			sum += strlen(log->source[d->source].name) +
			       strlen(log_thread_path(log, d->thread)) +
			       !!log_site(log, d->site);
	}
	for (size_t k = 0; k < log->nfiles; k++) {
		const struct sb_file *f = log->file[k];
		size_t n = f ? strlen(f->text) + 1 : 0;

		sum += n;
		if (f && f->use & SB_RENAMED)
			sum += strlen(f->text + n);
	}
	for (size_t k = 0; k < log->nblinds; k++)
		if (log->blind[k])
			sum += strlen(blind_kind(log->blind[k])) +
			       strlen(blind_text(log->blind[k]));
	for (size_t k = 0; k < log->ncounters; k++) {
		const struct sb_counter *c = log->counter[k];

		if (c)
			sum += c->count + strlen(log_thread_path(log,
								 c->thread)) +
			       strlen(log->source[c->source].name);
	}
	for (uint32_t id = 0; id <= 3; id++) {
		events_start(&it, log, id);
		while ((e = events_next(&it)))
			sum += e->value + !!event_counter(log, e) +
			       strlen(log->source[e->source].name);
	}
	return sum;
}

static void test_whole(void **state)
{
	struct image i = build();
	struct events it;
	struct log log;
	int n = 0;

	(void)state;
	assert_int_equal(log_parse(&log, i.data, SIZE), 0);
	assert_false(log.damaged);
	assert_int_equal(log.notes.n, 0);
	assert_int_equal(log.nsources, 2);
	assert_string_equal(log.source[1].name, "getrandom");
	assert_string_equal(log_module(&log, 1)->path, "/bin/program");
	assert_int_equal(log_site(&log, 1)->frame[0].offset, 0x1234);
	assert_int_equal(log_site(&log, 1)->lines, 2);
	assert_int_equal(site_line(&log, log_site(&log, 1), 0)->number, 12);
	assert_null(site_line(&log, log_site(&log, 1), 1));
	assert_null(site_line(&log, log_site(&log, 1), 2));
	assert_string_equal(line_file(log_line(&log, 1)), "job.py");
	assert_string_equal(line_function(log_line(&log, 1)), "clock");
	assert_int_equal(log.ndenied, 1);
	assert_int_equal(log.nfiles, 2);
	assert_string_equal(((const struct sb_file *)log.file[0])->text,
			    "/a/data");
	assert_string_equal(((const struct sb_file *)log.file[1])->text + 7,
			    "/a/old");
	assert_null(log_site(&log, 2));
	assert_string_equal(log_thread_path(&log, 2), "0.1");
	assert_string_equal(log_thread_path(&log, 9), "?");
	assert_string_equal(blind_kind(log.blind[0]), "dlopen");
	assert_string_equal(blind_text(log.blind[0]), "no name");
	/* Slots that were not taken keep their numbers. */
	assert_int_equal(log.ncounters, 2 * SLOTS);
	assert_null(log.counter[1]);
	assert_int_equal(((const struct sb_counter *)log.counter[SLOTS])->count,
			 5);
	events_start(&it, &log, 1);
	for (const struct sb_event *e; (e = events_next(&it)); n++) {
		assert_int_equal(e->value, n < 3 ? n : n + 1);
		assert_ptr_equal(event_counter(&log, e), log.counter[0]);
	}
	assert_int_equal(n, (EVENTS - sizeof(struct sb_chunk)) /
				    sizeof(struct sb_event) - 1);
	touch(&log);
	log_close(&log);
	free(i.data);
}

/* A copy of exactly `size` bytes: reading on is an error to a sanitizer. */
static int parse_cut(const struct image *i, size_t size, struct log *log,
		     char **copy)
{
	*copy = malloc(size ? size : 1);
	memcpy(*copy, i->data, size);
	return log_parse(log, *copy, size);
}

static void test_truncated(void **state)
{
	struct image i = build();
	uint64_t last = 0;

	(void)state;
	for (size_t size = 0; size < SIZE; size += 8) {
		struct log log;
		char *copy;
		int ret = parse_cut(&i, size, &log, &copy);
		uint64_t sum = touch(&log);

		assert_true(log.damaged);
		assert_true(log.notes.n > 0);
		assert_int_equal(ret == 0, size >= sizeof(struct sb_header));
		/* What is whole is read: more of a log never gives less. */
		if (ret == 0)
			assert_true(sum >= last);
		if (ret == 0)
			last = sum;
		if (size >= CHUNKS + DEFS) {
			assert_non_null(log_site(&log, 1));
			assert_non_null(log_thread(&log, 2));
		}
		if (size >= CHUNKS + DEFS + 32 + sizeof(struct sb_counter))
			assert_non_null(log.counter[0]);
		log_close(&log);
		free(copy);
	}
	free(i.data);
}

static void test_flipped(void **state)
{
	struct image i = build();
	size_t used = (size_t)(i.at - i.data);

	(void)state;
	for (size_t at = 0; at < used; at++) {
		static const unsigned char mask[] = { 0x01, 0x08, 0x80, 0xff };

		for (size_t k = 0; k < sizeof(mask); k++) {
			struct log log;

			i.data[at] ^= mask[k];
			log_parse(&log, i.data, SIZE);
			touch(&log);
			log_close(&log);
			i.data[at] ^= mask[k];
		}
	}
	free(i.data);
}

/* Every word of the used part set to what sizes and ids go wrong with. */
static void test_words(void **state)
{
	static const uint64_t bad[] = { 0, ~0ull, 0x7fffffff7fffffff,
					0x0000001000000010 };
	struct image i = build();
	size_t used = (size_t)(i.at - i.data);

	(void)state;
	for (size_t at = 0; at < used; at += 8) {
		uint64_t *word = (void *)(i.data + at), was = *word;

		for (size_t k = 0; k < sizeof(bad) / sizeof(*bad); k++) {
			struct log log;

			*word = bad[k];
			log_parse(&log, i.data, SIZE);
			touch(&log);
			log_close(&log);
		}
		*word = was;
	}
	free(i.data);
}

static void test_damaged_chunk_keeps_the_rest(void **state)
{
	struct image i = build();
	struct sb_chunk *c = (void *)(i.data + CHUNKS);
	struct sb_record *r = (void *)(c + 1);
	struct log log;

	(void)state;
	r->size = 3;
	assert_int_equal(log_parse(&log, i.data, SIZE), 0);
	assert_true(log.damaged);
	assert_null(log_site(&log, 1));
	assert_non_null(log.counter[0]);
	touch(&log);
	log_close(&log);
	free(i.data);
}

/* What a record says of its own size is not believed. */
static void test_wrong_lines(void **state)
{
	struct image i = build();
	struct sb_record *r = (void *)(i.data + CHUNKS +
				       sizeof(struct sb_chunk));
	struct sb_site *s;
	struct log log;

	(void)state;
	while (r->type != SB_SITE)
		r = (void *)((char *)r + r->size);
	s = (void *)r;
	for (uint32_t lines = 3; lines < 100; lines++) {
		s->lines = lines;
		assert_int_equal(log_parse(&log, i.data, SIZE), 0);
		assert_true(log.damaged);
		assert_null(log_site(&log, 1));
		touch(&log);
		log_close(&log);
	}
	free(i.data);
}

static void test_foreign(void **state)
{
	_Alignas(8) char elf[4096] = "\177ELF";
	struct log log;

	(void)state;
	assert_int_equal(log_parse(&log, elf, sizeof(elf)), -EBADMSG);
	assert_int_equal(log.notes.n, 1);
	assert_non_null(strstr(log.notes.text[0], "not a log"));
	log_close(&log);
	memset(elf, 0, sizeof(elf));
	assert_int_equal(log_parse(&log, elf, sizeof(elf)), -EBADMSG);
	assert_non_null(strstr(log.notes.text[0], "empty"));
	log_close(&log);
}

static void test_newer(void **state)
{
	struct image i = build();
	struct log log;

	(void)state;
	((struct sb_header *)i.data)->version = SB_VERSION + 1;
	assert_int_equal(log_parse(&log, i.data, SIZE), -EPROTO);
	assert_non_null(strstr(log.notes.text[0], "newer samebits"));
	assert_int_equal(log.nsources, 0);
	log_close(&log);
	free(i.data);
}

static void test_older(void **state)
{
	struct image i = build();
	struct log log;

	(void)state;
	((struct sb_header *)i.data)->version = SB_VERSION - 1;
	assert_int_equal(log_parse(&log, i.data, SIZE), -EPROTO);
	assert_non_null(strstr(log.notes.text[0], "older samebits"));
	log_close(&log);
	free(i.data);
}

static void test_files(void **state)
{
	char path[] = "/tmp/samebits-reader-XXXXXX";
	struct image i = build();
	int fd = mkstemp(path);
	struct log log;

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(log_read(&log, path), -EBADMSG);
	log_close(&log);
	assert_int_equal(write(fd, i.data, SIZE), SIZE);
	assert_int_equal(log_read(&log, path), 0);
	assert_false(log.damaged);
	touch(&log);
	log_close(&log);
	/* Not a multiple of 8, nor of a page. */
	assert_int_equal(ftruncate(fd, CHUNKS + 101), 0);
	assert_int_equal(log_read(&log, path), 0);
	assert_true(log.damaged);
	touch(&log);
	log_close(&log);
	close(fd);
	unlink(path);
	assert_int_equal(log_read(&log, path), -ENOENT);
	log_close(&log);
	assert_int_equal(log_read(&log, "/dev/null"), -EBADMSG);
	log_close(&log);
	free(i.data);
}

static void test_lineage_order(void **state)
{
	(void)state;
	assert_true(lineage_compare("0/0.2", "0/0.10") < 0);
	assert_true(lineage_compare("0", "0/0.1") < 0);
	assert_int_equal(lineage_compare("0/0.1", "0/0.1"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole),
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_flipped),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_damaged_chunk_keeps_the_rest),
		cmocka_unit_test(test_wrong_lines),
		cmocka_unit_test(test_foreign),
		cmocka_unit_test(test_newer),
		cmocka_unit_test(test_older),
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_lineage_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
