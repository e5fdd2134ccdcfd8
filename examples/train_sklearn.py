#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Trains a scikit-learn network on handwritten digits, without any seed."""
import hashlib
import pathlib
import random
import warnings

import numpy as np
from sklearn.neural_network import MLPClassifier

data = np.loadtxt(pathlib.Path(__file__).parent / "data/digits.csv",
                  delimiter=",")
rows = list(range(len(data)))
random.shuffle(rows)
x, y = data[rows, :64] / 16, data[rows, 64]
x = x + np.random.default_rng().normal(0, 0.05, x.shape)

model = MLPClassifier(hidden_layer_sizes=(32,), max_iter=150, tol=0)
warnings.simplefilter("ignore")  # 150 iterations do not converge
model.fit(x[:1400], y[:1400])
weights = b"".join(c.tobytes() for c in model.coefs_)
print("accuracy %.4f  weights %s" % (model.score(x[1400:], y[1400:]),
                                     hashlib.sha256(weights).hexdigest()[:16]))
