#!/bin/bash
# SPDX-License-Identifier: MIT
set -e
socket=$TMPDIR/socket
redis-server --port 0 --unixsocket "$socket" --dir "$TMPDIR" --save '' \
	--appendonly yes >"$TMPDIR/log" &
server=$!
for i in $(seq 200); do
	[ -S "$socket" ] && break
	sleep 0.05
done
cli=(redis-cli -s "$socket")
"${cli[@]}" set a 1
"${cli[@]}" incr a
"${cli[@]}" set gone 1 px 50
sleep 0.2
"${cli[@]}" get gone
"${cli[@]}" blpop none 0.1
"${cli[@]}" eval 'return redis.call("get", "a") + 40' 0
"${cli[@]}" bgsave
for i in $(seq 200); do
	"${cli[@]}" info persistence | grep -q 'rdb_bgsave_in_progress:0' && break
	sleep 0.3 # or the server never waits long enough for its timer
done
"${cli[@]}" shutdown nosave
wait $server
