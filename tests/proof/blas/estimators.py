# SPDX-License-Identifier: MIT
"""scikit-learn: estimators, by what they learn and foretell."""
import warnings

import numpy as np
from bits import say
from sklearn import (cluster, covariance, cross_decomposition, decomposition,
                     discriminant_analysis, gaussian_process, kernel_ridge,
                     linear_model, manifold, metrics, mixture, neighbors,
                     neural_network, random_projection, svm)

warnings.simplefilter("ignore")
draws = np.random.RandomState(1)
x = draws.standard_normal((600, 60)) @ draws.standard_normal((60, 60))
y = x @ draws.standard_normal(60) + draws.standard_normal(600)
kinds = (y > 0).astype(int) + (y > 9)

for model in (
        linear_model.LinearRegression(), linear_model.Ridge(),
        linear_model.RidgeCV(), linear_model.Lasso(max_iter=200),
        linear_model.ElasticNet(max_iter=200), linear_model.BayesianRidge(),
        linear_model.ARDRegression(max_iter=20) if "max_iter" in
        linear_model.ARDRegression().get_params() else
        linear_model.ARDRegression(n_iter=20), linear_model.Lars(),
        linear_model.HuberRegressor(), linear_model.OrthogonalMatchingPursuit(),
        linear_model.LogisticRegression(max_iter=60),
        linear_model.LogisticRegression(solver="newton-cg", max_iter=20),
        discriminant_analysis.LinearDiscriminantAnalysis(),
        discriminant_analysis.QuadraticDiscriminantAnalysis(),
        kernel_ridge.KernelRidge(kernel="rbf", gamma=1e-3),
        gaussian_process.GaussianProcessRegressor(
            gaussian_process.kernels.RBF(30), alpha=1e-3, optimizer=None),
        neural_network.MLPRegressor((50, 30), max_iter=8, random_state=1),
        neural_network.MLPClassifier((50,), max_iter=8, random_state=1),
        svm.SVR(), neighbors.KNeighborsRegressor(),
        cross_decomposition.PLSRegression(4)):
    classes = hasattr(model, "classes_") or "class" in type(model).__name__ \
        .lower() or "Logistic" in repr(model) or "Discriminant" in repr(model)
    model.fit(x, kinds if classes else y)
    say(repr(model).split("(")[0], model.predict(x + .01), *[
        v for k, v in sorted(vars(model).items())
        if k in ("coef_", "alpha_", "lambda_", "means_", "rotations_")])

for model in (
        decomposition.PCA(9, svd_solver="full"),
        decomposition.PCA(9, svd_solver="randomized", random_state=1),
        decomposition.TruncatedSVD(9, random_state=1),
        decomposition.FastICA(5, random_state=1, max_iter=20),
        decomposition.FactorAnalysis(5, max_iter=20),
        decomposition.KernelPCA(5, kernel="rbf", gamma=1e-3),
        decomposition.NMF(5, random_state=1, max_iter=20),
        decomposition.IncrementalPCA(5),
        random_projection.GaussianRandomProjection(9, random_state=1),
        manifold.LocallyLinearEmbedding(random_state=1)):
    data = abs(x) if "NMF" in repr(model) else x
    say(repr(model).split("(")[0], model.fit_transform(data))

for model in (cluster.KMeans(5, n_init=2, random_state=1),
              cluster.SpectralClustering(4, random_state=1, gamma=1e-3),
              mixture.GaussianMixture(3, random_state=1)):
    model.fit(x)
    say(repr(model).split("(")[0], getattr(model, "labels_", 0),
        getattr(model, "cluster_centers_", 0), getattr(model, "means_", 0))

say("LedoitWolf", covariance.LedoitWolf().fit(x).covariance_)
say("pairwise_distances", metrics.pairwise_distances(x))
say("rbf_kernel", metrics.pairwise.rbf_kernel(x, gamma=1e-3))
