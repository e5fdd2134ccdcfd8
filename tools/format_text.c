/* SPDX-License-Identifier: MIT */
/* Text: by lines, and numbers in them. */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "format.h"

#define LOOK (64u << 10) /* bytes that tell what a file is */
#define SHOWN 60	 /* characters of a line */

bool text_is(const struct view *v)
{
	size_t n = v->size < LOOK ? v->size : LOOK, odd = 0;

	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)v->data[i];

		if (!c)
			return false;
		odd += c < 32 && c != '\n' && c != '\r' && c != '\t' &&
		       c != 27 && c != '\b' && c != '\f';
	}
	return odd * 20 <= n;
}

struct line {
	const char *text;
	size_t n;
	uint64_t number;
};

struct lines {
	const char *at, *end;
	uint64_t number;
	const struct tolerance *t;
};

static bool ignored(const struct tolerance *t, const char *text, size_t n)
{
	bool match = false;
	char *copy;

	if (!t || !t->ignores)
		return false;
	copy = strndup(text, n);
	for (size_t i = 0; copy && i < t->ignores && !match; i++)
		match = !regexec(&t->ignore[i], copy, 0, NULL, 0);
	free(copy);
	return match;
}

/* False: there are no more. */
static bool next(struct lines *l, struct line *line)
{
	while (l->at < l->end) {
		const char *stop =
			memchr(l->at, '\n', (size_t)(l->end - l->at));
		const char *from = l->at;

		if (!stop)
			stop = l->end;
		l->at = stop + (stop < l->end);
		*line = (struct line){ from, (size_t)(stop - from),
				       ++l->number };
		if (!ignored(l->t, from, line->n))
			return true;
	}
	return false;
}

bool within(double a, double b, const struct tolerance *t)
{
	if (!t || (t->relative <= 0 && t->absolute <= 0))
		return false;
	if (isnan(a) || isnan(b))
		return isnan(a) && isnan(b);
	if (isinf(a) || isinf(b))
		return a == b;
	return fabs(a - b) <= t->absolute + t->relative * fabs(b);
}

/* What may stand in a number, apart from digits. */
static bool in_number(char c)
{
	return (c >= '0' && c <= '9') || c == '.' || c == 'e' || c == 'E' ||
	       c == '+' || c == '-';
}

/* A number at this place: its length; 0: none. */
static size_t number(const char *s, size_t n, double *value)
{
	char text[64], *end;
	size_t len = 0;

	while (len < n && len < sizeof(text) - 1 &&
	       (in_number(s[len]) ||
		(s[len] >= 'a' && s[len] <= 'z' && strchr("nafi", s[len]))))
		len++;
	if (!len)
		return 0;
	memcpy(text, s, len);
	text[len] = 0;
	*value = strtod(text, &end);
	return (size_t)(end - text);
}

/* Both from the beginning of a number, or equal up to it. */
static bool lines_within(const struct line *a, const struct line *b,
			 const struct tolerance *t)
{
	size_t i = 0, k = 0;

	if (!t || (t->relative <= 0 && t->absolute <= 0))
		return false;
	while (i < a->n && k < b->n) {
		bool start = !i || !in_number(a->text[i - 1]);
		double x, y;
		size_t nx = start ? number(a->text + i, a->n - i, &x) : 0;
		size_t ny = start ? number(b->text + k, b->n - k, &y) : 0;

		if (nx && ny) {
			if ((nx != ny ||
			     memcmp(a->text + i, b->text + k, nx)) &&
			    !within(x, y, t))
				return false;
			i += nx;
			k += ny;
		} else if (a->text[i++] != b->text[k++]) {
			return false;
		}
	}
	return i == a->n && k == b->n;
}

/* Around the first character that differs. */
static void show(char *out, size_t size, const struct line *l, size_t at)
{
	size_t from = at > SHOWN / 2 && l->n > SHOWN ? at - SHOWN / 2 : 0;
	size_t n = l->n - from < SHOWN ? l->n - from : SHOWN;

	snprintf(out, size, "%s%.*s%s", from ? "…" : "", (int)n, l->text + from,
		 from + n < l->n ? "…" : "");
}

