#!/bin/bash
# SPDX-License-Identifier: MIT
# A server on a socket of its own, in fork and threads; not as root.
set -e
bin=$(ls -d /usr/lib/postgresql/*/bin | tail -n 1)
as=()
if [ "$(id -u)" -eq 0 ]; then
	as=(setpriv --reuid=postgres --regid=postgres --init-groups)
	chown postgres "$TMPDIR"
fi
db=$TMPDIR/db
"${as[@]}" "$bin/initdb" -D "$db" -A trust -U me >/dev/null
"${as[@]}" "$bin/pg_ctl" -D "$db" -w -t 60 -l "$TMPDIR/log" -o \
	"-c listen_addresses='' -k $TMPDIR" start >/dev/null
trap '"${as[@]}" "$bin/pg_ctl" -D "$db" -w -m fast stop >/dev/null' EXIT
psql=(psql -h "$TMPDIR" -U me -d postgres -At)
"${psql[@]}" -c 'CREATE TABLE t AS SELECT generate_series(1, 1000) AS a' \
	-c 'SELECT sum(a), count(*) FROM t' -c 'SELECT pg_sleep(0.05)' \
	-c "SET statement_timeout = 100; SELECT pg_sleep(20)" 2>&1 || true
for i in 1 2 3 4; do
	"${psql[@]}" -c "UPDATE t SET a = a + 1 WHERE a = $i" >/dev/null &
done
wait $(jobs -p)
"${psql[@]}" -c 'SELECT count(*) FROM t' -c 'VACUUM ANALYZE t'
