/* SPDX-License-Identifier: MIT */
/* NVIDIA's driver and GPUs. */
#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cachedir.h"
#include "collect.h"
#include "jsonfile.h"
#include "lazy.h"
#include "text.h"

#define GPUS_MOST 64

/* ---- NVML: its interface as NVIDIA documents it ("NVML API Reference
 * Guide"); names end in _v2 where that is what the header's macro means ---- */

typedef struct nvml_device *nvml_device;
struct nvml_memory {
	unsigned long long total, free, used; /* bytes */
};

int nvmlInit_v2(void);
int nvmlShutdown(void);
int nvmlSystemGetDriverVersion(char *version, unsigned size);
int nvmlSystemGetCudaDriverVersion(int *version);
int nvmlDeviceGetCount_v2(unsigned *n);
int nvmlDeviceGetHandleByIndex_v2(unsigned i, nvml_device *device);
int nvmlDeviceGetName(nvml_device device, char *name, unsigned size);
int nvmlDeviceGetUUID(nvml_device device, char *uuid, unsigned size);
int nvmlDeviceGetMemoryInfo(nvml_device device, struct nvml_memory *memory);
int nvmlDeviceGetEccMode(nvml_device device, int *current, int *pending);
int nvmlDeviceGetCudaComputeCapability(nvml_device device, int *major,
				       int *minor);

#define FUNCTIONS(X)                                                           \
	X(nvmlInit_v2) X(nvmlShutdown) X(nvmlSystemGetDriverVersion)           \
	X(nvmlSystemGetCudaDriverVersion) X(nvmlDeviceGetCount_v2)             \
	X(nvmlDeviceGetHandleByIndex_v2) X(nvmlDeviceGetName)                  \
	X(nvmlDeviceGetUUID) X(nvmlDeviceGetMemoryInfo)                        \
	X(nvmlDeviceGetEccMode) X(nvmlDeviceGetCudaComputeCapability)

static struct {
	FUNCTIONS(LAZY_POINTER)
} nvml;
static const char *const names[] = { FUNCTIONS(LAZY_NAME) };

static json_t *gpu(nvml_device device)
{
	struct nvml_memory memory;
	char text[96] = "";
	int a, b;
	json_t *j = json_object();

	if (!nvml.nvmlDeviceGetName(device, text, sizeof(text)))
		json_object_set_new(j, "model", text_json(text));
	if (!nvml.nvmlDeviceGetUUID(device, text, sizeof(text)))
		json_object_set_new(j, "uuid", text_json(text));
	if (!nvml.nvmlDeviceGetMemoryInfo(device, &memory))
		json_object_set_new(j, "memory",
				    json_integer((json_int_t)memory.total));
	json_object_set_new(j, "ecc",
			    nvml.nvmlDeviceGetEccMode(device, &a, &b)
				    ? json_null()
				    : json_boolean(a));
	if (!nvml.nvmlDeviceGetCudaComputeCapability(device, &a, &b)) {
		snprintf(text, sizeof(text), "%d.%d", a, b);
		json_object_set_new(j, "compute_capability", text_json(text));
	}
	return j;
}

static json_t *ask_nvml(void)
{
	json_t *j = json_object(), *gpus = json_array();
	nvml_device device;
	char text[96];
	unsigned n = 0;
	int version;

	if (!nvml.nvmlSystemGetDriverVersion(text, sizeof(text)))
		json_object_set_new(j, "driver", text_json(text));
	if (!nvml.nvmlSystemGetCudaDriverVersion(&version)) {
		snprintf(text, sizeof(text), "%d.%d", version / 1000,
			 version % 1000 / 10);
		json_object_set_new(j, "driver_cuda", text_json(text));
	}
	nvml.nvmlDeviceGetCount_v2(&n);
	for (unsigned i = 0; i < n && i < GPUS_MOST; i++)
		if (!nvml.nvmlDeviceGetHandleByIndex_v2(i, &device))
			json_array_append_new(gpus, gpu(device));
	json_object_set_new(j, "gpus", gpus);
	return j;
}

/* NULL: there is no NVML, or no driver under it. */
static json_t *by_nvml(void)
{
	json_t *j;

	if (lazy_load("libnvidia-ml.so.1", names, LAZY_COUNT(names), &nvml) ||
	    nvml.nvmlInit_v2())
		return NULL;
	j = ask_nvml();
	nvml.nvmlShutdown();
	return j;
}

/* ---- what the kernel's module says, at once ---- */

/* "Model: 		 NVIDIA H200" */
static json_t *said(const char *text, const char *key)
{
	const char *at = text ? strstr(text, key) : NULL;

	if (!at)
		return json_null();
	at += strlen(key) + strspn(at + strlen(key), " \t");
	return json_stringn(at, strcspn(at, "\n"));
}

static json_t *driver(void)
{
	char *text = collect_file("/proc/driver/nvidia/version");
	char *at = text ? strstr(text, "Module  ") : NULL;
	json_t *j;

	/* The open module puts "for x86_64" between. */
	while (at && *at && !strchr("0123456789", *at))
		at = strchr(at, ' ') ? strchr(at, ' ') + 1 : NULL;
	j = at ? json_stringn(at, strspn(at, "0123456789.")) : NULL;
	free(text);
	return j;
}

static json_t *by_module(void)
{
	json_t *version = driver(), *j, *gpus;
	char path[PATH_MAX];
	struct dirent *e;
	DIR *d;

	if (!version)
		return NULL;
	j = json_object();
	gpus = json_array();
	json_object_set_new(j, "driver", version);
	d = opendir("/proc/driver/nvidia/gpus");
	while (d && (e = readdir(d))) {
		char *text;

		if (*e->d_name == '.')
			continue;
		snprintf(path, sizeof(path),
			 "/proc/driver/nvidia/gpus/%s/information", e->d_name);
		text = collect_file(path);
		json_array_append_new(gpus,
				      json_pack("{s:o, s:o}", "model",
						said(text, "Model:"), "uuid",
						said(text, "GPU UUID:")));
		free(text);
	}
	if (d)
		closedir(d);
	json_object_set_new(j, "gpus", gpus);
	return j;
}

/* ---- kept until the machine starts again ---- */

static bool kept_name(char *path, size_t size)
{
	char *boot = collect_file("/proc/sys/kernel/random/boot_id");
	char name[80];

	snprintf(name, sizeof(name), "gpus-%.36s", boot ? boot : "");
	free(boot);
	return cache_path(path, size, name);
}

static void keep(const json_t *j)
{
	char path[PATH_MAX];

	if (!kept_name(path, sizeof(path)))
		return;
	cache_prepare(path);
	jsonfile_write(path, j, JSON_COMPACT);
}

static json_t *kept(void)
{
	char path[PATH_MAX];

	if (!kept_name(path, sizeof(path)))
		return NULL;
	return json_load_file(path, 0, NULL);
}

json_t *collect_gpus(bool ask)
{
	json_t *j = kept();

	if (j)
		return j;
	j = ask ? by_nvml() : NULL;
	if (j) {
		keep(j);
		return j;
	}
	j = by_module();
	return j ? j : json_null();
}
