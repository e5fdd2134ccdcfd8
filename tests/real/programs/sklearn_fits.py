# SPDX-License-Identifier: MIT
import pickle

from sklearn.cluster import KMeans, MiniBatchKMeans
from sklearn.datasets import make_classification
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import SGDClassifier
from sklearn.model_selection import cross_val_score, train_test_split
from sklearn.neural_network import MLPClassifier

x, y = make_classification(600, 12)
a, b, c, d = train_test_split(x, y)
for model in (RandomForestClassifier(20, n_jobs=2),
              MLPClassifier((16,), max_iter=30), SGDClassifier()):
    print(model.fit(a, c).score(b, d), model.predict_proba(b)[:2]
          if hasattr(model, "predict_proba") else "")
    with open(type(model).__name__, "wb") as f:
        pickle.dump(model, f)
print(KMeans(3, n_init=2).fit(x).inertia_, MiniBatchKMeans(
    3, n_init=2).fit(x).inertia_)
# Worker processes: which of them takes a piece is a race, so they draw nothing.
print(cross_val_score(RandomForestClassifier(10, random_state=0), x, y, cv=3,
                      n_jobs=2))
