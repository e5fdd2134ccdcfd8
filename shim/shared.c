/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>

#include "config.h"
#include "shared.h"
#include "sys.h"
#include "text.h"
#include "banned.h"

long shared_open(const struct shared *s, int flags)
{
	char file[600];
	struct text t = text_start(file, sizeof(file));

	if (!config.dir[0]) /* no run, so no place: not the root directory */
		return -ENOENT;
	text_add(&t, config.dir);
	text_add(&t, "/");
	text_add(&t, s->name);
	return sys4(SYS_openat, AT_FDCWD, file, O_RDWR | O_CLOEXEC | flags,
		    0644);
}

void *shared_map(const struct shared *s, size_t size)
{
	long fd = shared_open(s, 0), p;

	if (fd < 0)
		return NULL;
	p = sys6(SYS_mmap, NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
		 0);
	sys1(SYS_close, fd);
	return p < 0 && p > -4096 ? NULL : (void *)p;
}

long shared_allocate(long fd, size_t from, size_t size)
{
	long ret = may_write(from + size)
			   ? sys4(SYS_fallocate, fd, 0, from, size) : -EFBIG;

	/* e.g. NFS: only grow, by the last byte, which is 0 */
	if (ret == -EOPNOTSUPP)
		ret = sys4(SYS_pwrite64, fd, "", 1, from + size - 1) == 1
			      ? 0 : -EIO;
	return ret;
}

bool shared_reserve(const struct shared *s, uint32_t *ready, uint32_t i)
{
	uint32_t have = __atomic_load_n(ready, __ATOMIC_ACQUIRE);
	uint32_t n = (i / s->step + 1) * s->step;
	long fd, ret;

	if (i < have)
		return true;
	fd = shared_open(s, 0);
	if (fd < 0)
		return false;
	ret = shared_allocate(fd, s->head + i * s->item, (n - i) * s->item);
	sys1(SYS_close, fd);
	if (ret)
		return false;
	/* Everyone in between does the same: what is below is reserved too. */
	while (have < n && !__atomic_compare_exchange_n(ready, &have, n, false,
							__ATOMIC_RELEASE,
							__ATOMIC_RELAXED))
		;
	return true;
}
