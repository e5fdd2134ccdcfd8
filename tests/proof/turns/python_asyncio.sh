# SPDX-License-Identifier: MIT
# CPython: asyncio with threads, timers, streams and several loops
needs=(python3)
command=(/usr/bin/python3 "$here/loops.py")
