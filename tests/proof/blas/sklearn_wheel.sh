# SPDX-License-Identifier: MIT
# scikit-learn as PyPI has it
needs=(liblapack3 liblapack64-3)
pip=(scikit-learn)
prepare() {
	command=("$python" "$here/estimators.py")
}
