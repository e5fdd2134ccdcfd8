#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""samebits trials and samebits compare."""
import json
import math
import os
import pty
import random
import select
import shutil
import signal
import subprocess
import tempfile
import time
import unittest
import warnings

import numpy as np
from scipy import stats

SAMEBITS = os.environ["SAMEBITS_BIN"]
CAUSES = os.environ["CAUSES_DIR"]
PYTHON = "/usr/bin/python3"


class Case(unittest.TestCase):
    def setUp(self):
        dir = tempfile.TemporaryDirectory(prefix="samebits-trials-",
                                          dir="/var/tmp")
        self.addCleanup(dir.cleanup)
        self.dir = dir.name

    def samebits(self, status, *words, **variables):
        done = subprocess.run((SAMEBITS, *words), cwd=self.dir,
                              stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              env=dict(os.environ, **variables), timeout=200)
        self.stderr = done.stderr.decode()
        self.assertEqual(done.returncode, status,
                         done.stdout.decode() + self.stderr)
        return done.stdout.decode()

    def trials(self, status, *words, **variables):
        return json.loads(self.samebits(status, "trials", "--json", *words,
                                        **variables))

    def text(self, status, *words):
        return self.samebits(status, "trials", *words)

    def path(self, name):
        return os.path.join(self.dir, name)

    def write(self, name, content):
        with open(self.path(name), "w") as to:
            to.write(content)

    def values(self, name, values):
        """A program that prints one of them by its seed."""
        self.write(name, "".join("x %r\n" % v for v in values))
        return ("--metric", "x=x (.*)", "--", "sed", "-n", "{seed}p", name)

    def note(self, record, *words):
        for note in record["notes"]:
            if all(w in note for w in words):
                return note
        self.fail("no note says %r: %r" % (words, record["notes"]))


def summary(values):
    """SciPy's own numbers."""
    n, mean, sd = len(values), np.mean(values), np.std(values, ddof=1)
    low, high = stats.t.interval(0.95, n - 1, mean, sd / math.sqrt(n))
    bca = stats.bootstrap((values,), np.mean, method="BCa", n_resamples=100000,
                          random_state=1).confidence_interval
    return {"count": n, "mean": mean, "deviation": sd, "low": low,
            "high": high, "bca_low": bca.low, "bca_high": bca.high,
            "median": np.median(values), "iqm": stats.trim_mean(values, 0.25),
            "least": min(values), "most": max(values)}


