/* SPDX-License-Identifier: MIT */
/* The parts of an environment's record (environment.h). Each gives a JSON value
 * of its own, null where there is nothing of the kind. */
#ifndef SAMEBITS_COLLECT_H
#define SAMEBITS_COLLECT_H

#include <stdbool.h>

#include <jansson.h>

#include "packages.h"
#include "reader.h"
#include "variables.h"

/* ---- env_host.c: {"name", "os", …}, the rest is said there ---- */
json_t *collect_system(void);
json_t *collect_container(void);
json_t *collect_processor(void);
/* Of the flags those that decide which kernels numeric libraries take; the
 * caller's to free. */
char *processor_telling(const char *flags);
json_t *collect_memory(void);
json_t *collect_limits(void);
/* What the program's environment was; NULL: as it is. */
json_t *collect_variables(const struct variables *changed);

/* Do numeric libraries, Python or the loader heed it? */
bool variable_matters(const char *name);

/* ---- env_git.c ---- */

/* Of the repository that the working directory is in. Asks git(1) what was
 * changed, for as long as `ms` allows (0: not at all), then says that it is not
 * known. */
json_t *collect_git(unsigned ms);

/* ---- env_cuda.c ---- */

/* Driver and GPUs. NVML knows most, and takes a while: what it said is kept until
 * the machine starts again. Where it did not, and shall not be asked, the
 * kernel's module speaks. */
json_t *collect_gpus(bool ask);

/* ---- env_objects.c ---- */

/* What was executed first, which may be a script or a link. */
json_t *collect_program(const char *path, const struct packages *p);
/* Every object of the run, by path; the same once. */
json_t *collect_objects(const struct rundir *run, const struct packages *p);
/* Numeric libraries, as they speak of themselves. */
json_t *collect_libraries(const struct rundir *run);
/* Versions of CUDA's libraries, from what was loaded. */
json_t *collect_cuda_libraries(const json_t *objects);

/* ---- env_python.c ---- */

/* Each interpreter of the run. Objects that lie among its packages get the
 * package's name and version. */
json_t *collect_python(const struct rundir *run, const struct packages *p,
		       json_t *objects);
/* The interpreter at `path`, as it was found (a virtual environment's is a link);
 * NULL, or another program's: the one that PATH leads to. */
json_t *collect_python_at(const char *path, const struct packages *p);

/* ---- env_conda.c ---- */

/* {"prefix", "packages": ["NAME=VERSION=BUILD"], "channels": []} of conda's
 * environment in this prefix; null: it is none. */
json_t *collect_conda(const char *prefix);

/* ---- env_r.c: null where the run had no R ---- */
json_t *collect_r(const struct rundir *run);

/* A small file, whole, as a string without the white space around it; the
 * caller's to free. NULL: it cannot be read. */
char *collect_file(const char *path);

#endif
