# SPDX-License-Identifier: MIT
# NumPy, unseeded: draws, products in all threads of OpenBLAS, an SVD
needs=(python3-numpy)
command=(/usr/bin/python3 "$here/draws.py")
