/* SPDX-License-Identifier: MIT */
/* MLflow by its REST API 2.0: https://mlflow.org/docs/latest/rest-api.html */
#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "mlflow.h"

#define API "/api/2.0/mlflow/"
#define NAME_MOST 250
#define TAG_MOST 5000 /* bytes of a tag's value, in all versions */
#define PARAMS_MOST 100
#define TAGS_MOST 100
#define METRICS_MOST_REQUEST 1000

enum sent mlflow_result(enum http_result result)
{
	return result == HTTP_OK      ? SENT
	       : result == HTTP_AGAIN ? SENT_LATER
				      : SENT_NOT;
}

/* Parts of a name that a path would swallow are not allowed either. */
static void separate(char *name)
{
	for (char *p = name; *p; p++)
		if (*p == '/' &&
		    (p == name || !p[1] || p[1] == '/' || p[1] == '.' ||
		     p[-1] == '.'))
			*p = '_';
	if (!strcmp(name, ".") || !strncmp(name, "..", 2))
		*name = '_';
}

char *mlflow_name(const char *name)
{
	char *copy = strndup(*name ? name : "_", NAME_MOST);

	for (char *p = copy; p && *p; p++)
		if (!isalnum((unsigned char)*p) && !strchr("_-. /", *p))
			*p = '_';
	if (copy)
		separate(copy);
	return copy;
}

/* At most so many bytes, whole characters of UTF-8. */
static json_t *cut(const char *value, size_t most)
{
	size_t n = strlen(value);

	if (n <= most)
		return json_string(value);
	for (n = most - 3; n && ((unsigned char)value[n] & 0xc0) == 0x80;)
		n--;
	return json_sprintf("%.*s...", (int)n, value);
}

/* The answer must be an object. */
static enum http_result understand(struct mlflow *m, const char *path,
				   const char *body, json_t **answer)
{
	*answer = json_loads(body, 0, NULL);
	if (json_is_object(*answer))
		return HTTP_OK;
	json_decref(*answer);
	*answer = NULL;
	delivery_say(&m->delivery->why,
		     "%s: %.*s: the answer is not MLflow's; is this its "
		     "address?", http_base(m->http), (int)strcspn(path, "?"),
		     path);
	return HTTP_REFUSED;
}

/* once: a second try is the caller's, as it would make a second run. */
static enum http_result request(struct mlflow *m, const char *method,
				const char *path, const json_t *body, bool once,
				json_t **answer)
{
	char *data = body ? json_dumps(body, JSON_REAL_PRECISION(17)) : NULL;
	struct http_request r = { .method = method, .path = path, .data = data,
				  .size = data ? strlen(data) : 0,
				  .single = once };
	struct http_reply reply;
	enum http_result result =
		(once ? http_once : http_send)(m->http, &r, &reply,
					       &m->delivery->why);

	if (answer)
		*answer = NULL;
	if (result == HTTP_OK && answer)
		result = understand(m, path, reply.body, answer);
	free(reply.body);
	free(data);
	return result;
}

static enum http_result post(struct mlflow *m, const char *path,
			     const json_t *body, json_t **answer)
{
	return request(m, "POST", path, body, false, answer);
}

static const char *part(json_t *answer, const char *outer, const char *inner)
{
	return json_string_value(
		json_object_get(json_object_get(answer, outer), inner));
}

/* ---- the experiment ---- */

static enum http_result look_up(struct mlflow *m, const char *name)
{
	char *escaped = http_escape(name), *path;
	enum http_result result;
	json_t *answer;
	const char *id;

	if (!escaped || asprintf(&path,
				 API "experiments/get-by-name?"
				     "experiment_name=%s", escaped) < 0) {
		free(escaped);
		return HTTP_REFUSED;
	}
	free(escaped);
	result = request(m, "GET", path, NULL, false, &answer);
	id = part(answer, "experiment", "experiment_id");
	m->experiment = id ? strdup(id) : NULL;
	json_decref(answer);
	free(path);
	return result;
}

