# SPDX-License-Identifier: MIT
"""A small network; its data shuffled and altered by worker processes."""
import random

import torch
from torch.utils.data import DataLoader, Dataset


class Noisy(Dataset):
    def __len__(self):
        return 256

    def __getitem__(self, i):
        x = torch.randn(8) + random.random()
        return x, x.sum()


net = torch.nn.Sequential(torch.nn.Linear(8, 32), torch.nn.ReLU(),
                          torch.nn.Dropout(0.2), torch.nn.Linear(32, 1))
adam = torch.optim.Adam(net.parameters())
for epoch in range(2):
    for x, y in DataLoader(Noisy(), 32, shuffle=True, num_workers=2):
        adam.zero_grad()
        loss = ((net(x)[:, 0] - y) ** 2).mean()
        loss.backward()
        adam.step()
    print(epoch, loss.item())
torch.save({k: v.numpy() for k, v in net.state_dict().items()}, "net.pt")
print(torch.initial_seed(), torch.rand(2), torch.randperm(9))
