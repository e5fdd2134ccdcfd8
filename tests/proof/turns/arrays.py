# SPDX-License-Identifier: MIT
"""NumPy in threads that change one array without locks, and its BLAS."""
import concurrent.futures as futures
import hashlib
import sys
import threading

import numpy as np

sys.setswitchinterval(1e-6)
shared = np.zeros(2000, dtype=np.float32)
order = []


def add(me):
    rng = np.random.default_rng(me)
    for i in range(60):
        part = rng.standard_normal(2000, dtype=np.float32)
        np.multiply(shared, np.float32(0.99), out=shared)
        np.add(shared, np.sort(part), out=shared)
        order.append(me)


def multiply(n):
    a = np.random.default_rng(n).standard_normal((160 + n, 160))
    order.append(n)
    return np.linalg.svd(a @ a.T, compute_uv=False), np.linalg.solve(
        a.T @ a, np.ones(160))


threads = [threading.Thread(target=add, args=(i,)) for i in range(4)]
for t in threads:
    t.start()
for t in threads:
    t.join()
digest = hashlib.sha256(shared.tobytes())
with futures.ThreadPoolExecutor(4) as pool:
    for f in futures.as_completed([pool.submit(multiply, n)
                                   for n in range(16)]):
        for part in f.result():
            digest.update(part.tobytes())
digest.update(repr(order).encode())
print(digest.hexdigest())
