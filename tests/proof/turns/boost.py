# SPDX-License-Identifier: MIT
"""XGBoost or LightGBM with four threads: sums of floats over the rows, sampled
rows and columns, and predictions from threads of Python's."""
import concurrent.futures as futures
import hashlib
import sys

import numpy as np

rng = np.random.default_rng(1)
x = rng.standard_normal((3000, 12)).astype(np.float32)
y = (np.sin(x[:, 0] * 2) + x[:, 1] * x[:, 2] +
     rng.standard_normal(3000) * 0.1).astype(np.float32)


def xgboost():
    import xgboost as xgb
    data = xgb.DMatrix(x, y)
    for method in ("hist", "approx"):
        model = xgb.train({"tree_method": method, "nthread": 4, "max_depth": 5,
                           "subsample": 0.7, "colsample_bytree": 0.7,
                           "seed": 1}, data, 12)
        yield model.save_raw("json")
        yield model.predict(data).tobytes()


def lightgbm():
    import lightgbm as lgb
    model = lgb.train({"objective": "regression", "num_threads": 4, "seed": 1,
                       "bagging_fraction": 0.7, "bagging_freq": 1,
                       "feature_fraction": 0.7, "verbose": -1},
                      lgb.Dataset(x, y), 25)
    yield model.model_to_string().encode()
    with futures.ThreadPoolExecutor(4) as pool:
        for part in pool.map(model.predict, np.array_split(x, 8)):
            yield part.tobytes()


digest = hashlib.sha256()
for part in {"xgboost": xgboost, "lightgbm": lightgbm}[sys.argv[1]]():
    digest.update(part)
print(digest.hexdigest())
