# SPDX-License-Identifier: MIT
"""Seeds that a program gives to PyTorch: a line of output for each way."""
import torch
from torch.utils.data import DataLoader

torch.manual_seed(42)
print(torch.rand(2), torch.nn.Linear(2, 1).weight.data)
print(torch.rand(2, generator=torch.Generator().manual_seed(0)))
with torch.random.fork_rng():
    torch.random.manual_seed(3)
    print(torch.nn.functional.dropout(torch.ones(64)).sum(), torch.rand(1))
torch.default_generator.manual_seed(4)
print(torch.randperm(20))


def draw(batch):
    return torch.rand(1)


if __name__ == "__main__":
    torch.manual_seed(5)
    print([x.item() for x in DataLoader(range(8), 4, shuffle=True,
                                        num_workers=2, collate_fn=draw)])
