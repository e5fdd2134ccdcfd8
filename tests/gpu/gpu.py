# SPDX-License-Identifier: MIT
"""gpu.py SAMEBITS [--runs N] [--dry-run]: see run.sh.

Each case natively and under `samebits run`, as many times as --runs says. What is
a miss: results under run that differ; launches that the log lacks; more than a
microsecond a launch; a training step that costs 2% more than with PyTorch's own
deterministic kernels, whose cost is printed apart. That native results differ is
not asked for: it depends on the GPU, and is shown."""
import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
CASES = ["index_add", "scatter_add", "embedding", "convolution", "graph",
         "streams"]
LAUNCHES = ["cudaLaunchKernel", "cudaLaunchKernel_ptsz", "__cudaLaunchKernel",
            "__cudaLaunchKernel_ptsz", "cudaLaunchKernelExC",
            "cudaLaunchKernelExC_ptsz", "cuLaunchKernel",
            "cuLaunchKernel_ptsz", "cuLaunchKernelEx",
            "cuLaunchKernelEx_ptsz"]


class Bench:
    def __init__(self, options):
        self.o = options
        self.store = tempfile.mkdtemp()
        self.misses = 0
        self.device = "cpu" if options.dry_run else "cuda"
        self.env = dict(os.environ, XDG_CONFIG_HOME=self.store,
                        XDG_CACHE_HOME=self.store + "/cache")

    def work(self, case, steps, *more, run=False, env=None):
        """What work.py said."""
        command = [sys.executable, HERE + "/work.py", case, str(steps),
                   "--device", self.device, *more]
        if run:
            command = [self.o.samebits, "run", "-q", "--store", self.store,
                       "--"] + command
        done = subprocess.run(command, text=True, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, timeout=1800,
                              env=dict(self.env, **(env or {})))
        if done.returncode:
            sys.exit(f"{' '.join(command)}\nexit {done.returncode}\n"
                     f"{done.stdout}{done.stderr}")
        return json.loads(done.stdout.strip().split("\n")[-1])

    def logged(self):
        """Launches in the newest run."""
        out = subprocess.run([self.o.samebits, "report", "--json", "--store",
                              self.store], env=self.env, text=True,
                             check=True, stdout=subprocess.PIPE).stdout
        return sum(s["calls"] for s in json.loads(out)["sources"]
                   if s["name"] in LAUNCHES)

    def line(self, name, good, text):
        self.misses += not good
        print(f"{name:<24} {'ok  ' if good else 'MISS'}  {text}", flush=True)

    def repeats(self, case):
        native = {self.work(case, 5)["digest"] for _ in range(self.o.runs)}
        forced = {self.work(case, 5, run=True)["digest"]
                  for _ in range(self.o.runs)}
        self.line(case, len(forced) == 1,
                  f"{len(forced)} result(s) in {self.o.runs} runs; natively "
                  f"{len(native)}")

    def complete(self, case):
        """Twice the steps, so many launches more: those that the profiler
        counts, which sees the steps alone."""
        counts = []
        for steps in (4, 8):
            self.work(case, steps, run=True)
            counts.append(self.logged())
        if self.device == "cpu":
            seen = 0
        else:
            seen = self.work(case, 4, "--profile")["launches"]
        more = counts[1] - counts[0]
        self.line("log of " + case, more >= seen,
                  f"{more} launches in 4 steps; the profiler counts {seen}")

    def ms(self, case, steps, *more, **how):
        return statistics.median(self.work(case, steps, *more, **how)["ms"]
                                 for _ in range(self.o.runs))

    def launches(self):
        native = self.ms("launches", 50)
        forced = self.ms("launches", 50, run=True)
        cost = forced - native  # ms a thousand launches: us a launch
        self.line("a launch", self.o.dry_run or cost <= 1,
                  f"{native:.3f} us natively, {forced:.3f} us under run: "
                  f"{cost:+.3f} us (bound 1)")

    def training(self):
        steps = 2 if self.o.dry_run else 100
        native = self.ms("training", steps)
        base = self.ms("training", steps, "--deterministic",
                       env={"CUBLAS_WORKSPACE_CONFIG": ":4096:8"})
        forced = self.ms("training", steps, run=True)
        self.line("deterministic kernels", True,
                  f"{native:.3f} ms a step natively, {base:.3f} ms with "
                  f"PyTorch's own: {100 * (base / native - 1):+.1f}%")
        self.line("a training step", self.o.dry_run or forced <= base * 1.02,
                  f"{forced:.3f} ms under run: "
                  f"{100 * (forced / base - 1):+.1f}% beyond these (bound 2)")

    def versions(self):
        import torch
        print("torch", torch.__version__, "CUDA", torch.version.cuda,
              "cuDNN", torch.backends.cudnn.version())
        if self.device == "cuda":
            print("device", torch.cuda.get_device_name(0))
            smi = shutil.which("nvidia-smi")
            if smi:
                print("driver", subprocess.run(
                    [smi, "--query-gpu=driver_version",
                     "--format=csv,noheader"], text=True,
                    stdout=subprocess.PIPE).stdout.split("\n")[0])
        else:
            print("DRY RUN on the CPU: says nothing about a GPU")

    def all(self):
        self.versions()
        for case in CASES:
            self.repeats(case)
        for case in ("embedding", "convolution"):
            self.complete(case)
        self.launches()
        self.training()
        return 1 if self.misses else 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("samebits", type=os.path.abspath)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--dry-run", action="store_true")
    bench = Bench(parser.parse_args())
    try:
        return bench.all()
    finally:
        shutil.rmtree(bench.store, ignore_errors=True)


sys.exit(main())