class Statistics(Case):
    def compare_with_scipy(self, values):
        got = self.trials(0, "-n", str(len(values)),
                          *self.values("v", values))["summary"]["x"]
        wanted = summary(values)
        spread = wanted["deviation"] / math.sqrt(len(values))
        for key, value in wanted.items():
            # Resamples are drawn: of 10,000 of them, this quantile's deviation
            # is 0.027 of the mean's.
            off = 0.1 * spread if key.startswith("bca") else 1e-9
            self.assertAlmostEqual(got[key], value, delta=off, msg=key)

    def test_normal(self):
        r = random.Random(3)
        self.compare_with_scipy([0.9 + r.gauss(0, 0.01) for _ in range(12)])

    def test_skewed(self):
        """Where the bias and acceleration of BCa matter."""
        r = random.Random(5)
        values = [math.exp(r.gauss(0, 1.2)) for _ in range(25)]
        self.compare_with_scipy(values)
        bca = self.trials(0, "-n", "25", *self.values("v", values))
        bca = bca["summary"]["x"]
        self.assertGreater(bca["bca_high"] - bca["mean"],
                           1.2 * (bca["mean"] - bca["bca_low"]))

    def test_repeats(self):
        words = self.values("v", [1.5, 2.25, 7, 3.1, 0.2])
        a = self.trials(0, "-n", "5", *words)["summary"]
        b = self.trials(0, "-n", "5", *words)["summary"]
        self.assertEqual(a, b)

    def test_equal_values(self):
        """0.1 * 10 is not 1 in binary: no spread may come of that."""
        got = self.trials(0, "-n", "10", *self.values("v", [0.1] * 10))
        got = got["summary"]["x"]
        self.assertEqual((got["mean"], got["deviation"]), (0.1, 0))
        self.assertEqual((got["bca_low"], got["high"]), (0.1, 0.1))

    def test_one_value(self):
        got = self.trials(0, "-n", "1", *self.values("v", [0.5]))
        self.assertIsNone(got["summary"]["x"]["low"])
        self.assertIn("no interval", got["summary"]["x"]["sentence"])

    def test_sentence(self):
        values = [0.908, 0.910, 0.912, 0.914, 0.916, 0.912, 0.906, 0.918,
                  0.911, 0.913]
        got = self.trials(0, "-n", "10", *self.values("v", values))
        self.assertEqual(got["summary"]["x"]["sentence"],
                         "0.912 ± 0.004 (95% CI 0.909 to 0.915, n = 10)")

    def compared(self, status, a, b, *words):
        self.trials(0, "-n", str(len(a)), *self.values("a", a))
        self.trials(0, "-n", str(len(b)), *self.values("b", b))
        return json.loads(self.samebits(status, "compare", "--json", *words,
                                        "1", str(len(a) + 2)))

    def test_compare(self):
        r = random.Random(7)
        a = [0.92 + r.gauss(0, 0.02) for _ in range(8)]
        b = [0.88 + r.gauss(0, 0.05) for _ in range(11)]
        got = self.compared(1 if stats.ttest_ind(
            a, b, equal_var=False).pvalue < 0.05 else 0, a, b)
        t = stats.ttest_ind(a, b, equal_var=False)
        self.assertAlmostEqual(got["welch"]["t"], t.statistic)
        self.assertAlmostEqual(got["welch"]["p"], t.pvalue)
        va, vb = np.var(a, ddof=1) / 8, np.var(b, ddof=1) / 11
        df = (va + vb) ** 2 / (va ** 2 / 7 + vb ** 2 / 10)
        half = stats.t.ppf(0.975, df) * math.sqrt(va + vb)
        self.assertAlmostEqual(got["welch"]["freedom"], df)
        self.assertAlmostEqual(got["welch"]["high"],
                               np.mean(a) - np.mean(b) + half)
        p = stats.ttest_rel(a, b[:8])
        self.assertEqual(got["pairs"], 8)
        self.assertAlmostEqual(got["paired"]["t"], p.statistic)
        self.assertAlmostEqual(got["paired"]["p"], p.pvalue)
        u = stats.mannwhitneyu(a, b).statistic
        self.assertAlmostEqual(got["probability"], u / 88)
        boot = stats.bootstrap(
            (a, b), lambda x, y: stats.mannwhitneyu(x, y).statistic / 88,
            vectorized=False, method="percentile", n_resamples=2000,
            random_state=1).confidence_interval
        self.assertAlmostEqual(got["probability_low"], boot.low, delta=0.05)
        self.assertAlmostEqual(got["probability_high"], boot.high, delta=0.05)
        pooled = math.sqrt((7 * np.var(a, ddof=1) + 10 * np.var(b, ddof=1))
                           / 17)
        g = (np.mean(a) - np.mean(b)) / pooled * (1 - 3 / (4 * 19 - 9))
        self.assertAlmostEqual(got["g"], g)

    def test_ties(self):
        a, b = [1, 2, 2, 3, 5], [2, 2, 3, 0, 1]
        got = self.compared(0, a, b)
        u = stats.mannwhitneyu(a, b).statistic
        self.assertAlmostEqual(got["probability"], u / 25)

    def test_paired_decides(self):
        """Seeds of much influence: only pairs show the difference."""
        r = random.Random(1)
        a = [r.gauss(0, 10) for _ in range(8)]
        b = [x + 0.5 + r.gauss(0, 0.1) for x in a]
        self.assertFalse(self.compared(0, a, b)["different"])
        self.assertTrue(json.loads(self.samebits(
            1, "compare", "--paired", "--json", "1", "10"))["different"])

    def test_few(self):
        got = self.compared(0, [1, 2, 3], [1.5, 2.5, 2])
        self.note(got, "000001", "3 values", "-n 10")

    def test_no_spread(self):
        got = self.compared(1, [0.9] * 5, [0.8] * 5)
        self.assertEqual((got["welch"]["p"], got["g"]), (0, None))
        self.note(got, "neither set spreads")

    def test_compare_text(self):
        self.compared(1, [0.91, 0.92, 0.93, 0.92, 0.91],
                      [0.81, 0.82, 0.83, 0.82, 0.81])
        out = self.samebits(1, "compare", "1", "7")
        self.assertTrue(out.startswith("different: x of A is higher by 0.1"),
                        out)

    def test_compare_trouble(self):
        self.trials(0, "-n", "2", *self.values("v", [1, 2]))
        self.trials(0, "-n", "1", *self.values("v", [1, 2]))
        for words, says in ((("1", "2"), "is a run, not a set of trials"),
                            (("1", "4"), "has 1 value"),
                            (("1", "99"), "no such run"),
                            (("1",), "takes two sets"),
                            (("--metric", "y", "1", "4"),
                             "no metric y, but x")):
            self.samebits(2, "compare", *words)
            self.assertIn(says.replace("has 1", "have 1"), self.stderr)


