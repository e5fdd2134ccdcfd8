/* SPDX-License-Identifier: MIT */
/* The machine. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "collect.h"
#include "secrets.h"
#include "text.h"

#define SMALL 65536 /* bytes of a file of the kernel's that are of interest */

char *collect_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	char *text = fd < 0 ? NULL : malloc(SMALL + 1);
	ssize_t n = 0, got = 0;

	while (text && got < SMALL &&
	       (n = read(fd, text + got, (size_t)(SMALL - got))) > 0)
		got += n;
	if (fd >= 0)
		close(fd);
	if (text && n < 0 && !got) {
		free(text);
		return NULL;
	}
	while (text && got && isspace((unsigned char)text[got - 1]))
		got--;
	if (text)
		text[got] = 0;
	return text;
}

static json_t *file_text(const char *path)
{
	char *text = collect_file(path);
	json_t *j = text_json(text);

	free(text);
	return j;
}

static void set(json_t *j, const char *key, json_t *value)
{
	json_object_set_new(j, key, value ? value : json_null());
}

/* "KEY=value" or "KEY='value'" of a file as os-release(5); NULL: not there. */
static json_t *setting(const char *text, const char *key)
{
	size_t n = strlen(key);
	const char *at = text;
	char *value;
	json_t *j;

	while (at && (strncmp(at, key, n) || at[n] != '='))
		at = (at = strchr(at, '\n')) ? at + 1 : NULL;
	if (!at)
		return NULL;
	at += n + 1;
	n = strcspn(at, "\n");
	if (n > 1 && (*at == '"' || *at == '\'')) {
		at++;
		n -= 2;
	}
	value = strndup(at, n);
	j = text_json(value);
	free(value);
	return j;
}

static json_t *libc(void)
{
	char text[64];

	if (!confstr(_CS_GNU_LIBC_VERSION, text, sizeof(text)))
		return NULL;
	return json_string(text);
}

static json_t *time_zone(void)
{
	char target[PATH_MAX];
	ssize_t n = readlink("/etc/localtime", target, sizeof(target) - 1);
	char *zone;

	if (n <= 0)
		return file_text("/etc/timezone");
	target[n] = 0;
	zone = strstr(target, "/zoneinfo/");
	return text_json(zone ? zone + strlen("/zoneinfo/") : target);
}

json_t *collect_system(void)
{
	char *release = collect_file("/etc/os-release");
	json_t *j = json_object();
	struct utsname u;

	if (!release)
		release = collect_file("/usr/lib/os-release");
	set(j, "os", setting(release, "PRETTY_NAME"));
	set(j, "os_id", setting(release, "ID"));
	set(j, "os_version", setting(release, "VERSION_ID"));
	set(j, "os_codename", setting(release, "VERSION_CODENAME"));
	set(j, "os_point_release", file_text("/etc/debian_version"));
	free(release);
	if (uname(&u) == 0) {
		set(j, "kernel", text_json(u.release));
		set(j, "kernel_build", text_json(u.version));
		set(j, "architecture", text_json(u.machine));
		set(j, "host", text_json(u.nodename));
	}
	set(j, "libc", libc());
	set(j, "time_zone", time_zone());
	return j;
}

/* ---- containers ---- */

/* Docker and podman mount files of the container's own directory, whose name
 * is its id: 64 hexadecimal digits. */
static json_t *container_id(void)
{
	FILE *from = fopen("/proc/self/mountinfo", "re");
	char *line = NULL;
	json_t *id = NULL;
	size_t room = 0;

	while (from && !id && getline(&line, &room, from) > 0)
		for (char *at = line; !id && (at = strstr(at, "containers/"));) {
			at += strlen("containers/");
			if (strspn(at, "0123456789abcdef") == 64)
				id = json_stringn(at, 64);
		}
	free(line);
	if (from)
		fclose(from);
	return id;
}

static json_t *variable(const char *name)
{
	const char *value = getenv(name);

	return value && *value ? text_json(value) : NULL;
}

/* podman says more of itself there. */
static json_t *podman(const char *key)
{
	char *text = collect_file("/run/.containerenv");
	json_t *j = text ? setting(text, key) : NULL;

	free(text);
	return j;
}

