# SPDX-License-Identifier: MIT
# SciPy's own tests of linear algebra, of its wheel
needs=(liblapack3 liblapack64-3)
pip=(scipy pytest hypothesis)
suite=1 limit=3000
prepare() {
	command=("$python" "$here/suite.py" --pyargs scipy.linalg
		scipy.sparse.linalg)
}
