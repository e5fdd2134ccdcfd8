# SPDX-License-Identifier: MIT
"""scikit-learn's KMeans with 4 threads: partial sums in order of arrival. With
an argument, whatever the variable was."""
import hashlib
import os
import sys

if len(sys.argv) > 1 or "OMP_NUM_THREADS" not in os.environ:
    os.environ["OMP_NUM_THREADS"] = "4"  # before it is read

import numpy as np
from sklearn.cluster import KMeans

rng = np.random.default_rng(1)
x = rng.standard_normal((20000, 6)).astype(np.float32)
model = KMeans(12, n_init=1, max_iter=15, random_state=1).fit(x)
assert np.isfinite(model.inertia_)
print(hashlib.sha256(model.cluster_centers_.tobytes()).hexdigest())
