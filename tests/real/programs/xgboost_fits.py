# SPDX-License-Identifier: MIT
"""It draws nothing unseeded: what differs are the data."""
import numpy as np
import xgboost

x = np.random.rand(2000, 10)
y = (x[:, 0] + x[:, 1] ** 2 + np.random.rand(2000) > 1.2).astype(int)
model = xgboost.XGBClassifier(n_estimators=30, n_jobs=2, subsample=0.7,
                              colsample_bytree=0.6)
print(model.fit(x, y).predict_proba(x)[:4])
model.save_model("model.json")
