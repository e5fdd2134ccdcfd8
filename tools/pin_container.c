/* SPDX-License-Identifier: MIT */
/* A Dockerfile and an Apptainer definition: the same base and commands. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "collect.h"
#include "pinning.h"
#include "text.h"

/* A single word for the shell. */
static void quote(FILE *to, const char *text)
{
	fputc('\'', to);
	for (text = text ? text : "?"; *text; text++)
		if (*text == '\'')
			fputs("'\\''", to);
		else if (*text == '\n')
			fputc(' ', to); /* it ends an instruction */
		else
			fputc(*text, to);
	fputc('\'', to);
}

/* ---- the base ---- */

/* "debian:12.11", "python:3.11.7-slim-bookworm" where the interpreter is not the
 * system's. */
static void base(FILE *to, const struct pins *p)
{
	const json_t *s = json_object_get(p->record, "system");
	const char *id = text_some(s, "os_id"), *version = text_some(s, "os_version");
	const char *point = text_some(s, "os_point_release");
	bool debian = !strcmp(id, "debian");

	if (p->python_version && !p->python_of_system && !p->conda && debian)
		fprintf(to, "python:%s-slim-%s", p->python_version,
			text_some(s, "os_codename"));
	else if (debian && strspn(point, "0123456789.") == strlen(point) &&
		 *point)
		fprintf(to, "debian:%s", point);
	else
		fprintf(to, "%s:%s", *id ? id : "debian",
			*version ? version : "stable-slim");
}

/* ---- commands ---- */

/* Mirrors keep the newest versions alone; the snapshot of that day has ours. */
static void snapshot(FILE *to, const struct pins *p, const char *indent)
{
	const json_t *s = json_object_get(p->record, "system");
	const char *codename = text_some(s, "os_codename");

	if (strcmp(text_some(s, "os_id"), "debian") || !*codename)
		return;
	fprintf(to,
		"if [ -n \"$SNAPSHOT\" ]; then \\\n"
		"%s    rm -f /etc/apt/sources.list.d/*; \\\n"
		"%s    u=http://snapshot.debian.org/archive; "
		"o='[check-valid-until=no]'; \\\n"
		"%s    echo \"deb $o $u/debian/$SNAPSHOT %s main\" "
		">/etc/apt/sources.list; \\\n"
		"%s    echo \"deb $o $u/debian-security/$SNAPSHOT %s-security "
		"main\" >>/etc/apt/sources.list; \\\n"
		"%s    echo \"deb $o $u/debian/$SNAPSHOT %s-updates main\" "
		">>/etc/apt/sources.list; fi; \\\n%s",
		indent, indent, indent, codename, indent, codename, indent,
		codename, indent);
}

