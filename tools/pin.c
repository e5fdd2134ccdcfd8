/* SPDX-License-Identifier: MIT */
/* `samebits pin`: a file that makes the environment of a run again. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "environment.h"
#include "find.h"
#include "pinning.h"
#include "say.h"

static struct {
	const char *docker, *apptainer, *conda, *pip, *file, *store;
} o;

static const struct opt options[] = {
	{ "docker", 0, NULL, "a Dockerfile", &o.docker },
	{ "apptainer", 0, NULL, "a definition for Apptainer", &o.apptainer },
	{ "conda", 0, NULL, "an environment.yml", &o.conda },
	{ "pip", 0, NULL, "a requirements.txt", &o.pip },
	{ "file", 'o', "FILE", "write here instead of standard output",
	  &o.file },
	{ "store", 0, "DIR", "where runs are kept (default .samebits)",
	  &o.store },
	{ NULL, 0, NULL, NULL, NULL }
};

static int put(const struct pins *p, FILE *to)
{
	if (o.docker)
		pin_docker(to, p);
	else if (o.apptainer)
		pin_apptainer(to, p);
	else if (o.conda)
		pin_conda(to, p);
	else
		pin_pip(to, p);
	return fflush(to) || ferror(to) ? -EIO : 0;
}

/* Beside it first: what was there stays where this fails. */
static int put_file(const struct pins *p)
{
	char beside[PATH_MAX];
	FILE *to;
	int ret;

	snprintf(beside, sizeof(beside), "%s.new", o.file);
	to = fopen(beside, "we");
	if (!to)
		return fail("%s: cannot be written: %s", o.file,
			    strerror(errno));
	ret = put(p, to);
	if (fclose(to))
		ret = -errno;
	if (!ret && rename(beside, o.file))
		ret = -errno;
	if (!ret)
		return 0;
	unlink(beside);
	return fail("%s: cannot be written: %s", o.file, strerror(-ret));
}

static int write_pins(const json_t *record, const char *name)
{
	struct pins p;
	int ret = pins_find(&p, record, o.pip || o.conda);

	if (ret)
		ret = fail("no memory");
	else if ((o.pip || o.conda) && !p.python_version)
		ret = fail("%s: no Python ran in it; see samebits pin --docker",
			   name);
	else if (o.file)
		ret = put_file(&p);
	else if (put(&p, stdout))
		ret = fail("standard output cannot be written");
	pins_free(&p);
	return ret;
}

static int pin(int argc, char **argv)
{
	char dir[PATH_MAX];
	json_t *record;
	int n, chosen, ret = opts_permute(options, argc, argv, &n);

	if (ret == 1) {
		opts_help(stdout, "pin --docker|--apptainer|--conda|--pip "
				  "[options] [RUN]",
			  "Writes a file that makes the environment of RUN "
			  "(default: the newest) again, with\nthe versions "
			  "of what it really loaded. What cannot be pinned is "
			  "said in the file.",
			  options);
		return 0;
	}
	if (ret < 0)
		return STATUS_TROUBLE;
	chosen = !!o.docker + !!o.apptainer + !!o.conda + !!o.pip;
	if (chosen != 1)
		return fail("pin for what? say one of --docker, --apptainer, "
			    "--conda, --pip");
	if (n > 1)
		return fail("pin takes one RUN; see samebits pin --help");
	ret = find_run(o.store, n ? argv[1] : NULL, dir, sizeof(dir));
	if (ret)
		return ret;
	ret = environment_record(dir, &record);
	if (ret)
		return fail("%s: its environment is not known: %s; run the "
			    "program again",
			    dir, strerror(-ret));
	ret = write_pins(record, dir);
	json_decref(record);
	return ret;
}

const struct cmd cmd_pin = {
	"pin", "a Dockerfile or the like that makes a run's environment again",
	options, pin
};
