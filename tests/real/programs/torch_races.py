# SPDX-License-Identifier: MIT
"""Operations in which threads race for places, but for the deterministic mode:
the same numbers each time."""
import hashlib

import torch

torch.manual_seed(1)
torch.set_num_threads(4)
n = 1000000
places = torch.randint(0, 1000, (n,))


def show(name, tensor):
    print(name, hashlib.md5(tensor.numpy().tobytes()).hexdigest())


show("index_put", torch.zeros(1000).index_put_((places,), torch.rand(n)))
show("accumulate", torch.zeros(1000).index_put_(
    (places,), torch.rand(n), accumulate=True))
assigned = torch.zeros(1000)
assigned[places] = torch.rand(n)
show("assigned", assigned)
show("index_copy", torch.zeros(1000).index_copy(0, places, torch.rand(n)))