class Plan(Case):
    SHOW = ("--metric", "seed=seed ([0-9]+)", "--", "sh", "-c",
            "echo seed $SAMEBITS_SEED trial $SAMEBITS_TRIAL fold "
            "${SAMEBITS_FOLD-none} args $*", "-", "{seed}", "t{trial}",
            "{run}", "{other}")

    def lines(self, record):
        lines = []
        for t in record["trials"]:
            with open(self.path(".samebits/%s/stdout" % t["run"])) as f:
                lines.append(f.read().strip())
        return lines

    def test_seeds(self):
        record = self.trials(0, "--seeds", "3..4,42", *self.SHOW)
        self.assertEqual(record["seeds"], [3, 4, 42])
        self.assertEqual(self.lines(record), [
            "seed 3 trial 1 fold none args 3 t1 1 {other}",
            "seed 4 trial 2 fold none args 4 t2 2 {other}",
            "seed 42 trial 3 fold none args 42 t3 3 {other}"])
        self.assertEqual([t["metrics"]["seed"]["value"]
                          for t in record["trials"]], [3, 4, 42])
        for t, s in zip(record["trials"], (3, 4, 42)):
            with open(self.path(".samebits/%s/manifest.json" % t["run"])) as f:
                self.assertEqual(json.load(f)["seed"], s)

    def test_as_run(self):
        """A trial is what samebits run --seed makes."""
        record = self.trials(0, "-n", "2", "--", "od", "-An", "-N8", "-tx8",
                             "/dev/urandom")
        out = self.samebits(0, "run", "-q", "--seed", "2", "--", "od", "-An",
                            "-N8", "-tx8", "/dev/urandom").strip()
        self.assertEqual(self.lines(record)[1], out)
        self.assertNotEqual(self.lines(record)[0], out)

    def test_folds(self):
        record = self.trials(
            0, "-n", "2", "--folds", "3", "--metric", "x=x ([0-9.]+)", "--",
            "sh", "-c", "echo fold {fold} x $SAMEBITS_SEED$SAMEBITS_FOLD")
        self.assertEqual([(t["seed"], t["fold"]) for t in record["trials"]],
                         [(s, f) for s in (1, 2) for f in range(3)])
        self.assertEqual(self.lines(record)[4], "fold 1 x 21")
        x = record["summary"]["x"]
        self.assertEqual((x["count"], x["mean"], x["least"], x["most"]),
                         (2, 16, 11, 21))
        self.note(record, "mean of a seed's 3 folds")

    def test_one_seed_with_folds(self):
        record = self.trials(
            0, "-n", "1", "--folds", "4", "--metric", "x=x ([0-9.]+)", "--",
            "sh", "-c", "echo x $SAMEBITS_FOLD")
        self.assertEqual(record["summary"]["x"]["count"], 4)
        self.note(record, "share training data")

    def test_fold_that_failed(self):
        """The mean of other folds is not comparable."""
        record = self.trials(
            1, "-n", "3", "--folds", "2", "--metric", "x=x ([0-9.]+)", "--",
            "sh", "-c", "echo x {seed}; test {seed}{fold} != 21")
        x = record["summary"]["x"]
        self.assertEqual((x["count"], x["missing"], x["mean"]), (2, 1, 2))

    def test_options_reach_runs(self):
        record = self.trials(0, "-n", "1", "--threads", "3", "--no-output",
                             "*.tmp", "--output", "*.out", "--", "sh", "-c",
                             "nproc; echo > a.tmp; echo > b.out")
        self.assertEqual(self.lines(record), ["3"])
        self.assertIn("--threads", record["options"])
        with open(self.path(".samebits/%s/files.json"
                            % record["trials"][0]["run"])) as f:
            names = [o["path"] for o in json.load(f)["outputs"]]
        self.assertEqual([os.path.basename(n) for n in names], ["b.out"])

    def test_bad_options(self):
        x = ("--metric", "x=x ([0-9]+)")
        for words, says in (
                (("--seeds", "5..1", "--", "true"), "before it begins"),
                (("--seeds", "1..x", "--", "true"), "numbers and ranges"),
                (("--seeds", "1,2,1", "--", "true"), "1 is there twice"),
                (("--seed", "3", "--", "true"), "did you mean --seeds"),
                (("-n", "3", "--seeds", "1..2", "--", "true"), "has 2"),
                (("-n", "0", "--", "true"), "must be a number"),
                (("-n", "2", "--", "echo", "{fold}"), "add --folds"),
                (("--until-ci", "0.1", "--", "true"), "add --metric"),
                (("--until-ci", "wide", *x, "--", "true"), "2% of the mean"),
                (("--until-ci", "1", "-n", "3", *x, "--", "true"), "leave -n"),
                (("--max", "9", "--", "true"), "goes with --until-ci"),
                (("--metric", "x=x", "--", "true"), "in parentheses"),
                (("--metric", "x", "--", "true"), "NAME=REGEX"),
                (("--metric", "x=json:f", "--", "true"), "json:FILE:KEY"),
                (("--metric", "x=csv:f:", "--", "true"), "csv:FILE:COLUMN"),
                ((*x, *x, "--", "true"), "is there twice"),
                (("--value", "best", "--", "true"), "last, max, min"),
                (("-j", "2", "--metric", "x=file:f", "--", "true"),
                 "put {seed} into"),
                ((), "trials of what?")):
            self.samebits(125, "trials", *words)
            self.assertIn(says, self.stderr, words)
        self.samebits(127, "trials", "--", "no-such-program")
        self.assertFalse(os.path.exists(self.path(".samebits/000001")))


