# SPDX-License-Identifier: MIT
# SciPy's wheel: an OpenBLAS beside NumPy's
limit=1500 # soft fma takes its time
needs=(liblapack3 liblapack64-3)
pip=(scipy)
prepare() {
	command=("$python" "$here/science.py")
}
