/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bytes.h"
#include "written.h"

#define LONGEST (64u << 10) /* of a write that is looked for */
#define SHOWN 60	    /* bytes of it that are shown */

struct side {
	const char *data;
	size_t size;
};

static bool open_side(struct side *s, char *path)
{
	int fd = path ? open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) : -1;
	struct stat st;
	void *map = MAP_FAILED;

	if (fd >= 0 && !fstat(fd, &st) && S_ISREG(st.st_mode) && st.st_size)
		map = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd,
			   0);
	if (fd >= 0)
		close(fd);
	free(path);
	*s = (struct side){ NULL, 0 };
	if (map == MAP_FAILED)
		return false;
	*s = (struct side){ map, (size_t)st.st_size };
	return true;
}

static void close_side(struct side *s)
{
	if (s->size)
		munmap((void *)s->data, s->size);
}

static size_t first_difference(const struct side s[2])
{
	size_t least = s[0].size < s[1].size ? s[0].size : s[1].size, i = 0;

	while (i < least && s[0].data[i] == s[1].data[i])
		i++;
	return i;
}

/* Where the bytes of this digest are that hold, or end before, `at`. */
static bool find(const struct side *s, size_t at, uint64_t digest, size_t len,
		 size_t *from)
{
	size_t first = at > len ? at - len : 0;

	if (!len || len > LONGEST || len > s->size)
		return false;
	for (size_t i = first; i <= at && i + len <= s->size; i++)
		if (bytes_digest(s->data + i, len) == digest) {
			*from = i;
			return true;
		}
	return false;
}

/* `name from byte 14, 8 bytes: "sum 1.5\n"`; of a long one that part which
 * differs, from `at` on. */
static char *describe(const char *name, const struct side *s, size_t from,
		      size_t len, size_t at)
{
	char *text = NULL;
	size_t size, n;
	FILE *to = open_memstream(&text, &size);

	if (!to)
		return NULL;
	fprintf(to, "%s%sfrom byte %zu, %zu byte%s", name, *name ? " " : "",
		from, len, len == 1 ? "" : "s");
	if (at >= from + SHOWN / 2 && at < from + len) {
		fprintf(to, ", at byte %zu", at);
		len -= at - from;
		from = at;
	}
	fputs(": \"", to);
	n = len < SHOWN ? len : SHOWN;
	for (size_t i = from; i < from + n; i++) {
		unsigned char c = (unsigned char)s->data[i];

		if (c == '\n')
			fputs("\\n", to);
		else if (c < 32 || c > 126 || c == '"' || c == '\\')
			fprintf(to, "\\x%02x", c);
		else
			fputc(c, to);
	}
	fputs(n < len ? "\"…" : "\"", to);
	return fclose(to) ? NULL : text;
}

/* In these two files; true: there it is. */
static bool look(struct suspect *s, const char *name,
		 const struct comparison *c, const struct file_entry *a,
		 const struct file_entry *b)
{
	struct side side[2];
	bool open_a = open_side(&side[0], c->place(c->run_a, a));
	bool open_b = open_side(&side[1], c->place(c->run_b, b));
	size_t at = first_difference(side), from;
	bool found = false;

	for (int i = 0; i < 2; i++) {
		char *text;

		if (!find(&side[i], at, s->written[i].digest,
			  s->written[i].length, &from))
			continue;
		text = describe(name, &side[i], from, s->written[i].length, at);
		if (!text)
			continue;
		free(s->value[i]);
		s->value[i] = text;
		found = true;
	}
	if (open_a)
		close_side(&side[0]);
	if (open_b)
		close_side(&side[1]);
	return found;
}

static bool equal(const struct file_entry *a, const struct file_entry *b)
{
	return a->state == FILE_WHOLE && b->state == FILE_WHOLE &&
	       !memcmp(&a->digest, &b->digest, sizeof(a->digest));
}

/* Outputs of the same name, which differ. */
static void look_in_files(struct suspect *s, const struct comparison *c)
{
	const struct files *x = &c->a->files, *y = &c->b->files;

	for (size_t i = 0; i < x->outputs; i++)
		for (size_t k = 0; k < y->outputs; k++) {
			const struct file_entry *a = &x->output[i];
			const struct file_entry *b = &y->output[k];
			const char *name = result_name(c->a, a->path);

			if (!strcmp(name, result_name(c->b, b->path)) &&
			    !equal(a, b) && look(s, name, c, a, b))
				return;
		}
}

void written_find(struct verdict *v, const struct comparison *c)
{
	for (size_t i = 0; i < v->suspects; i++) {
		struct suspect *s = &v->suspect[i];

		if (!s->event || strcmp(s->group, SB_OUTPUT))
			continue;
		if (!strcmp(s->source, "stdout"))
			look(s, "", c, &c->a->out, &c->b->out);
		else if (!strcmp(s->source, "stderr"))
			look(s, "", c, &c->a->err, &c->b->err);
		else
			look_in_files(s, c);
	}
}
