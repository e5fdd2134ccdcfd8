# SPDX-License-Identifier: MIT
import time

import numpy as np

g = np.random.default_rng()
a = g.standard_normal((300, 200))
b = np.random.rand(200, 100)
print((a @ b).sum().hex(), np.linalg.svd(a)[1][:3], g.integers(1 << 40))
print(np.random.permutation(7), np.random.choice(list({"u", "v", "w"})),
      time.time_ns())
