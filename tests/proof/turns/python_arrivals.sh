# SPDX-License-Identifier: MIT
# CPython: counters, queues, pools, events and timers
needs=(python3)
command=(/usr/bin/python3 "$here/arrivals.py")
