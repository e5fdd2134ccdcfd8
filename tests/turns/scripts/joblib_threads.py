# SPDX-License-Identifier: MIT
"""joblib's threads, as scikit-learn uses them: in order of arrival."""
import hashlib
import threading

import numpy as np
from joblib import Parallel, delayed
from sklearn.datasets import make_classification
from sklearn.ensemble import RandomForestClassifier

total = np.zeros(50, dtype=np.float32)
order = []
lock = threading.Lock()


def work(n):
    global total
    part = np.sin(np.arange(50, dtype=np.float32) * n) / (n + 1)
    with lock:
        total = total + part
        order.append(n)


Parallel(n_jobs=4, backend="threading")(delayed(work)(n) for n in range(200))
x, y = make_classification(n_samples=200, n_features=8, random_state=1)
forest = RandomForestClassifier(n_estimators=16, n_jobs=4, random_state=1)
forest.fit(x, y)
assert sorted(order) == list(range(200))
digest = hashlib.sha256(total.tobytes() + repr(order).encode())
# A sum over the trees by threads under a lock, in order of arrival.
digest.update(forest.predict_proba(x).tobytes())
print(digest.hexdigest())
