/* SPDX-License-Identifier: MIT */
#include <stdbool.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "clock.h"
#include "progress.h"

static struct {
	const char *what;
	size_t done, of;
	double start, shown;
	double ended; /* seconds until the last that is done */
	bool on;
} p;

static void duration(char *out, size_t size, double s)
{
	unsigned n = (unsigned)(s + 0.5);

	if (n < 100)
		snprintf(out, size, "%u s", n);
	else if (n < 6000)
		snprintf(out, size, "%u min %02u s", n / 60, n % 60);
	else
		snprintf(out, size, "%u h %02u min", n / 3600, n / 60 % 60);
}

#define BAR_LEAST 5 /* fewer are counted at a glance */
#define BAR_WIDTH 20

static int bar(char *out, size_t size)
{
	static const char full[] = "####################";
	int n = (int)((double)p.done / (double)p.of * BAR_WIDTH);

	return snprintf(out, size, " [%.*s%*s]", n, full, BAR_WIDTH - n, "");
}

static void show(void)
{
	double spent = clock_steady() - p.start, rest;
	char line[160], passed[32], left[32];
	struct winsize w;
	int n, columns = 79;

	duration(passed, sizeof(passed), spent);
	n = snprintf(line, sizeof(line), "samebits: %s %zu", p.what,
		     p.done + 1);
	if (p.of)
		n += snprintf(line + n, sizeof(line) - (size_t)n, " of %zu",
			      p.of);
	if (p.of >= BAR_LEAST)
		n += bar(line + n, sizeof(line) - (size_t)n);
	n += snprintf(line + n, sizeof(line) - (size_t)n, ", %s", passed);
	/* From the runs that have ended; of the one that goes on, what is
	 * spent is known. */
	if (p.of && p.done) {
		rest = p.ended / (double)p.done * (double)p.of - spent;
		duration(left, sizeof(left), rest > 0 ? rest : 0);
		snprintf(line + n, sizeof(line) - (size_t)n, ", about %s left",
			 left);
	}
	if (!ioctl(2, TIOCGWINSZ, &w) && w.ws_col > 1)
		columns = w.ws_col - 1;
	fprintf(stderr, "\r\033[K%.*s", columns, line);
	fflush(stderr);
	p.shown = clock_steady();
}

void progress_start(const char *what, size_t of)
{
	p.what = what;
	p.done = 0;
	p.of = of;
	p.start = clock_steady();
	p.on = isatty(2);
}

void progress_set(size_t done, size_t of)
{
	p.done = done;
	p.of = of;
	p.ended = clock_steady() - p.start;
	if (p.on && done < of)
		show();
}

void progress_tick(void *unused)
{
	(void)unused;
	if (p.on && clock_steady() - p.shown > 0.5 && clock_steady() - p.start > 0.5)
		show();
}

void progress_hide(void)
{
	if (p.on)
		fputs("\r\033[K", stderr);
}

void progress_end(void)
{
	progress_hide();
	p.on = false;
}
