# SPDX-License-Identifier: MIT
"""PyTorch on the processor: products, linear algebra, layers and training."""
import torch
from torch import nn
from say import say

torch.manual_seed(1)


def show(name, *tensors):
    say(name, *[t.detach().resolve_conj().numpy() for t in tensors])


for kind in torch.float32, torch.float64, torch.complex128:
    a, t = torch.randn(150, 150, dtype=kind), str(kind)[6:]
    s = a @ a.mH + 150 * torch.eye(150, dtype=kind)
    for name, f in {
            "mm": lambda: [a @ a], "mm.T": lambda: [a.T @ a],
            "mv": lambda: [a @ a[0]], "dot": lambda: [torch.dot(a[0], a[1])],
            "bmm": lambda: [torch.bmm(a.view(5, 30, 150),
                                      a.expand(5, 150, 150))],
            "addmm": lambda: [torch.addmm(a, a, a)],
            "solve": lambda: [torch.linalg.solve(a, a[:, :7])],
            "inv": lambda: [torch.linalg.inv(a)],
            "cholesky": lambda: [torch.linalg.cholesky(s)],
            "eigh": lambda: torch.linalg.eigh(s),
            "eig": lambda: torch.linalg.eig(a),
            "svd": lambda: torch.linalg.svd(a),
            "qr": lambda: torch.linalg.qr(a),
            "lstsq": lambda: [torch.linalg.lstsq(a[:, :70], a[:, :3])[0]],
            "sum": lambda: [a.sum()]}.items():
        show(name + "." + t, *f())
x = torch.randn(64, 8, 24, 24)
show("conv2d", nn.functional.conv2d(x, torch.randn(6, 8, 3, 3)))
flat = torch.randn(300, 400)
show("softmax", torch.softmax(flat, 1))
show("layer_norm", nn.functional.layer_norm(flat, (400,)))
net = nn.Sequential(nn.Linear(400, 200), nn.ReLU(), nn.Linear(200, 10))
step = torch.optim.SGD(net.parameters(), 0.1)
for i in range(8):
    step.zero_grad()
    ((net(flat) - flat[:, :10]) ** 2).mean().backward()
    step.step()
show("mlp", *net.parameters())
lstm = nn.LSTM(40, 50)
show("lstm", lstm(torch.randn(30, 20, 40))[0])
