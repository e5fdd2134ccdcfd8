# SPDX-License-Identifier: MIT
# NumPy's wheel: an OpenBLAS of its own, with integers of 8 bytes
needs=(liblapack64-3)
pip=(numpy)
prepare() {
	command=("$python" "$here/arrays.py")
}
