/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "config.h"
#include "text.h"
#include "trap.h"
#include "banned.h"

struct config config = { .limit = 256u << 20, .start = 1893456000,
			 .external_wait = 1000, .patience = 10 };

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* %2c is a comma, %25 a percent sign. */
static void copy(char *out, size_t size, const char *value, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len && n + 1 < size; i++) {
		if (value[i] == '%' && i + 2 < len && hex(value[i + 1]) >= 0 &&
		    hex(value[i + 2]) >= 0) {
			out[n++] = (char)(hex(value[i + 1]) * 16 +
					  hex(value[i + 2]));
			i += 2;
		} else {
			out[n++] = value[i];
		}
	}
	out[n] = 0;
}

static uint64_t number(const char *value, size_t len)
{
	uint64_t n = 0;

	for (size_t i = 0; i < len && value[i] >= '0' && value[i] <= '9'; i++)
		n = n * 10 + (uint64_t)(value[i] - '0');
	return n;
}

static bool is(const char *text, size_t len, const char *word)
{
	return strlen(word) == len && !memcmp(text, word, len);
}

static bool digits(const char *value, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (value[i] < '0' || value[i] > '9')
			return false;
	return len;
}

static bool set_order(const char *value, size_t len)
{
	static const char *const words[] = { [ORDER_SORTED] = "sorted",
					     [ORDER_DISK] = "disk",
					     [ORDER_REVERSE] = "reverse",
					     [ORDER_SHUFFLE] = "shuffle" };

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if (!is(value, len, words[i]))
			continue;
		config.order = (enum order)i;
		return true;
	}
	return false;
}

static bool set_tape(const char *value, size_t len)
{
	config.tape = is(value, len, "record")	 ? TAPE_RECORD
		      : is(value, len, "replay") ? TAPE_REPLAY
						 : TAPE_OFF;
	return config.tape != TAPE_OFF;
}

/* As the launcher takes them: native, or 1 to 65536. */
static bool set_threads(const char *value, size_t len)
{
	uint64_t n = digits(value, len) && len <= 5 ? number(value, len) : 0;

	config.threads = n <= 65536 ? (uint32_t)n : 0;
	return config.threads || is(value, len, "native");
}

/* Words, '+' between. */
static bool set_traps(const char *value, size_t len)
{
	static const struct {
		const char *word;
		unsigned traps;
	} words[] = {
		{ "tsc", TRAP_TSC },   { "syscall", TRAP_SYSCALL },
		{ "vdso", TRAP_VDSO }, { "rdrand", TRAP_RDRAND },
		{ "all", TRAP_ALL },
	};
	bool known = len > 0;

	while (len) {
		const char *plus = memchr(value, '+', len);
		size_t n = plus ? (size_t)(plus - value) : len;
		unsigned traps = 0;

		for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
			if (is(value, n, words[i].word))
				traps = words[i].traps;
		config.traps |= traps;
		known &= traps != 0;
		n += plus != NULL;
		value += n;
		len -= n;
	}
	return known;
}