static void put_date(FILE *to, const struct pins *p)
{
	const json_t *run = json_object_get(p->record, "run");
	time_t t = (time_t)json_number_value(json_object_get(run, "start"));
	char text[32] = "";
	struct tm tm;

	if (t && gmtime_r(&t, &tm))
		strftime(text, sizeof(text), "%Y%m%dT000000Z", &tm);
	fputs(text, to);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void install_packages(FILE *to, const struct pins *p,
			     const char *indent)
{
	size_t n = json_object_size(p->system), i = 0;
	const char **names = calloc(n + 1, sizeof(*names)), *name;
	json_t *version;

	json_object_foreach(p->system, name, version)
		if (names)
			names[i++] = name;
	qsort(names, i, sizeof(*names), by_name);
	fputs("apt-get update && apt-get install -y --no-install-recommends "
	      "--allow-downgrades \\\n",
	      to);
	if (p->python_of_system && json_array_size(p->python))
		fprintf(to, "%s    python3-venv \\\n", indent);
	for (size_t k = 0; k < i; k++)
		fprintf(to, "%s    %s=%s%s\n", indent, names[k],
			json_string_value(json_object_get(p->system, names[k])),
			k + 1 < i ? " \\" : "");
	free(names);
}

static void install_python(FILE *to, const struct pins *p, const char *indent)
{
	json_t *one;
	size_t i, n = json_array_size(p->python);

	if (p->python_of_system)
		fprintf(to, "python3 -m venv %s/opt/venv && /opt/venv/bin/",
			p->python_mixed ? "--system-site-packages " : "");
	fputs("pip install --no-cache-dir --no-deps \\\n", to);
	json_array_foreach(p->python, i, one) {
		fprintf(to, "%s    ", indent);
		quote(to, text_some(one, "line"));
		fprintf(to, "%s\n", i + 1 < n ? " \\" : "");
	}
}

/* Names and values of what numeric libraries heed, without ours and secrets. */
static void variables(FILE *to, const struct pins *p, const char *format)
{
	const json_t *run = json_object_get(p->record, "run");
	const json_t *ours = json_object_get(
		json_object_get(run, "environment"), "set");
	const char *name;
	json_t *value;

	json_object_foreach(json_object_get(p->record, "variables"), name,
			    value) {
		const char *text = json_string_value(value);

		if (!variable_matters(name) || json_object_get(ours, name) ||
		    !text || strstr(text, "<hidden: "))
			continue;
		fprintf(to, format, name);
		quote(to, text);
		fputc('\n', to);
	}
}

/* ---- the files ---- */

static void command(FILE *to, const struct pins *p)
{
	const json_t *run = json_object_get(p->record, "run");
	char *text = json_dumps(json_object_get(run, "argv"), JSON_COMPACT);

	fprintf(to, "CMD %s\n", text ? text : "[]");
	free(text);
}

void pin_docker(FILE *to, const struct pins *p)
{
	pins_head(to, p, "The environment in which this ran",
		  "docker build -t IMAGE -f THIS .  (--build-arg SNAPSHOT=… "
		  "when mirrors have newer packages)");
	fputs("FROM ", to);
	base(to, p);
	fputs("\n# Of Debian's archive on the day of the run: SNAPSHOT=", to);
	put_date(to, p);
	fputs("\nARG SNAPSHOT=\nENV DEBIAN_FRONTEND=noninteractive\n", to);
	if (json_object_size(p->system)) {
		fputs("RUN ", to);
		snapshot(to, p, "    ");
		install_packages(to, p, "    ");
	}
	if (json_array_size(p->python)) {
		fputs("RUN ", to);
		install_python(to, p, "    ");
		if (p->python_of_system)
			fputs("ENV PATH=/opt/venv/bin:$PATH\n", to);
	}
	variables(to, p, "ENV %s=");
	fputs("WORKDIR /work\nCOPY . /work\n", to);
	command(to, p);
}

void pin_apptainer(FILE *to, const struct pins *p)
{
	const json_t *run = json_object_get(p->record, "run");
	json_t *one;
	size_t i;

	fputs("Bootstrap: docker\nFrom: ", to);
	base(to, p);
	fputc('\n', to);
	pins_head(to, p, "The environment in which this ran",
		  "apptainer build IMAGE.sif THIS");
	fputs("\n%files\n    . /work\n\n%post\n"
	      "    export DEBIAN_FRONTEND=noninteractive\n"
	      "    # Of Debian's archive on the day of the run:\n"
	      "    SNAPSHOT=\"\" # ",
	      to);
	put_date(to, p);
	fputc('\n', to);
	if (json_object_size(p->system)) {
		fputs("    ", to);
		snapshot(to, p, "    ");
		install_packages(to, p, "    ");
	}
	if (json_array_size(p->python)) {
		fputs("    ", to);
		install_python(to, p, "    ");
	}
	fputs("\n%environment\n", to);
	if (json_array_size(p->python) && p->python_of_system)
		fputs("    export PATH=/opt/venv/bin:$PATH\n", to);
	variables(to, p, "    export %s=");
	fputs("\n%runscript\n    cd /work && exec", to);
	json_array_foreach(json_object_get(run, "argv"), i, one) {
		fputc(' ', to);
		quote(to, json_string_value(one));
	}
	fputs(" \"$@\"\n", to);
}
