/* SPDX-License-Identifier: MIT */
#include <dlfcn.h>
#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <string.h>
#include <sys/mman.h>

#include "bound.h"
#include "entry.h"
#include "lapack.h"
#include "log.h"
#include "module.h"
#include "process.h"
#include "real.h"
#include "runtime.h"
#include "scan.h"
#include "stack.h"
#include "stream.h"
#include "symtab.h"
#include "sys.h"
#include "text.h"
#include "thread.h"
#include "trap.h"
#include "weak.h"
#include "banned.h"

#define MODULES 2048
#define NAMES (256u << 10)

static struct module *module; /* mapped on first use */
static unsigned modules;
static char *names;
static size_t names_used;
static uint64_t adds, subs;
static uint64_t listed_adds; /* what `adds` was at the last listing */
static bool forked;

/* Sonames of what draws keys; a wheel's copy has a hash after the stem. */
static const char *const crypto_names[] = {
	"libcrypto",   "libssl",      "libgcrypt",     "libgnutls",
	"libnettle",   "libhogweed",  "libsodium",     "libmbedcrypto",
	"libmbedtls",  "libnss3",     "libfreebl3",    "libfreeblpriv3",
	"libsoftokn3", "libbotan-2",  "libbotan-3",    "libcryptopp",
	"libcrypto++", "libwolfssl",  "libtomcrypt",   "libk5crypto",
	"libkrb5",     "librustls",   "libsecp256k1",  "libp11-kit",
	"libssh",      "libssh2",     "libgpgme",      "liboqs",
	"libhcrypto",  "libecryptfs",
	/* read devices for keys: LUKS's, and those of SecureRandom */
	"libcryptsetup", "libjava",   "libnio",
	/* programs whose random numbers are keys */
	"wg",	       "ssh-keygen",  "gpg",	       "openssl",
	"age-keygen",  "certtool",    "cryptsetup",    "minisign",
	"pwgen",       "mkpasswd",    "apg",	       "uuidd",
	"mcookie",     "chronyc",     "dropbear",      "dropbearkey",
	"dbclient",
};

static const char *const crypto_symbols[] = {
	"RAND_bytes", "RAND_priv_bytes", "sodium_init", "gcry_randomize",
	"gnutls_rnd", "mbedtls_ctr_drbg_random", "wc_RNG_GenerateBlock",
};

/* Open MPI, MPICH and their descendants, what they stand on, Slurm's; and the
 * programs that start ranks. */
static const char *const message_names[] = {
	"libmpi",      "libmpi_cxx",   "libmpi_mpifh", "libmpi_usempif08",
	"libmpich",    "libmpicxx",    "libmpifort",   "libmpi_usempi_ignore_tkr",
	"libopen",     "liboshmem",    "libprrte",     "libpmix",
	"libpmi",      "libpmi2",      "libpsm2",      "libpsm_infinipath",
	"libfabric",   "libinfinipath", "libucp",      "libucs",
	"libuct",      "libucm",       "libibverbs",   "librdmacm",
	"libslurm",    "libslurmfull",
	"orterun",     "orted",	       "mpirun",       "mpiexec",
	"prterun",     "prted",	       "hydra_pmi_proxy", "hydra_bstrap_proxy",
	"srun",
};

static bool among(const char *path, const char *const *list, size_t n)
{
	const char *slash = strrchr(path, '/');
	const char *base = slash ? slash + 1 : path;

	for (size_t i = 0; i < n; i++) {
		size_t len = strlen(list[i]);

		if (!strncmp(base, list[i], len) &&
		    (!base[len] || base[len] == '.' || base[len] == '-'))
			return true;
	}
	return false;
}

#define AMONG(path, list) among(path, list, sizeof(list) / sizeof(*(list)))

static bool known_name(const char *path)
{
	return AMONG(path, crypto_names);
}

/* Open MPI's plugins, and Slurm's, which are told by their directory. */
static bool is_plugin(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash && (!strncmp(slash, "/mca_", 5) ||
			 !strncmp(slash, "/libmca_", 8) ||
			 (slash - path > 10 &&
			  !strncmp(slash - 10, "/slurm-wlm/", 11)) ||
			 (slash - path > 10 &&
			  !strncmp(slash - 10, "/lib/slurm/", 11)) ||
			 (slash - path > 12 &&
			  !strncmp(slash - 12, "/lib64/slurm/", 13)));
}

