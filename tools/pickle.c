/* SPDX-License-Identifier: MIT */
/*
 * A pickle (Python's Lib/pickletools.py describes the opcodes) builds values on
 * a stack. Here they are nodes: of what is constructed only its arguments and
 * its state are kept, and what torch._utils calls a tensor.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pickle.h"

#define NODES_MOST (1u << 22)
#define DEPTH_MOST 64

enum node_kind {
	NOTHING,
	MARK,
	NUMBER,
	TEXT,
	LIST,
	DICT,
	GLOBAL,
	STORAGE,
	TENSOR
};

struct node {
	enum node_kind kind;
	bool seen;	  /* while names are made */
	int64_t number;	  /* NUMBER */
	const char *text; /* TEXT, GLOBAL ("module name"): in the pickle */
	size_t length;
	uint32_t *child; /* LIST; DICT: key, value, …; STORAGE, TENSOR: what
			  * they were made of */
	uint32_t n, room;
};

struct machine {
	const char *at, *end;
	struct node *node;
	uint32_t nodes, node_room;
	uint32_t *stack, *memo;
	uint32_t depth, stack_room, memos, memo_room;
	bool odd; /* something that is not understood: it ends here */
};

static bool grow(void **list, uint32_t *room, uint32_t need, size_t size)
{
	uint32_t more = *room ? *room : 64;
	void *grown;

	if (need < *room)
		return true;
	while (more <= need)
		more *= 2;
	grown = more > NODES_MOST * 2 ? NULL : realloc(*list, more * size);
	if (!grown)
		return false;
	memset((char *)grown + *room * size, 0, (more - *room) * size);
	*list = grown;
	*room = more;
	return true;
}

/* Node 0 is "nothing"; it also stands for what there was no memory for. */
static uint32_t make(struct machine *m, enum node_kind kind)
{
	if (m->nodes >= NODES_MOST || !grow((void **)&m->node, &m->node_room,
					    m->nodes, sizeof(*m->node))) {
		m->odd = true;
		return 0;
	}
	m->node[m->nodes].kind = kind;
	return m->nodes++;
}

static void push(struct machine *m, uint32_t n)
{
	if (!grow((void **)&m->stack, &m->stack_room, m->depth,
		  sizeof(*m->stack)))
		m->odd = true;
	else
		m->stack[m->depth++] = n;
}

static uint32_t pop(struct machine *m)
{
	if (!m->depth) {
		m->odd = true;
		return 0;
	}
	return m->stack[--m->depth];
}

static uint32_t top(struct machine *m)
{
	if (!m->depth)
		m->odd = true;
	return m->depth ? m->stack[m->depth - 1] : 0;
}

static void add(struct machine *m, uint32_t to, uint32_t n)
{
	struct node *node = &m->node[to];

	if (grow((void **)&node->child, &node->room, node->n,
		 sizeof(*node->child)))
		node->child[node->n++] = n;
	else
		m->odd = true;
}

static void number(struct machine *m, int64_t value)
{
	uint32_t n = make(m, NUMBER);

	m->node[n].number = value;
	push(m, n);
}

/* The next bytes; NULL: there are not so many. */
static const char *take(struct machine *m, uint64_t n)
{
	const char *at = m->at;

	if (n > (uint64_t)(m->end - m->at)) {
		m->odd = true;
		return NULL;
	}
	m->at += n;
	return at;
}

static uint64_t word(struct machine *m, unsigned bytes)
{
	const unsigned char *at = (const unsigned char *)take(m, bytes);
	uint64_t n = 0;

	for (unsigned i = 0; at && i < bytes; i++)
		n |= (uint64_t)at[i] << (8 * i);
	return n;
}

static void text(struct machine *m, uint64_t length)
{
	const char *at = take(m, length);
	uint32_t n = make(m, TEXT);

	m->node[n].text = at ? at : "";
	m->node[n].length = at ? length : 0;
	push(m, n);
}

/* "module\nname\n" */
static void global(struct machine *m)
{
	const char *from = m->at, *end;
	uint32_t n = make(m, GLOBAL);

	for (int i = 0; i < 2; i++) {
		end = memchr(m->at, '\n', (size_t)(m->end - m->at));
		if (!end) {
			m->odd = true;
			return;
		}
		m->at = end + 1;
	}
	m->node[n].text = from;
	m->node[n].length = (size_t)(m->at - from);
	push(m, n);
}

