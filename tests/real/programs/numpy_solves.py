# SPDX-License-Identifier: MIT
"""BLAS and LAPACK, large enough for several threads."""
import numpy as np

rng = np.random.default_rng()
a, b = rng.random((700, 700)), rng.random(700)
print((a @ a).sum(), (a @ b).sum(), b @ b, np.linalg.norm(a))
print(np.linalg.solve(a, b).sum(), np.linalg.svd(a)[1].sum())
print(np.linalg.eigvals(a)[0], np.linalg.inv(a.astype("f")).sum())
print(*(float(np.vdot(a[i], a[i + 1])).hex() for i in range(3)))
