/* SPDX-License-Identifier: MIT */
/*
 * What comes from other hosts and programs: a run repeats as far as they do.
 * Observed; of data, length and digest are kept. All are cancellation points.
 *
 * The environment is no row: it is what the launcher handed over, and shells,
 * Python and libc itself read it without getenv().
 */
#include <netdb.h>
#include <netinet/in.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>

#include "call.h"
#include "heard.h"
#include "turnfd.h"
#include "banned.h"

#define ROW(fn, text) \
	SOURCE(fn, .group = "input", .policy = SB_OBSERVE, .doc = text)

ROW(socket, "a way to others");
ROW(connect, "goes to another");
ROW(accept, "lets another in");
ROW(accept4, "lets another in");
ROW(recv, "data of others");
ROW(recvfrom, "data of others, and whose");
ROW(recvmsg, "data of others, in parts");
ROW(recvmmsg, "data of others, several messages");
ROW(getaddrinfo, "the address of a name");

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

EXPORT int socket(int domain, int type, int protocol)
{
	struct call c;
	int fd;

	CALL(&c, socket);
	fd = real_socket(domain, type, protocol);
	call_end(&c, (uint64_t)domain << 32 | (uint64_t)(uint32_t)type, 0);
	return fd;
}

EXPORT int connect(int fd, const struct sockaddr *address, socklen_t len)
{
	struct call c;
	long was;
	int ret;

	CALL(&c, connect);
	if (heard_on && heard_far(fd, &was)) {
		call_end(&c, (uint64_t)was, 0);
		return (int)was;
	}
	ret = turn_leave("the outside world") ? real_connect(fd, address, len)
					      : -1;
	turn_return();
	if (heard_on)
		heard_far_end(fd, ret);
	call_end(&c, (uint64_t)ret, 0);
	return ret;
}

/* Who came in from another host: its address, in as many bytes. */
struct guest {
	socklen_t len;
	struct sockaddr_storage address;
};

static size_t room_of(const struct guest *guest, socklen_t room)
{
	return least(least(guest->len, room), sizeof(guest->address));
}

/* The socket that a replay has in its place. */
static bool accept_heard(int fd, struct sockaddr *address, socklen_t *len,
			 int flags, int *ret)
{
	struct guest guest = { 0 };
	int domain = AF_INET, type = SOCK_STREAM;
	socklen_t size = sizeof(int);
	long was;

	if (!heard_is_far(fd) ||
	    !heard_call(SB_TAPE_FAR, &was, &guest, sizeof(guest)))
		return false;
	*ret = -1;
	if (was < 0)
		return true;
	sys6(SYS_getsockopt, fd, SOL_SOCKET, SO_DOMAIN, &domain, &size, 0);
	sys6(SYS_getsockopt, fd, SOL_SOCKET, SO_TYPE, &type, &size, 0);
	*ret = real_socket(domain, type | flags, 0);
	if (address && len) {
		memcpy(address, &guest.address, room_of(&guest, *len));
		*len = guest.len;
	}
	return true;
}

static void accept_heard_end(int fd, int ret)
{
	struct guest guest = { .len = sizeof(guest.address) };

	if (!heard_is_far(fd))
		return;
	if (ret >= 0)
		sys3(SYS_getpeername, ret, &guest.address, &guest.len);
	heard_call_end(SB_TAPE_FAR, ret < 0 ? -1 : 1, &guest,
		       ret < 0 ? 0 : sizeof(guest));
}

EXPORT int accept(int fd, struct sockaddr *restrict address,
		  socklen_t *restrict len)
{
	struct call c;
	int ret;

	CALL(&c, accept);
	if (!(heard_on && accept_heard(fd, address, len, 0, &ret))) {
		ret = turnfd_wait(fd, POLLIN) ? real_accept(fd, address, len)
					      : -1;
		turn_return();
		if (heard_on)
			accept_heard_end(fd, ret);
	}
	call_end(&c, ret >= 0, 0);
	return ret;
}

EXPORT int accept4(int fd, struct sockaddr *restrict address,
		   socklen_t *restrict len, int flags)
{
	struct call c;
	int ret;

	CALL(&c, accept4);
	if (!(heard_on && accept_heard(fd, address, len, flags, &ret))) {
		ret = turnfd_wait(fd, POLLIN)
			      ? real_accept4(fd, address, len, flags)
			      : -1;
		turn_return();
		if (heard_on)
			accept_heard_end(fd, ret);
	}
	call_end(&c, ret >= 0, 0);
	return ret;
}

/* MSG_TRUNC answers with more than there was room for. */
static ssize_t received(struct call *c, const void *buf, size_t room,
			ssize_t n)
{
	size_t got = n > 0 ? least((size_t)n, room) : 0;

	call_end(c, n < 0 ? 0 : digest_bytes(buf, got), got);
	return n;
}

