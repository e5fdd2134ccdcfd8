/* SPDX-License-Identifier: MIT */
/* The macros that check types would hide the functions that are looked up. */
#define CURL_DISABLE_TYPECHECK
#include <ctype.h>
#include <curl/curl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <jansson.h>

#include "http.h"
#include "lazy.h"

#define SONAME "libcurl.so.4"
#define FUNCTIONS(X)                                                           \
	X(curl_easy_cleanup)                                                   \
	X(curl_easy_getinfo)                                                   \
	X(curl_easy_init)                                                      \
	X(curl_easy_perform)                                                   \
	X(curl_easy_reset)                                                     \
	X(curl_easy_setopt)                                                    \
	X(curl_easy_strerror)                                                  \
	X(curl_global_init)                                                    \
	X(curl_slist_append)                                                   \
	X(curl_slist_free_all)

static struct {
	FUNCTIONS(LAZY_POINTER)
} lib;
static const char *const names[] = { FUNCTIONS(LAZY_NAME) };

#define TRIES 4
#define FIRST_PAUSE 0.5	   /* seconds; then twice as long each time */
#define PAUSE_MOST 60	   /* a server that asks for more is left alone */
#define REPLY_MOST (64 << 20)

struct http {
	CURL *curl;
	char *base, *shown, *login, *bearer, *ca;
	bool insecure;
	double timeout;
	double asked; /* seconds that the server wants to be left alone */
	char error[CURL_ERROR_SIZE];
};

struct buffer {
	char *data;
	size_t size;
};

__attribute__((format(printf, 2, 3))) static void
because(char **why, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	free(*why);
	if (vasprintf(why, format, ap) < 0)
		*why = NULL;
	va_end(ap);
}

char *http_shown(const char *uri)
{
	const char *host = strstr(uri, "://"), *at;
	char *text;

	if (!host)
		return strdup(uri);
	host += 3;
	at = memrchr(host, '@', strcspn(host, "/?#"));
	if (asprintf(&text, "%.*s%s", (int)(host - uri), uri,
		     at ? at + 1 : host) < 0)
		return NULL;
	return text;
}

char *http_escape(const char *text)
{
	char *out = malloc(3 * strlen(text) + 1), *p = out;

	for (; out && *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (isalnum(c) || strchr("-._~/", c))
			*p++ = *text;
		else
			p += sprintf(p, "%%%02X", c);
	}
	if (out)
		*p = 0;
	return out;
}

const char *http_base(const struct http *h)
{
	return h->shown;
}

static bool load(char **why)
{
	static bool begun;

	if (lazy_load(SONAME, names, LAZY_COUNT(names), &lib)) {
		because(why, SONAME " is missing here; apt-get install "
				    "libcurl4");
		return false;
	}
	if (!begun)
		lib.curl_global_init(CURL_GLOBAL_DEFAULT);
	begun = true;
	return true;
}

/* A line's end would begin a header of its own. */
static bool plain(const char *text)
{
	for (; text && *text; text++)
		if (iscntrl((unsigned char)*text))
			return false;
	return true;
}

static bool valid(const struct http_settings *s, char **why)
{
	char *shown;

	if (strncmp(s->base, "http://", 7) && strncmp(s->base, "https://", 8)) {
		shown = http_shown(s->base);
		because(why, "%s: is no http:// or https:// address", shown);
		free(shown);
		return false;
	}
	if (plain(s->base) && plain(s->user) && plain(s->password) &&
	    plain(s->token))
		return true;
	because(why, "the address, the user, the password or the token of the "
		     "server holds a line's end; take it out");
	return false;
}

static char *copy(const char *text)
{
	return text ? strdup(text) : NULL;
}

struct http *http_open(const struct http_settings *s, char **why)
{
	struct http *h;
	size_t n;

	if (!valid(s, why) || !load(why))
		return NULL;
	h = calloc(1, sizeof(*h));
	if (!h)
		return NULL;
	h->base = strdup(s->base);
	for (n = strlen(h->base); n && h->base[n - 1] == '/'; n--)
		h->base[n - 1] = 0;
	h->shown = http_shown(h->base);
	h->ca = copy(s->ca);
	h->insecure = s->insecure;
	h->timeout = s->timeout;
	if (s->token && asprintf(&h->bearer, "Authorization: Bearer %s",
				 s->token) < 0)
		h->bearer = NULL;
	if (s->user && asprintf(&h->login, "%s:%s", s->user,
				s->password ?: "") < 0)
		h->login = NULL;
	h->curl = lib.curl_easy_init();
	if (h->curl)
		return h;
	because(why, "libcurl cannot be started");
	http_close(h);
	return NULL;
}

