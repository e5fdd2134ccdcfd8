# SPDX-License-Identifier: MIT
"""BLAS and LAPACK by SciPy's own wrappers, and what is above them."""
import numpy as np
import scipy.linalg
import scipy.optimize
import scipy.sparse
import scipy.sparse.linalg

rng = np.random.default_rng()
a, b = rng.random((600, 600)), rng.random(600)
print(scipy.linalg.blas.dgemm(1.0, a, a).sum(),
      scipy.linalg.blas.ddot(b, b).hex())
print(scipy.linalg.lu_factor(a)[0].sum(), scipy.linalg.expm(a / 600).sum())
print(scipy.linalg.eigh(a + a.T)[0][:3], scipy.linalg.qr(a)[1].sum())
s = scipy.sparse.random(2000, 2000, 0.01, random_state=rng).tocsr()
print(scipy.sparse.linalg.svds(s, 3, random_state=0)[1])
print(scipy.optimize.minimize(scipy.optimize.rosen, b[:30]).x.sum().hex())
