# SPDX-License-Identifier: MIT
"""work.py CASE STEPS [--device cpu|cuda] [--deterministic] [--profile]

One piece of GPU work, seeded. Prints a line of JSON: a digest of all results, the
milliseconds of a step by the GPU's own clock (the host's is samebits' to give),
and, with --profile, how many kernels the profiler saw launched in the steps."""
import argparse
import contextlib
import hashlib
import json
import time

import torch
import torch.nn.functional as F

WARM_UP = 3


def digest(tensors):
    h = hashlib.sha256()
    for t in tensors:
        h.update(t.detach().contiguous().cpu().numpy().tobytes())
    return h.hexdigest()[:16]


class IndexAdd:
    def __init__(self, dev):
        self.x = torch.zeros(64, 256, device=dev)
        self.source = torch.randn(100000, 256, device=dev)
        self.index = torch.randint(0, 64, (100000,), device=dev)

    def step(self):
        self.x.index_add_(0, self.index, self.source)

    def results(self):
        return [self.x]


class ScatterAdd(IndexAdd):
    def __init__(self, dev):
        super().__init__(dev)
        self.index = self.index.unsqueeze(1).expand(-1, 256).contiguous()

    def step(self):
        self.x.scatter_add_(0, self.index, self.source)


class Embedding:
    def __init__(self, dev):
        self.table = torch.nn.Embedding(50, 128).to(dev)
        self.words = torch.randint(0, 50, (64, 512), device=dev)
        self.target = torch.randn(64, 128, device=dev)
        self.optimizer = torch.optim.SGD(self.table.parameters(), lr=0.1)

    def step(self):
        self.optimizer.zero_grad()
        out = self.table(self.words).sum(1)
        ((out - self.target) ** 2).mean().backward()
        self.optimizer.step()

    def results(self):
        return list(self.table.parameters())


class Convolution:
    """cuDNN measures which algorithms are fastest."""

    def __init__(self, dev):
        torch.backends.cudnn.benchmark = True
        self.net = torch.nn.Sequential(
            torch.nn.Conv2d(3, 32, 5, stride=2), torch.nn.ReLU(),
            torch.nn.MaxPool2d(2), torch.nn.Conv2d(32, 64, 3),
            torch.nn.ReLU(), torch.nn.AdaptiveAvgPool2d(1),
            torch.nn.Flatten(), torch.nn.Linear(64, 10)).to(dev)
        self.x = torch.randn(32, 3, 96, 96, device=dev)
        self.y = torch.randint(0, 10, (32,), device=dev)
        self.optimizer = torch.optim.SGD(self.net.parameters(), lr=0.01,
                                         momentum=0.9)

    def step(self):
        self.optimizer.zero_grad(set_to_none=True)
        F.cross_entropy(self.net(self.x), self.y).backward()
        self.optimizer.step()

    def results(self):
        return list(self.net.parameters())


class Graph:
    """A training step that is captured once and played again."""

    def __init__(self, dev):
        self.net = torch.nn.Sequential(
            torch.nn.Linear(512, 1024), torch.nn.GELU(),
            torch.nn.Linear(1024, 512)).to(dev)
        self.x = torch.randn(256, 512, device=dev)
        self.optimizer = torch.optim.SGD(self.net.parameters(), lr=0.01)
        self.graph = None
        if dev == "cuda":
            self.capture()

    def eager(self):
        self.optimizer.zero_grad(set_to_none=True)
        ((self.net(self.x) - self.x) ** 2).mean().backward()
        self.optimizer.step()

    def capture(self):
        side = torch.cuda.Stream()
        side.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(side):
            for _ in range(3):
                self.eager()
        torch.cuda.current_stream().wait_stream(side)
        self.graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(self.graph):
            self.eager()

    def step(self):
        if self.graph:
            self.graph.replay()
        else:
            self.eager()

    def results(self):
        return list(self.net.parameters())


class Streams:
    """Products in four streams at once."""

    def __init__(self, dev):
        self.cuda = dev == "cuda"
        self.streams = [torch.cuda.Stream() if self.cuda else None
                        for _ in range(4)]
        self.a = [torch.randn(96 + 32 * i, 4096, device=dev) / 64
                  for i in range(4)]
        self.out = [None] * 4

    def step(self):
        for i, s in enumerate(self.streams):
            if self.cuda:
                s.wait_stream(torch.cuda.current_stream())
            with torch.cuda.stream(s) if self.cuda \
                    else contextlib.nullcontext():
                self.out[i] = self.a[i] @ self.a[i].T
        if self.cuda:
            for s in self.streams:
                torch.cuda.current_stream().wait_stream(s)

    def results(self):
        return self.out


class Launches:
    """A thousand small kernels a step."""

    def __init__(self, dev):
        self.x = torch.zeros(32, device=dev)

    def step(self):
        for _ in range(1000):
            self.x.add_(1)

    def results(self):
        return [self.x]


class Training(Convolution):
    """What a step costs: large enough to be about the GPU."""

    def __init__(self, dev):
        super().__init__(dev)
        n, side = (256, 128) if dev == "cuda" else (4, 96)
        self.x = torch.randn(n, 3, side, side, device=dev)
        self.y = torch.randint(0, 10, (n,), device=dev)


CASES = {"index_add": IndexAdd, "scatter_add": ScatterAdd,
         "embedding": Embedding, "convolution": Convolution, "graph": Graph,
         "streams": Streams, "launches": Launches, "training": Training}


def timed(work, steps, cuda):
    """Milliseconds a step; the second half of a graph's life is the same."""
    if not cuda:
        begin = time.perf_counter()
        for _ in range(steps):
            work.step()
        return (time.perf_counter() - begin) * 1000 / steps
    first = torch.cuda.Event(enable_timing=True)
    last = torch.cuda.Event(enable_timing=True)
    torch.cuda.synchronize()
    first.record()
    for _ in range(steps):
        work.step()
    last.record()
    torch.cuda.synchronize()
    return first.elapsed_time(last) / steps


def profiled(work, steps):
    """Launches that the host asked for, as the profiler saw them."""
    from torch.profiler import ProfilerActivity, profile
    with profile(activities=[ProfilerActivity.CUDA, ProfilerActivity.CPU]) as p:
        for _ in range(steps):
            work.step()
        torch.cuda.synchronize()
    return sum(e.count for e in p.key_averages()
               if e.key.startswith(("cudaLaunchKernel", "cuLaunchKernel")))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("case", choices=CASES)
    parser.add_argument("steps", type=int)
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--deterministic", action="store_true")
    parser.add_argument("--profile", action="store_true")
    a = parser.parse_args()
    torch.manual_seed(1)
    if a.deterministic:
        torch.use_deterministic_algorithms(True, warn_only=True)
        torch.backends.cudnn.deterministic = True
    work = CASES[a.case](a.device)
    if a.deterministic:
        torch.backends.cudnn.benchmark = False
    for _ in range(WARM_UP):
        work.step()
    said = {"case": a.case}
    if a.profile:
        said["launches"] = profiled(work, a.steps)
    else:
        said["ms"] = timed(work, a.steps, a.device == "cuda")
    said["digest"] = digest(work.results())
    print(json.dumps(said), flush=True)


main()
