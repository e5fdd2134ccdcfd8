/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>

#include "device.h"
#include "sys.h"
#include "text.h"
#include "banned.h"

#define INHERITED 32 /* descriptors looked at when an image starts */

bool device_seen;

/* Last parts of names, and ends of full ones: a container may have /proc
 * elsewhere, or a file of another system in the place of one. */
static const struct name {
	const char *base, *end;
	enum device kind;
} names[] = {
	{ "uuid", "/sys/kernel/random/uuid", PROC_UUID },
	{ "boot_id", "/sys/kernel/random/boot_id", PROC_BOOT_ID },
	{ "cpuinfo", "/cpuinfo", PROC_CPUINFO },
	{ "stat", "/proc/stat", PROC_STAT },
	{ "online", "/devices/system/cpu/online", SYS_CPU },
	{ "possible", "/devices/system/cpu/possible", SYS_CPU },
	{ "present", "/devices/system/cpu/present", SYS_CPU },
	{ "cpu.max", "/cpu.max", CGROUP_CPU_MAX },
	{ "cpu.cfs_quota_us", "/cpu.cfs_quota_us", CGROUP_CPU_QUOTA },
	{ "machine-id", "/etc/machine-id", MACHINE_ID },
	{ "machine-id", "/var/lib/dbus/machine-id", MACHINE_ID },
};
#define NAMES (sizeof(names) / sizeof(*names))

static bool known_base(const char *base)
{
	for (size_t i = 0; i < NAMES; i++)
		if (*names[i].base == *base && !strcmp(names[i].base, base))
			return true;
	return false;
}

static bool ends(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n >= m && !strcmp(s + n - m, end);
}

static void link_of(char out[32], int fd)
{
	struct text t = text_start(out, 32);

	text_add(&t, "/proc/self/fd/");
	text_number(&t, (uint64_t)fd, 10, 1);
}

static bool in_proc(int fd)
{
	struct statfs fs;

	return sys2(SYS_fstatfs, fd, &fs) == 0 &&
	       fs.f_type == PROC_SUPER_MAGIC;
}

bool device_of_kernel(int fd)
{
	static const long types[] = { PROC_SUPER_MAGIC, SYSFS_MAGIC,
				      CGROUP_SUPER_MAGIC, CGROUP2_SUPER_MAGIC,
				      0x65735546 /* FUSE: lxcfs */ };
	struct statfs fs;

	if (sys2(SYS_fstatfs, fd, &fs) < 0)
		return false;
	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
		if (fs.f_type == types[i])
			return true;
	return false;
}

/* Only what is replaced must be the kernel's own. */
static enum device named_fully(int fd)
{
	char link[32], full[512];
	long n;

	link_of(link, fd);
	n = sys4(SYS_readlinkat, AT_FDCWD, link, full, sizeof(full) - 1);
	full[n < 0 ? 0 : n] = 0;
	for (size_t i = 0; i < NAMES; i++) {
		enum device kind = names[i].kind;
		bool replaced = kind == PROC_UUID || kind == PROC_BOOT_ID;

		if (ends(full, names[i].end) && (!replaced || in_proc(fd)))
			return kind;
	}
	return NO_DEVICE;
}

static enum device device_of(const struct stat *st)
{
	if (!S_ISCHR(st->st_mode))
		return NO_DEVICE;
	if (st->st_rdev == makedev(1, 8))
		return DEV_RANDOM;
	if (st->st_rdev == makedev(1, 9))
		return DEV_URANDOM;
	return st->st_rdev == makedev(10, 183) ? DEV_HWRNG : NO_DEVICE;
}

enum device device_behind(int fd)
{
	struct stat st;

	return sys_fstat(fd, &st) ? device_of(&st) : NO_DEVICE;
}

enum device device_named(int fd, const char *path, const struct stat *st)
{
	const char *slash = strrchr(path, '/');
	const char *base = slash ? slash + 1 : path;
	enum device kind;

	if (known_base(base))
		return named_fully(fd);
	/* A link to a device may have any name. */
	kind = device_of(st);
	if (kind != NO_DEVICE)
		device_seen = true;
	return kind;
}

void device_start(void)
{
	for (int fd = 0; fd < INHERITED; fd++)
		if (device_behind(fd) != NO_DEVICE)
			device_seen = true;
}

/* What is mapped there is filled; 0 or -errno. */
static long fill_file(long file, size_t len, device_fill *fill, void *arg)
{
	long at = sys2(SYS_ftruncate, file, len);

	if (at == 0)
		at = sys6(SYS_mmap, NULL, len, PROT_READ | PROT_WRITE,
			  MAP_SHARED, file, 0);
	if (at < 0 && at > -4096)
		return at;
	fill(arg, (char *)at, len);
	sys2(SYS_munmap, at, len);
	return 0;
}

/* The same file for reading only; itself where that cannot be had. */
static long read_only(long file)
{
	char link[32];
	long fd;

	link_of(link, (int)file);
	fd = sys4(SYS_openat, AT_FDCWD, link, O_RDONLY | O_CLOEXEC, 0);
	if (fd < 0)
		return file;
	sys1(SYS_close, file);
	return fd;
}

int device_put(int fd, size_t len, device_fill *fill, void *arg)
{
	long flags = sys2(SYS_fcntl, fd, F_GETFD);
	long file = sys2(SYS_memfd_create, "samebits", MFD_CLOEXEC);
	long ret = file < 0 ? file : fill_file(file, len, fill, arg);

	if (ret == 0) {
		file = read_only(file);
		ret = sys3(SYS_dup3, file, fd,
			   flags & FD_CLOEXEC ? O_CLOEXEC : 0);
	}
	if (file >= 0)
		sys1(SYS_close, file);
	return ret < 0 ? (int)ret : 0;
}

void device_uuid(const uint8_t random[16], char text[UUID_TEXT])
{
	static const char hex[] = "0123456789abcdef";
	char *p = text;

	for (int i = 0; i < 16; i++) {
		unsigned b = random[i];

		if (i == 6)
			b = (b & 0x0f) | 0x40;
		else if (i == 8)
			b = (b & 0x3f) | 0x80;
		if (i == 4 || i == 6 || i == 8 || i == 10)
			*p++ = '-';
		*p++ = hex[b >> 4];
		*p++ = hex[b & 15];
	}
	*p = '\n';
}