static bool is_interpreter(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash && (!strncmp(slash, "/libpython", 10) ||
			 !strncmp(slash, "/libR.", 6) ||
			 !strncmp(slash, "/libjulia", 9));
}

enum module_part module_part(struct module *m)
{
	if (!m->part)
		m->part = AMONG(m->path, message_names) || is_plugin(m->path)
				  ? PART_MESSAGES
			  : m->program || is_interpreter(m->path)
				  ? PART_PROGRAM
				  : PART_OTHER;
	return m->part;
}

/* Of read-only data. What is larger is not looked through, which would take
 * long, and counts as code that draws keys: it cannot be told from it. */
#define SCAN_LIMIT (256u << 20)

static bool marked(const char *data, size_t len)
{
	return len > SCAN_LIMIT || scan_crypto(data, len);
}

/* As CPython wants it: NAME.cpython-311-x86_64-linux-gnu.so has PyInit_NAME. */
static bool is_extension(const struct symtab *names, const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *base = slash ? slash + 1 : path;
	char name[128], *dot;
	struct text t = text_start(name, sizeof(name));

	text_add(&t, "PyInit_");
	text_add(&t, base);
	dot = strchr(name, '.');
	if (dot)
		*dot = 0;
	return symtab_find(names, name);
}

/* Go's linker may leave its note out (-buildid=); what `go version` looks for
 * is always there, aligned, in the data. Only traps see what such code asks
 * for. */
static bool made_by_go(const char *data, size_t len)
{
	static const char magic[] = "\xff Go buildinf:";

	for (size_t at = 0; at + 32 <= len; at += 16)
		if (!memcmp(data + at, magic, sizeof(magic) - 1))
			return true;
	return false;
}

static int inspect(struct dl_phdr_info *info, size_t size, void *arg)
{
	struct module *m = arg;
	struct symtab names;
	bool split = false, own_rodata;

	(void)size;
	if (info->dlpi_addr != m->base)
		return 0;
	for (int i = 0; i < info->dlpi_phnum; i++)
		if (info->dlpi_phdr[i].p_type == PT_LOAD &&
		    info->dlpi_phdr[i].p_flags == PF_R)
			split = true;
	for (int i = 0; config.traps && i < info->dlpi_phnum && !m->go; i++) {
		const ElfW(Phdr) *p = &info->dlpi_phdr[i];

		if (p->p_type == PT_LOAD && p->p_flags & PF_W)
			m->go = made_by_go((const char *)(m->base + p->p_vaddr),
					   p->p_filesz);
	}
	if (symtab_of(&names, info->dlpi_addr, symtab_dynamic(info))) {
		m->python = symtab_find(&names, "PyGILState_Ensure");
		m->extension = is_extension(&names, m->path);
		for (size_t i = 0; i < sizeof(crypto_symbols) / sizeof(char *);
		     i++)
			m->crypto |= symtab_find(&names,
						 crypto_symbols[i]) != NULL;
	}
	/* Text is in a read-only segment, or in the code's where the linker
	 * did not split them. */
	for (int i = 0; i < info->dlpi_phnum && !m->crypto && !m->python; i++) {
		const ElfW(Phdr) *p = &info->dlpi_phdr[i];

		own_rodata = p->p_type == PT_LOAD && !(p->p_flags & PF_W) &&
			     (!split || !(p->p_flags & PF_X));
		if (own_rodata && p->p_flags & PF_R)
			m->crypto = marked((const char *)(m->base + p->p_vaddr),
					   p->p_filesz);
	}
	return 1;
}

void module_classify(struct module *m)
{
	if (m->classified)
		return;
	m->crypto = known_name(m->path);
	if (!m->crypto)
		real_iterate(inspect, m);
	m->classified = true;
	if (m->record && m->crypto)
		m->record->flags |= SB_MODULE_CRYPTO;
}