class Metrics(Case):
    def one(self, status, metric, script, *words):
        record = self.trials(status, "-n", "1", *words, "--metric", metric,
                             "--", "sh", "-c", script)
        return record["trials"][0]

    def series(self, metric, script, *words):
        m = self.one(0, metric, script, *words)["metrics"]["m"]
        return m["value"], m["series"]

    def test_stdout(self):
        self.assertEqual(self.series(r"m=loss[=:] ([-+0-9.e]+)",
                                     "echo loss: 1; echo loss= 5e-1"),
                         (0.5, [1, 0.5]))
        self.assertEqual(self.series("m=([0-9]+)%",
                                     r"printf '5%% done\r50%% done\r100%%'"),
                         (100, [5, 50, 100]))

    def test_value(self):
        for which, value in (("last", 2), ("max", 7), ("min", 1),
                             ("mean", 10 / 3)):
            got = self.series("m=m ([0-9]+)", "echo m 1; echo m 7; echo m 2",
                              "--value", which)
            self.assertAlmostEqual(got[0], value)

    def test_json(self):
        for text, key, wanted in (
                ('{"test": {"acc": 0.5}}', "test.acc", (0.5, [0.5])),
                ('{"loss": [3, 2, 1.5]}', "loss", (1.5, [3, 2, 1.5])),
                ('{"h": [{"a": 1}, {"a": 2}]}', "h.1.a", (2, [2])),
                ('{"test.acc": "0.25"}', "test.acc", (0.25, [0.25])),
                ('{"a": 1}\n{"b": 2}\n{"a": 3}\n', "a", (3, [1, 3]))):
            self.write("in", text)
            self.assertEqual(self.series("m=json:out-{seed}.json:" + key,
                                         "cat in > out-{seed}.json"), wanted)
        self.assertEqual(self.series("m=json:-:a", "echo begin; cat in"),
                         (3, [1, 3]))

    def test_csv(self):
        for text, column, wanted in (
                ("step,loss\n1,0.5\n2,0.25\n", "loss", (0.25, [0.5, 0.25])),
                ("step;loss\r\n1;0.5\r\n", "loss", (0.5, [0.5])),
                ('"a,b","l"\n"x\n""y""",4\n', "l", (4, [4])),
                ("a\tb\n1\t2\n3\t\n", "b", (2, [2])),
                ("\ufeffloss,x\n7,8\n", "loss", (7, [7])),
                ("a,b\n1,2\n", "2", (2, [2]))):
            self.write("in", text)
            self.assertEqual(self.series("m=csv:out.csv:" + column,
                                         "cat in > out.csv"), wanted)

    def test_file(self):
        self.assertEqual(self.series("m=file:acc", "echo ' 0.5 ' > acc"),
                         (0.5, [0.5]))
        self.assertEqual(self.series("m=file:log:a=([0-9]+)",
                                     "echo 'a=1 a=2' > log"), (2, [1, 2]))

    def trouble(self, metric, script, *says):
        trial = self.one(1, metric, script)
        for word in says:
            self.assertIn(word, trial["trouble"])
            self.assertIn(word, self.stderr)
        self.assertIn("trial 1 (seed 1)", self.stderr)
        self.assertEqual((trial["how"], trial["metrics"]), ("ended", {}))

    def test_not_there(self):
        self.trouble("m=los: ([0-9]+)", "echo a; echo b; echo loss: 5",
                     "nothing in standard output matches los: ",
                     "stdout ends with: a | b | loss: 5")
        self.trouble("m=los: ([0-9]+)", "true", "stdout is empty")
        self.trouble(r"m=loss (\d+)", "echo loss 5", "say [0-9]")
        self.trouble("m=json:f:k", "true", "f: No such file")
        self.trouble("m=json:f:k", "echo '{\"l\": 1}' > f", "has no key k")
        self.trouble("m=json:f:k", "echo nothing > f", "is no JSON")
        self.trouble("m=csv:f:k", "echo a,b > f", "has no column k")
        self.trouble("m=file:f", ": > f", "is empty")

    def test_no_number(self):
        self.trouble("m=loss: (.*)", "echo loss: many",
                     '"many" in standard output is not a number')
        for number in ("1,5", "1.2.3", "1'000"):
            self.trouble("m=loss: (.*)", 'echo "loss: %s"' % number,
                         '"%s" in standard output is not a number' % number)
        self.trouble("m=json:f:k", "echo '{\"k\": [1, {}]}' > f",
                     "is not a number")
        self.trouble("m=csv:f:b", "printf 'a,b\\n1,n/a\\n' > f",
                     '"n/a" in f is not a number')

    def test_old_file(self):
        """That of an earlier trial is not this one's result."""
        record = self.trials(1, "-n", "2", "--metric", "m=file:f", "--", "sh",
                             "-c", "test {seed} = 2 || echo 5 > f; sleep 0.1")
        self.assertEqual(record["summary"]["m"]["count"], 1)
        self.assertIn("not written by this trial",
                      record["trials"][1]["trouble"])

    def test_nan(self):
        self.write("v", "0.5\nnan\n1.5\ninf\n")
        record = self.trials(0, "-n", "4", "--metric", "m=(.*)", "--", "sed",
                             "-n", "{seed}p", "v")
        m = record["summary"]["m"]
        self.assertEqual((m["count"], m["nan"], m["missing"], m["mean"]),
                         (2, 2, 0, 1))
        self.assertEqual(record["trials"][1]["metrics"]["m"],
                         {"value": None, "nan": True, "series": [None]})
        self.note(record, "2 values are NaN or infinite")
        self.write("in", '{"m": NaN, "t": "NaN, \\"Infinity"}')
        got = self.one(0, "m=json:out:m", "cat in > out")["metrics"]["m"]
        self.assertTrue(got["nan"])

    def test_long_series(self):
        value, series = self.series("m=([0-9]+)", "seq 25000")
        self.assertEqual((value, series[-1]), (25000, 25000))
        self.assertLess(len(series), 10001)


