/* SPDX-License-Identifier: MIT */
/*
 * Devices and files that are sources, named by what is read. The hooks that
 * lead here are in open.c, stdio.c, read.c and syscall.c.
 */
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>

#include "call.h"
#include "device.h"
#include "ltime.h"
#include "processors.h"
#include "banned.h"

#define ROW(id, in, what, text) \
	SOURCE_ROW(id, .group = in, .policy = what, .doc = text)
#define COUNTS(id, text)                                                       \
	SOURCE_ROW(id, .group = "cpu", .policy = SB_OBSERVE, .counts = 1,      \
		   .doc = text)

ROW(dev_random, "entropy", SB_FORCE, "bytes read from /dev/random");
ROW(dev_urandom, "entropy", SB_FORCE, "bytes read from /dev/urandom");
ROW(dev_hwrng, "entropy", SB_FORCE, "bytes read from /dev/hwrng");
ROW(proc_uuid, "entropy", SB_FORCE, "/proc/sys/kernel/random/uuid opened");
ROW(proc_boot_id, "entropy", SB_FORCE,
    "/proc/sys/kernel/random/boot_id opened");
COUNTS(proc_cpuinfo, "/proc/cpuinfo opened");
COUNTS(proc_stat, "/proc/stat opened");
COUNTS(sys_cpu,
       "/sys/devices/system/cpu/{online,possible,present} opened");
COUNTS(cgroup_cpu_max, "a control group's limit of processors opened");
ROW(machine_id, "host", SB_OBSERVE, "/etc/machine-id opened");

static struct source *const rows[] = {
	[DEV_RANDOM] = &src_dev_random,
	[DEV_URANDOM] = &src_dev_urandom,
	[DEV_HWRNG] = &src_dev_hwrng,
	[PROC_UUID] = &src_proc_uuid,
	[PROC_BOOT_ID] = &src_proc_boot_id,
	[PROC_CPUINFO] = &src_proc_cpuinfo,
	[PROC_STAT] = &src_proc_stat,
	[SYS_CPU] = &src_sys_cpu,
	[CGROUP_CPU_MAX] = &src_cgroup_cpu_max,
	[CGROUP_CPU_QUOTA] = &src_cgroup_cpu_max,
	[MACHINE_ID] = &src_machine_id,
	[NO_DEVICE] = NULL,
};

struct source *device_row(int fd)
{
	return process.active ? rows[device_behind(fd)] : NULL;
}

/* The kernel's limit of one read (read(2)). */
#define MOST 0x7ffff000

ssize_t device_draw(struct thread *self, const struct iovec *part, int parts)
{
	size_t n = 0;

	for (int i = 0; i < parts && n < MOST; i++) {
		size_t len = part[i].iov_len;

		if (len > MOST - n)
			len = MOST - n;
		call_draw(self, STREAM_ENTROPY, part[i].iov_base, len);
		n += len;
	}
	return (ssize_t)n;
}

void device_drawn(struct call *c, const struct iovec *part, int parts,
		  ssize_t n)
{
	size_t rest = n > 0 ? (size_t)n : 0;
	uint64_t value = 0;

	for (int i = 0; i < parts && rest; i++) {
		size_t len = part[i].iov_len < rest ? part[i].iov_len : rest;

		value ^= digest_bytes(part[i].iov_base, len) + (uint64_t)i;
		rest -= len;
	}
	call_end(c, value, n > 0 ? (uint64_t)n : 0);
}

static void not_forced(enum device kind)
{
	call_blind("not-forced", rows[kind],
		   " stayed real: no file could be made for its text");
}

/* One of its own for each open, or the run's. */
static void draw_uuid(struct thread *self, enum device kind,
		      char text[UUID_TEXT])
{
	const struct stream_key run = { config.seed,
					digest_string("boot_id") };
	uint64_t random[4];

	if (kind == PROC_UUID)
		call_draw(self, STREAM_ENTROPY, random, 16);
	else
		stream_block(&run, STREAM_ENTROPY, 0, random);
	device_uuid((const uint8_t *)random, text);
}

static void copy(void *text, char *file, size_t len)
{
	memcpy(file, text, len);
}

/* The descriptor keeps its number and gets our text. */
static void put_text(struct call *c, int fd, enum device kind)
{
	char text[UUID_TEXT];

	draw_uuid(c->self, kind, text);
	if (device_put(fd, sizeof(text), copy, text) < 0) {
		not_forced(kind);
		memset(text, 0, sizeof(text));
	}
	call_end(c, digest_bytes(text, sizeof(text)), sizeof(text));
}

/* Of /proc/cpuinfo, what the machine says of its first processor. */
#define FIRST_ROOM (1u << 16)

static bool read_first(char *out)
{
	long fd = sys4(SYS_openat, AT_FDCWD, "/proc/cpuinfo",
		       O_RDONLY | O_CLOEXEC, 0), got = 1;
	size_t n = 0;
	char *end;

	while (fd >= 0 && got > 0 && n < FIRST_ROOM - 1) {
		got = sys3(SYS_read, fd, out + n, FIRST_ROOM - 1 - n);
		n += got > 0 ? (size_t)got : 0;
	}
	if (fd >= 0)
		sys1(SYS_close, fd);
	out[n] = 0;
	end = strstr(out, "\n\n");
	if (end)
		end[1] = 0;
	return n;
}

struct counted {
	struct processors_file file;
	uint64_t digest;
};

static void count(void *arg, char *file, size_t len)
{
	struct counted *counted = arg;

	processors_text(&counted->file, file);
	counted->digest = digest_bytes(file, len);
}

static struct processors_file file_of(struct thread *self, enum device kind)
{
	uint64_t up = config.time_real
			      ? sys_now(CLOCK_BOOTTIME) / LTIME_SECOND
			      : LTIME_BOOT + self->clock / LTIME_SECOND;
	uint64_t now = config.time_real
			       ? sys_now(CLOCK_REALTIME) / LTIME_SECOND
			       : config.start + self->clock / LTIME_SECOND;

	return (struct processors_file){ kind, NULL, up, now - up };
}

/* The same with a text about the processors that the program believes in. */
static void put_count(struct call *c, int fd, enum device kind)
{
	struct counted counted = { file_of(c->self, kind), 0 };
	long first = sys6(SYS_mmap, NULL, FIRST_ROOM, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	bool mapped = first > 0 || first < -4095;
	size_t len = 0;

	counted.file.first = (char *)first;
	if (mapped && (kind != PROC_CPUINFO || read_first((char *)first)))
		len = processors_text(&counted.file, NULL);
	if (!len || device_put(fd, len, count, &counted) < 0)
		not_forced(kind);
	if (mapped)
		sys2(SYS_munmap, first, FIRST_ROOM);
	call_end(c, counted.digest, len);
}

struct source *device_opened(int fd, const char *path, const struct stat *st,
			     void *ret, void *frame)
{
	enum device kind;
	struct call c;

	if (!process.active)
		return NULL;
	kind = device_named(fd, path, st);
	if (kind < PROC_UUID || kind == NO_DEVICE)
		return rows[kind];
	if (call_begin(&c, rows[kind], ret, frame) != SB_FORCE)
		call_end(&c, 0, 0);
	else if (!rows[kind]->counts)
		put_text(&c, fd, kind);
	else if (device_of_kernel(fd))
		put_count(&c, fd, kind);
	else /* somebody's file of this name */
		call_end(&c, 0, 0);
	return NULL;
}
