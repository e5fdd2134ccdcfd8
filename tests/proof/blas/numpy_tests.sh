# SPDX-License-Identifier: MIT
# NumPy's own tests of linear algebra and products, as Debian has them
needs=(python3-numpy python3-pytest python3-hypothesis libopenblas0-pthread
	liblapack3)
suite=1 limit=3000
command=(/usr/bin/python3 "$here/suite.py" --pyargs numpy.linalg
	numpy.core.tests.test_multiarray numpy.core.tests.test_numeric
	numpy.core.tests.test_einsum)
