/* SPDX-License-Identifier: MIT */
/* Asks a server on loopback, whose port is the argument. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	struct sockaddr_in to = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	char text[64];
	ssize_t n;

	to.sin_port = htons((unsigned short)atoi(argv[argc - 1]));
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (connect(fd, (struct sockaddr *)&to, sizeof(to)))
		return 1;
	n = recv(fd, text, sizeof(text), 0); /* planted */
	printf("%.*s\n", (int)n, text);
	close(fd);
	return 0;
}
