# SPDX-License-Identifier: MIT
# NumPy of Debian
needs=(python3-numpy libopenblas0-pthread liblapack3)
prepare() {
	command=("$python" "$here/arrays.py")
}
