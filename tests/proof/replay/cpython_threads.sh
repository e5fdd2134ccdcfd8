# SPDX-License-Identifier: MIT
# CPython's threads: queues, a pool, nothing but its own lock between them
needs=(python3)
command=(/usr/bin/python3 "$root/tests/replay/threads.py")
