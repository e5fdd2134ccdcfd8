# SPDX-License-Identifier: MIT
# SciPy as Debian has it
limit=1500 # soft fma takes its time
needs=(python3-scipy libopenblas0-pthread liblapack3)
command=(/usr/bin/python3 "$here/science.py")
