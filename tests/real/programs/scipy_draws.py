# SPDX-License-Identifier: MIT
import numpy as np
from scipy import linalg, optimize, sparse, stats

print(stats.norm.rvs(size=3), stats.qmc.Sobol(3).random(2))
print(optimize.differential_evolution(
    lambda v: (v ** 2).sum(), [(-5, 5)] * 3, maxiter=20).x)
print(optimize.dual_annealing(lambda v: (v ** 2).sum(), [(-5, 5)] * 2,
                              maxiter=50).x)
print(sparse.random(20, 20, 0.1).sum(), linalg.expm(np.random.rand(8, 8))[0])
print(stats.bootstrap((np.arange(30.),), np.mean,
                      n_resamples=99).standard_error)
