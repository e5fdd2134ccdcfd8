# SPDX-License-Identifier: MIT
import numpy as np
from sklearn.cluster import KMeans
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import cross_val_score, train_test_split
from sklearn.neural_network import MLPClassifier

x = np.random.rand(300, 8)
y = (x[:, 0] + x[:, 1] > 1).astype(int)
left, right, wanted, there = train_test_split(x, y)
forest = RandomForestClassifier(20, n_jobs=2).fit(left, wanted)
print(forest.predict_proba(right).sum(), forest.score(right, there))
print(KMeans(4, n_init=2).fit(x).inertia_)
print(MLPClassifier((8,), max_iter=20).fit(left, wanted).loss_.hex())
print(cross_val_score(RandomForestClassifier(5), x, y, cv=3))
