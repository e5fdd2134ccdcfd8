# SPDX-License-Identifier: MIT
import lightgbm
import numpy as np

x = np.random.rand(2000, 10)
y = (x[:, 0] + x[:, 1] ** 2 + np.random.rand(2000) > 1.2).astype(int)
model = lightgbm.LGBMClassifier(n_estimators=30, n_jobs=2, subsample=0.7,
                                subsample_freq=1, verbose=-1)
print(model.fit(x, y).predict_proba(x)[:4])
model.booster_.save_model("model.txt")
