/* SPDX-License-Identifier: MIT */
/* Which machine this is, and how it does. Observed: the same program is meant
 * to tell one host from another. */
#include <ifaddrs.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "call.h"
#include "banned.h"

#define ROW(fn, text) \
	SOURCE(fn, .group = "host", .policy = SB_OBSERVE, .doc = text)

ROW(gethostname, "the host's name");
ROW(getdomainname, "the host's NIS domain");
ROW(gethostid, "the host's number");
ROW(uname, "kernel, its version, and the host's name");
ROW(sysinfo, "memory, load and time since the boot");
ROW(getloadavg, "how busy the host is");
ROW(getifaddrs, "network interfaces and their addresses");
ROW(getlogin, "who logged in");
ROW(getlogin_r, "who logged in");

static int do_gethostname(struct call *c, char *name, size_t size)
{
	int ret = real_gethostname(name, size);

	call_end(c, ret ? 0 : digest_string(name), 0);
	return ret;
}

EXPORT int gethostname(char *name, size_t size)
{
	struct call c;

	CALL(&c, gethostname);
	return do_gethostname(&c, name, size);
}

/* The names under which programs built with _FORTIFY_SOURCE call them: `room`
 * is the size of the object. */
int __gethostname_chk(char *name, size_t size, size_t room);
EXPORT int __gethostname_chk(char *name, size_t size, size_t room)
{
	struct call c;

	if (room < size)
		__builtin_trap();
	CALL(&c, gethostname);
	return do_gethostname(&c, name, size);
}

static int do_getdomainname(struct call *c, char *name, size_t size)
{
	int ret = real_getdomainname(name, size);
	const char *end = ret ? NULL : memchr(name, 0, size);

	call_end(c, end ? digest_string(name) : 0, 0);
	return ret;
}

EXPORT int getdomainname(char *name, size_t size)
{
	struct call c;

	CALL(&c, getdomainname);
	return do_getdomainname(&c, name, size);
}

int __getdomainname_chk(char *name, size_t size, size_t room);
EXPORT int __getdomainname_chk(char *name, size_t size, size_t room)
{
	struct call c;

	if (room < size)
		__builtin_trap();
	CALL(&c, getdomainname);
	return do_getdomainname(&c, name, size);
}

EXPORT long gethostid(void)
{
	struct call c;
	long id;

	CALL(&c, gethostid);
	id = real_gethostid();
	call_end(&c, (uint64_t)id, 0);
	return id;
}

EXPORT int uname(struct utsname *name)
{
	struct call c;
	int ret;

	CALL(&c, uname);
	ret = real_uname(name);
	call_end(&c, ret ? 0 : digest_bytes(name, sizeof(*name)), 0);
	return ret;
}

EXPORT int sysinfo(struct sysinfo *info)
{
	struct call c;
	int ret;

	CALL(&c, sysinfo);
	ret = real_sysinfo(info);
	call_end(&c, ret ? 0 : digest_bytes(info, sizeof(*info)), 0);
	return ret;
}

EXPORT int getloadavg(double *load, int n)
{
	struct call c;
	int ret;

	CALL(&c, getloadavg);
	ret = real_getloadavg(load, n);
	call_end(&c,
		 ret > 0 ? digest_bytes(load, (size_t)ret * sizeof(*load)) : 0,
		 0);
	return ret;
}

/* The names, in their order: addresses hold counters beside them. */
static uint64_t digest_interfaces(const struct ifaddrs *list)
{
	uint64_t digest = 0;

	for (; list; list = list->ifa_next)
		digest = digest_word(digest, digest_string(list->ifa_name));
	return digest;
}

EXPORT int getifaddrs(struct ifaddrs **list)
{
	struct call c;
	int ret;

	CALL(&c, getifaddrs);
	ret = real_getifaddrs(list);
	call_end(&c, ret ? 0 : digest_interfaces(*list), 0);
	return ret;
}

EXPORT char *getlogin(void)
{
	struct call c;
	char *name;

	CALL(&c, getlogin);
	name = real_getlogin();
	call_end(&c, name ? digest_string(name) : 0, 0);
	return name;
}

static int do_getlogin_r(struct call *c, char *name, size_t size)
{
	int ret = real_getlogin_r(name, size);

	call_end(c, ret ? 0 : digest_string(name), 0);
	return ret;
}

EXPORT int getlogin_r(char *name, size_t size)
{
	struct call c;

	CALL(&c, getlogin_r);
	return do_getlogin_r(&c, name, size);
}

int __getlogin_r_chk(char *name, size_t size, size_t room);
EXPORT int __getlogin_r_chk(char *name, size_t size, size_t room)
{
	struct call c;

	if (room < size)
		__builtin_trap();
	CALL(&c, getlogin_r);
	return do_getlogin_r(&c, name, size);
}
