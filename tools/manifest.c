/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <limits.h>
#include <sys/wait.h>
#include <unistd.h>

#include "jsonfile.h"
#include "manifest.h"
#include "recording.h"
#include "runopts.h"
#include "secrets.h"
#include "text.h"

static json_t *threads(const struct manifest *m)
{
	json_t *j = json_object();

	json_object_set_new(j, "wanted", m->threads ? json_integer(m->threads)
						    : json_null());
	json_object_set_new(j, "processors", json_integer(m->processors));
	return j;
}

static double seconds(const struct timeval *t)
{
	return (double)t->tv_sec + (double)t->tv_usec / 1e6;
}

static json_t *resources(const struct manifest *m)
{
	return json_pack("{s:f, s:f, s:I}", "user_seconds",
			 seconds(&m->used.ru_utime), "system_seconds",
			 seconds(&m->used.ru_stime), "peak_memory",
			 (json_int_t)m->used.ru_maxrss * 1024);
}

/* In a rank's own, and in the one that all share: there "ranks" alone counts. */
static void add_rank(json_t *root, const struct manifest *m)
{
	char host[HOST_NAME_MAX + 1] = "";

	gethostname(host, sizeof(host) - 1);
	json_object_set_new(root, "host", text_json(host));
	json_object_set_new(root, "rank", json_integer(m->rank));
	json_object_set_new(root, "ranks",
			    json_pack("{s:i}", "size", (int)m->ranks));
}

static json_t *build(const struct manifest *m)
{
	json_t *root = json_object(), *blind = json_array();
	json_t *argv = secrets_arguments(m->argv);
	char cwd[PATH_MAX];

	for (int i = 0; i < m->blinds; i++)
		json_array_append_new(
			blind, json_pack("{s:s, s:s}", "kind", m->blind[i][0],
					 "text", m->blind[i][1]));
	json_object_set_new(root, "format", json_integer(1));
	json_object_set_new(root, "mode", json_string(m->mode));
	json_object_set_new(root, "program", text_json(m->program));
	json_object_set_new(root, "argv", argv);
	json_object_set_new(root, "argv_whole",
			    json_boolean(secrets_none(argv, m->argv)));
	json_object_set_new(root, "cwd",
			    text_json(getcwd(cwd, sizeof(cwd)) ? cwd : ""));
	json_object_set_new(root, "settings", text_json(m->settings));
	json_object_set_new(root, "options", wanted_json());
	json_object_set_new(root, "recording", recording_json());
	json_object_set_new(root, "process_ids",
			    json_pack("{s:s, s:s}", "mode", m->pids, "why",
				      m->pids_why));
	json_object_set_new(root, "seed",
			    m->seeded ? json_integer((json_int_t)m->seed)
				      : json_null());
	json_object_set_new(root, "threads", threads(m));
	json_object_set_new(root, "environment", variables_json(m->variables));
	json_object_set_new(root, "start", json_real(m->start));
	json_object_set_new(root, "end",
			    m->end > 0 ? json_real(m->end) : json_null());
	json_object_set_new(root, "status",
			    m->status < 0	    ? json_null()
			    : WIFSIGNALED(m->status)
				    ? json_integer(128 + WTERMSIG(m->status))
				    : json_integer(WEXITSTATUS(m->status)));
	json_object_set_new(root, "resources",
			    m->end > 0 ? resources(m) : json_null());
	json_object_set_new(root, "log",
			    m->log ? json_incref(m->log) : json_null());
	json_object_set_new(root, "samebits", json_string(SAMEBITS_VERSION));
	json_object_set_new(root, "blind_spots", blind);
	if (m->ranks)
		add_rank(root, m);
	return root;
}

int manifest_write(const char *dir, const struct manifest *m)
{
	json_t *root = build(m);
	int ret = jsonfile_write_in(dir, "manifest.json", root, JSON_INDENT(2));

	json_decref(root);
	return ret;
}
