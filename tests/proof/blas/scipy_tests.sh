# SPDX-License-Identifier: MIT
# SciPy's own tests of linear algebra, as Debian has them
needs=(python3-scipy python3-pytest libopenblas0-pthread liblapack3)
suite=1 limit=3000
command=(/usr/bin/python3 "$here/suite.py" --pyargs scipy.linalg
	scipy.sparse.linalg)
# Skipped where OpenBLAS fails (gh-2254), and passed with us.
varies=('tests/test_decomp.py::TestEig::test_singular')
