# SPDX-License-Identifier: MIT
# scikit-learn's wheel: BLAS through NumPy and SciPy
limit=1500 # soft fma takes its time
needs=(liblapack3 liblapack64-3)
pip=(scikit-learn)
prepare() {
	command=("$python" "$here/estimators.py")
}
