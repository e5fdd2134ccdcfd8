/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "pyinit.h"
#include "banned.h"

/* struct _inittab */
struct builtin {
	const char *name;
	object *(*init)(void);
};

static size_t count(const struct module_slot *slot)
{
	size_t n = 0;

	while (slot && slot[n].kind)
		n++;
	return n;
}

/* One more thing to be done when it is executed, in each interpreter: the last
 * one. */
static void add_slot(struct pyinit *p, struct module_def *def)
{
	size_t n = count(def->slots);

	if (def->slots == p->slots)
		return;
	if (n + 2 > PYINIT_SLOTS) {
		p->ready(NULL);
		return;
	}
	if (n)
		memcpy(p->slots, def->slots, n * sizeof(*def->slots));
	p->slots[n] = (struct module_slot){ MODULE_EXEC, (void *)p->exec };
	p->slots[n + 1] = (struct module_slot){ 0, NULL };
	def->slots = p->slots;
}

object *pyinit_begin(struct pyinit *p)
{
	object *made = p->real();

	if (!made)
		return NULL;
	if (!cpython_bind(p->from))
		p->ready(NULL);
	else if (cpython_type(made) == cpython.module_def)
		add_slot(p, (struct module_def *)made);
	else
		p->ready(made);
	return made;
}

void *pyinit_found(struct pyinit *p, void *found, const void *ra)
{
	/* A second one, of another interpreter in this process, stays as it
	 * is: the hook would not know which to call. */
	if (p->real && (void *)p->real != found)
		return found;
	p->real = (object *(*)(void))found;
	p->from = ra;
	return (void *)p->hook;
}

void pyinit_builtin(struct pyinit *p, void *table)
{
	const char *name = p->symbol + strlen("PyInit_");

	for (struct builtin *b = table; b && b->name; b++)
		if (!strcmp(b->name, name) && b->init && b->init != p->hook)
			b->init = (object *(*)(void))pyinit_found(
				p, (void *)b->init, (void *)b->init);
}
