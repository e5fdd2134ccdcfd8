#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Benchmarks of samebits: interleaved native and controlled runs, as JSON.

bench.py calls PROGRAM   nanoseconds a call, median of 7 interleaved pairs
bench.py start           milliseconds that `run -- true` adds, and a child more
bench.py training MLP DATA SCRIPT   ratio of the quickstart's programs, 20 pairs,
                       95% interval

Every figure comes with its bound ("at_most"); a missed bound is reported, not
failed: these are measurements, and the machine may be noisy.
"""
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

SAMEBITS = os.environ.get("SAMEBITS_BIN", "build/samebits")
# In the working directory, as a user's.
STORE = tempfile.mkdtemp(prefix="bench-", dir=".")
RUN = [SAMEBITS, "run", "-q", "--store", STORE]


def output(command):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE,
                          text=True).stdout


def seconds(command):
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)
    return time.perf_counter() - start


def figures(command):
    return {k: float(v) for k, v in
            (line.split() for line in output(command).splitlines())}


def row(name, value, at_most, unit):
    return {"name": name, "value": round(value, 4), "at_most": at_most,
            "unit": unit, "met": value <= at_most}


def calls(program):
    native, forced, full = [], [], []
    for _ in range(7):
        native.append(figures([program]))
        forced.append(figures(RUN + ["--", program]))
        full.append(figures(RUN + ["--trace", "full", "--", program, "time"]))
    ours = figures(RUN + ["--", program, "memory"])
    plain = figures([program, "memory"])
    cold = [figures(RUN + ["--", program, "cold"]) for _ in range(20)]
    med = lambda rows, key: statistics.median(r[key] for r in rows)
    ratio = lambda key: statistics.median(
        f[key] / n[key] for f, n in zip(forced, native))
    more = lambda key: statistics.median(
        f[key] - n[key] for f, n in zip(forced, native))
    return [
        row("rand, one thread", ratio("rand"), 1.0, "x native"),
        row("rand, 4 threads", ratio("rand_4_threads"), 0.3, "x native"),
        row("getrandom(16)", ratio("getrandom16"), 0.2, "x native"),
        row("clock_gettime", ratio("clock_gettime"), 1.0, "x native"),
        row("stat", more("stat"), 50, "ns more"),
        row("fstat", more("fstat"), 50, "ns more"),
        row("stat of a changed file", more("stat_changed"), 150, "ns more"),
        row("open and close", more("close"), 150, "ns more"),
        row("open, write and close", more("close_writing"), 1500, "ns more"),
        row("socket and close", more("close_socket"), 400, "ns more"),
        row("time", med(forced, "time"), 20, "ns"),
        row("one event, --trace=full", med(full, "time"), 40, "ns"),
        row("first event of a site", med(forced, "first_event") / 1000, 100,
            "us, module warm"),
        row("first event of a site", med(cold, "cold_event") / 1e6, 1,
            "ms, cold"),
        row("memory, one thread", (ours["memory"] - plain["memory"]) / 1024, 4,
            "MiB more"),
        row("memory, each thread",
            ours["thread_memory"] - plain["thread_memory"], 256, "KiB more"),
    ]


def start():
    sh = lambda n: ["sh", "-c", "i=0; while [ $i -lt %d ]; do /bin/true; "
                    "i=$((i+1)); done" % n]
    pairs = [(seconds(["/bin/true"]), seconds(RUN + ["--", "/bin/true"]))
             for _ in range(20)]
    added = statistics.median(b - a for a, b in pairs) * 1e3
    few, many = 5, 45
    child = []
    for _ in range(7):
        native = seconds(sh(many)) - seconds(sh(few))
        ours = seconds(RUN + ["--"] + sh(many)) - seconds(RUN + ["--"] + sh(few))
        child.append((ours - native) / (many - few) * 1e3)
    return [row("run -- true", added, 5, "ms added"),
            row("each further process", statistics.median(child), 1,
                "ms added")]


def cost(command):
    """Wall and processor seconds of one run, children included."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    wall = seconds(command)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, (after.ru_utime + after.ru_stime - before.ru_utime -
                  before.ru_stime)


def ratio(name, command):
    """20 pairs, each second one in the other order, against drift."""
    walls, cpus = [], []
    ours = RUN + ["--"] + command
    seconds(command)
    for i in range(20):
        if i % 2:
            forced, native = cost(ours), cost(command)
        else:
            native, forced = cost(command), cost(ours)
        walls.append(forced[0] / native[0])
        cpus.append(forced[1] / native[1])
    mean = statistics.mean(walls)
    # Student's t, 19 degrees of freedom, two-sided 95%: 2.093
    half = 2.093 * statistics.stdev(walls) / len(walls) ** 0.5
    result = row(name + ", upper end of the interval", mean + half, 1.03,
                 "x native")
    result.update(mean=round(mean, 4), half_width=round(half, 4), pairs=20,
                  median=round(statistics.median(walls), 4),
                  processor_time_median=round(statistics.median(cpus), 4))
    return result


def training(mlp, data, script):
    rows = [ratio("train_mlp", [mlp, data])]
    python = "/usr/bin/python3"
    if subprocess.run([python, "-c", "import sklearn"],
                      stderr=subprocess.DEVNULL).returncode == 0:
        rows.append(ratio("train_sklearn.py", [python, script]))
    return rows


def main():
    work = {"calls": calls, "start": start, "training": training}
    try:
        rows = work[sys.argv[1]](*sys.argv[2:])
    finally:
        shutil.rmtree(STORE, ignore_errors=True)
    print(json.dumps({"benchmark": sys.argv[1], "rows": rows}, indent=2))


if __name__ == "__main__":
    main()
