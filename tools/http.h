/* SPDX-License-Identifier: MIT */
/*
 * Requests to a server, by libcurl. What fails on the way, and answers that mean
 * "later" (429, 5xx), may be tried again; what the server refuses may not.
 */
#ifndef SAMEBITS_HTTP_H
#define SAMEBITS_HTTP_H

#include <stdbool.h>
#include <stddef.h>

struct http;

struct http_settings {
	const char *base;	 /* http://host:port/path, "user:password@" too */
	const char *user, *password, *token; /* or NULL */
	const char *ca;		 /* a file of certificates; NULL: the system's */
	bool insecure;		 /* any certificate will do */
	double timeout;		 /* seconds a request */
};

enum http_result {
	HTTP_OK,
	HTTP_AGAIN,   /* down, slow or busy */
	HTTP_REFUSED, /* no other try will help */
};

struct http_request {
	const char *method, *path; /* path: behind the base */
	const char *type;	   /* of the data; NULL: JSON */
	const char *data;	   /* NULL: none */
	size_t size;
	bool single; /* libcurl must not repeat it on its own */
};

struct http_reply {
	long status; /* 0: there was no answer */
	char *body;  /* the caller's to free; NULL but after HTTP_OK */
};

/* NULL: *why is a sentence, as below. The settings' strings are copied. */
struct http *http_open(const struct http_settings *settings, char **why);
void http_close(struct http *h);
/* One try. Where it is not HTTP_OK *why says what is wrong and the cure; the
 * caller's to free, as what it was before. */
enum http_result http_once(struct http *h, const struct http_request *request,
			   struct http_reply *reply, char **why);
/* Waits before another try, longer each time or as the server asked; false:
 * these were enough. tries counts them, from 0. */
bool http_wait(struct http *h, unsigned *tries);
/* Both, until it is taken or these were enough. */
enum http_result http_send(struct http *h, const struct http_request *request,
			   struct http_reply *reply, char **why);
/* The base as it may be shown: without a password. */
const char *http_base(const struct http *h);
/* %-encoded, but for "/"; the caller's to free. NULL: no memory. */
char *http_escape(const char *text);
/* The same URI without "user:password@"; the caller's to free. */
char *http_shown(const char *uri);

#endif