static enum http_result make_experiment(struct mlflow *m, const char *name)
{
	json_t *body = json_pack("{s:s}", "name", name), *answer;
	enum http_result result =
		post(m, API "experiments/create", body, &answer);
	const char *id =
		json_string_value(json_object_get(answer, "experiment_id"));

	m->experiment = id ? strdup(id) : NULL;
	json_decref(answer);
	json_decref(body);
	return result;
}

/* Somebody else may make it at the same time: then it is there. */
static enum http_result find_experiment(struct mlflow *m, const char *name)
{
	enum http_result result = look_up(m, name);
	char *why;

	if (result != HTTP_REFUSED ||
	    !strstr(m->delivery->why ?: "", "status 404"))
		return result;
	result = make_experiment(m, name);
	if (result != HTTP_REFUSED)
		return result;
	why = strdup(m->delivery->why ?: "");
	result = look_up(m, name);
	if (result != HTTP_OK && why)
		delivery_say(&m->delivery->why, "%s", why);
	free(why);
	return result;
}

/* ---- a run ---- */

struct there {
	char *id, *artifacts; /* where the server wants them */
};

static void take_info(struct there *t, json_t *run)
{
	const char *id = part(run, "info", "run_id");
	const char *uri = part(run, "info", "artifact_uri");

	t->id = id ? strdup(id) : NULL;
	t->artifacts = uri ? strdup(uri) : NULL;
}

static enum http_result search(struct mlflow *m, const char *id,
			       struct there *t)
{
	json_t *body = json_pack("{s:[s], s:o, s:i}", "experiment_ids",
				 m->experiment, "filter",
				 json_sprintf("tags.`samebits.id` = '%s'", id),
				 "max_results", 1);
	json_t *answer;
	enum http_result result = request(m, "POST", API "runs/search", body,
					  true, &answer);

	take_info(t, json_array_get(json_object_get(answer, "runs"), 0));
	json_decref(answer);
	json_decref(body);
	return result;
}

static json_t *tag(const char *key, const char *value)
{
	return json_pack("{s:s, s:o}", "key", key, "value",
			 cut(value, TAG_MOST));
}

static json_t *creation(struct mlflow *m, const json_t *run, const char *id,
			const char *parent)
{
	const char *name = entry_text(run, "name") ?: "samebits";
	json_t *tags = json_array();
	json_t *start = json_object_get(run, "start");

	json_array_append_new(tags, tag("samebits.id", id));
	json_array_append_new(tags, tag("mlflow.runName", name));
	if (parent)
		json_array_append_new(tags, tag("mlflow.parentRunId", parent));
	return json_pack("{s:s, s:s, s:O, s:o}", "experiment_id", m->experiment,
			 "run_name", name, "start_time", start, "tags", tags);
}

static enum http_result create(struct mlflow *m, const json_t *run,
			       const char *id, const char *parent,
			       struct there *t)
{
	json_t *body = creation(m, run, id, parent), *answer;
	enum http_result result = request(m, "POST", API "runs/create", body,
					  true, &answer);

	take_info(t, json_object_get(answer, "run"));
	json_decref(answer);
	json_decref(body);
	return result;
}

/* Whether a request that failed was taken all the same is not known: before
 * each one that makes a run it is looked for. */
static enum http_result find_run(struct mlflow *m, const json_t *run,
				 const char *id, const char *parent,
				 struct there *t)
{
	enum http_result result;
	unsigned tries = 0;

	do {
		result = search(m, id, t);
		if (result == HTTP_OK && !t->id)
			result = create(m, run, id, parent, t);
	} while (result == HTTP_AGAIN && http_wait(m->http, &tries));
	return result;
}

static enum http_result batch(struct mlflow *m, const char *id,
			      const char *what, json_t *list)
{
	json_t *body = json_pack("{s:s, s:O}", "run_id", id, what, list);
	enum http_result result = post(m, API "runs/log-batch", body, NULL);

	json_decref(body);
	return result;
}

