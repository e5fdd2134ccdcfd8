/* SPDX-License-Identifier: MIT */
#include "embedded.h"
#include "html.h"

void html_begin(FILE *to, const char *kicker, const char *title)
{
	fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
	      "<meta charset=\"utf-8\">\n"
	      "<meta name=\"viewport\" content=\"width=device-width, "
	      "initial-scale=1\">\n"
	      /* Nothing is loaded, whatever should have slipped through. */
	      "<meta http-equiv=\"Content-Security-Policy\" content=\""
	      "default-src 'none'; style-src 'unsafe-inline'; "
	      "script-src 'unsafe-inline'\">\n"
	      "<meta name=\"generator\" content=\"samebits " SAMEBITS_VERSION
	      "\">\n<title>",
	      to);
	html_text(to, title);
	fputs(" · samebits</title>\n<style>\n", to);
	fputs(embedded_html_css, to);
	fputs(embedded_plot_css, to);
	fputs("</style>\n</head>\n<body>\n"
	      "<a class=\"skip\" href=\"#main\">To the content</a>\n"
	      "<main id=\"main\">\n<header>\n<p class=\"kicker\">",
	      to);
	html_text(to, kicker);
	fputs("</p>\n<h1>", to);
	html_text(to, title);
	fputs("</h1>\n", to);
}

void html_end(FILE *to)
{
	fputs("</main>\n<footer><p>Made by samebits " SAMEBITS_VERSION
	      ". This page is one file and loads nothing.</p></footer>\n"
	      "<script>\n",
	      to);
	fputs(embedded_html_js, to);
	fputs("</script>\n</body>\n</html>\n", to);
}

void html_section(FILE *to, const char *id, const char *title,
		  const char *about)
{
	fprintf(to, "<section id=\"%s\">\n<h2>", id);
	html_text(to, title);
	fputs("</h2>\n", to);
	if (about)
		fprintf(to, "<p class=\"about\">%s</p>\n", about);
}

void html_section_end(FILE *to)
{
	fputs("</section>\n", to);
}

void html_more(FILE *to, size_t n, const char *what)
{
	if (!n)
		return;
	fputs("<p class=\"more\">… and ", to);
	html_count(to, n);
	fprintf(to, " more %s, not shown</p>\n", what);
}

void html_fact(FILE *to, const char *term)
{
	fputs("<div><dt>", to);
	html_text(to, term);
	fputs("</dt><dd>", to);
}

void html_fact_end(FILE *to)
{
	fputs("</dd></div>\n", to);
}

void html_fact_json(FILE *to, const char *term, const json_t *value)
{
	if (!value || json_is_null(value))
		return;
	html_fact(to, term);
	html_value(to, value);
	html_fact_end(to);
}

void html_facts_of_run(FILE *to, const json_t *run)
{
	const json_t *start = json_object_get(run, "start");
	const json_t *end = json_object_get(run, "end");

	html_fact(to, "command");
	html_command(to, json_object_get(run, "argv"));
	html_fact_end(to);
	if (!json_is_number(start))
		return;
	html_fact(to, "started");
	html_time(to, json_number_value(start));
	html_fact_end(to);
	if (!json_is_number(end))
		return;
	html_fact(to, "took");
	html_seconds(to, json_number_value(end) - json_number_value(start));
	html_fact_end(to);
}

void html_figure(FILE *to, void (*plot)(FILE *, int width, const void *),
		 const void *data, const char *caption)
{
	fputs("<figure>\n<div class=\"wide\">", to);
	plot(to, HTML_WIDE, data);
	fputs("</div>\n<div class=\"narrow\">", to);
	plot(to, HTML_NARROW, data);
	fputs("</div>\n", to);
	if (caption)
		fprintf(to, "<figcaption>%s</figcaption>\n", caption);
	fputs("</figure>\n", to);
}