/* MSG_DONTWAIT: it will not wait. */
static bool let_wait(int fd, int flags)
{
	return turnfd_wait(fd, flags & MSG_DONTWAIT ? 0 : POLLIN);
}

/* Whose data it was: kept beside it. */
static void from_heard(const struct heard_read *r, struct sockaddr *from,
		       socklen_t *len)
{
	struct guest guest = { 0 };
	long was;

	if (!r->far || !from || !len)
		return;
	if (r->is_given &&
	    heard_call(SB_TAPE_FAR, &was, &guest, sizeof(guest))) {
		memcpy(from, &guest.address, room_of(&guest, *len));
		*len = guest.len;
	} else if (!r->is_given) {
		guest.len = *len;
		memcpy(&guest.address, from,
		       least(*len, sizeof(guest.address)));
		heard_call_end(SB_TAPE_FAR, 0, &guest, sizeof(guest));
	}
}

static ssize_t receive(int fd, void *buf, size_t size, int flags,
		       struct sockaddr *from, socklen_t *len)
{
	const struct iovec part = { buf, size };
	struct heard_read r = { 0 };
	ssize_t n = -1;

	if (heard_on && heard_read(&r, fd)) {
		if (r.far && r.given >= 0)
			from_heard(&r, from, len);
		if (r.given <= 0)
			return r.given < 0 ? -1 : 0;
		if (r.far || !(from || len || flags & MSG_PEEK))
			return heard_again(&r, &part, 1);
		heard_await(&r);
		size = (size_t)r.given;
		flags |= MSG_WAITALL;
	}
	if (let_wait(fd, flags))
		n = from || len ? real_recvfrom(fd, buf, size, flags, from, len)
				: real_recv(fd, buf, size, flags);
	turn_return();
	heard_read_end(&r, n, &part, 1);
	if (n >= 0)
		from_heard(&r, from, len);
	return n;
}

EXPORT ssize_t recv(int fd, void *buf, size_t size, int flags)
{
	struct call c;

	CALL(&c, recv);
	return received(&c, buf, size, receive(fd, buf, size, flags, NULL,
					       NULL));
}

EXPORT ssize_t recvfrom(int fd, void *restrict buf, size_t size, int flags,
			struct sockaddr *restrict from,
			socklen_t *restrict len)
{
	struct call c;

	CALL(&c, recvfrom);
	return received(&c, buf, size,
			receive(fd, buf, size, flags, from, len));
}

/* The names under which programs built with _FORTIFY_SOURCE call them. */
ssize_t __recv_chk(int fd, void *buf, size_t size, size_t room, int flags);
EXPORT ssize_t __recv_chk(int fd, void *buf, size_t size, size_t room,
			  int flags)
{
	struct call c;

	if (room < size)
		__builtin_trap();
	CALL(&c, recv);
	return received(&c, buf, size, receive(fd, buf, size, flags, NULL,
					       NULL));
}

ssize_t __recvfrom_chk(int fd, void *restrict buf, size_t size, size_t room,
		       int flags, struct sockaddr *restrict from,
		       socklen_t *restrict len);
EXPORT ssize_t __recvfrom_chk(int fd, void *restrict buf, size_t size,
			      size_t room, int flags,
			      struct sockaddr *restrict from,
			      socklen_t *restrict len)
{
	struct call c;

	if (room < size)
		__builtin_trap();
	CALL(&c, recvfrom);
	return received(&c, buf, size,
			receive(fd, buf, size, flags, from, len));
}

static uint64_t digest_parts(const struct msghdr *m, size_t left, size_t *got)
{
	uint64_t digest = 0;

	for (size_t i = 0; i < m->msg_iovlen && left; i++) {
		size_t n = least(left, m->msg_iov[i].iov_len);

		digest = digest_word(digest,
				     digest_bytes(m->msg_iov[i].iov_base, n));
		*got += n;
		left -= n;
	}
	return digest;
}

/* Without what is said beside the data (descriptors, options). */
static ssize_t receive_message(int fd, struct msghdr *m, int flags)
{
	struct heard_read r = { 0 };
	ssize_t n;

	if (heard_on && heard_read(&r, fd)) {
		if (r.far)
			m->msg_controllen = 0;
		if (r.far && r.given >= 0)
			from_heard(&r, m->msg_name, &m->msg_namelen);
		if (r.given <= 0)
			return r.given < 0 ? -1 : 0;
		if (r.far)
			return heard_again(&r, m->msg_iov, (int)m->msg_iovlen);
		heard_await(&r);
	}
	n = let_wait(fd, flags) ? real_recvmsg(fd, m, flags) : -1;
	turn_return();
	heard_read_end(&r, n, m->msg_iov, (int)m->msg_iovlen);
	if (n >= 0)
		from_heard(&r, m->msg_name, &m->msg_namelen);
	return n;
}

