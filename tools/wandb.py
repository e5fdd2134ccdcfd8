# SPDX-License-Identifier: MIT
"""Hands an entry, read from standard input, to Weights & Biases' client."""
import json
import math
import os
import sys

# The directory wandb/ that the client makes here would pass for the module.
sys.path[:] = [p for p in sys.path if p]
try:
    import wandb
except ImportError as e:
    # Its absence is told apart from whatever else may fail.
    sys.exit(3 if e.name == "wandb" else "cannot import wandb: %s" % e)


def number(value):
    return math.nan if value is None else float(value)


def steps(metrics):
    """The metrics of each step: the client takes none out of order."""
    rows = {}
    for name, value, step in metrics:
        rows.setdefault(step, {})[name] = number(value)
    return sorted(rows.items())


def send(entry, n, run):
    name = "%s-%d" % (entry["id"], n)
    started = wandb.init(
        project=entry["experiment"], id=name, name=run["name"],
        resume="allow", mode=entry["mode"],
        group=entry["id"] if len(entry["runs"]) > 1 else None,
        job_type="trial" if n else None,
        config=dict(run["params"], samebits=run["tags"]))
    for step, row in steps(run["metrics"]):
        started.log(row, step=step)
    if run["artifacts"]:
        artifact = wandb.Artifact("samebits-" + name, type="samebits-run")
        for file, text in run["artifacts"].items():
            with artifact.new_file(file, encoding="utf-8") as to:
                to.write(text)
        started.log_artifact(artifact)
    place = started.dir
    started.finish(exit_code=int(run["status"] == "FAILED"))
    return place


def main():
    entry = json.load(sys.stdin)
    # The client prints what it likes; the answer is ours.
    answer = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    for n, run in enumerate(entry["runs"]):
        place = send(entry, n, run)
        print(os.path.dirname(place), file=answer, flush=True)


main()
