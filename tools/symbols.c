/* SPDX-License-Identifier: MIT */
#include <elfutils/libdwfl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <jansson.h>

#include "lazy.h"
#include "symbols.h"

#define PLAINS 256
#define LOOKED 1024
#define KNOWN 2 /* runs that are looked at together */

/* elfutils looks through all symbols for each address: 10 ms of a large
 * program's. */
struct looked {
	uint64_t offset;
	struct place place;
	struct looked *next;
};

struct opened {
	char *path;
	uint8_t build_id[20];
	Dwfl *dwfl;
	Dwfl_Module *module; /* NULL: see trouble */
	const char *trouble;
	struct looked *looked[LOOKED]; /* by offset */
	struct opened *next;
};

/* A C++ name as it was written. */
struct plain {
	const char *name; /* of elfutils', which keeps it */
	char *text;
	struct plain *next;
};

struct symbols {
	struct opened *first;
	struct plain *plain[PLAINS]; /* by name */
	json_t *known[KNOWN]; /* {path: {offset: [function, file, line]}} */
};

static const Dwfl_Callbacks callbacks = {
	.find_elf = dwfl_build_id_find_elf,
	.find_debuginfo = dwfl_standard_find_debuginfo,
	.section_address = dwfl_offline_section_address,
};

/* A module without a build-id is trusted to be what it was. */
static bool same_build(Dwfl_Module *m, const uint8_t recorded[20])
{
	static const uint8_t none[20];
	const unsigned char *bits;
	uint8_t id[20] = { 0 };
	GElf_Addr at;
	int n;

	if (!memcmp(recorded, none, sizeof(none)))
		return true;
	n = dwfl_module_build_id(m, &bits, &at);
	if (n <= 0)
		return false;
	memcpy(id, bits, n < 20 ? (size_t)n : 20);
	return !memcmp(recorded, id, sizeof(id));
}

static const char *load(struct opened *o)
{
	struct stat st;
	GElf_Addr bias;

	if (o->path[0] != '/')
		return "is not a file";
	if (stat(o->path, &st))
		return "is missing now";
	if (!S_ISREG(st.st_mode)) /* opening a device or FIFO may block */
		return "is not a regular file now";
	if (access(o->path, R_OK))
		return "may not be read";
	o->dwfl = dwfl_begin(&callbacks);
	if (!o->dwfl)
		return "cannot be read";
	dwfl_report_begin(o->dwfl);
	/* At 0 with its own addresses added: then an address is an offset. */
	o->module = dwfl_report_elf(o->dwfl, o->path, o->path, -1, 0, true);
	dwfl_report_end(o->dwfl, NULL, NULL);
	if (!o->module || !dwfl_module_getelf(o->module, &bias))
		return "is not an ELF file now";
	return same_build(o->module, o->build_id)
		       ? NULL
		       : "has changed since the run (another build-id)";
}

static struct opened *get(struct symbols *s, const struct sb_module *m)
{
	struct opened *o;

	for (o = s->first; o; o = o->next)
		if (!strcmp(o->path, m->path) &&
		    !memcmp(o->build_id, m->build_id, sizeof(o->build_id)))
			return o;
	o = calloc(1, sizeof(*o));
	if (!o)
		return NULL;
	o->path = strdup(m->path);
	if (!o->path) {
		free(o);
		return NULL;
	}
	memcpy(o->build_id, m->build_id, sizeof(o->build_id));
	o->trouble = load(o);
	o->next = s->first;
	s->first = o;
	return o;
}

struct symbols *symbols_new(void)
{
	return calloc(1, sizeof(struct symbols));
}

static void forget(struct opened *o)
{
	for (int i = 0; i < LOOKED; i++)
		while (o->looked[i]) {
			struct looked *l = o->looked[i];

			o->looked[i] = l->next;
			free(l);
		}
}

void symbols_free(struct symbols *s)
{
	struct opened *next;

	if (!s)
		return;
	for (int i = 0; i < KNOWN; i++)
		json_decref(s->known[i]);
	for (int i = 0; i < PLAINS; i++)
		while (s->plain[i]) {
			struct plain *p = s->plain[i];

			s->plain[i] = p->next;
			free(p->text);
			free(p);
		}
	for (struct opened *o = s->first; o; o = next) {
		next = o->next;
		forget(o);
		dwfl_end(o->dwfl);
		free(o->path);
		free(o);
	}
	free(s);
}