static const char *container_kind(void)
{
	static const struct {
		const char *file, *variable, *kind;
	} hint[] = {
		{ "/run/.containerenv", NULL, "podman" },
		{ "/.dockerenv", NULL, "docker" },
		{ "/.singularity.d", NULL, "apptainer" },
		{ NULL, "APPTAINER_CONTAINER", "apptainer" },
		{ NULL, "SINGULARITY_CONTAINER", "apptainer" },
		{ NULL, "KUBERNETES_SERVICE_HOST", "kubernetes" },
		{ "/run/host/container-manager", NULL, "nspawn" },
	};

	for (size_t i = 0; i < sizeof(hint) / sizeof(*hint); i++)
		if (hint[i].file ? !access(hint[i].file, F_OK)
				 : getenv(hint[i].variable) != NULL)
			return hint[i].kind;
	return getenv("container");
}

/* What image it was made from is not told inside: whoever starts it may say so
 * in SAMEBITS_IMAGE. */
static json_t *container_image(void)
{
	json_t *image = variable("SAMEBITS_IMAGE");

	if (!image)
		image = podman("image");
	if (!image)
		image = variable("APPTAINER_CONTAINER");
	return image ? image : variable("SINGULARITY_CONTAINER");
}

json_t *collect_container(void)
{
	const char *kind = container_kind();
	json_t *j, *id = container_id(), *image = container_image();

	if (!kind && !id && !image)
		return json_null();
	j = json_object();
	set(j, "kind", text_json(kind));
	set(j, "id", id ? id : podman("id"));
	set(j, "image", image);
	set(j, "image_id", podman("imageid"));
	return j;
}

/* ---- processor ---- */

/* Of "model name	: AMD EPYC"; of the first processor. */
static json_t *of_processor(const char *text, const char *key)
{
	size_t n = strlen(key);
	const char *at = text;

	while (at && *at && *at != '\n') {
		if (!strncmp(at, key, n) && strchr("\t :", at[n])) {
			at += n + strspn(at + n, "\t :");
			return json_stringn(at, strcspn(at, "\n"));
		}
		at = (at = strchr(at, '\n')) ? at + 1 : NULL;
	}
	return NULL;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* In an order that does not depend on the kernel. */
static json_t *sorted_words(json_t *words)
{
	char *copy = words ? strdup(json_string_value(words)) : NULL;
	char *word[512], *save = NULL, *text = NULL;
	json_t *list;
	size_t n = 0, size;
	FILE *to = open_memstream(&text, &size);

	for (char *w = copy ? strtok_r(copy, " ", &save) : NULL; w && n < 512;
	     w = strtok_r(NULL, " ", &save))
		word[n++] = w;
	if (n)
		qsort(word, n, sizeof(*word), by_text);
	for (size_t i = 0; to && i < n; i++)
		fprintf(to, "%s%s", i ? " " : "", word[i]);
	if (to)
		fclose(to);
	list = text_json(text);
	free(text);
	free(copy);
	json_decref(words);
	return list;
}

char *processor_telling(const char *flags)
{
	static const char *const telling[] = {
		"avx",	     "avx2",	    "fma",	   "avx512f",
		"avx512bw",  "avx512_bf16", "avx512_vnni", "amx_tile",
		"amx_bf16",  "avx_vnni",    "sve",	   "asimd",
	};
	char *text = calloc(1, 256);

	for (size_t i = 0; text && flags &&
			   i < sizeof(telling) / sizeof(*telling); i++)
		if (text_has_word(flags, telling[i]))
			sprintf(text + strlen(text), "%s%s", *text ? " " : "",
				telling[i]);
	return text;
}

static json_t *allowed(void)
{
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof(set), &set))
		return NULL;
	return json_integer(CPU_COUNT(&set));
}

/* Of the control group that we are in, or the nearest above that says it. */
static json_t *group_limit(const char *name)
{
	char *group = collect_file("/proc/self/cgroup"), path[PATH_MAX + 32];
	char *at = group ? strstr(group, "0::") : NULL, *text = NULL, *slash;
	json_t *j;

	if (at) {
		at += 3;
		at[strcspn(at, "\n")] = 0;
	}
	while (at && !text) {
		snprintf(path, sizeof(path), "/sys/fs/cgroup%s/%s", at, name);
		text = collect_file(path);
		slash = strrchr(at, '/');
		if (!slash)
			break;
		*slash = 0;
	}
	j = text && strncmp(text, "max", 3) ? text_json(text) : NULL;
	free(text);
	free(group);
	return j;
}

