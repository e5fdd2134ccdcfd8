# SPDX-License-Identifier: MIT
"""SciPy: what stands on BLAS and LAPACK."""
import warnings

import numpy as np
from bits import say
from scipy import (integrate, interpolate, linalg, optimize, signal, sparse,
                   stats)
from scipy.sparse import linalg as sparse_linalg

draws = np.random.RandomState(1)
warnings.simplefilter("ignore")


def matrix(kind, *shape):
    a = draws.standard_normal(shape)
    if np.issubdtype(kind, np.complexfloating):
        a = a + 1j * draws.standard_normal(shape)
    return a.astype(kind)


def systems(a, b, s, kind):
    say("solve", linalg.solve(a, b), linalg.solve(a, b, transposed=True))
    say("solve_her", linalg.solve(s, b, assume_a="her"))
    say("solve_sym", linalg.solve(a + a.T, b, assume_a="sym"))
    say("solve_pos", linalg.solve(s, b, assume_a="pos"))
    say("solve_triangular", linalg.solve_triangular(np.tril(a) + 9 * np.eye(
        len(a)), b, lower=True))
    band = matrix(kind, 7, len(a))
    band[3] += 9
    say("solve_banded", linalg.solve_banded((3, 3), band, b))
    say("solveh_banded", linalg.solveh_banded(
        np.vstack([np.full(len(a), 30, kind), band[:3]]), b, lower=True))
    say("solve_circulant", linalg.solve_circulant(a[0], b))
    say("inv", linalg.inv(a))
    say("det", linalg.det(a / 10))
    say("pinv", linalg.pinv(b), linalg.pinvh(s))
    for driver in "gelsd", "gelss", "gelsy":
        found = linalg.lstsq(a[:, :120], b, lapack_driver=driver)
        say("lstsq_" + driver, *[x for x in found if x is not None])


def factors(a, b, s):
    say("lu", *linalg.lu(a), linalg.lu_solve(linalg.lu_factor(a), b))
    say("cholesky", linalg.cholesky(s), linalg.cho_solve(
        linalg.cho_factor(s), b))
    say("ldl", *linalg.ldl(s))
    say("qr", *linalg.qr(a), *linalg.qr(a[:, :90], mode="economic"))
    say("qr_pivoting", *linalg.qr(a, pivoting=True))
    say("rq", *linalg.rq(a))
    say("qr_multiply", *linalg.qr_multiply(a, b, "left"))
    say("svd", *linalg.svd(a), linalg.svdvals(a))
    say("svd_gesvd", *linalg.svd(a, lapack_driver="gesvd"))
    say("polar", *linalg.polar(a))
    say("hessenberg", *linalg.hessenberg(a, calc_q=True))
    say("schur", *linalg.schur(a), *linalg.schur(a, output="complex"))
    say("qz", *linalg.qz(a, a[::-1]))
    say("null_space", linalg.null_space(b.T), linalg.orth(b))
    say("interpolative", linalg.subspace_angles(a[:, :9], b))


def values(a, s):
    for driver in "ev", "evd", "evr", "evx":
        say("eigh_" + driver, *linalg.eigh(s, driver=driver))
    for driver in "gv", "gvd", "gvx":
        say("eigh_" + driver, *linalg.eigh(s, s[::-1, ::-1], driver=driver))
    say("eig", *linalg.eig(a), *linalg.eig(a, a[::-1]))
    say("eig_banded", *linalg.eig_banded(np.vstack([s.diagonal(), s[0], s[1]]),
                                         lower=True))
    say("eigh_tridiagonal", *linalg.eigh_tridiagonal(
        s.diagonal().real, s[0, 1:].real))


def functions(a, s):
    n = len(a)
    say("expm", linalg.expm(a / 10))
    say("logm", linalg.logm(s))
    say("sqrtm", linalg.sqrtm(s))
    say("sylvester", linalg.solve_sylvester(a, s, a))
    say("riccati", linalg.solve_continuous_are(
        a[:40, :40], a[:40, :9], s[:40, :40], np.eye(9)))
    say("lyapunov", linalg.solve_discrete_lyapunov(a[:30, :30] / n, s[:30, :30]))


def sparse_ones():
    g = sparse.random(400, 400, 0.02, random_state=1) + 9 * sparse.eye(400)
    g, h, x = g.tocsc(), (g + g.T).tocsc(), draws.rand(400)
    v = draws.rand(400)
    say("spsolve", sparse_linalg.spsolve(g, x), sparse_linalg.splu(g).solve(x))
    say("eigsh", *sparse_linalg.eigsh(h, 5, v0=v))
    say("eigs", *sparse_linalg.eigs(g, 5, v0=v))
    say("svds", *sparse_linalg.svds(g, 5, v0=v))
    say("lobpcg", *sparse_linalg.lobpcg(h, draws.rand(400, 5), maxiter=20))
    for name in "cg", "gmres", "bicgstab", "lsqr", "lsmr":
        say(name, getattr(sparse_linalg, name)(h, x)[0])
    say("expm_multiply", sparse_linalg.expm_multiply(g / 10, x))


def others():
    x = np.linspace(0, 9, 200)
    y = np.sin(x) + draws.rand(200) / 9
    say("curve_fit", *optimize.curve_fit(
        lambda x, a, b, c: a * np.sin(b * x) + c, x, y, [1, 1, 0]))
    say("least_squares", optimize.least_squares(
        lambda p: np.polyval(p, x / 9) - y, np.zeros(8)).x)
    rosen = optimize.rosen, np.linspace(0, 2, 60)
    for method in "BFGS", "L-BFGS-B", "SLSQP", "trust-constr":
        say(method, optimize.minimize(*rosen, jac=optimize.rosen_der,
                                      method=method,
                                      options={"maxiter": 40}).x)
    say("linprog", optimize.linprog(-draws.rand(30), draws.rand(20, 30),
                                    np.ones(20)).x)
    say("spline", interpolate.make_interp_spline(x, y)(x + .01),
        interpolate.make_lsq_spline(x, y, np.r_[(0,) * 4, 3, 6, (9,) * 4])(x))
    say("rbf", interpolate.RBFInterpolator(draws.rand(90, 3), y[:90])(
        draws.rand(50, 3)))
    say("ode", integrate.solve_ivp(
        lambda t, y: np.array([[-9, 3], [1, -800]]) @ y, (0, 5), [1, 1],
        method="Radau").y)
    say("savgol", signal.savgol_filter(y, 31, 5), signal.place_poles(
        np.diag(x[:9]) + 1, np.eye(9)[:, :5], -x[1:10]).gain_matrix)
    say("multivariate_normal", stats.multivariate_normal(
        np.zeros(40), np.cov(draws.rand(40, 99))).logpdf(draws.rand(20, 40)))
    say("gaussian_kde", stats.gaussian_kde(draws.rand(5, 300))(
        draws.rand(5, 40)))


for kind in np.float64, np.complex128, np.float32:
    print(kind.__name__)
    a, b = matrix(kind, 150, 150), matrix(kind, 150, 8)
    s = a @ a.conj().T + 150 * np.eye(150, dtype=kind)
    systems(a, b, s, kind)
    factors(a, b, s)
    values(a, s)
    functions(a, s)
sparse_ones()
others()
