# SPDX-License-Identifier: MIT
# scikit-learn's wheel: BLAS through NumPy and SciPy
needs=(liblapack3 liblapack64-3)
pip=(scikit-learn)
prepare() {
	command=("$python" "$here/estimators.py")
}