class Failing(Case):
    def test_kept(self):
        record = self.trials(
            1, "-n", "4", "--metric", "x=x ([0-9]+)", "--", "sh", "-c",
            "echo x {seed}; test {seed} != 3 || { echo too bad >&2; exit 7; }")
        self.assertEqual([t["how"] for t in record["trials"]],
                         ["ended", "ended", "failed", "ended"])
        third = record["trials"][2]
        self.assertEqual(third["status"], 7)
        self.assertIn("exit status 7; stderr ends with: too bad",
                      third["trouble"])
        x = record["summary"]["x"]
        self.assertEqual((x["count"], x["missing"]), (3, 1))
        self.assertAlmostEqual(x["mean"], 7 / 3)
        self.note(record, "1 of 4 trials failed")
        out = self.samebits(0, "report", "1")
        self.assertIn("4 of 4 trials made, 1 failed", out)
        self.assertIn("failed: exit status 7", out)

    def test_killed(self):
        record = self.trials(1, "-n", "2", "--", "sh", "-c", "kill -9 $$")
        self.assertEqual([t["status"] for t in record["trials"]], [137, 137])

    def test_timeout(self):
        record = self.trials(1, "-n", "2", "--timeout", "1", "--", "sh", "-c",
                             "test {seed} = 1 || sleep 60")
        self.assertEqual([t["how"] for t in record["trials"]],
                         ["ended", "timed out"])
        self.assertIn("within 1 s", record["trials"][1]["trouble"])

    def test_full_disk(self):
        """What has ended is kept, and the rest can be made later."""
        script = """
            set -e
            mount -t tmpfs -o size=2500k none small
            code=0
            %s trials -q --store small/store -n 10 --metric 'x=x ([0-9]+)' \
                -- sh -c 'echo x {seed}' > out 2> err || code=$?
            echo $code
            rm -r small/store/00000[2-6]
            %s trials --json --store small/store --resume
        """ % (SAMEBITS, SAMEBITS)
        os.mkdir(self.path("small"))
        if subprocess.run(["unshare", "-rm", "mount", "-t", "tmpfs", "none",
                           self.path("small")],
                          stderr=subprocess.DEVNULL).returncode:
            print("[  SKIPPED ] test_full_disk")
            self.skipTest("mounts are forbidden")
        done = subprocess.run(["unshare", "-rm", "sh", "-c",
                               script],
                              cwd=self.dir, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True, timeout=100)
        self.assertEqual(done.returncode, 0, done.stderr)
        code, _, rest = done.stdout.partition("\n")
        with open(self.path("err")) as f:
            said = f.read()
        self.assertEqual(code, "125", said)
        self.assertIn("No space left on device", said)
        with open(self.path("out")) as f:
            made = int(f.read().split(" of 10")[0].split()[-1])
        record = json.loads(rest)
        self.assertEqual([t["seed"] for t in record["trials"]],
                         list(range(1, 11)))
        self.assertEqual(record["summary"]["x"]["count"], 10)
        self.assertGreater(made, 2)
        # Those of the first start were not made again.
        self.assertEqual(record["trials"][1]["run"], "000003")


class Seeds(Case):
    """All trials alike although the seeds differ."""
    def test_python(self):
        self.write("train.py", "import random\n\nrandom.seed(42)\n"
                   "print('acc', random.random())\n")
        record = self.trials(0, "-n", "3", "--", PYTHON, "train.py")
        note = self.note(record, "all trials gave the same bits", "--reseed")
        self.assertIn("random.seed(42) at %s:3" % self.path("train.py"), note)
        record = self.trials(0, "-n", "3", "--reseed", "--", PYTHON,
                             "train.py")
        self.assertEqual(record["notes"], [])
        self.assertEqual(len({t["bits"] for t in record["trials"]}), 3)

    def test_python_elsewhere(self):
        """Each call once, by the line that made it, and only those that were
        made."""
        self.write("mine.py", "import random\n\n\ndef start(seed=5):\n"
                   "    random.seed(seed)\n\n\ndef never():\n"
                   "    random.seed(6)\n")
        self.write("train.py", "import mine\nmine.start()\nmine.start(3)\n"
                   "import random\nprint(random.random())\n")
        note = self.note(self.trials(0, "-n", "2", "--", PYTHON, "train.py"),
                         "all trials gave the same bits")
        self.assertEqual(note.count(" at "), 1)
        self.assertIn(": random.seed(seed) at %s:5; --reseed overrides them"
                      % self.path("mine.py"), note)

    def test_c(self):
        self.write("t.c", "#include <stdio.h>\n#include <stdlib.h>\n"
                   "int main(int argc, char **argv)\n{\n\tsrand(7);\n"
                   "\tFILE *f = fopen(argv[argc - 1], \"w\");\n"
                   "\tfprintf(f, \"%d\\n\", rand());\n\treturn 0;\n}\n")
        subprocess.run(["cc", "-g", "-o", "t", "t.c"], cwd=self.dir,
                       check=True)
        record = self.trials(0, "--seeds", "1..3,honour", "--", "./t",
                             "model-{seed}")
        note = self.note(record, "all trials gave the same bits")
        self.assertIn("srand() at %s:5; without honour in --seeds"
                      % self.path("t.c"), note)
        self.assertNotIn("--reseed", note)
        # Mixed with the seed, as run does by default, they differ.
        record = self.trials(0, "-n", "3", "--", "./t", "model-{seed}")
        self.assertEqual(record["notes"], [])
        self.assertEqual(len({t["bits"] for t in record["trials"]}), 3)

    def test_own_generator(self):
        record = self.trials(0, "-n", "2", "--", "awk",
                             "BEGIN { x = 7; for (i = 0; i < 9; i++) "
                             "x = x * 16807 % 2147483647; print x }")
        note = self.note(record, "no seeding function that samebits knows")
        self.assertNotIn("--reseed", note)

    def test_metric_alone(self):
        record = self.trials(0, "-n", "3", "--metric", "m=m ([0-9]+)", "--",
                             "sh", "-c", "echo m 5 of {seed}")
        self.note(record, "m is the same in all trials", "draws no random "
                  "numbers for it, or fixes its own seeds")

    def test_silent(self):
        """Nothing was written: nothing can be said."""
        self.assertEqual(self.trials(0, "-n", "3", "--", "true")["notes"], [])

    def test_same_file(self):
        record = self.trials(0, "-n", "2", "--", "sh", "-c",
                             "echo {seed} > model")
        self.note(record, "write the same file", "put {seed}")


