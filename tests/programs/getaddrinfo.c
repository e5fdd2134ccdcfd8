/* SPDX-License-Identifier: MIT */
#include <netdb.h>
#include <sys/socket.h>

#include "victim.h"

const struct facts facts = { .calls = 1, .output = "1\n" };

void victim(void)
{
	struct addrinfo hints = { .ai_flags = AI_NUMERICHOST }, *list;

	emit(getaddrinfo("127.0.0.1", NULL, &hints, &list) == 0);
	freeaddrinfo(list);
}