void symbols_know(struct symbols *s, const char *dir)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/symbols.json", dir);
	for (int i = 0; s && i < KNOWN; i++)
		if (!s->known[i]) {
			s->known[i] = json_load_file(path, 0, NULL);
			return;
		}
}

static bool find_known(const struct symbols *s, const struct sb_module *m,
		       uint64_t offset, struct place *place)
{
	char key[32];

	snprintf(key, sizeof(key), "%llx", (unsigned long long)offset);
	for (int i = 0; i < KNOWN; i++) {
		const json_t *one = json_object_get(
			json_object_get(s->known[i], m->path), key);

		if (json_array_size(one) != 3)
			continue;
		place->function = json_string_value(json_array_get(one, 0));
		place->file = json_string_value(json_array_get(one, 1));
		place->line = (int)json_integer_value(json_array_get(one, 2));
		return true;
	}
	return false;
}

/* clang leaves out the table of addresses that dwfl_module_getsrc() needs. */
static void search_units(struct place *place, Dwfl_Module *m,
			 Dwarf_Addr address)
{
	Dwarf_Die *unit = NULL;
	Dwarf_Line *line = NULL;
	Dwarf_Addr bias;

	while (!line && (unit = dwfl_module_nextcu(m, unit, &bias)))
		if (dwarf_haspc(unit, address - bias) > 0)
			line = dwarf_getsrc_die(unit, address - bias);
	if (line && dwarf_lineno(line, &place->line) == 0)
		place->file = dwarf_linesrc(line, NULL, NULL);
}

/* libstdc++'s, where it is: as it is written else. */
static const char *demangled(struct symbols *s, const char *name)
{
	static char *(*demangle)(const char *, char *, size_t *, int *);
	static const char *const names[] = { "__cxa_demangle" };
	struct plain **list = &s->plain[(uintptr_t)name / 16 % PLAINS], *p;

	if (!name || strncmp(name, "_Z", 2) ||
	    lazy_load("libstdc++.so.6", names, 1, &demangle))
		return name;
	for (p = *list; p; p = p->next)
		if (p->name == name)
			return p->text;
	p = calloc(1, sizeof(*p));
	if (!p)
		return name;
	p->text = demangle(name, NULL, NULL, NULL);
	if (!p->text) {
		free(p);
		return name;
	}
	p->name = name;
	p->next = *list;
	*list = p;
	return p->text;
}

static struct place look(struct symbols *s, const struct opened *o,
			 uint64_t offset)
{
	struct place place = { 0 };
	Dwfl_Line *line;
	GElf_Sym sym;
	GElf_Off into;

	place.function = dwfl_module_addrinfo(o->module, offset, &into, &sym,
					      NULL, NULL, NULL);
	place.function = demangled(s, place.function);
	line = dwfl_module_getsrc(o->module, offset);
	if (line)
		place.file = dwfl_lineinfo(line, NULL, &place.line, NULL, NULL,
					   NULL);
	else
		search_units(&place, o->module, offset);
	return place;
}

static struct place look_once(struct symbols *s, struct opened *o,
			      uint64_t offset)
{
	struct looked **list = &o->looked[offset % LOOKED], *l;

	for (l = *list; l; l = l->next)
		if (l->offset == offset)
			return l->place;
	l = calloc(1, sizeof(*l));
	if (!l)
		return look(s, o, offset);
	*l = (struct looked){ offset, look(s, o, offset), *list };
	*list = l;
	return l->place;
}

struct place symbols_find(struct symbols *s, const struct sb_module *m,
			  uint64_t offset)
{
	struct place place = { 0 };
	struct opened *o = get(s, m);

	if (!o || o->trouble) {
		if (find_known(s, m, offset, &place))
			return place;
		place.trouble = o ? o->trouble : "cannot be read";
		return place;
	}
	if (!offset)
		return place;
	/* The call may be its function's last instruction. */
	return look_once(s, o, offset - 1);
}
