/* SPDX-License-Identifier: MIT */
#include <wordexp.h>

#include "victim.h"

const struct facts facts = { .calls = 1, .output = "0\n7\n" };

void victim(void)
{
	wordexp_t words;

	emit((uint64_t)wordexp("$(echo 7)", &words, 0));
	emit((uint64_t)atoi(words.we_wordv[0]));
	wordfree(&words);
}