class Repeat(Case):
    DRAW = ("--metric", "x=x ([0-9]+)", "--", "sh", "-c",
            "echo x $(od -An -N2 -tu2 /dev/urandom)")

    def test_zero(self):
        record = self.trials(0, "-n", "4", "--repeat", "3", *self.DRAW)
        self.assertEqual([(t["trial"], t["repeat"]) for t in record["trials"]],
                         [(s, r) for s in range(1, 5) for r in range(1, 4)])
        x = record["summary"]["x"]
        self.assertEqual((x["count"], x["within_seeds"]), (4, 0))
        self.assertAlmostEqual(x["between_seeds"], x["deviation"])
        self.note(record, "repeats bit for bit", "3 times")

    def test_spread(self):
        record = self.trials(0, "-n", "3", "--repeat", "4", "--observe",
                             "entropy", *self.DRAW)
        values = [[t["metrics"]["x"]["value"] for t in record["trials"]
                   if t["seed"] == s] for s in (1, 2, 3)]
        within = math.sqrt(np.mean([np.var(v, ddof=1) for v in values]))
        between = np.var([np.mean(v) for v in values], ddof=1) - within**2 / 4
        x = record["summary"]["x"]
        self.assertAlmostEqual(x["within_seeds"], within)
        self.assertAlmostEqual(x["between_seeds"],
                               math.sqrt(max(between, 0)))
        self.note(record, "does not repeat", "samebits check")

    def test_never_at_a_time(self):
        """Repeats of a seed write the same files."""
        self.trials(0, "-n", "2", "--repeat", "4", "-j", "4", "--", "sh", "-c",
                    "mkdir busy-{seed} && sleep 0.05 && rmdir busy-{seed}")


class Until(Case):
    def test_narrow(self):
        r = random.Random(2)
        values = [r.gauss(10, 1) for _ in range(60)]
        words = self.values("v", values)
        record = self.trials(0, "--until-ci", "1.5", "--max", "60", *words)
        n = record["summary"]["x"]["count"]
        width = [2 * stats.t.ppf(0.975, k - 1) * np.std(values[:k], ddof=1) /
                 math.sqrt(k) for k in range(3, 61)]
        self.assertEqual(n, 3 + [w <= 1.5 for w in width].index(True))
        self.assertEqual((record["planned"], len(record["seeds"])), (n, n))
        self.note(record, "--until-ci 1.5", "as narrow as that")
        relative = self.trials(0, "--until-ci", "15%", "--max", "60", *words)
        self.assertLess(abs(relative["summary"]["x"]["count"] - n), 6)

    def test_most(self):
        words = self.values("v", [1, 100, 1, 100, 1, 100])
        record = self.trials(0, "--until-ci", "1", "--max", "5", *words)
        self.assertEqual(len(record["trials"]), 5)
        self.note(record, "not reached", "raise --max")


