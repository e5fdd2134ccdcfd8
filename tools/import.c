/* SPDX-License-Identifier: MIT */
/* `samebits import`: a run from another machine. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bundle.h"
#include "cmd.h"
#include "opts.h"
#include "say.h"
#include "store.h"

static struct {
	const char *store;
} o;

static const struct opt options[] = {
	{ "store", 0, "DIR", "where runs are kept (default .samebits)",
	  &o.store },
	{ NULL, 0, NULL, NULL, NULL }
};

static int import(int argc, char **argv)
{
	int operands, ret = opts_permute(options, argc, argv, &operands);
	char dir[PATH_MAX], *trouble;

	if (ret == 1) {
		opts_help(stdout, "import [options] BUNDLE",
			  "Takes a run that `samebits export RUN --bundle "
			  "BUNDLE` has packed, on this machine or\nanother, "
			  "into the store, and says its number.",
			  options);
		return 0;
	}
	if (ret < 0)
		return STATUS_TROUBLE;
	if (operands != 1)
		return fail("import takes one BUNDLE; see samebits import "
			    "--help");
	ret = bundle_read(argv[1], o.store ? o.store : STORE_DEFAULT, dir,
			  sizeof(dir), &trouble);
	if (ret)
		fail("%s %s", argv[1], trouble ? trouble : strerror(-ret));
	else
		printf("%s\n", strrchr(dir, '/') + 1);
	free(trouble);
	return ret ? STATUS_TROUBLE : 0;
}

const struct cmd cmd_import = { "import", "a run from another machine", options,
				import };
