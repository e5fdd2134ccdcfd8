/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "files.h"
#include "sites.h"
#include "text.h"

#define DENIED_FRAMES 16

/* The same sentence for each frame of a module: said once. */
static void note_once(struct notes *notes, const char *path, const char *text)
{
	size_t n = strlen(path);

	for (size_t i = 0; i < notes->n; i++)
		if (!strncmp(notes->text[i], path, n) &&
		    !strcmp(notes->text[i] + n + 1, text))
			return;
	notes_add(notes, "%s %s", path, text);
}

struct place site_look_up(struct symbols *symbols, struct notes *notes,
			  const struct sb_module *module, uint64_t offset)
{
	struct place p = symbols_find(symbols, module, offset);

	if (p.trouble)
		note_once(notes, module->path, p.trouble);
	return p;
}

static void print_line(FILE *to, const struct sb_line *line)
{
	if (!line) {
		fprintf(to, "an unknown line");
		return;
	}
	text_print(to, line_function(line));
	fprintf(to, " at ");
	text_print(to, line_file(line));
	fprintf(to, ":%" PRIu32, line->number);
}

static void print_frame(FILE *to, struct symbols *symbols, struct notes *notes,
			const struct log *log, const struct sb_frame *f)
{
	const struct sb_module *m = log_module(log, f->module);
	const char *slash;
	struct place p;

	if (!m) {
		fprintf(to, "code outside of any module");
		return;
	}
	p = site_look_up(symbols, notes, m, f->offset);
	text_print(to, p.function ? p.function : "?");
	if (p.file) {
		fprintf(to, " at ");
		text_print(to, p.file);
		fprintf(to, ":%d", p.line);
	}
	fprintf(to, " in ");
	slash = strrchr(m->path, '/');
	text_print(to, slash ? slash + 1 : m->path);
	fprintf(to, "+0x%" PRIx64, f->offset);
}

uint32_t site_own(const struct log *log, const struct sb_site *site)
{
	uint32_t i = 0;

	for (; i < site->lines; i++) {
		const struct sb_line *l = site_line(log, site, i);

		if (l && *line_file(l) != '<' && !file_of_system(line_file(l)))
			break;
	}
	return i;
}

static void print_lines(FILE *to, const struct log *log,
			const struct sb_site *site, uint32_t from,
			uint32_t most, const char *between)
{
	for (uint32_t i = from; i < site->lines && i - from < most; i++) {
		fprintf(to, "%s", i > from ? between : "");
		print_line(to, site_line(log, site, i));
	}
}

void site_print(FILE *to, struct symbols *symbols, struct notes *notes,
		const struct log *log, const struct sb_site *site,
		uint32_t most, const char *between)
{
	uint32_t lines = site ? site->lines : 0;

	if (!site || (!site->depth && !lines)) {
		fprintf(to, "from an unknown place");
		return;
	}
	print_lines(to, log, site, 0, most, between);
	for (uint32_t i = 0; i < site->depth && i < most; i++) {
		fprintf(to, "%s", i || lines ? between : "");
		print_frame(to, symbols, notes, log, &site->frame[i]);
	}
}

void site_print_own(FILE *to, struct symbols *symbols, struct notes *notes,
		    const struct log *log, const struct sb_site *site,
		    uint32_t most, const char *between)
{
	uint32_t own = site ? site_own(log, site) : 0;

	if (site && own < site->lines)
		print_lines(to, log, site, own, most, between);
	else
		site_print(to, symbols, notes, log, site, most, between);
}

static const struct log *denied_log(const struct rundir *run,
				    const struct sb_denied **denied)
{
	for (size_t i = 0; i < run->nlogs; i++)
		for (size_t k = 0; k < run->log[i].ndenied; k++) {
			*denied = run->log[i].denied[k];
			if (*denied)
				return &run->log[i];
		}
	return NULL;
}

bool denied_print(FILE *to, struct symbols *symbols, struct rundir *run,
		  const char *begin)
{
	const struct sb_denied *d;
	const struct log *log = denied_log(run, &d);
	char *between;

	if (!log)
		return false;
	if (asprintf(&between, "\n%s  ", begin) < 0)
		between = NULL;
	fprintf(to, "%s%s is denied, and was called by ", begin,
		log->source[d->source].name);
	text_print(to, log->head.program);
	fprintf(to, " (process %s, thread %s)%s", log->head.path,
		log_thread_path(log, d->thread), between ? between : " ");
	site_print(to, symbols, &run->notes, log, log_site(log, d->site),
		   DENIED_FRAMES, between ? between : ", ");
	fputc('\n', to);
	free(between);
	return true;
}
