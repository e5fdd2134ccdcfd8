# SPDX-License-Identifier: MIT
# NumPy as Debian has it: OpenBLAS, by the system's choice of libblas
limit=1500 # soft fma takes its time
needs=(python3-numpy libopenblas0-pthread liblapack3)
command=(/usr/bin/python3 "$here/arrays.py")