class Resume(Case):
    SLOW = ("--metric", "x=x ([0-9]+)", "--", "sh", "-c",
            "echo {seed} >> made; sleep 0.2; echo x {seed}")

    def begin(self, lines, *words):
        """Starts trials, and returns when some have been written down."""
        p = subprocess.Popen((SAMEBITS, "trials", "-q", *words), cwd=self.dir,
                             stdin=subprocess.DEVNULL,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        path = self.path(".samebits/000001/trials.jsonl")
        end = time.monotonic() + 60
        while time.monotonic() < end:
            if os.path.exists(path):
                with open(path) as f:
                    if f.read().count("\n") >= lines:
                        return p
            time.sleep(0.02)
        self.fail("no trials were made")

    def made(self):
        with open(self.path("made")) as f:
            return f.read().split()

    def test_kill(self):
        p = self.begin(3, "-n", "8", *self.SLOW)
        p.kill()
        p.communicate()
        out = self.samebits(0, "report", "1")
        self.assertIn("of 8 trials made", out)
        self.assertIn("n = ", out)
        before = json.loads(self.samebits(0, "report", "--json", "1"))
        self.assertGreaterEqual(len(before["trials"]), 3)
        time.sleep(0.5)  # until what was going on is gone
        after = self.trials(0, "--resume")
        self.assertEqual([t["seed"] for t in after["trials"]],
                         list(range(1, 9)))
        self.assertEqual(after["summary"]["x"]["mean"], 4.5)
        for t in before["trials"]:
            self.assertIn(t, after["trials"])
            self.assertEqual(self.made().count(str(t["seed"])), 1)
        self.assertFalse(os.path.exists(
            self.path(".samebits/000001/trials.jsonl")))

    def test_interrupt(self):
        p = self.begin(2, "-n", "8", *self.SLOW)
        p.send_signal(signal.SIGINT)
        out, err = p.communicate(timeout=60)
        self.assertEqual(p.returncode, -signal.SIGINT)
        self.assertIn("--resume=000001", err.decode())
        self.assertIn("of 8 trials made", out.decode())
        self.assertEqual(len(self.trials(0, "--resume=1")["trials"]), 8)

    def test_while_going_on(self):
        p = self.begin(1, "-n", "8", *self.SLOW)
        self.samebits(125, "trials", "--resume")
        self.assertIn("still going on", self.stderr)
        p.communicate()
        self.assertEqual(p.returncode, 0)
        self.assertEqual(len(self.made()), 8)

    def test_damaged_line(self):
        """A machine that lost power may have cut the last one."""
        p = self.begin(2, "-n", "5", *self.SLOW)
        p.kill()
        p.communicate()
        time.sleep(0.5)
        path = self.path(".samebits/000001/trials.jsonl")
        with open(path) as f:
            lines = f.read().splitlines()
        with open(path, "w") as f:
            f.write("\n".join(lines[:-1]) + "\n" + lines[-1][:40])
        self.assertEqual(len(self.trials(0, "--resume")["trials"]), 5)

    def test_contradictions(self):
        os.mkdir(self.path("other"))
        self.trials(0, "-n", "2", "--", "echo", "{seed}")
        for words, says in (
                (("--", "echo", "x"), "ran another command: echo {seed}"),
                (("--seeds", "2..5",), "may only become longer"),
                (("--folds", "2"), "begun with 0"),
                (("--threads", "2"), "other options")):
            self.samebits(125, "trials", "--resume", *words)
            self.assertIn(says, self.stderr)
        self.samebits(125, "trials", "--resume=9")
        self.assertIn("no such run", self.stderr)
        self.samebits(125, "trials", "--resume", "--store", "other")
        self.assertIn("there are no trials here", self.stderr)

    def test_hidden(self):
        """The record has no secrets: they are to be given again."""
        argv = ("sh", "-c", "echo $2", "sh", "--password", "hunter2-{seed}")
        self.trials(0, "-n", "1", "--", *argv)
        self.text(125, "-q", "-n", "2", "--resume")
        self.assertIn("name the command", self.stderr)
        self.text(125, "-q", "-n", "2", "--resume", "--", "true")
        self.assertIn("another command", self.stderr)
        self.trials(0, "-n", "2", "--resume", "--", *argv)
        self.assertEqual(self.samebits(0, "list", "--json").count(
            "hunter2"), 0)
        with open(self.path(".samebits/000003/stdout")) as f:
            self.assertEqual(f.read(), "hunter2-2\n")

    def test_more(self):
        self.trials(0, "-n", "2", "--", "echo", "x", "{seed}")
        record = self.trials(0, "-n", "4", "--resume", "--metric",
                             "x=x ([0-9])")
        self.assertEqual([t["metrics"]["x"]["value"]
                          for t in record["trials"]], [1, 2, 3, 4])
        self.assertEqual(record["trials"][0]["run"], "000002")

    def test_not_run(self):
        """What could not be run at all is made when it can be."""
        self.write("p", "#!/bin/sh\nrm -f p\n")
        os.chmod(self.path("p"), 0o755)
        record = self.trials(125, "-n", "3", "--", "./p")
        self.assertEqual([t["how"] for t in record["trials"]],
                         ["ended", "not run"])
        self.write("p", "#!/bin/sh\n")
        os.chmod(self.path("p"), 0o755)
        record = self.trials(0, "--resume")
        self.assertEqual([t["how"] for t in record["trials"]], ["ended"] * 3)


class Together(Case):
    # Fails where another one is at it.
    ALONE = ("sh", "-c", "mkdir /tmp/samebits-alone.$$ || exit 1; sleep 0.3; "
             "rmdir /tmp/samebits-alone.$$")

    def private_possible(self):
        return subprocess.run((SAMEBITS, "run", "-q", "--private-tmp", "--",
                               "true"), cwd=self.dir,
                              stderr=subprocess.DEVNULL).returncode == 0

    def test_private_tmp(self):
        if not self.private_possible():
            print("[  SKIPPED ] test_private_tmp")
            self.skipTest("mounts are forbidden")
        self.trials(0, "-n", "4", "-j", "4", "--", *self.ALONE)
        # Without, the same process ids make the same names.
        record = self.trials(1, "-n", "4", "-j", "4", "--no-private-tmp", "--",
                             *self.ALONE)
        self.assertIn("failed", [t["how"] for t in record["trials"]])

    def test_named_in_tmp(self):
        """A private /tmp would hide what an argument names."""
        with tempfile.NamedTemporaryFile("w", prefix="samebits-",
                                         dir="/tmp") as data:
            data.write("x 5\n")
            data.flush()
            self.trials(0, "-n", "2", "-j", "2", "--", "cat", data.name)
            self.assertIn("%s is named" % data.name, self.stderr)

    def test_same_as_alone(self):
        words = ("-n", "6", "--metric", "x=([0-9]+)", "--", "od", "-An",
                 "-N4", "-tu4", "/dev/urandom")
        one = self.trials(0, *words)
        four = self.trials(0, "-j", "4", *words)
        self.assertEqual(one["summary"], four["summary"])
        self.assertEqual([t["result"] for t in one["trials"]],
                         [t["result"] for t in four["trials"]])

    def test_many(self):
        begin = time.monotonic()
        record = self.trials(0, "-q", "-n", "500", "-j", "2", "--", "true")
        spent = time.monotonic() - begin
        self.assertEqual([t["seed"] for t in record["trials"]],
                         list(range(1, 501)))
        self.assertLess(spent, 120)
        self.assertEqual(sorted(os.listdir(self.path(".samebits/000001"))),
                         ["experiment.json", "lock", "manifest.json"])


class Report(Case):
    def test_same_text(self):
        out = self.text(0, "-n", "3", *self.values("v", [1, 2, 4]))
        self.assertEqual(self.samebits(0, "report", "1"), out)
        self.assertIn("95% by bootstrap (BCa)", out)

    def test_record(self):
        record = self.trials(0, "-n", "2", *self.values("v", [1, 2]))
        self.assertEqual((record["format"], record["kind"]), (1, "trials"))
        self.assertEqual(record["cwd"], os.path.realpath(self.dir))
        self.assertEqual(record["metrics"], [
            {"name": "x", "from": "stdout", "pattern": "x (.*)"}])
        self.assertIsNone(record["commit"])
        with open(self.path(".samebits/000001/experiment.json")) as f:
            self.assertEqual(json.load(f), record)
        listed = json.loads(self.samebits(0, "list", "--json"))
        self.assertEqual([r["mode"] for r in listed],
                         ["trials", "run", "run"])

    def test_commit(self):
        env = dict(os.environ, GIT_CONFIG_GLOBAL="/dev/null")
        for words in (("init", "-q"),
                      ("-c", "user.name=a", "-c", "user.email=a@b", "commit",
                       "-q", "--allow-empty", "-m", "x")):
            subprocess.run(("git", *words), cwd=self.dir, env=env, check=True)
        head = subprocess.run(("git", "rev-parse", "HEAD"), cwd=self.dir,
                              stdout=subprocess.PIPE, text=True).stdout.strip()
        self.assertEqual(self.trials(0, "-n", "1", "--", "true")["commit"],
                         head)

    def test_progress(self):
        """On a terminal, a line with a bar and the time that is left."""
        pid, fd = pty.fork()
        if not pid:
            os.chdir(self.dir)
            os.execv(SAMEBITS, (SAMEBITS, "trials", "-n", "6", "--", "sleep",
                                "0.3"))
        text = b""
        while select.select([fd], [], [], 30)[0]:
            try:
                block = os.read(fd, 4096)
            except OSError:
                break
            if not block:
                break
            text += block
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), 0)
        os.close(fd)
        self.assertIn(b"trial 3 of 6 [######", text)
        self.assertIn(b"left", text)


