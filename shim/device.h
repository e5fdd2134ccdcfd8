/* SPDX-License-Identifier: MIT */
/*
 * Files that are sources by what they are: devices of entropy, and names in
 * /proc, /sys and /etc. A device is told by its numbers, under whatever name
 * it was opened; the others by file system and full name, once the last part
 * of the name that was opened is one of theirs.
 *
 * No table of descriptors, which would go stale: the program duplicates,
 * inherits, passes and closes them in ways that nobody sees. One flag says
 * that a device may be open at all; while it stands, each read asks the kernel.
 */
#ifndef SAMEBITS_DEVICE_H
#define SAMEBITS_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/uio.h>

#include "source.h"

enum device {
	/* Bytes for each read. */
	DEV_RANDOM,
	DEV_URANDOM,
	DEV_HWRNG,
	/* A text for each open. */
	PROC_UUID,
	PROC_BOOT_ID,
	PROC_CPUINFO,
	PROC_STAT,
	SYS_CPU,
	CGROUP_CPU_MAX,
	CGROUP_CPU_QUOTA,
	MACHINE_ID,
	NO_DEVICE,
};

/* Was a device of entropy ever open in this process? */
extern bool device_seen;

/* What was just opened as `path`, which may be relative to anything. */
enum device device_named(int fd, const char *path, const struct stat *st);
/* Is it a file of the kernel's, or of what stands in for it in a container? */
bool device_of_kernel(int fd);
/* The device of entropy behind a descriptor, or NO_DEVICE. */
enum device device_behind(int fd);
/* Looks at the descriptors that this image has inherited. */
void device_start(void);

/* Puts a file of `len` bytes, filled by fill(arg, file, len), in the place of
 * what is open at fd. 0 or -errno, with fd as it was. */
typedef void device_fill(void *arg, char *file, size_t len);
int device_put(int fd, size_t len, device_fill *fill, void *arg);

/* 37 bytes as the kernel shows them: 36 of text (RFC 9562, version 4) of the 16
 * random ones, and a line's end. */
#define UUID_TEXT 37
void device_uuid(const uint8_t random[16], char text[UUID_TEXT]);

/*
 * In wrap/device.c, beside the rows. ret, frame: the place of the hook's
 * caller, as for call_begin().
 */
struct call;
struct thread;
/* A file was opened for reading: every hook that opens one comes here. Makes
 * the event of what is one at its opening. Returns the row of what is one at
 * each reading, else NULL. */
struct source *device_opened(int fd, const char *path, const struct stat *st,
			     void *ret, void *frame);
/* The row of the device behind fd; NULL: none. */
struct source *device_row(int fd);
/* Fills the parts, as far as one read goes; returns how many bytes. */
ssize_t device_draw(struct thread *self, const struct iovec *part, int parts);
/* Ends the call that a device was read by; n: what the read returned. */
void device_drawn(struct call *c, const struct iovec *part, int parts,
		  ssize_t n);

#endif
