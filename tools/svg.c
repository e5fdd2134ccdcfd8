/* SPDX-License-Identifier: MIT */
#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "embedded.h"
#include "html.h"
#include "svg.h"

#define TITLE 44 /* the height that a title takes, where it is to be seen */
#define MARGIN 16

bool svg_alone;

/* ---- the picture ---- */

/* The light value of a colour that the page's style names first of all. */
static size_t colour(const char *name, size_t len, char *out, size_t size)
{
	const char *at = embedded_html_css;

	while ((at = strstr(at, name))) {
		const char *value = at + len + 1;

		if (at[len] == ':') {
			size_t n = strcspn(value, ";}");

			snprintf(out, size, "%.*s", (int)n, value);
			return n;
		}
		at += len;
	}
	return 0;
}

/* Programs that show pictures do not know variables in styles. */
static void style(FILE *to)
{
	const char *at = embedded_plot_css, *next;

	while ((next = strstr(at, "var("))) {
		const char *name = next + 4;
		size_t len = strcspn(name, ")");
		char word[32], value[64] = "#000";

		snprintf(word, sizeof(word), "%.*s", (int)len, name);
		colour(word, len, value, sizeof(value));
		fwrite(at, 1, (size_t)(next - at), to);
		fputs(value, to);
		at = name + len + 1;
	}
	fputs(at, to);
}

void svg_begin(FILE *to, double width, double height, const char *title)
{
	char paper[64] = "#fff";

	if (!svg_alone) {
		fprintf(to,
			"<svg viewBox=\"0 0 %g %g\" width=\"%g\" "
			"height=\"%g\" role=\"img\" aria-label=\"",
			width, height, width, height);
		html_text(to, title);
		fputs("\">\n", to);
		return;
	}
	colour("--paper", strlen("--paper"), paper, sizeof(paper));
	fprintf(to,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"%d %d %g "
		"%g\" width=\"%g\" height=\"%g\">\n<title>",
		-MARGIN, -TITLE, width + 2 * MARGIN, height + TITLE + MARGIN,
		width + 2 * MARGIN, height + TITLE + MARGIN);
	html_text(to, title);
	fputs("</title>\n<style>\n", to);
	style(to);
	fputs("</style>\n", to);
	fprintf(to,
		"<rect x=\"%d\" y=\"%d\" width=\"%g\" height=\"%g\" "
		"fill=\"%s\"/>\n",
		-MARGIN, -TITLE, width + 2 * MARGIN, height + TITLE + MARGIN,
		paper);
	svg_text(to, "title", 0, 26 - TITLE, "%s", title);
}

void svg_end(FILE *to)
{
	fputs("</svg>\n", to);
}

/* ---- shapes ---- */

void svg_line(FILE *to, const char *class, double x1, double y1, double x2,
	      double y2)
{
	fprintf(to,
		"<line class=\"%s\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" "
		"y2=\"%.1f\"/>\n",
		class, x1, y1, x2, y2);
}

void svg_rect(FILE *to, const char *class, double x, double y, double width,
	      double height)
{
	fprintf(to,
		"<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" "
		"height=\"%.1f\"/>\n",
		class, x, y, width > 0 ? width : 0, height > 0 ? height : 0);
}

void svg_text(FILE *to, const char *class, double x, double y,
	      const char *format, ...)
{
	char *text = NULL;
	va_list ap;

	va_start(ap, format);
	if (vasprintf(&text, format, ap) < 0)
		text = NULL;
	va_end(ap);
	fprintf(to, "<text class=\"%s\" x=\"%.1f\" y=\"%.1f\">", class, x, y);
	html_text(to, text ? text : "?");
	fputs("</text>\n", to);
	free(text);
}

#define LETTER 6.6 /* pixels, of a mean letter at 12 pixels */

void svg_label(FILE *to, const char *class, double x, double y, double room,
	       const char *text)
{
	size_t most = room > 0 ? (size_t)(room / LETTER) : 0, n = 0,
	       letters = 0;

	while (text[n] && letters < most) {
		n++;
		while (((unsigned char)text[n] & 0xc0) == 0x80)
			n++;
		letters++;
	}
	if (!text[n])
		svg_text(to, class, x, y, "%s", text);
	else if (most > 3)
		svg_text(to, class, x, y, "%.*s…", (int)n - 1, text);
}

void svg_group(FILE *to, const char *class, const char *format, ...)
{
	char *text = NULL;
	va_list ap;

	va_start(ap, format);
	if (vasprintf(&text, format, ap) < 0)
		text = NULL;
	va_end(ap);
	fprintf(to, "<g class=\"%s\"><title>", class);
	html_text(to, text ? text : "?");
	fputs("</title>\n", to);
	free(text);
}

void svg_group_end(FILE *to)
{
	fputs("</g>\n", to);
}

/* ---- scales ---- */

/* 1, 2 or 5 times a power of ten. */
static double round_step(double step)
{
	double power = pow(10, floor(log10(step))), share = step / power;

	return power * (share < 1.5   ? 1
			: share < 3.5 ? 2
			: share < 7.5 ? 5
				      : 10);
}

struct scale scale_make(double from, double to, double low, double high,
			int ticks)
{
	struct scale s = { from, to, low, high, 1 };

	/* Values that are all the same stand in the middle. */
	if (!(s.to - s.from > fabs(s.to) * 1e-9 + 1e-300)) {
		double room = from ? fabs(from) * 0.05 : 1;

		s.from = from - room;
		s.to = from + room;
	}
	s.step = round_step((s.to - s.from) / (ticks > 1 ? ticks : 1));
	return s;
}

double scale_at(const struct scale *s, double value)
{
	return s->low +
	       (value - s->from) / (s->to - s->from) * (s->high - s->low);
}

double scale_first(const struct scale *s)
{
	return ceil(s->from / s->step - 1e-9) * s->step;
}

void scale_text(const struct scale *s, double value, char *out, size_t size)
{
	int digits = (int)ceil(-log10(s->step) - 1e-9);
	double most = fmax(fabs(s->from), fabs(s->to));

	if (fabs(value) < s->step * 1e-6)
		value = 0;
	if (most >= 1e6 || (most < 1e-3 && most > 0))
		snprintf(out, size, "%.3g", value);
	else
		snprintf(out, size, "%.*f", digits > 0 ? digits : 0, value);
}

/* At the ends of the axis texts stay within it. */
static const char *tick_class(const struct scale *s, double x)
{
	return x < s->low + 10	  ? "tick"
	       : x > s->high - 10 ? "tick end"
				  : "tick middle";
}

void scale_below(FILE *to, const struct scale *s, double top, double bottom,
		 const char *what)
{
	for (double v = scale_first(s); v <= s->to + s->step * 1e-6;
	     v += s->step) {
		double x = scale_at(s, v);
		char text[32];

		scale_text(s, v, text, sizeof(text));
		svg_line(to, "grid", x, top, x, bottom);
		svg_text(to, tick_class(s, x), x, bottom + 16, "%s", text);
	}
	svg_line(to, "axis", s->low, bottom, s->high, bottom);
	if (what)
		svg_text(to, "axis-title end", s->high, bottom + 34, "%s",
			 what);
}
