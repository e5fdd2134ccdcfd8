# SPDX-License-Identifier: MIT
"""scikit-learn: trees by joblib's threads, whose votes are summed in order of
arrival; k-means and gradient boosting by OpenMP's."""
import hashlib
import threading

import numpy as np
from joblib import Parallel, delayed, parallel_backend
from sklearn.cluster import KMeans
from sklearn.datasets import make_classification
from sklearn.ensemble import (HistGradientBoostingClassifier,
                              RandomForestClassifier)

x, y = make_classification(n_samples=600, n_features=12, n_informative=6,
                           random_state=1)
digest = hashlib.sha256()
forest = RandomForestClassifier(n_estimators=24, n_jobs=4, random_state=1)
digest.update(forest.fit(x, y).predict_proba(x).tobytes())
order, lock, total = [], threading.Lock(), np.zeros(40, dtype=np.float32)


def add(n):
    global total
    part = np.sin(np.arange(40, dtype=np.float32) * n) / (n + 1)
    with lock:
        total = total + part
        order.append(n)


with parallel_backend("threading", n_jobs=4):
    Parallel()(delayed(add)(n) for n in range(120))
digest.update(total.tobytes() + repr(order).encode())
wide = np.random.default_rng(1).standard_normal((8000, 6)).astype(np.float32)
digest.update(KMeans(9, n_init=1, max_iter=12, random_state=1).fit(
    wide).cluster_centers_.tobytes())
boosted = HistGradientBoostingClassifier(max_iter=12, random_state=1)
digest.update(boosted.fit(x, y).predict_proba(x).tobytes())
print(digest.hexdigest())
