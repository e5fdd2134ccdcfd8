# SPDX-License-Identifier: MIT
"""NumPy's products and its linear algebra."""
import numpy as np
from bits import say

draws = np.random.RandomState(1)


def matrix(kind, *shape):
    a = draws.standard_normal(shape)
    if np.issubdtype(kind, np.complexfloating):
        a = a + 1j * draws.standard_normal(shape)
    return a.astype(kind)


def products(kind):
    a, b = matrix(kind, 257, 301), matrix(kind, 301, 260)
    x = matrix(kind, 301)
    stack = matrix(kind, 5, 130, 170)
    say("matmul", a @ b, a.T @ a, a @ a.conj().T, a[::2, ::-1] @ b,
        stack @ stack.transpose(0, 2, 1))
    say("matvec", a @ x, x @ b, a[:, ::3] @ x[::3], stack @ x[:170])
    say("dot", np.dot(x, x), np.dot(a, b), np.dot(x[::-1], x))
    say("vdot", np.vdot(x, x), np.vdot(a, a))
    say("inner", np.inner(a, a), np.inner(a, x))
    say("outer", np.outer(x, x), np.kron(a[:9, :9], b[:9, :9]))
    say("einsum", np.einsum("ij,jk,k->i", a, b, x[:260], optimize=True))
    say("tensordot", np.tensordot(stack, stack, ([0, 2], [0, 2])))
    say("multi_dot", np.linalg.multi_dot([a, b, b.conj().T, x]))
    say("matrix_power", np.linalg.matrix_power(a[:200, :200] / 20, 7))
    say("cov", np.cov(a), np.corrcoef(b))
    say("convolve", np.convolve(x, x), np.correlate(a[0], x, "full"))


def algebra(kind):
    a, b = matrix(kind, 200, 200), matrix(kind, 200, 9)
    tall = matrix(kind, 310, 120)
    s = a @ a.conj().T + 200 * np.eye(200, dtype=kind)
    linalg = np.linalg
    say("solve", linalg.solve(a, b), linalg.solve(a, b[:, :1]))
    say("inv", linalg.inv(a))
    say("cholesky", linalg.cholesky(s))
    say("det", linalg.det(a / 10), *linalg.slogdet(a))
    say("lstsq", *linalg.lstsq(tall, matrix(kind, 310, 3), rcond=None))
    say("eigh", *linalg.eigh(s), linalg.eigvalsh(s))
    say("eig", *linalg.eig(a), linalg.eigvals(a))
    say("svd", *linalg.svd(a), *linalg.svd(tall, full_matrices=False),
        linalg.svd(a, compute_uv=False))
    say("qr", *linalg.qr(a), *linalg.qr(tall), linalg.qr(tall, mode="r"))
    say("pinv", linalg.pinv(tall), linalg.matrix_rank(tall))
    say("norm", linalg.norm(a), linalg.norm(a, 2), linalg.cond(a))
    say("tensorsolve", linalg.tensorsolve(
        a[:196, :196].reshape(14, 14, 14, 14), a[:14, :14]))


for kind in np.float32, np.float64, np.complex64, np.complex128:
    print(kind.__name__)
    products(kind)
    algebra(kind)
say("polyfit", np.polyfit(np.arange(300) / 300, draws.rand(300), 9))
say("roots", np.roots(draws.standard_normal(80)))
cov = np.cov(draws.rand(60, 400))
say("multivariate_normal", np.random.default_rng(1).multivariate_normal(
    np.zeros(60), cov, 50, method="cholesky"),
    draws.multivariate_normal(np.zeros(60), cov, 50))
