# SPDX-License-Identifier: MIT
# NumPy's own tests of linear algebra and products, of its wheel
needs=(liblapack64-3)
pip=(numpy pytest hypothesis)
suite=1 limit=3000
prepare() {
	command=("$python" "$here/suite.py" --pyargs numpy.linalg
		numpy._core.tests.test_multiarray numpy._core.tests.test_numeric
		numpy._core.tests.test_einsum)
}
