# SPDX-License-Identifier: MIT
# NumPy's wheel: an OpenBLAS of its own, with integers of 8 bytes
limit=1500 # soft fma takes its time
needs=(liblapack64-3)
pip=(numpy)
prepare() {
	command=("$python" "$here/arrays.py")
}
