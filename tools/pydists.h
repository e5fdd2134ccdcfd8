/* SPDX-License-Identifier: MIT */
/*
 * The Python packages in a directory of sys.path, read from their metadata
 * (PyPA's "Core metadata", "Recording installed projects", "Direct URL"), and
 * which of their files belong to whom. Kept in the user's cache until the
 * directory changes.
 */
#ifndef SAMEBITS_PYDISTS_H
#define SAMEBITS_PYDISTS_H

#include <jansson.h>

/*
 * An array of {"name", "version", "metadata": path, "installer", "editable",
 * "url", "commit", "requires": [names], "keys": [what lies in the directory:
 * "numpy", "nvidia/cudnn"]}; the last five only where they are so. Where a
 * package has no metadata, "damaged" says so and the directory's name speaks.
 */
json_t *pydists_find(const char *site);
/* As PyPI compares names: "Foo.Bar_x" is "foo-bar-x". out is of size bytes. */
void pydist_normal(char *out, size_t size, const char *name);

#endif
