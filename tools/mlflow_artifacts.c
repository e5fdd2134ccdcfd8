/* SPDX-License-Identifier: MIT */
/* Files of a run: through MLflow's server, or to a directory that it names. */
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "mlflow.h"
#include "output.h"

#define PROXY "/api/2.0/mlflow-artifacts/artifacts/"

/* ---- through the server ---- */

static enum sent put(struct mlflow *m, const char *place, const char *name,
		     const char *text)
{
	struct http_request r = { .method = "PUT", .data = text,
				  .type = "application/octet-stream",
				  .size = strlen(text) };
	struct http_reply reply;
	enum http_result result;
	char *path;

	if (asprintf(&path, PROXY "%s/%s", place, name) < 0)
		return SENT_NOT;
	r.path = path;
	result = http_send(m->http, &r, &reply, &m->delivery->why);
	if (result == HTTP_OK)
		free(reply.body);
	free(path);
	return mlflow_result(result);
}

static enum sent put_all(struct mlflow *m, const char *place,
			 const json_t *artifacts)
{
	char *escaped = http_escape(place);
	enum sent sent = escaped ? SENT : SENT_NOT;
	const char *name;
	json_t *text;

	json_object_foreach((json_t *)artifacts, name, text)
		if (sent == SENT)
			sent = put(m, escaped, name, json_string_value(text));
	free(escaped);
	return sent;
}

/* ---- to a directory ---- */

static bool directory_is(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISDIR(st.st_mode);
}

/* On this machine? A server that is, or a directory that is there already. */
static bool reachable(const struct mlflow *m, const char *directory)
{
	static const char *const here[] = { "localhost", "127.", "[::1]" };
	const char *host = strstr(http_base(m->http), "://") + 3;
	char above[PATH_MAX];

	for (size_t i = 0; i < sizeof(here) / sizeof(*here); i++)
		if (!strncmp(host, here[i], strlen(here[i])))
			return true;
	snprintf(above, sizeof(above), "%s", directory);
	for (int i = 0; i < 2 && strrchr(above, '/'); i++)
		*strrchr(above, '/') = 0;
	return *above && directory_is(above);
}

static int make_directories(const char *directory)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s", directory);
	for (char *p = path + 1; (p = strchr(p, '/')); p++) {
		*p = 0;
		if (mkdir(path, 0755) && errno != EEXIST)
			return -errno;
		*p = '/';
	}
	return mkdir(path, 0755) && errno != EEXIST ? -errno : 0;
}

static int copy(const char *directory, const char *name, const char *text)
{
	struct output out;
	char path[PATH_MAX];
	int ret, closed;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	ret = output_open(&out, path);
	if (!ret && fputs(text, out.to) < 0)
		ret = -errno;
	closed = output_close(&out, ret);
	return ret ? ret : closed;
}

static enum sent copy_all(struct mlflow *m, const char *directory,
			  const json_t *artifacts)
{
	int ret = make_directories(directory);
	const char *name;
	json_t *text;

	json_object_foreach((json_t *)artifacts, name, text)
		if (!ret)
			ret = copy(directory, name, json_string_value(text));
	if (!ret)
		return SENT;
	delivery_say(&m->delivery->why,
		     "%s, where the server keeps artifacts, cannot be written: "
		     "%s; make room, or run mlflow server with "
		     "--serve-artifacts", directory, strerror(-ret));
	return SENT_NOT;
}

enum sent mlflow_artifacts(struct mlflow *m, const char *uri,
			   const json_t *artifacts)
{
	static const char proxied[] = "mlflow-artifacts:/";
	const char *path = uri;

	if (!json_object_size(artifacts))
		return SENT;
	if (!strncmp(uri, proxied, strlen(proxied)) &&
	    uri[strlen(proxied)] != '/')
		return put_all(m, uri + strlen(proxied), artifacts);
	if (!strncmp(uri, "file:///", 8))
		path = uri + 7;
	else if (!strncmp(uri, "file:/", 6))
		path = uri + 5;
	if (*path == '/' && reachable(m, path))
		return copy_all(m, path, artifacts);
	delivery_say(&m->delivery->note,
		     "artifacts were not sent: the server keeps them at %s, "
		     "which only its own clients reach; mlflow server "
		     "--serve-artifacts takes them", uri);
	return SENT;
}