EXPORT ssize_t recvmsg(int fd, struct msghdr *m, int flags)
{
	struct call c;
	size_t got = 0;
	uint64_t digest = 0;
	ssize_t n;

	CALL(&c, recvmsg);
	n = receive_message(fd, m, flags);
	if (n > 0)
		digest = digest_parts(m, (size_t)n, &got);
	call_end(&c, digest, got);
	return n;
}

/* Its limit only says after which message to stop. */
EXPORT int recvmmsg(int fd, struct mmsghdr *m, unsigned room, int flags,
		    struct timespec *limit)
{
	struct call c;
	size_t got = 0;
	uint64_t digest = 0;
	int n;

	CALL(&c, recvmmsg);
	n = let_wait(fd, flags) ? real_recvmmsg(fd, m, room, flags, limit) : -1;
	turn_return();
	for (int i = 0; i < n; i++)
		digest = digest_word(digest, digest_parts(&m[i].msg_hdr,
							  m[i].msg_len, &got));
	call_end(&c, digest, got);
	return n;
}

/* Of each answer its address, without port and scope. */
static uint64_t digest_addresses(const struct addrinfo *a)
{
	uint64_t digest = 0;

	for (; a; a = a->ai_next) {
		const void *at = a->ai_addr;
		size_t n = 0;

		if (a->ai_family == AF_INET) {
			at = &((const struct sockaddr_in *)at)->sin_addr;
			n = sizeof(struct in_addr);
		} else if (a->ai_family == AF_INET6) {
			at = &((const struct sockaddr_in6 *)at)->sin6_addr;
			n = sizeof(struct in6_addr);
		}
		digest = digest_word(digest, digest_bytes(at, n));
	}
	return digest;
}

/* Answers of a name server, as they are kept: few, and without their names. */
#define GAI_BIAS 1000 /* its errors are negative */
#define ANSWERS 24
struct answers {
	unsigned n;
	struct answer {
		int family, type, protocol;
		socklen_t len;
		struct sockaddr_storage address;
	} at[ANSWERS];
};

static void keep_answers(struct answers *a, const struct addrinfo *list)
{
	for (; list && a->n < ANSWERS; list = list->ai_next) {
		struct answer *at = &a->at[a->n++];

		at->family = list->ai_family;
		at->type = list->ai_socktype;
		at->protocol = list->ai_protocol;
		at->len = list->ai_addrlen;
		memcpy(&at->address, list->ai_addr, list->ai_addrlen);
	}
}

/* libc makes each entry, from its numbers: it frees them, too. */
static struct addrinfo *entry_of(const struct answer *at)
{
	const struct addrinfo hints = { .ai_flags = AI_NUMERICHOST,
					.ai_family = at->family,
					.ai_socktype = at->type,
					.ai_protocol = at->protocol };
	struct addrinfo *entry = NULL;

	if (real_getaddrinfo(at->family == AF_INET6 ? "::1" : "127.0.0.1", NULL,
			     &hints, &entry) == 0 &&
	    entry)
		memcpy(entry->ai_addr, &at->address,
		       least(at->len, entry->ai_addrlen));
	return entry;
}

static int addresses_heard(const char *node, const char *service,
			   const struct addrinfo *hints, struct addrinfo **list)
{
	struct answers a = { 0 };
	long was;
	int ret;

	if (heard_call(SB_TAPE_FAR, &was, &a, sizeof(a))) {
		struct addrinfo **end = list;

		*list = NULL;
		for (unsigned i = 0; i < a.n && i < ANSWERS; i++)
			if ((*end = entry_of(&a.at[i])))
				end = &(*end)->ai_next;
		return (int)was - GAI_BIAS;
	}
	ret = real_getaddrinfo(node, service, hints, list);
	if (ret == 0)
		keep_answers(&a, *list);
	heard_call_end(SB_TAPE_FAR, ret + GAI_BIAS, &a,
		       offsetof(struct answers, at) + a.n * sizeof(*a.at));
	return ret;
}

EXPORT int getaddrinfo(const char *restrict node,
		       const char *restrict service,
		       const struct addrinfo *restrict hints,
		       struct addrinfo **restrict list)
{
	struct call c;
	int ret;

	CALL(&c, getaddrinfo);
	ret = heard_on && config.network
		      ? addresses_heard(node, service, hints, list)
		      : real_getaddrinfo(node, service, hints, list);
	call_end(&c, ret ? 0 : digest_addresses(*list), 0);
	return ret;
}

ALIAS(__connect, connect);
