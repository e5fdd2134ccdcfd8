# SPDX-License-Identifier: MIT
# NumPy as PyPI has it
needs=(liblapack3 liblapack64-3)
pip=(numpy)
prepare() {
	command=("$python" "$here/arrays.py")
}
