# SPDX-License-Identifier: MIT
"""Training with operations that add into shared places, by several threads."""
import torch
import torch.nn.functional as F

torch.set_num_threads(4)
n, width = 20000, 64
table = torch.randn(500, width, requires_grad=True)
weights = torch.randn(width, width, requires_grad=True)
image = torch.randn(4, 3, 32, 32)
kernel = torch.randn(8, 3, 3, 3, requires_grad=True)
places = torch.randint(0, 500, (n,))
bags = torch.arange(0, n, 10)
sgd = torch.optim.SGD([table, weights, kernel], 1e-4, momentum=0.9)
for step in range(5):
    sgd.zero_grad()
    bag = F.embedding_bag(places, table, bags, mode="mean")
    rows = F.embedding(places, table)
    added = torch.zeros(500, width).index_add(0, places, rows)
    spread = torch.zeros(500, width).scatter_add(
        0, places[:, None].expand(-1, width), rows @ weights)
    gathered = torch.zeros(500).scatter_reduce(0, places, rows[:, 0], "mean")
    drawn = F.conv2d(image, kernel, padding=1).relu()
    loss = sum(x.tanh().sum() for x in (bag, added, spread, gathered)) + \
        F.interpolate(drawn, scale_factor=2, mode="bilinear").sum() * 1e-3
    loss.backward()
    sgd.step()
    print(step, loss.item())
put = torch.zeros(500)
put.index_put_((places,), torch.rand(n))
put.index_put_((places,), torch.rand(n), accumulate=True)
print(put.sum().item(), torch.histc(torch.rand(n)).sum().item())
print(*(t.double().sum().item() for t in (table, weights, kernel)))