/* `list` in requests of at most so many. */
static enum http_result batches(struct mlflow *m, const char *id,
				const char *what, json_t *list, size_t most)
{
	enum http_result result = HTTP_OK;
	size_t n = json_array_size(list), i = 0;

	while (result == HTTP_OK && i < n) {
		json_t *some = json_array();

		for (size_t end = i + most; i < end && i < n; i++)
			json_array_append(some, json_array_get(list, i));
		result = batch(m, id, what, some);
		json_decref(some);
	}
	return result;
}

/* Two names may have become one: the second is told apart. */
static char *name_apart(const json_t *names, const char *name)
{
	char *plain = mlflow_name(name), *other;

	for (int n = 2; plain && json_object_get(names, plain); n++) {
		if (asprintf(&other, "%.*s_%d", NAME_MOST - 12, plain, n) < 0)
			break;
		free(plain);
		plain = other;
	}
	return plain;
}

/* key: value, as MLflow has them. */
static json_t *pairs(const json_t *object, size_t most)
{
	json_t *list = json_array(), *names = json_object(), *value;
	const char *key;

	json_object_foreach((json_t *)object, key, value) {
		char *name = name_apart(names, key);

		if (!name)
			continue;
		json_object_set_new(names, name, json_true());
		json_array_append_new(
			list, json_pack("{s:s, s:o}", "key", name, "value",
					cut(json_string_value(value), most)));
		free(name);
	}
	json_decref(names);
	return list;
}

/* Old servers take 500 bytes of a value, still older ones 250. */
static enum http_result send_params(struct mlflow *m, const char *id,
				    const json_t *params)
{
	static const size_t most[] = { 6000, 500, 250 };
	enum http_result result = HTTP_REFUSED;

	for (size_t i = 0; i < 3 && result == HTTP_REFUSED; i++) {
		json_t *list = pairs(params, most[i]);

		result = batches(m, id, "params", list, PARAMS_MOST);
		json_decref(list);
		if (!strcasestr(m->delivery->why ?: "", "length"))
			break;
	}
	return result;
}

static json_t *metrics_of(const json_t *run)
{
	json_t *list = json_array(), *when = json_object_get(run, "end"), *one;
	size_t i;

	if (!json_is_integer(when))
		when = json_object_get(run, "start");
	json_array_foreach(json_object_get(run, "metrics"), i, one) {
		json_t *value = json_array_get(one, 1);
		char *name =
			mlflow_name(json_string_value(json_array_get(one, 0)));

		json_array_append_new(
			list,
			json_pack("{s:s, s:o, s:o, s:O}", "key", name, "value",
				  json_is_null(value) ? json_string("NaN")
						      : json_incref(value),
				  "timestamp",
				  json_is_integer(when) ? json_incref(when)
							: json_integer(0),
				  "step", json_array_get(one, 2)));
		free(name);
	}
	return list;
}

static enum http_result send_metrics(struct mlflow *m, const char *id,
				     const json_t *run)
{
	json_t *list = metrics_of(run);
	enum http_result result =
		batches(m, id, "metrics", list, METRICS_MOST_REQUEST);

	json_decref(list);
	return result;
}

static enum http_result send_tags(struct mlflow *m, const char *id,
				  const json_t *run)
{
	json_t *list = pairs(json_object_get(run, "tags"), TAG_MOST);
	enum http_result result = batches(m, id, "tags", list, TAGS_MOST);

	json_decref(list);
	return result;
}

static enum http_result finish(struct mlflow *m, const char *id,
			       const json_t *run)
{
	json_t *body = json_pack("{s:s, s:s}", "run_id", id, "status",
				 entry_text(run, "status"));
	json_t *end = json_object_get(run, "end");
	enum http_result result;

	if (json_is_integer(end))
		json_object_set(body, "end_time", end);
	result = post(m, API "runs/update", body, NULL);
	json_decref(body);
	return result;
}

