/* SPDX-License-Identifier: MIT */
#include <elfutils/libdwelf.h>
#include <errno.h>
#include <fcntl.h>
#include <libelf.h>
#include <stdio.h>
#include <unistd.h>

#include "digest.h"
#include "identity.h"

/* Its length; 0: it has none, or is no object. */
static ssize_t build_id(const char *path, const void **bits, Elf **elf, int *fd)
{
	ssize_t n = 0;

	elf_version(EV_CURRENT);
	*elf = NULL;
	*fd = open(path, O_RDONLY | O_CLOEXEC);
	if (*fd >= 0)
		*elf = elf_begin(*fd, ELF_C_READ_MMAP, NULL);
	if (*elf)
		n = dwelf_elf_gnu_build_id(*elf, bits);
	return n > 0 ? n : 0;
}

int content_identity(const char *path, char *out, size_t size)
{
	struct digest d;
	int ret = digest_file(&d, path, NULL);

	if (!ret)
		snprintf(out, size, "%016llx%016llx",
			 (unsigned long long)d.part[0],
			 (unsigned long long)d.part[1]);
	return ret;
}

int object_identity(const char *path, char *out, size_t size)
{
	const void *bits;
	Elf *elf;
	int fd;
	ssize_t n = build_id(path, &bits, &elf, &fd);
	size_t at = (size_t)snprintf(out, size, n ? "build-id " : "xxh3 ");
	int ret = fd < 0 ? -ENOENT : 0;

	for (ssize_t i = 0; i < n && at + 3 < size; i++)
		at += (size_t)snprintf(out + at, size - at, "%02x",
				       ((const unsigned char *)bits)[i]);
	if (!ret && !n)
		ret = content_identity(path, out + at, size - at);
	elf_end(elf);
	if (fd >= 0)
		close(fd);
	return ret;
}
