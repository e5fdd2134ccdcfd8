/* SPDX-License-Identifier: MIT */
/* Rows in the order in which threads could write them. */
#include <pthread.h>
#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define WRITERS 4

static void run(sqlite3 *db, const char *sql)
{
	if (sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK)
		return;
	fprintf(stderr, "%s: %s\n", sql, sqlite3_errmsg(db));
	exit(1);
}

static sqlite3 *opened(void)
{
	sqlite3 *db;

	if (sqlite3_open("rows.db", &db) != SQLITE_OK)
		exit(1);
	sqlite3_busy_timeout(db, 60000);
	return db;
}

static void *writes(void *arg)
{
	sqlite3 *db = opened();
	char sql[64];

	for (int i = 0; i < 20; i++) {
		snprintf(sql, sizeof(sql), "INSERT INTO t(w, k) VALUES(%d, %d)",
			 (int)(intptr_t)arg, i);
		run(db, sql);
	}
	sqlite3_close(db);
	return NULL;
}

static int print(void *arg, int n, char **value, char **name)
{
	(void)arg;
	(void)n;
	(void)name;
	printf("%s.%s ", value[0], value[1]);
	return 0;
}

int main(void)
{
	sqlite3 *db = opened();
	pthread_t t[WRITERS];

	run(db, "PRAGMA journal_mode = wal");
	run(db, "CREATE TABLE t(id INTEGER PRIMARY KEY, w, k)");
	for (intptr_t i = 0; i < WRITERS; i++)
		if (pthread_create(&t[i], NULL, writes, (void *)i))
			return 1;
	for (int i = 0; i < WRITERS; i++)
		pthread_join(t[i], NULL);
	sqlite3_exec(db, "SELECT w, k FROM t ORDER BY id", print, NULL, NULL);
	puts("");
	return sqlite3_close(db) != SQLITE_OK;
}
