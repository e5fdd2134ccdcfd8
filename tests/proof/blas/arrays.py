# SPDX-License-Identifier: MIT
"""NumPy: products and linear algebra, in all four types."""
import numpy as np
from say import say

for kind in "fdFD":
    r = np.random.RandomState(1)
    a = r.randn(150, 150).astype(kind)
    tall, v = r.randn(1300, 41).astype(kind), r.randn(150).astype(kind)
    if kind in "FD":
        a, v = a + 1j * r.randn(150, 150).astype(kind), v * (1 + 2j)
    a, v = a.astype(kind), v.astype(kind)
    s = a @ a.conj().T + 150 * np.eye(150, dtype=kind)
    for name, result in {
            "matmul": a @ a, "matmul.T": a.T @ a[::-1], "syrk": tall.T @ tall,
            "tall": tall @ tall.T[:, :37], "gemv": a @ v, "gevm": v @ a,
            "dot": np.dot(v, v), "vdot": np.vdot(v, v),
            "inner": np.inner(a, a), "outer": np.outer(v, v),
            "tensordot": np.tensordot(a.reshape(15, 10, 150), a, 1),
            "einsum": np.einsum("ij,jk,kl->il", a, a, a, optimize=True),
            "multi_dot": np.linalg.multi_dot([tall.T, tall, tall.T]),
            "stacked": a.reshape(10, 15, 150) @ a,
            "power": np.linalg.matrix_power(a, 3),
            "cov": np.cov(tall.T), "norm": np.linalg.norm(a, 2),
            "solve": np.linalg.solve(a, a[:, :7]), "inv": np.linalg.inv(a),
            "det": np.linalg.det(a), "cholesky": np.linalg.cholesky(s),
            "lstsq": np.linalg.lstsq(tall, tall[:, :3], rcond=None)[0],
            "pinv": np.linalg.pinv(tall)}.items():
        say(name + "." + kind, result)
    for name, f in {"eigh": np.linalg.eigh, "eig": np.linalg.eig,
                    "svd": np.linalg.svd, "qr": np.linalg.qr}.items():
        say(name + "." + kind, *f(s if name == "eigh" else a))
x = np.linspace(0, 1, 400)
say("polyfit", np.polyfit(x, np.sin(9 * x), 9))
