# SPDX-License-Identifier: MIT
# SciPy as PyPI has it
needs=(liblapack3 liblapack64-3)
pip=(numpy scipy)
prepare() {
	command=("$python" "$here/algebra.py")
}
