# SPDX-License-Identifier: MIT
"""Saves the deterministic mode, changes it, puts it back. What it prints is the
same whatever the mode was, and nothing fails that does not natively."""
import torch

here, ones = torch.tensor([1, 2]), torch.ones(2)


def put():
    try:
        return torch.zeros(4).put_(here, ones).tolist()
    except RuntimeError as e:
        return str(e).split(",")[0]


before = torch.are_deterministic_algorithms_enabled()
torch.use_deterministic_algorithms(False)
print(put())
torch.use_deterministic_algorithms(before)
print(put())
torch.backends.cudnn.benchmark = True
with torch.backends.cudnn.flags(benchmark=False):
    print(put())
print(put())
