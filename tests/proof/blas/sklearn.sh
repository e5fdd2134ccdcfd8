# SPDX-License-Identifier: MIT
# scikit-learn of Debian
needs=(python3-sklearn libopenblas0-pthread liblapack3)
prepare() {
	command=("$python" "$here/estimators.py")
}