/* Module and name are on the stack; only the name is of interest. */
static void stack_global(struct machine *m)
{
	uint32_t name = pop(m), n;

	pop(m);
	n = make(m, GLOBAL);
	m->node[n].text = m->node[name].text;
	m->node[n].length = m->node[name].length;
	push(m, n);
}

static bool says(const struct node *n, const char *part)
{
	return n->text && memmem(n->text, n->length, part, strlen(part));
}

/* What lies above the mark becomes children; the mark goes. */
static void collect(struct machine *m, uint32_t into)
{
	uint32_t from = m->depth;

	while (from && m->node[m->stack[from - 1]].kind != MARK)
		from--;
	if (!from) {
		m->odd = true;
		return;
	}
	for (uint32_t i = from; i < m->depth; i++)
		add(m, into, m->stack[i]);
	m->depth = from - 1;
}

/* Below the mark is what gets them. */
static void collect_for(struct machine *m)
{
	uint32_t list = make(m, LIST), to;

	collect(m, list);
	to = top(m);
	for (uint32_t i = 0; i < m->node[list].n; i++)
		add(m, to, m->node[list].child[i]);
}

static void tuple(struct machine *m, uint32_t n)
{
	uint32_t list = make(m, LIST);

	if (m->depth < n) {
		m->odd = true;
		return;
	}
	for (uint32_t i = m->depth - n; i < m->depth; i++)
		add(m, list, m->stack[i]);
	m->depth -= n;
	push(m, list);
}

/* A function was called: tensors, parameters and dictionaries are known. Of all
 * else its arguments remain. */
static void reduce(struct machine *m)
{
	uint32_t args = pop(m), fn = pop(m), n;

	if (says(&m->node[fn], "_rebuild_tensor_v2")) {
		m->node[args].kind = TENSOR;
		push(m, args);
	} else if (says(&m->node[fn], "_rebuild_parameter") &&
		   m->node[args].n) {
		push(m, m->node[args].child[0]);
	} else if (says(&m->node[fn], "OrderedDict")) {
		push(m, make(m, DICT));
	} else {
		n = make(m, LIST);
		for (uint32_t i = 0; i < m->node[args].n; i++)
			add(m, n, m->node[args].child[i]);
		push(m, n);
	}
}

/* An object's state: what a plain object is made of. */
static void build(struct machine *m)
{
	uint32_t state = pop(m), object = top(m);

	if (m->node[object].kind == LIST)
		add(m, object, state);
}

static void persistent(struct machine *m)
{
	uint32_t id = top(m);

	m->node[id].kind = STORAGE;
}

static void remember(struct machine *m, uint64_t at)
{
	if (at > NODES_MOST || !grow((void **)&m->memo, &m->memo_room,
				     (uint32_t)at, sizeof(*m->memo))) {
		m->odd = true;
		return;
	}
	m->memo[at] = top(m);
	if (at >= m->memos)
		m->memos = (uint32_t)at + 1;
}

static void recall(struct machine *m, uint64_t at)
{
	if (at >= m->memos)
		m->odd = true;
	else
		push(m, m->memo[at]);
}

static void set_item(struct machine *m)
{
	uint32_t value = pop(m), key = pop(m);

	add(m, top(m), key);
	add(m, top(m), value);
}

static void append(struct machine *m)
{
	uint32_t value = pop(m);

	add(m, top(m), value);
}

static void long_number(struct machine *m, uint64_t bytes)
{
	const unsigned char *at = (const unsigned char *)take(m, bytes);
	uint64_t n = 0;

	if (at && bytes && bytes <= 8) {
		for (uint64_t i = 0; i < bytes; i++)
			n |= (uint64_t)at[i] << (8 * i);
		if (bytes < 8 && at[bytes - 1] & 0x80)
			n |= ~0ull << (8 * bytes);
	}
	number(m, (int64_t)n);
}

