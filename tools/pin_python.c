/* SPDX-License-Identifier: MIT */
/* requirements.txt and environment.yml. */
#include <stdbool.h>
#include <string.h>

#include "pinning.h"
#include "text.h"

static void head(FILE *to, const struct pins *p, const char *how)
{
	pins_head(to, p, "What this imported", how);
	fputs("#   packages of the system: see samebits pin --docker\n", to);
}

void pin_pip(FILE *to, const struct pins *p)
{
	json_t *one;
	size_t i;

	head(to, p, "pip install --no-deps -r THIS");
	fprintf(to, "# Python %s\n", p->python_version);
	json_array_foreach(p->python, i, one) {
		const char *why = text_at(one, "why");

		fprintf(to, "%s%s%s\n", text_at(one, "line"),
			why ? "  # " : "", why ? why : "");
	}
}

/* ---- conda ---- */

/* Double quotes, as in JSON, are YAML's, too. */
static void item(FILE *to, const char *indent, const char *text)
{
	fprintf(to, "%s- \"", indent);
	for (; *text; text++)
		if (*text == '"' || *text == '\\')
			fprintf(to, "\\%c", *text);
		else
			fputc(*text, to);
	fputs("\"\n", to);
}

static void channels(FILE *to, const struct pins *p)
{
	const json_t *list = json_object_get(p->conda, "channels");
	json_t *one;
	size_t i;

	fputs("channels:\n", to);
	json_array_foreach(list, i, one)
		item(to, "  ", json_string_value(one));
	if (!json_array_size(list))
		item(to, "  ", "conda-forge");
}

/* What conda installed is its own; pip's the rest. */
static bool is_conda(const json_t *packages, const char *line)
{
	size_t n = strcspn(line, "= @"), i;
	json_t *one;

	json_array_foreach(packages, i, one) {
		const char *text = json_string_value(one);

		if (strcspn(text, "=") == n && !strncasecmp(text, line, n))
			return true;
	}
	return false;
}

void pin_conda(FILE *to, const struct pins *p)
{
	const json_t *packages = json_object_get(p->conda, "packages");
	char python[64];
	json_t *one;
	bool any = false;
	size_t i;

	head(to, p, "conda env create -f THIS");
	fputs("name: pinned\n", to);
	channels(to, p);
	fputs("dependencies:\n", to);
	json_array_foreach(packages, i, one)
		item(to, "  ", json_string_value(one));
	if (!packages) {
		snprintf(python, sizeof(python), "python=%s",
			 p->python_version);
		item(to, "  ", python);
		item(to, "  ", "pip");
	}
	json_array_foreach(p->python, i, one) {
		if (is_conda(packages, text_at(one, "line")))
			continue;
		if (!any)
			fputs("  - pip:\n", to);
		any = true;
		item(to, "      ", text_at(one, "line"));
	}
}
