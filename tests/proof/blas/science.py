# SPDX-License-Identifier: MIT
"""SciPy: linear algebra, dense and sparse, and what is built on it."""
import numpy as np
from scipy import interpolate, linalg, optimize, signal, sparse, stats
from scipy.sparse.linalg import eigsh, gmres, lsqr, splu, svds
from say import say

r = np.random.RandomState(1)
a, b = r.randn(130, 130), r.randn(130, 5)
s = a @ a.T + 130 * np.eye(130)
for name, f in {
        "solve": lambda: [linalg.solve(a, b)],
        "solve_sym": lambda: [linalg.solve(a + a.T, b, assume_a="sym")],
        "solve_pos": lambda: [linalg.solve(s, b, assume_a="pos")],
        "solve_triangular": lambda: [linalg.solve_triangular(s, b)],
        "inv": lambda: [linalg.inv(a)], "det": lambda: [linalg.det(a)],
        "lu": lambda: linalg.lu(a), "lu_factor": lambda: linalg.lu_factor(a),
        "cho_factor": lambda: [linalg.cho_factor(s)[0]],
        "qr": lambda: linalg.qr(a), "qr_pivots": lambda: linalg.qr(
            a, pivoting=True), "svd": lambda: linalg.svd(a),
        "svd_gesvd": lambda: linalg.svd(a, lapack_driver="gesvd"),
        "eigh": lambda: linalg.eigh(s),
        "eigh_ev": lambda: linalg.eigh(s, driver="ev"),
        "eig": lambda: linalg.eig(a),
        "lstsq": lambda: [linalg.lstsq(a[:, :50], b)[0]],
        "lstsq_gelsy": lambda: [linalg.lstsq(a[:, :50], b,
                                             lapack_driver="gelsy")[0]],
        "pinv": lambda: [linalg.pinv(a)], "expm": lambda: [linalg.expm(a / 99)],
        "schur": lambda: linalg.schur(a), "ldl": lambda: linalg.ldl(a + a.T),
        "hessenberg": lambda: [linalg.hessenberg(a)],
        "eigh_general": lambda: linalg.eigh(a + a.T, s),
        "sqrtm": lambda: [linalg.sqrtm(s)]}.items():
    say(name, *f())
m = sparse.diags([-1.0, 2.5, -1.0], [-1, 0, 1], (400, 400), format="csc")
v = r.randn(400)
say("splu", splu(m).solve(v))
say("eigsh", *eigsh(m, 5, v0=v))
say("svds", *svds(m, 4, v0=v))
say("lsqr", lsqr(m, v)[0])
say("gmres", gmres(m, v)[0])
x = r.rand(300, 3)
say("rbf", interpolate.RBFInterpolator(x, x[:, 0])(x[:9] + 0.01))
say("bfgs", optimize.minimize(optimize.rosen, np.zeros(40), method="BFGS").x)
say("least_squares", optimize.least_squares(
    lambda p: x @ p - np.sin(x[:, 0]), np.ones(3)).x)
say("kde", stats.gaussian_kde(x.T)(x.T[:, :9]))
say("correlate", signal.correlate(a, a[:50], method="direct")[:3])
