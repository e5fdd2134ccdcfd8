#!/bin/bash
# SPDX-License-Identifier: MIT
set -e
sqlite3 "$TMPDIR/a.db" <<'S'
PRAGMA journal_mode=wal;
CREATE TABLE t(a INTEGER PRIMARY KEY, b TEXT);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<1000)
INSERT INTO t SELECT i, hex(i) FROM n;
SELECT count(*), sum(a), max(b) FROM t;
VACUUM;
PRAGMA integrity_check;
S
for i in 1 2 3 4; do
	sqlite3 -cmd '.timeout 20000' "$TMPDIR/a.db" \
		"BEGIN IMMEDIATE; UPDATE t SET a = a WHERE a < 10;
		 INSERT INTO t(b) VALUES ('$i'); COMMIT" &
done
wait
sqlite3 "$TMPDIR/a.db" 'SELECT count(*) FROM t'
sqlite3 "$TMPDIR/a.db" "SELECT date('2024-01-31', '+1 month')"
