# SPDX-License-Identifier: MIT
# tls.py CERTIFICATE KEY: a connection, verified, between two threads.
import socket
import ssl
import sys
import threading

server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
server.load_cert_chain(sys.argv[1], sys.argv[2])
client = ssl.create_default_context(cafile=sys.argv[1])
a, b = socket.socketpair()
thread = threading.Thread(
    target=lambda: server.wrap_socket(a, server_side=True).send(b"hello"))
thread.start()
print(client.wrap_socket(b, server_hostname="localhost").recv(5))
thread.join()