/* One opcode; false: the pickle ends. */
static bool step(struct machine *m)
{
	unsigned char op = (unsigned char)*take(m, 1);
	uint32_t n;

	switch (op) {
	case '.': /* STOP */
		return false;
	case 0x80: /* PROTO */
		take(m, 1);
		break;
	case 0x95: /* FRAME */
		take(m, 8);
		break;
	case '(':
		push(m, make(m, MARK));
		break;
	case '0': /* POP */
		pop(m);
		break;
	case '2': /* DUP */
		push(m, top(m));
		break;
	case 'N':
		push(m, 0);
		break;
	case 0x88: /* NEWTRUE */
	case 0x89: /* NEWFALSE */
		number(m, op == 0x88);
		break;
	case 'K':
		number(m, (int64_t)word(m, 1));
		break;
	case 'M':
		number(m, (int64_t)word(m, 2));
		break;
	case 'J':
		number(m, (int32_t)word(m, 4));
		break;
	case 0x8a: /* LONG1 */
		long_number(m, word(m, 1));
		break;
	case 0x8b: /* LONG4 */
		long_number(m, word(m, 4));
		break;
	case 'G': /* BINFLOAT */
		take(m, 8);
		push(m, 0);
		break;
	case 'X':
	case 'T':
	case 'B':
		text(m, word(m, 4));
		break;
	case 0x8c: /* SHORT_BINUNICODE */
	case 'U':
	case 'C':
		text(m, word(m, 1));
		break;
	case 0x8d: /* BINUNICODE8 */
	case 0x8e: /* BINBYTES8 */
		text(m, word(m, 8));
		break;
	case '}':
		push(m, make(m, DICT));
		break;
	case ']':
	case ')':
	case 0x8f: /* EMPTY_SET */
		push(m, make(m, LIST));
		break;
	case 't':
		n = make(m, LIST);
		collect(m, n);
		push(m, n);
		break;
	case 0x85: /* TUPLE1 to TUPLE3 */
	case 0x86:
	case 0x87:
		tuple(m, op - 0x84u);
		break;
	case 'e':  /* APPENDS */
	case 'u':  /* SETITEMS */
	case 0x90: /* ADDITEMS */
		collect_for(m);
		break;
	case 'a':
		append(m);
		break;
	case 's':
		set_item(m);
		break;
	case 'c':
		global(m);
		break;
	case 0x93: /* STACK_GLOBAL */
		stack_global(m);
		break;
	case 'R':
	case 0x81: /* NEWOBJ */
		reduce(m);
		break;
	case 'b':
		build(m);
		break;
	case 'Q': /* BINPERSID */
		persistent(m);
		break;
	case 'q':
		remember(m, word(m, 1));
		break;
	case 'r':
		remember(m, word(m, 4));
		break;
	case 0x94: /* MEMOIZE */
		remember(m, m->memos);
		break;
	case 'h':
		recall(m, word(m, 1));
		break;
	case 'j':
		recall(m, word(m, 4));
		break;
	default:
		m->odd = true;
	}
	return !m->odd && m->at < m->end;
}

/* ---- names ---- */

struct naming {
	struct machine *m;
	struct tensors *t;
	char name[1024];
	int ret;
};

static const struct {
	const char *storage;
	enum number_kind kind;
	unsigned size;
} types[] = {
	{ "BFloat16Storage", N_BFLOAT, 2 },
	{ "ComplexFloatStorage", N_COMPLEX, 8 },
	{ "ComplexDoubleStorage", N_COMPLEX, 16 },
	{ "FloatStorage", N_FLOAT, 4 },
	{ "DoubleStorage", N_FLOAT, 8 },
	{ "HalfStorage", N_FLOAT, 2 },
	{ "LongStorage", N_INT, 8 },
	{ "IntStorage", N_INT, 4 },
	{ "ShortStorage", N_INT, 2 },
	{ "CharStorage", N_INT, 1 },
	{ "ByteStorage", N_UINT, 1 },
	{ "BoolStorage", N_BOOL, 1 },
};

static const struct node *child(const struct machine *m, const struct node *n,
				uint32_t i)
{
	return &m->node[i < n->n ? n->child[i] : 0];
}

static bool typed(struct tensor *t, const struct node *class)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
		if (says(class, types[i].storage)) {
			t->kind = types[i].kind;
			t->size = types[i].size;
			return true;
		}
	return false;
}

/* Do strides say what the shape says? */
static bool plain(const struct machine *m, const struct tensor *t,
		  const struct node *strides)
{
	int64_t want = 1;

	for (unsigned i = t->dims; i--;) {
		if (t->shape[i] != 1 && child(m, strides, i)->number != want)
			return false;
		want *= (int64_t)t->shape[i];
	}
	return true;
}