json_t *collect_processor(void)
{
	static const char *const keys[][2] = {
		{ "model", "model name" }, { "vendor", "vendor_id" },
		{ "family", "cpu family" }, { "number", "model" },
		{ "stepping", "stepping" }, { "microcode", "microcode" },
	};
	char *text = collect_file("/proc/cpuinfo");
	json_t *j = json_object();

	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		set(j, keys[i][0], of_processor(text, keys[i][1]));
	set(j, "flags", sorted_words(of_processor(text, "flags")));
	free(text);
	set(j, "processors", json_integer(sysconf(_SC_NPROCESSORS_ONLN)));
	set(j, "allowed", allowed());
	set(j, "group_limit", group_limit("cpu.max"));
	return j;
}

/* ---- memory and limits ---- */

static json_t *kibibytes(const char *text, const char *key)
{
	const char *at = text ? strstr(text, key) : NULL;

	if (!at)
		return NULL;
	return json_integer((json_int_t)strtoull(at + strlen(key), NULL, 10) *
			    1024);
}

json_t *collect_memory(void)
{
	char *text = collect_file("/proc/meminfo");
	char *huge = collect_file("/sys/kernel/mm/transparent_hugepage/enabled");
	char *chosen = huge ? strchr(huge, '[') : NULL;
	json_t *j = json_object(), *limit = group_limit("memory.max");

	set(j, "total", kibibytes(text, "MemTotal:"));
	set(j, "swap", kibibytes(text, "SwapTotal:"));
	if (limit) {
		set(j, "group_limit",
		    json_integer(strtoll(json_string_value(limit), NULL, 10)));
		json_decref(limit);
	} else {
		set(j, "group_limit", NULL);
	}
	if (chosen)
		set(j, "huge_pages",
		    json_stringn(chosen + 1, strcspn(chosen + 1, "]")));
	free(huge);
	free(text);
	return j;
}

json_t *collect_limits(void)
{
	static const struct {
		int resource;
		const char *name;
	} limit[] = {
		{ RLIMIT_STACK, "stack" },	{ RLIMIT_AS, "address_space" },
		{ RLIMIT_DATA, "data" },	{ RLIMIT_NOFILE, "open_files" },
		{ RLIMIT_NPROC, "processes" },	{ RLIMIT_FSIZE, "file_size" },
		{ RLIMIT_MEMLOCK, "locked_memory" }, { RLIMIT_CPU, "cpu" },
	};
	json_t *j = json_object();

	for (size_t i = 0; i < sizeof(limit) / sizeof(*limit); i++) {
		struct rlimit r;

		if (getrlimit((__rlimit_resource_t)limit[i].resource, &r))
			continue;
		set(j, limit[i].name,
		    r.rlim_cur == RLIM_INFINITY
			    ? json_string("unlimited")
			    : json_integer((json_int_t)r.rlim_cur));
	}
	return j;
}

/* ---- variables ---- */

bool variable_matters(const char *name)
{
	static const char *const starts[] = {
		"OMP_",	       "MKL_",	     "OPENBLAS_",     "BLIS_",
		"KMP_",	       "GOMP_",	     "GOTO_",	      "CUDA_VISIBLE",
		"CUDA_LAUNCH", "CUDA_DEVICE", "CUBLAS_",      "CUDNN_",
		"NCCL_",       "TF_",	     "TORCH_",	      "PYTORCH_",
		"XLA_",	       "JAX_",	     "NVIDIA_TF32",   "ONEDNN_",
		"DNNL_",       "NUMBA_",     "NPY_",	      "VECLIB_",
		"LD_LIBRARY",  "LD_PRELOAD", "PYTHONHASHSEED", "PYTHONPATH",
		"PYTHONOPTIMIZE", "LANG",    "LC_",	      "TZ",
		"SOURCE_DATE_EPOCH", "GLIBC_TUNABLES", "MALLOC_",
	};

	for (size_t i = 0; i < sizeof(starts) / sizeof(*starts); i++)
		if (!strncmp(name, starts[i], strlen(starts[i])))
			return strcmp(name, "TF_CLI_CONFIG_FILE");
	return false;
}

static void put_variable(json_t *j, const char *entry)
{
	const char *equals = strchr(entry, '=');
	char *name;

	if (!equals || equals == entry)
		return;
	name = strndup(entry, (size_t)(equals - entry));
	if (name && json_object_set_new(j, name,
					secrets_variable(name, equals + 1)))
		json_object_set_new(j, "?", json_string("not UTF-8"));
	free(name);
}

json_t *collect_variables(const struct variables *changed)
{
	extern char **environ;
	json_t *j = json_object();

	for (char **e = environ; *e; e++)
		if (!changed || !variables_replace(changed, *e))
			put_variable(j, *e);
	for (size_t i = 0; changed && i < changed->n; i++)
		put_variable(j, changed->set[i]);
	return j;
}