struct tally_of_lines {
	uint64_t differ, within, only_a, only_b;
	struct line a, b; /* the first that differ */
	bool found;
};

static void compare_lines(struct tally_of_lines *n, struct lines *a,
			  struct lines *b)
{
	struct line x, y;

	for (;;) {
		bool more_a = next(a, &x), more_b = next(b, &y);

		if (!more_a && !more_b)
			return;
		n->only_a += more_a && !more_b;
		n->only_b += more_b && !more_a;
		if (!more_a || !more_b)
			continue;
		if (x.n == y.n && !memcmp(x.text, y.text, x.n))
			continue;
		if (lines_within(&x, &y, a->t)) {
			n->within++;
			continue;
		}
		n->differ++;
		if (!n->found) {
			n->a = x;
			n->b = y;
			n->found = true;
		}
	}
}

static void say_first(struct contents *c, const struct tally_of_lines *n)
{
	char left[4 * SHOWN], right[4 * SHOWN];
	size_t at = 0;

	while (at < n->a.n && at < n->b.n && n->a.text[at] == n->b.text[at])
		at++;
	show(left, sizeof(left), &n->a, at);
	show(right, sizeof(right), &n->b, at);
	if (n->a.number == n->b.number)
		contents_say(c, "line %" PRIu64 ", column %zu", n->a.number,
			     at + 1);
	else
		contents_say(
			c, "line %" PRIu64 " and line %" PRIu64 ", column %zu",
			n->a.number, n->b.number, at + 1);
	contents_say(c, "A  %s", left);
	contents_say(c, "B  %s", right);
	json_object_set_new(contents_details(c), "first_line",
			    json_integer((json_int_t)n->a.number));
}

/* What opens doors is not put into logs. */
static bool is_secret(const struct view *v)
{
	static const char begin[] = "-----BEGIN ", key[] = "PRIVATE KEY";
	size_t n = v->size < LOOK ? v->size : LOOK;
	const char *at = memmem(v->data, n, begin, sizeof(begin) - 1);

	return at && memmem(at, n - (size_t)(at - v->data), key,
			    sizeof(key) - 1);
}

int text_compare(struct contents *c, const struct view *a, const struct view *b,
		 const struct tolerance *t)
{
	struct lines x = { a->data, a->data + a->size, 0, t };
	struct lines y = { b->data, b->data + b->size, 0, t };
	struct tally_of_lines n = { 0 };

	if (is_secret(a) || is_secret(b)) {
		c->are = CONTENTS_DIFFER;
		return contents_say(c, "private keys: what is in them is not "
				       "shown");
	}
	compare_lines(&n, &x, &y);
	c->are = n.differ || n.only_a || n.only_b ? CONTENTS_DIFFER
						  : CONTENTS_WITHIN;
	if (n.found)
		say_first(c, &n);
	if (n.differ)
		contents_say(c, "%" PRIu64 " line%s differ%s", n.differ,
			     n.differ == 1 ? "" : "s",
			     n.differ == 1 ? "s" : "");
	if (n.only_a || n.only_b)
		contents_say(c, "%s has %" PRIu64 " line%s more",
			     n.only_a ? "A" : "B", n.only_a + n.only_b,
			     n.only_a + n.only_b == 1 ? "" : "s");
	if (n.within)
		contents_say(c, "%" PRIu64 " line%s equal within the tolerance",
			     n.within, n.within == 1 ? " is" : "s are");
	if (!c->text && (!t || !t->ignores)) /* only how the last line ends */
		return compare_bytes(c, a, b, t);
	if (!c->text)
		contents_say(c, "only lines that --ignore-line names differ");
	json_object_set_new(contents_details(c), "lines",
			    json_integer((json_int_t)n.differ));
	return 0;
}