static void add_tensor(struct naming *g, const struct node *n)
{
	const struct machine *m = g->m;
	const struct node *storage = child(m, n, 0), *shape = child(m, n, 2);
	const struct node *key = child(m, storage, 2);
	struct tensor t = { .offset = (uint64_t)child(m, n, 1)->number };
	struct tensor *grown;

	if (storage->kind != STORAGE || !typed(&t, child(m, storage, 1)) ||
	    key->kind != TEXT || shape->n > 32)
		return;
	t.dims = shape->n;
	for (unsigned i = 0; i < t.dims; i++)
		t.shape[i] = (uint64_t)child(m, shape, i)->number;
	t.plain = plain(m, &t, child(m, n, 3));
	t.name = strdup(*g->name ? g->name : "tensor");
	t.storage = strndup(key->text, key->length);
	grown = realloc(g->t->at, (g->t->n + 1) * sizeof(*grown));
	if (!t.name || !t.storage || !grown) {
		free(t.name);
		free(t.storage);
		g->ret = -ENOMEM;
	}
	if (grown)
		g->t->at = grown;
	if (!g->ret)
		grown[g->t->n++] = t;
}

static void visit(struct naming *g, uint32_t i, unsigned depth);

/* What a module keeps its parts in is no part of a name. */
static bool silent(const struct node *key)
{
	return says(key, "_modules") || says(key, "_parameters") ||
	       says(key, "_buffers");
}

static void visit_as(struct naming *g, const struct node *key, uint32_t index,
		     uint32_t i, unsigned depth)
{
	size_t n = strlen(g->name), room = sizeof(g->name) - n;
	const char *dot = n ? "." : "";

	if (key && key->kind == TEXT && !silent(key))
		snprintf(g->name + n, room, "%s%.*s", dot, (int)key->length,
			 key->text);
	else if (key && key->kind == NUMBER)
		snprintf(g->name + n, room, "%s%" PRId64, dot, key->number);
	else if (!key)
		snprintf(g->name + n, room, "%s%" PRIu32, dot, index);
	visit(g, i, depth + 1);
	g->name[n] = 0;
}

static void visit(struct naming *g, uint32_t i, unsigned depth)
{
	struct node *n = &g->m->node[i];

	if (depth > DEPTH_MOST || n->seen || g->ret)
		return;
	n->seen = true;
	if (n->kind == TENSOR) {
		add_tensor(g, n);
		return;
	}
	if (n->kind == DICT)
		for (uint32_t k = 0; k + 1 < n->n; k += 2)
			visit_as(g, &g->m->node[n->child[k]], 0,
				 n->child[k + 1], depth);
	/* An object: a list of what it was made with; one dictionary says
	 * it all, and needs no number. */
	if (n->kind == LIST && n->n == 1)
		visit(g, n->child[0], depth + 1);
	else if (n->kind == LIST)
		for (uint32_t k = 0; k < n->n; k++)
			visit_as(g, NULL, k, n->child[k], depth);
}

int tensors_read(struct tensors *t, const struct view *v)
{
	struct machine m = { .at = v->data, .end = v->data + v->size };
	struct naming g = { .m = &m, .t = t };

	*t = (struct tensors){ 0 };
	make(&m, NOTHING);
	while (!m.odd && m.at < m.end && step(&m))
		;
	if (!m.odd && m.depth)
		visit(&g, m.stack[m.depth - 1], 0);
	for (uint32_t i = 0; i < m.nodes; i++)
		free(m.node[i].child);
	free(m.node);
	free(m.stack);
	free(m.memo);
	return g.ret;
}

void tensors_free(struct tensors *t)
{
	for (size_t i = 0; i < t->n; i++) {
		free(t->at[i].name);
		free(t->at[i].storage);
	}
	free(t->at);
	*t = (struct tensors){ 0 };
}

bool tensor_in(const struct tensor *t, const struct view *storage,
	       struct array *a)
{
	uint64_t from, need;

	*a = (struct array){
		.kind = t->kind, .size = t->size, .count = 1, .dims = t->dims
	};
	for (unsigned i = 0; i < t->dims; i++) {
		a->shape[i] = t->shape[i];
		if (__builtin_mul_overflow(a->count, t->shape[i], &a->count))
			return false;
	}
	if (!t->plain ||
	    __builtin_mul_overflow(a->count, (uint64_t)t->size, &need) ||
	    __builtin_mul_overflow(t->offset, (uint64_t)t->size, &from) ||
	    from > storage->size || need > storage->size - from)
		return false;
	a->data = storage->data + from;
	return true;
}
