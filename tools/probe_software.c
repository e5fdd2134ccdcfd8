/* SPDX-License-Identifier: MIT */
/* Probes of other software that samebits can make use of, or is for. */
#include <dlfcn.h>
#include <elfutils/libdwfl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "probe.h"
#include "symbols.h"

/* Looks up a function of this very command. */
static enum probe_result symbols(char *text, size_t size)
{
	struct symbols *s = symbols_new();
	struct sb_module *m;
	struct place p = { 0 };
	Dl_info here;

	m = calloc(1, sizeof(*m) + PATH_MAX);
	if (s && m && dladdr((void *)symbols, &here) &&
	    readlink("/proc/self/exe", m->path, PATH_MAX - 1) > 0)
		p = symbols_find(s, m, (uint64_t)((char *)symbols -
						  (char *)here.dli_fbase) + 1);
	if (!p.function || strcmp(p.function, "symbols")) {
		snprintf(text, size, "functions of this command have no names"
				     "%s%s", p.trouble ? ": " : "",
			 p.trouble ? p.trouble : " (stripped?)");
		return PROBE_FACT;
	}
	snprintf(text, size, "functions%s can be named",
		 p.file ? " and lines" : "");
	return PROBE_OK;
}

/* Does elfutils find the separate debug information of libc? */
static enum probe_result libc_debug(char *text, size_t size)
{
	static const Dwfl_Callbacks callbacks = {
		.find_elf = dwfl_linux_proc_find_elf,
		.find_debuginfo = dwfl_standard_find_debuginfo,
	};
	Dwfl *dwfl = dwfl_begin(&callbacks);
	Dwfl_Module *libc;
	Dwarf_Addr bias;

	/* What is at hand: nothing is to be fetched here. */
	unsetenv("DEBUGINFOD_URLS");
	if (!dwfl || dwfl_linux_proc_report(dwfl, getpid()) ||
	    dwfl_report_end(dwfl, NULL, NULL)) {
		snprintf(text, size, "elfutils cannot read this process");
		return PROBE_MISSING;
	}
	libc = dwfl_addrmodule(dwfl, (Dwarf_Addr)(uintptr_t)dlsym(RTLD_DEFAULT,
								 "rand"));
	if (!libc || !dwfl_module_getdwarf(libc, &bias)) {
		snprintf(text, size, "libc's is not installed");
		return PROBE_MISSING;
	}
	snprintf(text, size, "libc's is installed");
	return PROBE_OK;
}

static enum probe_result debuginfod(char *text, size_t size)
{
	const char *urls = getenv("DEBUGINFOD_URLS");
	void *h = dlopen("libdebuginfod.so.1", RTLD_LAZY | RTLD_LOCAL);

	if (!h || !urls || !*urls) {
		snprintf(text, size, h ? "DEBUGINFOD_URLS is not set"
				       : "libdebuginfod.so.1 is not there");
		return PROBE_MISSING;
	}
	snprintf(text, size, "asks %s", urls);
	return PROBE_OK;
}

static enum probe_result cuda(char *text, size_t size)
{
	void *h = dlopen("libcuda.so.1", RTLD_LAZY | RTLD_LOCAL);
	int (*init)(unsigned), (*count)(int *), n = 0, ret = -1;

	if (!h) {
		snprintf(text, size, "libcuda.so.1 is not there");
		return PROBE_FACT;
	}
	*(void **)&init = dlsym(h, "cuInit");
	*(void **)&count = dlsym(h, "cuDeviceGetCount");
	if (init && count && !(ret = init(0)))
		ret = count(&n);
	if (ret)
		snprintf(text, size, "libcuda.so.1 finds no device (error %d)",
			 ret);
	else
		snprintf(text, size, "%d device%s", n, n == 1 ? "" : "s");
	return PROBE_FACT;
}

static enum probe_result nvml(char *text, size_t size)
{
	void *h = dlopen("libnvidia-ml.so.1", RTLD_LAZY | RTLD_LOCAL);
	int (*init)(void), (*driver)(char *, unsigned);
	char version[96] = "?";

	if (!h) {
		snprintf(text, size, "libnvidia-ml.so.1 is not there");
		return PROBE_FACT;
	}
	*(void **)&init = dlsym(h, "nvmlInit_v2");
	*(void **)&driver = dlsym(h, "nvmlSystemGetDriverVersion");
	if (!init || !driver || init() || driver(version, sizeof(version)))
		snprintf(text, size, "libnvidia-ml.so.1 finds no driver");
	else
		snprintf(text, size, "driver %s", version);
	return PROBE_FACT;
}

/* The first line that the program prints of itself. */
static enum probe_result version(char *text, size_t size, const char *command)
{
	FILE *f = popen(command, "re");
	bool any = f && fgets(text, (int)size, f);

	if (any)
		text[strcspn(text, "\n")] = 0;
	if (!f || pclose(f) || !any)
		snprintf(text, size, "not found in PATH");
	return PROBE_FACT;
}

static enum probe_result python(char *text, size_t size)
{
	return version(text, size, "python3 --version 2>&1");
}

static enum probe_result r(char *text, size_t size)
{
	return version(text, size, "R --version 2>&1");
}

const struct probe probes_software[] = {
	{ "symbols", false, symbols, "reports show offsets, not functions",
	  "a command that is not stripped" },
	{ "debug-information", false, libc_debug,
	  "callers within system libraries have no lines",
	  "apt-get install libc6-dbg, or set DEBUGINFOD_URLS" },
	{ "debuginfod", false, debuginfod,
	  "debug information that is not installed is not fetched",
	  "apt-get install libdebuginfod1; export DEBUGINFOD_URLS=..." },
	{ "cuda", false, cuda, NULL, NULL },
	{ "nvml", false, nvml, NULL, NULL },
	{ "python", false, python, NULL, NULL },
	{ "r", false, r, NULL, NULL },
	{ NULL, false, NULL, NULL, NULL }
};