/* Its build-id, or that Go made it. */
static void read_notes(struct module *m, const ElfW(Phdr) *p)
{
	const char *at = (const char *)(m->base + p->p_vaddr);
	const char *end = at + p->p_memsz;

	while (at + sizeof(ElfW(Nhdr)) <= end) {
		const ElfW(Nhdr) *n = (const void *)at;
		const char *desc = at + sizeof(*n) + ((n->n_namesz + 3) & ~3u);

		if (n->n_namesz == 4 && !memcmp(n + 1, "Go\0", 4))
			m->go = true;
		else if (n->n_type == NT_GNU_BUILD_ID && n->n_namesz == 4 &&
			 desc + n->n_descsz <= end)
			memcpy(m->build_id, desc,
			       n->n_descsz < 20 ? n->n_descsz : 20);
		at = desc + ((n->n_descsz + 3) & ~3u);
	}
}

/* Absolute: the program may go elsewhere, and the reader stands elsewhere. */
static const char *keep(const char *path)
{
	char full[4096];
	struct text t = text_start(full, sizeof(full));
	long len;

	if (!*path) { /* the program itself */
		len = sys4(SYS_readlinkat, AT_FDCWD, "/proc/self/exe", full,
			   sizeof(full) - 1);
		full[len < 0 ? 0 : len] = 0;
	} else {
		if (*path != '/' && strchr(path, '/')) {
			len = sys2(SYS_getcwd, full, sizeof(full));
			t.at = full + (len > 0 ? len - 1 : 0);
			text_add(&t, "/");
		}
		text_add(&t, path);
	}
	len = (long)strlen(full) + 1;
	if (names_used + (size_t)len > NAMES)
		return "";
	memcpy(names + names_used, full, (size_t)len);
	names_used += (size_t)len;
	return names + names_used - len;
}

static bool same(const struct module *a, const struct module *b,
		 const char *path)
{
	return a->base == b->base && a->gone && a->start == b->start &&
	       a->end == b->end && !memcmp(a->build_id, b->build_id, 20) &&
	       (*path != '/' || !strcmp(a->path, path));
}

/* The loader's list is in the order of ours but for what was unloaded: the next
 * one is tried first. */
static unsigned next;

static struct module *known(const struct module *m, const char *path)
{
	for (unsigned i = 0; i < modules; i++) {
		struct module *at = &module[(next + i) % modules];

		if (!same(at, m, path))
			continue;
		next = (unsigned)(at - module) + 1;
		return at;
	}
	return NULL;
}

static int add(struct dl_phdr_info *info, size_t size, void *arg)
{
	struct module made = { .base = info->dlpi_addr, .start = UINTPTR_MAX };
	struct module *m = &made, *old;
	static const uint8_t none[20];

	(void)size;
	adds = info->dlpi_adds;
	subs = info->dlpi_subs;
	while (next < modules && !module[next].was)
		next++;
	if (*(bool *)arg && next < modules && module[next].base == m->base) {
		module[next++].gone = false;
		return 0;
	}
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *p = &info->dlpi_phdr[i];
		uintptr_t at = m->base + p->p_vaddr;

		if (p->p_type == PT_LOAD && at < m->start)
			m->start = at;
		if (p->p_type == PT_LOAD && at + p->p_memsz > m->end)
			m->end = at + p->p_memsz;
		if (p->p_type == PT_NOTE)
			read_notes(m, p);
	}
	old = known(m, info->dlpi_name);
	if (old) {
		old->gone = false;
		return 0;
	}
	if (modules == MODULES)
		return 1;
	m->path = keep(info->dlpi_name);
	m->program = !*info->dlpi_name;
	m->name = memcmp(m->build_id, none, 20) ? digest_bytes(m->build_id, 20)
						: digest_string(m->path);
	module[modules++] = made;
	return 0;
}

struct change {
	bool any;
	bool grown; /* nothing was unloaded: what we know is still there */
};

static int changed(struct dl_phdr_info *info, size_t size, void *arg)
{
	struct change *c = arg;

	(void)size;
	c->grown = info->dlpi_subs == subs;
	c->any = info->dlpi_adds != adds || !c->grown;
	return 1;
}

