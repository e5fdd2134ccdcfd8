# SPDX-License-Identifier: MIT
import numpy as np

print(np.random.rand(3), np.random.default_rng().normal(size=3))
print(np.random.permutation(20), np.random.RandomState().randint(0, 99, 5))
print([g.random() for g in np.random.default_rng().spawn(2)]
      if hasattr(np.random.Generator, "spawn") else "")
a = np.random.rand(120, 120)
print(np.linalg.svd(a)[1][:3], (a @ a).sum(), np.linalg.inv(a).trace())
np.save("a.npy", a)
np.savez("b.npz", a=a)
