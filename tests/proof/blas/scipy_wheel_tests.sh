# SPDX-License-Identifier: MIT
# SciPy's own tests of linear algebra, of its wheel
needs=(liblapack3 liblapack64-3)
pip=(scipy pytest hypothesis)
suite=1 limit=3000
prepare() {
	command=("$python" "$here/suite.py" --pyargs scipy.linalg
		scipy.sparse.linalg)
}
# Two ways to solve a system of floats have to agree within 3e-6: one number of
# 120 is 3.8e-6 off, where its residual is as small. And what is skipped where
# OpenBLAS breaks down (gh-18697) passes.
varies=('tests/test_batch.py::TestBatch::test_solve[float32-bdim2]'
	'tests/test_batch.py::TestBatch::test_lu_solve[float32-bdim2]'
	'_isolve/tests/test_iterative.py::test_maxiter_worsening[gmres]')
