# SPDX-License-Identifier: MIT
# NumPy as PyPI has it: one array by four threads, OpenBLAS
pip=(numpy)
prepare() {
	command=("$python" "$here/arrays.py")
}