void http_close(struct http *h)
{
	if (!h)
		return;
	if (h->curl)
		lib.curl_easy_cleanup(h->curl);
	free(h->base);
	free(h->shown);
	free(h->login);
	free(h->bearer);
	free(h->ca);
	free(h);
}

static size_t take(char *data, size_t one, size_t n, void *to)
{
	struct buffer *b = to;
	char *more;

	n *= one;
	if (b->size + n > REPLY_MOST)
		return 0;
	more = realloc(b->data, b->size + n + 1);
	if (!more)
		return 0;
	b->data = more;
	memcpy(b->data + b->size, data, n);
	b->size += n;
	b->data[b->size] = 0;
	return n;
}

static void set_long(struct http *h, CURLoption option, long value)
{
	lib.curl_easy_setopt(h->curl, option, value);
}

static void set_text(struct http *h, CURLoption option, const char *text)
{
	lib.curl_easy_setopt(h->curl, option, text);
}

static void set_safety(struct http *h)
{
	set_text(h, CURLOPT_PROTOCOLS_STR, "http,https");
	set_long(h, CURLOPT_NOSIGNAL, 1);
	set_long(h, CURLOPT_TIMEOUT_MS, (long)(h->timeout * 1000));
	if (h->insecure) {
		set_long(h, CURLOPT_SSL_VERIFYPEER, 0);
		set_long(h, CURLOPT_SSL_VERIFYHOST, 0);
	}
	if (h->ca)
		set_text(h, CURLOPT_CAINFO, h->ca);
	if (h->login && !h->bearer)
		set_text(h, CURLOPT_USERPWD, h->login);
}

static void set_data(struct http *h, const struct http_request *r)
{
	/* HTTP/1.1 would first ask whether it may send. */
	if (r->data || strcmp(r->method, "GET")) {
		set_text(h, CURLOPT_POSTFIELDS, r->data ?: "");
		set_long(h, CURLOPT_POSTFIELDSIZE, (long)r->size);
	}
	set_text(h, CURLOPT_CUSTOMREQUEST, r->method);
	/* Where a connection that was used before ends without an answer, the
	 * request is sent again. */
	set_long(h, CURLOPT_FRESH_CONNECT, r->single);
}

static struct curl_slist *headers(struct http *h, const struct http_request *r)
{
	struct curl_slist *list = lib.curl_slist_append(NULL, "Expect:");
	char type[100];

	snprintf(type, sizeof(type), "Content-Type: %s",
		 r->type ?: "application/json");
	if (r->data)
		list = lib.curl_slist_append(list, type);
	if (h->bearer)
		list = lib.curl_slist_append(list, h->bearer);
	return list;
}

static CURLcode perform(struct http *h, const struct http_request *r,
			struct buffer *body)
{
	struct curl_slist *list;
	CURLcode code;
	char *url;

	if (asprintf(&url, "%s%s", h->base, r->path) < 0)
		return CURLE_OUT_OF_MEMORY;
	lib.curl_easy_reset(h->curl);
	h->error[0] = 0;
	list = headers(h, r);
	set_text(h, CURLOPT_URL, url);
	set_safety(h);
	set_data(h, r);
	lib.curl_easy_setopt(h->curl, CURLOPT_HTTPHEADER, list);
	lib.curl_easy_setopt(h->curl, CURLOPT_ERRORBUFFER, h->error);
	lib.curl_easy_setopt(h->curl, CURLOPT_WRITEFUNCTION, take);
	lib.curl_easy_setopt(h->curl, CURLOPT_WRITEDATA, body);
	code = lib.curl_easy_perform(h->curl);
	lib.curl_slist_free_all(list);
	free(url);
	return code;
}

static bool is_tls(CURLcode code)
{
	return code == CURLE_PEER_FAILED_VERIFICATION ||
	       code == CURLE_SSL_CONNECT_ERROR ||
	       code == CURLE_SSL_CERTPROBLEM || code == CURLE_SSL_CIPHER ||
	       code == CURLE_SSL_CACERT_BADFILE ||
	       code == CURLE_SSL_ISSUER_ERROR ||
	       code == CURLE_USE_SSL_FAILED;
}

