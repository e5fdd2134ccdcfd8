/* SPDX-License-Identifier: MIT */
/* Threads in turns, on a run's page. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "html.h"
#include "report.h"
#include "turnsreport.h"

/* The text of a report says it all, in lines. */
void html_turns(FILE *to, struct report *r)
{
	char *text = NULL;
	size_t size;
	FILE *lines = open_memstream(&text, &size);

	if (!lines)
		return;
	turns_print(lines, r->symbols, &r->run, &r->runtimes);
	if (!fclose(lines) && *text) {
		html_section(to, "turns", "Threads in turns", NULL);
		fputs("<pre>", to);
		html_text(to, text);
		fputs("</pre>\n", to);
		html_section_end(to);
	}
	free(text);
}
