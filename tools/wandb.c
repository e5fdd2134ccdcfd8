/* SPDX-License-Identifier: MIT */
/* Weights & Biases, by its own client: wandb.py in a Python that has it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "child.h"
#include "embedded.h"
#include "trackers.h"

#define NOT_INSTALLED 3 /* what the script ends with */

static const char *python(void)
{
	const char *named = getenv("SAMEBITS_PYTHON");

	return named && *named ? named : "python3";
}

/* The last line of a traceback is what went wrong. */
static const char *last_line(char *text)
{
	char *end = text + strlen(text), *newline;

	while (end > text && strchr("\r\n ", end[-1]))
		*--end = 0;
	newline = strrchr(text, '\n');
	return newline ? newline + 1 : text;
}

/* What happens to be the last line of the answer: where the files are. */
static enum sent understood(struct child *c, struct delivery *d)
{
	if (c->status == 0) {
		delivery_say(&d->where, "%s", last_line(c->out));
		return SENT;
	}
	if (c->status == 127)
		delivery_say(&d->why, "%s: there is no such program; name a "
				      "Python that has wandb in "
				      "SAMEBITS_PYTHON", python());
	else if (c->status == NOT_INSTALLED)
		delivery_say(&d->why, "wandb: %s has no such module; pip "
				      "install wandb, or name a Python that "
				      "has it in SAMEBITS_PYTHON", python());
	else
		delivery_say(&d->why, "wandb: its client failed: %s",
			     last_line(c->err));
	return SENT_NOT;
}

static enum sent wandb_send(const json_t *entry, struct delivery *d)
{
	const char *argv[] = { python(), "-c", embedded_wandb_py, NULL };
	const char *mode = getenv("WANDB_MODE");
	json_t *message = json_copy((json_t *)entry);
	struct child c;
	enum sent sent;
	char *input;
	int ret;

	json_object_set_new(message, "mode",
			    json_string(mode && *mode ? mode : "offline"));
	input = json_dumps(message, JSON_REAL_PRECISION(17));
	json_decref(message);
	ret = input ? child_run(&c, argv, input) : -ENOMEM;
	if (ret)
		delivery_say(&d->why, "%s: cannot be run: %s", python(),
			     strerror(-ret));
	sent = ret ? SENT_NOT : understood(&c, d);
	if (input)
		child_free(&c);
	free(input);
	return sent;
}

const struct tracker tracker_wandb = { "wandb", wandb_send };
