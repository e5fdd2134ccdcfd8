#!/bin/bash
# SPDX-License-Identifier: MIT
# A server with a certificate of a minute ago, on the loopback.
set -e
cd "$TMPDIR"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -days 1 -nodes \
	-subj /CN=localhost -addext subjectAltName=DNS:localhost \
	-keyout key.pem -out cert.pem 2>/dev/null
cat >server.py <<'P'
import http.server, ssl
class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "5")
        self.end_headers()
        self.wfile.write(b"hello")
    def log_message(self, *rest):
        pass
server = http.server.HTTPServer(("127.0.0.1", 0), Answer)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain("cert.pem", "key.pem")
server.socket = context.wrap_socket(server.socket, server_side=True)
print(server.server_port, flush=True)
server.handle_request()
server.handle_request()
P
exec 3< <(exec /usr/bin/python3 server.py)
server=$!
read -r port <&3
curl -sS --max-time 20 --cacert cert.pem "https://localhost:$port/"
echo
! curl -sS --max-time 20 "https://localhost:$port/" 2>&1 | grep -o 'self-signed'
curl -sS --max-time 20 --connect-timeout 5 -k "https://localhost:$port/" &&
	echo
wait $server