class Real(Case):
    def test_sklearn(self):
        self.write("train.py", """
import sys
import numpy as np
from sklearn.datasets import load_digits
from sklearn.linear_model import SGDClassifier
x, y = load_digits(return_X_y=True)
order = np.random.permutation(len(x))
x, y = x[order], y[order]
model = SGDClassifier(max_iter=20, tol=None)
model.fit(x[:1000], y[:1000])
print("accuracy %.4f" % model.score(x[1000:], y[1000:]))
np.save(sys.argv[1], model.coef_)
""")
        record = self.trials(0, "-n", "5", "--repeat", "2", "-j", "2",
                             "--metric", "acc=accuracy ([0-9.]+)", "--",
                             PYTHON, "train.py", "model-{seed}.npy")
        acc = record["summary"]["acc"]
        self.assertEqual((acc["count"], acc["within_seeds"]), (5, 0))
        self.assertGreater(acc["deviation"], 0)
        self.assertTrue(0.7 < acc["low"] < acc["high"] < 1, acc)
        self.note(record, "repeats bit for bit")
        self.assertEqual(len({t["bits"] for t in record["trials"]}), 5)

    @unittest.skipUnless(shutil.which("fasttext"), "fasttext is missing")
    def test_fasttext(self):
        r = random.Random(1)
        words = (["good", "fine", "well", "nice"], ["bad", "poor", "ill"])
        self.write("text", "".join(
            "__label__%d %s\n" % (i % 2, " ".join(
                r.choice(words[i % 2] if r.random() < 0.7 else sum(words, []))
                for _ in range(4))) for i in range(300)))
        self.write("train.sh", "fasttext supervised -input text -output $1 "
                   "-thread 1 -seed $SAMEBITS_SEED -epoch 3 -dim 5 >&2 && "
                   "fasttext test $1.bin text\n")
        record = self.trials(0, "-n", "4", "--metric", "p=P@1[^0-9]*([0-9.]+)",
                             "--", "sh", "train.sh", "model-{seed}")
        self.assertEqual(record["summary"]["p"]["count"], 4)
        self.assertEqual(len({t["bits"] for t in record["trials"]}), 4)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    unittest.main()
