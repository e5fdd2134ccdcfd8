# SPDX-License-Identifier: MIT
# CPython: threads that start programs, pools of processes
needs=(python3)
command=(/usr/bin/python3 "$here/children.py")