static void *map(size_t size)
{
	long p = sys6(SYS_mmap, NULL, size, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	return p < 0 && p > -4096 ? NULL : (void *)p;
}

/* What was found out about its addresses holds no longer. */
static void forget(const struct module *m)
{
	threads_forget_code(m->start, m->end);
	real_unloaded(m->start, m->end);
	runtimes_unloaded(m->start, m->end);
	entries_unloaded(m->start, m->end);
	bound_unloaded(m->start, m->end);
	lapack_unloaded(m->start, m->end);
	trap_unloaded(m->start, m->end);
	stack_flush();
}

/* Entries stay where they are: callers hold pointers to them. */
static bool refresh(void)
{
	struct change change = { false, false };

	if (!names)
		names = map(NAMES);
	if (!module)
		module = map(MODULES * sizeof(*module));
	if (!names || !module)
		return false;
	real_iterate(changed, &change);
	if (modules && !change.any)
		return false;
	for (unsigned i = 0; i < modules; i++) {
		module[i].was = !module[i].gone;
		module[i].gone = true;
	}
	next = 0;
	real_iterate(add, &change.grown);
	for (unsigned i = 0; i < modules; i++)
		if (module[i].was && module[i].gone) {
			forget(&module[i]);
			/* Loaded again, it has new slots. */
			module[i].met = false;
		}
	return true;
}

static bool holds(const struct module *m, uintptr_t address)
{
	return address >= m->start && address < m->end && !m->gone;
}

static struct module *find(uintptr_t address)
{
	static struct module *last; /* most frames of a stack are in one */

	if (last && holds(last, address))
		return last;
	for (unsigned i = 0; i < modules; i++)
		if (holds(&module[i], address))
			return last = &module[i];
	return NULL;
}

struct module *module_of(uintptr_t address)
{
	struct module *m = find(address);

	if (!m && refresh())
		m = find(address);
	return m;
}

bool module_carries(const void *ra)
{
	uint64_t mask = engine_lock();
	struct module *m = module_of((uintptr_t)ra);
	bool carries = m && module_part(m) == PART_MESSAGES;

	engine_unlock(mask);
	return carries;
}

void modules_refresh(void)
{
	uint64_t mask = engine_lock();

	refresh();
	engine_unlock(mask);
}

uint32_t module_id(struct module *m)
{
	unsigned n = (unsigned)strlen(m->path) + 1;
	struct sb_module *r;

	if (m->id)
		return m->id;
	r = log_record(SB_MODULE, (unsigned)sizeof(*r) + n);
	if (!r)
		return 0;
	memcpy(r->build_id, m->build_id, 20);
	r->flags = m->crypto || known_name(m->path) ? SB_MODULE_CRYPTO : 0;
	memcpy(r->path, m->path, n);
	log_publish(r, SB_MODULE);
	m->record = r;
	m->listed = true;
	return m->id = r->head.id;
}

static int loaded(struct dl_phdr_info *info, size_t size, void *arg)
{
	(void)size;
	*(uint64_t *)arg = info->dlpi_adds;
	return 1;
}

/* Of those that were not met so far, up to `most`. */
static unsigned meet(uintptr_t *fresh, unsigned most)
{
	uint64_t mask = engine_lock();
	unsigned n = 0;

	refresh();
	for (unsigned i = 0; i < modules && n < most; i++) {
		struct module *m = &module[i];

		if (m->gone || m->met)
			continue;
		m->met = true;
		fresh[n++] = m->base;
		if (!m->listed)
			module_id(m);
	}
	engine_unlock(mask);
	return n;
}

static bool main_begun; /* what was there before was seen to at start-up */

void modules_list(void)
{
	uintptr_t fresh[64];
	uint64_t now = 0;
	unsigned n;

	/* In the engine the lock is ours already. */
	if (!alive.yes || (thread_me && thread_me->busy))
		return;
	real_iterate(loaded, &now);
	if (now == listed_adds)
		return;
	do {
		n = meet(fresh, sizeof(fresh) / sizeof(*fresh));
		if (main_begun && n)
			weak_clear_in(fresh, n);
		trap_loaded(fresh, n);
	} while (n == sizeof(fresh) / sizeof(*fresh));
	listed_adds = now;
	main_begun = true;
}

/* A forked child does without: the thread that had the loader's lock may be
 * gone. */
void modules_leave(void)
{
	if (!forked)
		modules_list();
}

void modules_forget(void)
{
	forked = true;
	for (unsigned i = 0; i < modules; i++) {
		module[i].id = 0;
		module[i].record = NULL;
	}
}
