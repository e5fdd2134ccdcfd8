# SPDX-License-Identifier: MIT
"""A store's record of trials, as samebits trials writes it, for the pages."""
import json
import math
import os
import random
import statistics

# 97.5% quantile of Student's t, by degrees of freedom; beyond: the normal's.
T = {2: 4.303, 3: 3.182, 4: 2.776, 8: 2.306, 9: 2.262, 10: 2.228, 11: 2.201}


def series(name, base, steps, rnd):
    if name == "loss":
        return [2.2 * math.exp(-k / 10) + 1.15 - base + rnd.gauss(0, .02)
                for k in range(steps)]
    return [base - .5 * math.exp(-k / 8) + rnd.gauss(0, .008)
            for k in range(steps)]


def trial(number, metrics, steps, rnd):
    base = rnd.gauss(.9, .012)
    curves = {name: series(name, base, steps, rnd) for name in metrics}
    return {"trial": number, "seed": number, "fold": None, "repeat": 1,
            "run": "%06d" % (number + 1), "how": "ended", "status": 0,
            "seconds": 1.2 + rnd.random(),
            "result": "%016x" % rnd.getrandbits(64), "trouble": None,
            "metrics": {name: {"value": curve[-1], "series": curve}
                        for name, curve in curves.items()}}


def fail(trial, trouble):
    trial.update(how="failed", status=3, trouble=trouble, metrics={},
                 result=None)


def summary(name, trials):
    found = [t["metrics"][name] for t in trials if name in t["metrics"]]
    values = sorted(m["value"] for m in found if m["value"] is not None)
    n, mean = len(values), statistics.mean(values)
    deviation = statistics.stdev(values)
    half = T.get(n - 1, 1.96) * deviation / math.sqrt(n)
    return {"count": n, "missing": len(trials) - len(found),
            "nan": len(found) - n, "mean": mean, "deviation": deviation,
            "low": mean - half, "high": mean + half,
            "bca_low": mean - half * .97, "bca_high": mean + half * 1.02,
            "median": statistics.median(values),
            "iqm": statistics.mean(values[n // 4:n - n // 4]),
            "least": values[0], "most": values[-1],
            "sentence": "%.3f ± %.3f (95%% CI %.3f to %.3f, n = %d)"
                        % (mean, deviation, mean - half, mean + half, n),
            "between_seeds": deviation, "within_seeds": None}


def make(dir, n=12, steps=40, metrics=("accuracy", "loss"),
         argv=("train.py", "--epochs", "40"), trouble="exit status 3"):
    """In `dir`, which is made. The fifth trial has failed, the eighth's last
    metric is not a number."""
    rnd = random.Random(1)
    trials = [trial(i + 1, metrics, steps, rnd) for i in range(n)]
    fail(trials[4], trouble)
    trials[7]["metrics"][metrics[-1]] = {"value": None, "nan": True,
                                         "series": [1, None, 2]}
    record = {"format": 1, "kind": "trials", "argv": list(argv), "cwd": "/tmp",
              "samebits": "0.1.0", "start": 1796060000, "end": 1796060021.5,
              "planned": n, "seeds": [t["seed"] for t in trials], "folds": 0,
              "repeat": 1, "commit": "3f2a9c1d",
              "metrics": [{"name": m, "from": "stdout", "pattern": m}
                          for m in metrics],
              "trials": trials,
              "summary": {m: summary(m, trials) for m in metrics},
              "notes": ["trial 5 failed: " + trouble]}
    manifest = {"format": 1, "mode": "trials", "program": argv[0],
                "argv": list(argv), "cwd": "/tmp", "start": record["start"],
                "end": record["end"], "status": 0}
    os.makedirs(dir)
    for name, content in (("experiment", record), ("manifest", manifest)):
        with open(os.path.join(dir, name + ".json"), "w") as f:
            json.dump(content, f, indent=1)
    return record
