/* SPDX-License-Identifier: MIT */
/*
 * Start-up. The object is linked with -z initfirst, so this runs before any
 * other constructor of the process. Without the variable SAMEBITS the shim
 * stays passive: every hook passes through.
 *
 * libc's own constructor has not run yet then, and dlopen would run it without
 * its arguments (the program's name would be empty). So libunwind is opened a
 * little later: when the program's start code calls __libc_start_main, after
 * the libraries' constructors and before the program's own.
 */
#include <dlfcn.h>
#include <pthread.h>
#include <string.h>

#include "config.h"
#include "device.h"
#include "log.h"
#include "module.h"
#include "opened.h"
#include "output.h"
#include "pids.h"
#include "process.h"
#include "processors.h"
#include "prng.h"
#include "rank.h"
#include "real.h"
#include "rule.h"
#include "serve.h"
#include "stack.h"
#include "standalone.h"
#include "thread.h"
#include "trap.h"
#include "turn.h"
#include "variables.h"
#include "weak.h"
#include "wrap.h"
#include "banned.h"

/* Removes entry i; the array stays where it is. */
static void drop(char **envp, int i)
{
	for (; envp[i]; i++)
		envp[i] = envp[i + 1];
}

/* Takes our variables out of the environment. What /proc/PID/environ shows of
 * the run's name is overwritten: it differs between runs. */
static bool take_environment(char **envp)
{
	bool found = false;

	for (int i = 0; envp[i];) {
		if (!strncmp(envp[i], "SAMEBITS=", 9)) {
			config_parse(envp[i] + 9);
			memset(envp[i] + 9, 'x', strlen(envp[i] + 9));
			drop(envp, i);
			found = true;
		} else {
			i++;
		}
	}
	return found;
}

static void take_preload(char **envp)
{
	size_t len = strlen(config.lib);

	for (int i = 0; envp[i]; i++) {
		char *list = envp[i] + 11;

		if (strncmp(envp[i], "LD_PRELOAD=", 11) ||
		    strncmp(list, config.lib, len))
			continue;
		if (!list[len]) {
			drop(envp, i);
			return;
		}
		/* The user's own stay: the entry starts at their list. */
		memmove(list, list + len + 1, strlen(list + len + 1) + 1);
		return;
	}
}

__attribute__((constructor)) static void start(int argc, char **argv,
					       char **envp)
{
	Dl_info self;

	(void)argc;
	real_bind();
	weak_clear();
	prng_bind();
	if (!envp || !take_environment(envp))
		return;
	if (dladdr((void *)start, &self) && self.dli_fname)
		strncpy(config.lib, self.dli_fname, sizeof(config.lib) - 1);
	rank_start(envp);
	if (standalone())
		standalone_start(argv, envp);
	stack_first(argv);
	take_preload(envp);
	pids_start(envp);
	variables_start(envp);
	processors_start();
	serve_start(envp);
	if (config.blas_same)
		weak_clear(); /* now that the rest of LAPACK is meant, too */
	real_policies();
	process_start();
	if (config.odd[0])
		log_blind("settings", config.odd);
	standalone_report();
	rules_start();
	thread_adopt();
	pthread_atfork(process_fork_prepare, process_fork_parent,
		       process_fork_child);
	process.active = true;
	trap_start();
	turn_sleep_on();
	memory_start();
	device_start();
	opened_start(output_start());
	stdio_start(true);
}

/* From jump.S, which goes on to libc's. */
void samebits_before_main(void);
void samebits_before_main(void)
{
	if (!process.active)
		return;
	modules_list();
	stack_start();
	trap_main();
	stdio_start(false);
	seeding_start(real_dlsym_fn(RTLD_DEFAULT, "PyImport_Inittab"));
}