/* libcurl's words leave out what the system said: "Connection refused". */
static const char *curl_words(struct http *h, CURLcode code)
{
	long error = 0;

	if (code == CURLE_COULDNT_CONNECT)
		lib.curl_easy_getinfo(h->curl, CURLINFO_OS_ERRNO, &error);
	if (error)
		return strerror((int)error);
	return *h->error ? h->error : lib.curl_easy_strerror(code);
}

/* There was no answer. */
static enum http_result broken(struct http *h, CURLcode code, char **why)
{
	const char *words = curl_words(h, code);

	if (is_tls(code)) {
		because(why, "%s: its certificate or its TLS is not accepted: "
			     "%s; name the authority that signed it in "
			     "MLFLOW_TRACKING_SERVER_CERT_PATH, or say http:// "
			     "if it speaks no TLS", h->shown, words);
		return HTTP_REFUSED;
	}
	if (code == CURLE_OPERATION_TIMEDOUT)
		because(why, "%s: no answer within %g s; --timeout allows "
			     "more", h->shown, h->timeout);
	else
		because(why, "%s: cannot be reached: %s; is the server up?",
			h->shown, words);
	return code == CURLE_UNSUPPORTED_PROTOCOL ||
			       code == CURLE_URL_MALFORMAT ||
			       code == CURLE_OUT_OF_MEMORY ||
			       code == CURLE_WRITE_ERROR
		       ? HTTP_REFUSED
		       : HTTP_AGAIN;
}

/* What the server itself says is wrong: MLflow's message, or a line of text. */
static void server_words(const char *body, char *words, size_t size)
{
	json_t *j = body ? json_loads(body, 0, NULL) : NULL;
	const char *message = json_string_value(json_object_get(j, "message"));

	if (!message)
		message = body && *body != '<' ? body : "";
	snprintf(words, size, "%s", message);
	words[strcspn(words, "\r\n")] = 0;
	json_decref(j);
}

static const char *cure(long status)
{
	if (status == 401 || status == 403)
		return "; MLFLOW_TRACKING_USERNAME and _PASSWORD, or "
		       "MLFLOW_TRACKING_TOKEN, say who we are";
	if (status >= 300 && status < 400)
		return "; give the address that it has moved to";
	return "";
}

static enum http_result unhappy(struct http *h, const struct http_request *r,
				long status, const char *body, char **why)
{
	char words[400];

	server_words(body, words, sizeof(words));
	because(why, "%s: %.*s: status %ld%s%s%s", h->shown,
		(int)strcspn(r->path, "?"), r->path, status,
		*words ? ": " : "", words, cure(status));
	return status == 429 || status >= 500 ? HTTP_AGAIN : HTTP_REFUSED;
}

enum http_result http_once(struct http *h, const struct http_request *r,
			   struct http_reply *reply, char **why)
{
	struct buffer body = { 0 };
	CURLcode code = perform(h, r, &body);
	enum http_result result = HTTP_OK;
	curl_off_t asked = 0;

	*reply = (struct http_reply){ 0 };
	if (!code) {
		lib.curl_easy_getinfo(h->curl, CURLINFO_RESPONSE_CODE,
				      &reply->status);
		lib.curl_easy_getinfo(h->curl, CURLINFO_RETRY_AFTER, &asked);
	}
	h->asked = (double)asked;
	if (code)
		result = broken(h, code, why);
	else if (reply->status < 200 || reply->status > 299)
		result = unhappy(h, r, reply->status, body.data, why);
	else
		reply->body = body.data ? body.data : strdup("");
	if (result != HTTP_OK)
		free(body.data);
	return result;
}

bool http_wait(struct http *h, unsigned *tries)
{
	double pause = FIRST_PAUSE * (1u << *tries);
	struct timespec ts;

	if (++*tries >= TRIES || h->asked > PAUSE_MOST)
		return false;
	if (pause < h->asked)
		pause = h->asked;
	ts.tv_sec = (time_t)pause;
	ts.tv_nsec = (long)((pause - (double)ts.tv_sec) * 1e9);
	while (nanosleep(&ts, &ts))
		;
	return true;
}

enum http_result http_send(struct http *h, const struct http_request *request,
			   struct http_reply *reply, char **why)
{
	enum http_result result;
	unsigned tries = 0;

	do
		result = http_once(h, request, reply, why);
	while (result == HTTP_AGAIN && http_wait(h, &tries));
	return result;
}
