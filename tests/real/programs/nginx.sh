#!/bin/bash
# SPDX-License-Identifier: MIT
# A master with two workers on a socket of its own; reloaded once.
set -e
cd "$TMPDIR"
chmod 755 .
mkdir -p www logs
echo hello >www/index.html
chmod -R a+rX www
cat >conf <<C
pid $TMPDIR/pid;
error_log stderr crit;
worker_processes 2;
events { }
http {
	access_log off;
	client_body_temp_path $TMPDIR/b;
	proxy_temp_path $TMPDIR/p;
	fastcgi_temp_path $TMPDIR/f;
	uwsgi_temp_path $TMPDIR/u;
	scgi_temp_path $TMPDIR/s;
	server { listen unix:$TMPDIR/socket; root $TMPDIR/www; }
}
C
/usr/sbin/nginx -c "$TMPDIR/conf" -p "$TMPDIR"
get() { curl -sS --max-time 20 --unix-socket socket http://localhost/; }
get
get
kill -HUP "$(cat pid)"
sleep 0.3
get
kill -QUIT "$(cat pid)"
for i in $(seq 200); do
	[ -e pid ] || break
	sleep 0.05
done
ls pid 2>/dev/null || echo gone
