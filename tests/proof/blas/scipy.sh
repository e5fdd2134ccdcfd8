# SPDX-License-Identifier: MIT
# SciPy of Debian
needs=(python3-scipy libopenblas0-pthread liblapack3)
prepare() {
	command=("$python" "$here/algebra.py")
}