/* The status comes last: what is FINISHED is complete. */
static enum sent fill(struct mlflow *m, const json_t *run,
		      const struct there *t)
{
	enum http_result result =
		send_params(m, t->id, json_object_get(run, "params"));
	enum sent sent;

	if (result == HTTP_OK)
		result = send_tags(m, t->id, run);
	if (result == HTTP_OK)
		result = send_metrics(m, t->id, run);
	if (result != HTTP_OK)
		return mlflow_result(result);
	sent = mlflow_artifacts(m, t->artifacts ?: "",
				json_object_get(run, "artifacts"));
	return sent != SENT ? sent : mlflow_result(finish(m, t->id, run));
}

static enum sent send_run(struct mlflow *m, const json_t *entry, size_t n,
			  char **parent)
{
	const json_t *run = json_array_get(json_object_get(entry, "runs"), n);
	char *id = entry_run_id(entry, n);
	struct there t = { 0 };
	enum sent sent = mlflow_result(find_run(m, run, id, *parent, &t));

	if (sent == SENT && !t.id) {
		delivery_say(&m->delivery->why,
			     "%s: it made no run; is this MLflow?",
			     http_base(m->http));
		sent = SENT_NOT;
	}
	if (sent == SENT)
		sent = fill(m, run, &t);
	if (n == 0)
		*parent = t.id;
	else
		free(t.id);
	free(t.artifacts);
	free(id);
	return sent;
}

static enum sent send_runs(struct mlflow *m, const json_t *entry)
{
	enum sent sent = SENT;
	char *parent = NULL;

	for (size_t i = 0;
	     sent == SENT &&
	     i < json_array_size(json_object_get(entry, "runs"));
	     i++)
		sent = send_run(m, entry, i, &parent);
	if (sent == SENT)
		delivery_say(&m->delivery->where,
			     "%s/#/experiments/%s/runs/%s", http_base(m->http),
			     m->experiment, parent ?: "");
	free(parent);
	return sent;
}

static const char *variable(const char *name)
{
	const char *value = getenv(name);

	return value && *value ? value : NULL;
}

static struct http *open_server(const char *uri, struct delivery *d)
{
	const char *insecure = variable("MLFLOW_TRACKING_INSECURE_TLS");
	struct http_settings s = {
		.base = uri,
		.user = variable("MLFLOW_TRACKING_USERNAME"),
		.password = variable("MLFLOW_TRACKING_PASSWORD"),
		.token = variable("MLFLOW_TRACKING_TOKEN"),
		.ca = variable("MLFLOW_TRACKING_SERVER_CERT_PATH"),
		.insecure = insecure && !strcasecmp(insecure, "true"),
		.timeout = d->timeout,
	};

	if (s.ca && access(s.ca, R_OK)) {
		delivery_say(&d->why,
			     "MLFLOW_TRACKING_SERVER_CERT_PATH: %s cannot be "
			     "read; name the file of certificates of the "
			     "server's authority", s.ca);
		return NULL;
	}
	return http_open(&s, &d->why);
}

static enum sent mlflow_send(const json_t *entry, struct delivery *d)
{
	struct mlflow m = { .delivery = d };
	enum sent sent;

	m.http = open_server(entry_text(entry, "to"), d);
	if (!m.http)
		return SENT_NOT;
	sent = mlflow_result(find_experiment(&m, entry_text(entry,
							    "experiment")));
	if (sent == SENT && !m.experiment) {
		delivery_say(&d->why, "%s: the answer is not MLflow's; is this "
				      "its address?", http_base(m.http));
		sent = SENT_NOT;
	}
	if (sent == SENT)
		sent = send_runs(&m, entry);
	http_close(m.http);
	free(m.experiment);
	return sent;
}

const struct tracker tracker_mlflow = { "mlflow", mlflow_send };
