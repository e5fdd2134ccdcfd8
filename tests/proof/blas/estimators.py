# SPDX-License-Identifier: MIT
"""scikit-learn: one fit of each estimator."""
import warnings
import numpy as np
from sklearn import (cluster, covariance, cross_decomposition, decomposition,
                     discriminant_analysis, ensemble, gaussian_process,
                     kernel_ridge, linear_model, mixture, neighbors,
                     neural_network, svm)
from say import say

warnings.simplefilter("ignore")
r = np.random.RandomState(1)
x = r.randn(400, 70) @ r.randn(70, 70)
t = x @ r.randn(70) + r.randn(400)
label = (t > 0).astype(int)
for model, y in [
        (linear_model.LinearRegression(), t), (linear_model.Ridge(), t),
        (linear_model.BayesianRidge(), t), (linear_model.Lasso(), t),
        (linear_model.LogisticRegression(), label),
        (discriminant_analysis.LinearDiscriminantAnalysis(), label),
        (kernel_ridge.KernelRidge(kernel="rbf"), t),
        (gaussian_process.GaussianProcessRegressor(optimizer=None), t),
        (cross_decomposition.PLSRegression(3), t),
        (neural_network.MLPClassifier((40,), max_iter=5, random_state=1),
         label),
        (svm.SVC(), label), (neighbors.KNeighborsRegressor(), t),
        (ensemble.RandomForestRegressor(9, random_state=1), t),
        (cluster.KMeans(5, n_init=2, random_state=1), None),
        (mixture.GaussianMixture(3, random_state=1), None)]:
    model.fit(x, y)
    say(type(model).__name__, model.predict(x))
for model in [decomposition.PCA(9),
              decomposition.PCA(9, svd_solver="randomized", random_state=1),
              decomposition.TruncatedSVD(9, random_state=1),
              decomposition.FastICA(9, random_state=1, max_iter=20),
              decomposition.FactorAnalysis(9, max_iter=20),
              decomposition.NMF(9, random_state=1, max_iter=20)]:
    name = type(model).__name__
    data = np.abs(x) if name == "NMF" else x
    say(name + str(model.get_params().get("svd_solver", "")),
        model.fit_transform(data))
say("LedoitWolf", covariance.LedoitWolf().fit(x).covariance_)
