# SPDX-License-Identifier: MIT
# SQLite from CPython: threads on one connection, and on one file
needs=(python3)
command=(/usr/bin/python3 "$here/databases.py")
