/* SPDX-License-Identifier: MIT */
/* What the two halves of the MLflow tracker share. */
#ifndef SAMEBITS_MLFLOW_H
#define SAMEBITS_MLFLOW_H

#include "http.h"
#include "trackers.h"

struct mlflow {
	struct http *http;
	struct delivery *delivery; /* why of it says what failed */
	char *experiment;	   /* its id */
};

/* Sends name: text; where the server keeps them in a place that only it, or
 * only a client of that place, can reach, a note says so. */
enum sent mlflow_artifacts(struct mlflow *m, const char *uri,
			   const json_t *artifacts);
enum sent mlflow_result(enum http_result result);
/* A name as MLflow allows it, of at most 250 bytes; the caller's to free. */
char *mlflow_name(const char *name);

#endif
