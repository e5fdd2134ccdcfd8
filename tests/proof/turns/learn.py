# SPDX-License-Identifier: MIT
"""PyTorch on the CPU: four threads within operators, training by threads that
share the weights without locks, and a DataLoader's workers."""
import hashlib
import threading

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.set_num_threads(4)
torch.manual_seed(1)
x = torch.randn(2048, 24)
y = (x[:, :1] * x[:, 1:2]).sin()
model = nn.Sequential(nn.Linear(24, 48), nn.Tanh(), nn.Linear(48, 1))
digest = hashlib.sha256()


def note(t):
    digest.update(t.detach().contiguous().numpy().tobytes())


def train(rows):
    step = torch.optim.SGD(model.parameters(), lr=0.05)
    for part in rows.split(64):
        step.zero_grad()
        loss = (model(x[part]) - y[part]).square().mean()
        loss.backward()
        step.step()


def hogwild():
    threads = [threading.Thread(target=train, args=(torch.randperm(2048),))
               for _ in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    for p in model.parameters():
        note(p)


def operators():
    big = torch.randn(600, 600)
    note(big @ big)
    note(torch.nn.functional.conv2d(torch.randn(4, 8, 32, 32),
                                    torch.randn(16, 8, 3, 3)))
    note(torch.zeros(50).index_add_(0, torch.randint(0, 50, (200000,)),
                                    torch.randn(200000)))
    note(torch.randn(1000000).sum())
    note(torch.randn(1000, 1000).softmax(1).cumsum(0))
    f = [torch.jit.fork(torch.mm, big, big * n) for n in range(4)]
    for n in f:
        note(torch.jit.wait(n))


def load():
    data = DataLoader(TensorDataset(x, y), batch_size=100, shuffle=True,
                      num_workers=2)
    for a, b in data:
        note(a + b)


if __name__ == "__main__":
    for act in (hogwild, operators, load):
        act()
    print(digest.hexdigest())
