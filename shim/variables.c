/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "config.h"
#include "source.h"
#include "variables.h"
#include "banned.h"

#define MOST 64 /* rows of the table */
static char *kept[MOST];
static int nkept;
static uint32_t letters; /* that a guarded name may begin with, from 'A' on */
static const struct variable *guards, *guards_end; /* their rows */

static bool guarded(const struct variable *row)
{
	return row->when == VARIABLE_THREADS;
}

static uint32_t team_of(const struct variable *row)
{
	return row->team == TEAM_OPENMP ? config_openmp() : config_team();
}

static void keep(const struct variable *row, char *const envp[])
{
	const char *value = samebits_variable(envp, row->name);

	letters |= 1u << (*row->name - 'A');
	guards = guards ? guards : row;
	guards_end = row + 1;
	if (value && team_of(row) && !config.audit && nkept < MOST)
		kept[nkept++] = (char *)value - 1 - strlen(row->name);
}

void variables_start(char *const envp[])
{
	size_t n;
	const struct variable *table = samebits_variables(&n);

	nkept = 0;
	for (size_t i = 0; i < n; i++)
		if (guarded(&table[i]))
			keep(&table[i], envp);
}

static bool is(const char *name, const char *wanted, char end)
{
	while (*wanted && *name == *wanted)
		name++, wanted++;
	return !*wanted && (!*name || *name == end);
}

bool variable_guarded(const char *name, char end)
{
	unsigned letter = name ? (unsigned char)*name - (unsigned)'A' : 26;

	if (letter >= 26 || !(letters >> letter & 1))
		return false;
	for (const struct variable *row = guards; row < guards_end; row++)
		if (is(name, row->name, end))
			return true;
	return false;
}

int variables_kept(void)
{
	return nkept;
}

bool variables_replace(const char *entry)
{
	return nkept && variable_guarded(entry, '=');
}

int variables_put(char **vector)
{
	for (int i = 0; i < nkept; i++)
		vector[i] = kept[i];
	return nkept;
}
