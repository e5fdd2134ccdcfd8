# SPDX-License-Identifier: MIT
"""What random_state fixes in scikit-learn."""
import numpy as np
from sklearn.cluster import KMeans
from sklearn.ensemble import RandomForestRegressor
from sklearn.model_selection import KFold, train_test_split

x = np.sin(np.arange(2000.) ** 2).reshape(500, 4)
y = x.sum(1)
print(train_test_split(np.arange(50), random_state=42)[1])
print(next(KFold(5, shuffle=True, random_state=42).split(x))[1][:20])
print(RandomForestRegressor(10, random_state=42).fit(x, y).predict(x[:3]))
print(KMeans(8, n_init=1, random_state=42).fit(x).labels_[:40])
