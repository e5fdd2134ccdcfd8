/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>

#include "jsonfile.h"
#include "known_symbols.h"
#include "reader.h"
#include "symbols.h"
#include "text.h"

/* One entry a frame; in several sites it has the same. */
static void add(json_t *all, struct symbols *symbols, const struct sb_module *m,
		uint64_t offset)
{
	struct place p;
	char key[64];
	json_t *of = json_object_get(all, m->path), *one;

	snprintf(key, sizeof(key), "%" PRIx64, offset);
	if (of && json_object_get(of, key))
		return;
	p = symbols_find(symbols, m, offset);
	if (p.trouble)
		return;
	if (!of) {
		of = json_object();
		if (json_object_set_new(all, m->path, of))
			return; /* a path that is no UTF-8 */
	}
	one = json_array();
	json_array_append_new(one, text_json(p.function));
	json_array_append_new(one, text_json(p.file));
	json_array_append_new(one, json_integer(p.line));
	json_object_set_new(of, key, one);
}

static void add_log(json_t *all, struct symbols *symbols, const struct log *log)
{
	for (size_t i = 0; i < log->nsites; i++) {
		const struct sb_site *s = log->site[i];

		for (uint32_t k = 0; s && k < s->depth; k++) {
			const struct sb_module *m =
				log_module(log, s->frame[k].module);

			if (m)
				add(all, symbols, m, s->frame[k].offset);
		}
	}
}

int known_symbols_write(const char *dir)
{
	struct symbols *symbols = symbols_new();
	json_t *all = json_object();
	struct rundir run;
	char path[PATH_MAX];
	int ret;

	snprintf(path, sizeof(path), "%s/symbols.json", dir);
	ret = rundir_open(&run, dir);
	if (!ret && (!symbols || !all))
		ret = -ENOMEM;
	if (!ret && access(path, F_OK)) {
		for (size_t i = 0; i < run.nlogs; i++)
			add_log(all, symbols, &run.log[i]);
		ret = jsonfile_write(path, all, JSON_COMPACT);
	}
	json_decref(all);
	rundir_close(&run);
	symbols_free(symbols);
	return ret;
}
