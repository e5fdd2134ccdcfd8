/* SPDX-License-Identifier: MIT */
/*
 * Pages of `samebits report --html`: each one file that needs no other, and
 * loads nothing. Whatever comes from programs, runs or users is written by
 * html_text() or html_format(): names may hold any bytes.
 */
#ifndef SAMEBITS_HTML_H
#define SAMEBITS_HTML_H

#include <stdint.h>
#include <stdio.h>

#include <jansson.h>

/* ---- text ---- */

/* Escaped for elements and attributes, of HTML and of XML. What is not UTF-8,
 * controls and what turns the direction of text become U+FFFD; newlines and
 * tabs stay. What is longer than some thousand bytes is cut. */
void html_text(FILE *to, const char *s);
void html_format(FILE *to, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* At most as many characters of it. */
void html_short(FILE *to, const char *s, size_t letters);
/* A string as it is, null as a dash, another value as JSON. */
void html_value(FILE *to, const json_t *j);
/* 12 345, which does not break. */
void html_count(FILE *to, uint64_t n);
/* "0.52 s", "3 min 5 s" */
void html_seconds(FILE *to, double s);
/* Seconds since 1970, in the local time. */
void html_time(FILE *to, double s);
/* "train.py --epochs 4 data.csv", cut, without directories. */
void html_title(char *out, size_t size, const json_t *argv);
/* The last part of a path. */
const char *html_base(const char *path);
/* A program and its arguments, as one would type them. */
void html_command(FILE *to, const json_t *argv);


/* ---- parts of a page ---- */

/* Above the title stands `kicker`; both are text. */
void html_begin(FILE *to, const char *kicker, const char *title);
void html_end(FILE *to);
/* `about`: a sentence below its title, which is HTML; NULL: none. */
void html_section(FILE *to, const char *id, const char *title,
		  const char *about);
void html_section_end(FILE *to);
/* "and N more": of what is not shown; nothing for 0. */
void html_more(FILE *to, size_t n, const char *what);
/* A term and its value, in a list of facts; between the two calls the value is
 * written. */
void html_fact(FILE *to, const char *term);
void html_fact_end(FILE *to);
/* Both, with the value between; nothing where it is null. */
void html_fact_json(FILE *to, const char *term, const json_t *value);
/* Command, beginning and length, of what has "argv", "start" and "end". */
void html_facts_of_run(FILE *to, const json_t *run);
/* Plots come in two widths, of which the style shows one. */
#define HTML_WIDE 760
#define HTML_NARROW 320
void html_figure(FILE *to, void (*plot)(FILE *, int width, const void *),
		 const void *data, const char *caption);

/* ---- any JSON (html_json.c) ---- */

void html_tree(FILE *to, const json_t *j);

/* ---- pages ---- */

struct report;
struct flame;
struct timeline;

void html_run(FILE *to, struct report *r, const struct timeline *t,
	      const struct flame *f);
/* Sections of it. */
void html_denied(FILE *to, struct report *r);
/* How threads took turns; nothing where they did not. */
void html_turns(FILE *to, struct report *r);
void html_time_of_calls(FILE *to, const struct report *r,
			const struct timeline *t);
void html_flame(FILE *to, const struct flame *f);
void html_sources(FILE *to, struct report *r);
/* Of records (record.h): dir is the record's directory. */
void html_check(FILE *to, const char *dir, const json_t *record);
void html_blame(FILE *to, const char *dir, const json_t *record);
void html_trials(FILE *to, const char *dir, const json_t *record);
/* What pages of verdicts have in common. */
void html_verdict(FILE *to, const char *dir, const json_t *verdict);
void html_apart(FILE *to, const json_t *verdict);
void html_environments(FILE *to, const char *dir, const json_t *verdict);
void html_verdict_head(FILE *to, const char *kind, const char *dir,
		       const json_t *verdict);

#endif