/* False: the key is not known, or the value is no number. */
static bool set(const char *key, size_t klen, const char *value, size_t vlen)
{
	bool known = is(key, klen, "mode") || is(key, klen, "seeds") ||
		     is(key, klen, "pad");
	const struct {
		const char *key;
		char *text;
		size_t size;
	} texts[] = {
		{ "dir", config.dir, sizeof(config.dir) },
		{ "store", config.store, sizeof(config.store) },
		{ "force", config.force, sizeof(config.force) },
		{ "observe", config.observe, sizeof(config.observe) },
		{ "deny", config.deny, sizeof(config.deny) },
		{ "suppress", config.suppress, sizeof(config.suppress) },
		{ "from", config.from, sizeof(config.from) },
		{ "path", config.path, sizeof(config.path) },
		{ "rank", config.rank, sizeof(config.rank) },
	};
	const struct {
		const char *key, *word;
		bool *flag;
	} flags[] = {
		{ "mode", "audit", &config.audit },
		{ "seeds", "force", &config.seeds_force },
		{ "reseed", "on", &config.reseed },
		{ "time", "real", &config.time_real },
		{ "trace", "full", &config.trace_wanted },
		{ "crypto", "force", &config.crypto_force },
		{ "pids", "namespace", &config.pids_namespace },
		{ "pids", "virtual", &config.pids_virtual },
		{ "framework", "off", &config.framework_off },
		{ "portable", "on", &config.portable },
		{ "env", "force", &config.environment_force },
		{ "blas", "same", &config.blas_same },
		{ "digest", "blas", &config.digest_blas },
		{ "mpi", "ordered", &config.mpi_ordered },
		{ "openmp", "ordered", &config.openmp_ordered },
		{ "schedule", "turns", &config.turns },
		{ "sleep", "skip", &config.sleep_skip },
		{ "deadlock", "exit", &config.deadlock_exit },
		{ "diverged", "stop", &config.tape_stop },
	};
	const struct {
		const char *key;
		uint32_t *n;
		uint64_t *wide;
	} numbers[] = {
		{ "seed", NULL, &config.seed },
		{ "limit", NULL, &config.limit },
		{ "start", NULL, &config.start },
		{ "clock", NULL, &config.clock },
		{ "shuffle", NULL, &config.shuffle },
		{ "turnseed", NULL, &config.turns_seed },
		{ "outwait", NULL, &config.external_wait },
		{ "patience", NULL, &config.patience },
		{ "origin", NULL, &config.origin },
		{ "network", NULL, &config.network },
		{ "kinds", NULL, &config.tape_kinds },
		{ "slot", &config.slot, NULL },
		{ "exec", &config.exec, NULL },
		{ "gen", &config.generation, NULL },
		{ "kids", &config.children, NULL },
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		if (!is(key, klen, texts[i].key))
			continue;
		copy(texts[i].text, texts[i].size, value, vlen);
		known = true;
	}
	for (size_t i = 0; i < sizeof(flags) / sizeof(*flags); i++) {
		if (!is(key, klen, flags[i].key))
			continue;
		*flags[i].flag = is(value, vlen, flags[i].word);
		known = true;
	}
	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
		if (!is(key, klen, numbers[i].key))
			continue;
		known = digits(value, vlen);
		if (!known)
			continue;
		if (numbers[i].wide)
			*numbers[i].wide = number(value, vlen);
		else
			*numbers[i].n = (uint32_t)number(value, vlen);
	}
	if (is(key, klen, "order"))
		known = set_order(value, vlen);
	if (is(key, klen, "tape"))
		known = set_tape(value, vlen);
	if (is(key, klen, "threads"))
		known = set_threads(value, vlen);
	if (is(key, klen, "trap"))
		known = set_traps(value, vlen);
	config.seeded |= known && is(key, klen, "seed");
	config.turns_seeded |= known && is(key, klen, "turnseed");
	config.pids_said |= known && is(key, klen, "pids");
	return known;
}

/* Per-process keys, which config_child() writes anew. */
static bool inherited(const char *key, size_t len)
{
	return is(key, len, "slot") || is(key, len, "path") ||
	       is(key, len, "exec") || is(key, len, "gen") ||
	       is(key, len, "kids") ||
	       is(key, len, "clock") || is(key, len, "dir") ||
	       is(key, len, "store") || is(key, len, "suppress");
}

void config_parse(const char *text)
{
	bool seeds_said = strstr(text, "seeds=") != NULL;
	bool openmp_said = strstr(text, "openmp=") != NULL;
	struct text base = text_start(config.base, sizeof(config.base));

	while (*text) {
		size_t len = strcspn(text, ",");
		const char *eq = memchr(text, '=', len);

		if (eq) {
			size_t klen = (size_t)(eq - text);

			if (!set(text, klen, eq + 1, len - klen - 1))
				copy(config.odd, sizeof(config.odd), text, len);
			if (!inherited(text, klen)) {
				for (size_t i = 0; i < len; i++)
					text_add(&base,
						 (char[]){ text[i], 0 });
				text_add(&base, ",");
			}
		} else if (len) {
			copy(config.odd, sizeof(config.odd), text, len);
		}
		text += len;
		if (*text)
			text++;
	}
	if (config.reseed && !config.seeded) {
		static const char alone[] = "reseed=on without seed=N";

		copy(config.odd, sizeof(config.odd), alone, strlen(alone));
		config.reseed = false;
	}
	/* Who waits in libgomp would not be seen. */
	if (!openmp_said)
		config.openmp_ordered = config.turns;
	if (!seeds_said)
		config.seeds_force = config.seeded;
	if (!config.path[0])
		memcpy(config.path, "0", 2);
}

int config_child(char *out, int size, const struct child *child)
{
	struct text t = text_start(out, size);

	text_add(&t, "SAMEBITS=");
	text_add(&t, config.base);
	text_add(&t, "dir=");
	for (const char *p = config.dir; *p; p++)
		text_add(&t, *p == ','	 ? "%2c"
			     : *p == '%' ? "%25"
					 : (char[]){ *p, 0 });
	text_add(&t, ",slot=");
	text_number(&t, child->slot, 10, 6);
	text_add(&t, ",exec=");
	text_number(&t, child->exec, 10, 4);
	text_add(&t, ",gen=");
	text_number(&t, child->generation, 10, 4);
	text_add(&t, ",kids=");
	text_number(&t, child->children, 10, 6);
	text_add(&t, ",clock=");
	text_number(&t, child->clock, 10, 19);
	text_add(&t, ",path=");
	text_add(&t, child->path);
	return (int)(t.at - out);
}
