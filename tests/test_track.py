#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""samebits log: MLflow, Weights & Biases, CSV and JSON, and what may fail."""
import csv
import glob
import json
import os
import re
import resource
import signal
import subprocess
import tempfile
import threading
import time
import unittest

from track_server import QUIET, Faulty, Mlflow, free_port, venv

SAMEBITS = os.environ["SAMEBITS_BIN"]
# Also that nothing on the way, as a proxy would be, answers for us.
CLEAN = {k: v for k, v in os.environ.items()
         if not k.upper().endswith("_PROXY")
         and not k.startswith(("MLFLOW_", "WANDB_"))}
CLEAN.update(QUIET)


class Case(unittest.TestCase):
    def setUp(self):
        dir = tempfile.TemporaryDirectory(prefix="samebits-track-",
                                          dir="/var/tmp")
        self.addCleanup(dir.cleanup)
        self.dir = dir.name

    def path(self, *names):
        return os.path.join(self.dir, *names)

    def samebits(self, status, *words, **variables):
        done = subprocess.run((SAMEBITS, *words), cwd=self.dir, text=True,
                              errors="surrogateescape",
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              env=dict(CLEAN, **variables), timeout=100)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        self.out, self.err = done.stdout, done.stderr
        return done.stdout + done.stderr

    def log(self, status, *words, **variables):
        return self.samebits(status, "log", *words, **variables)

    def run_it(self, *words, status=0):
        self.samebits(status, "run", "-q", *words)

    def outbox(self):
        return sorted(glob.glob(self.path(".samebits", "outbox", "*.json")))

    def faulty(self, *args, **named):
        server = Faulty(*args, **named)
        self.addCleanup(server.end)
        return server

    def experiment(self, number, content):
        """As `check` and `trials` keep what they have found."""
        dir = self.path(".samebits", "%06d" % number)
        os.mkdir(dir)
        manifest = {"format": 1, "mode": content["kind"], "program": "./train",
                    "argv": ["./train"], "cwd": self.dir, "start": 1.5e9,
                    "end": 1.5e9 + 3, "status": 0}
        for name, value in (("experiment", content), ("manifest", manifest)):
            with open(os.path.join(dir, name + ".json"), "w") as f:
                json.dump(value, f)


def jsonl(path):
    with open(path) as f:
        return [json.loads(line) for line in f]


def rows(path):
    with open(path, newline="") as f:
        return list(csv.DictReader(f))


def trials(n=3):
    """The record of an experiment whose runs are 1 to n."""
    values = (0.9, None, 0.7)  # None is NaN
    return {
        "format": 1, "kind": "trials", "argv": ["./train", "--api-key", "<hidden: its name says secret>"],
        "start": 1.5e9, "end": 1.5e9 + 3, "planned": n, "seeds": [1, 2, 3],
        "folds": 0, "repeat": 1, "commit": "c" * 40,
        "trials": [{"trial": i + 1, "seed": i, "fold": None, "repeat": 1,
                    "run": "%06d" % (i + 1), "how": "ended", "status": 0,
                    "seconds": 1, "result": "%016x" % i, "trouble": None,
                    "metrics": {"acc": {"value": values[i % 3],
                                        "series": [0.5, 0.6, values[i % 3]]},
                                "loss": {"value": i, "series": []}}}
                   for i in range(n)]
        + [{"trial": n + 1, "seed": n, "fold": None, "repeat": 1, "run": None,
            "how": "not run", "trouble": "no disk", "metrics": {}}],
        "summary": {"acc": {"count": 2, "mean": 0.8, "deviation": 0.1,
                            "low": 0.7, "high": 0.9, "between_seeds": None,
                            "sentence": "0.8 \u00b1 0.1"}},
        "notes": []}


class Words(Case):
    """What a run becomes: seen best in JSON."""

    def params(self, *words):
        self.run_it("--", "true", *words)
        self.log(0, "--json", "o")
        return {k[4:]: v for k, v in jsonl(self.path("o"))[-1]
                ["params"].items() if k.startswith("arg.")}

    def test_arguments(self):
        for words, want in (
                (["--lr", "0.1", "--steps=5", "opt.mom=0.9"],
                 {"lr": "0.1", "steps": "5", "opt.mom": "0.9"}),
                (["--fast", "--lr", "-0.5", "file"],
                 {"fast": "true", "lr": "-0.5"}),
                (["-lr", "3", "-u", "train.py", "--fast"],
                 {"lr": "3", "fast": "true"}),
                (["--in", "a", "--in", "b", "/x=y", "-", "1=2"],
                 {"in": "a,b"}),
                (["--say", "\u00e4 \xff\n\"", "--empty="],
                 {"say": "\u00e4 \xff\n\"", "empty": ""}),
                (["--fast", "lr=1"], {"fast": "true", "lr": "1"})):
            self.assertEqual(self.params(*words), want)

    def test_many_arguments(self):
        words = ["a%d" % i for i in range(110000)]
        self.run_it("--", "true", *words)
        before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
        self.log(0, "--json", "o")
        used = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before
        self.assertLess(used, 1.5)
        self.assertEqual(jsonl(self.path("o"))[0]["params"]["command"],
                         " ".join(["true"] + words))

    def test_not_utf8(self):
        self.run_it("--", "true", b"--x=\xff\xfe")
        self.log(0, "--json", "o")
        self.assertEqual(jsonl(self.path("o"))[0]["params"]["arg.x"], "??")

    def test_secrets_stay(self):
        secrets = ("hunter2", "hunter3", "hunter4", "hunter5")
        self.samebits(0, "run", "-q", "--", "true", "--password", "hunter2",
                      "--hf-token=hunter3", "--db", "http://me:hunter4@h/x",
                      "API_KEY=hunter5", "--num-tokens", "17",
                      WANDB_API_KEY="hunter2")
        self.log(0, "--json", "o", "--csv", "c")
        self.log(125, "--mlflow", "http://me:hunter2@127.0.0.1:%d"
                 % free_port(), "--timeout", "1")
        self.assertIn("USERNAME", self.err)
        for path in ("o", "c", *self.outbox()):
            with open(self.path(path)) as f:
                text = f.read() + self.out + self.err
            self.assertIn("num-tokens", text)
            for secret in secrets:
                self.assertNotIn(secret, text, path)

    def test_run(self):
        subprocess.run("git init -q . && echo 1 > f && git add f && git -c "
                       "user.name=a -c user.email=b commit -qm c",
                       shell=True, cwd=self.dir, check=True)
        head = subprocess.run(("git", "rev-parse", "HEAD"), cwd=self.dir,
                              stdout=subprocess.PIPE, text=True).stdout
        with open(self.path("samebits.lock"), "w") as f:
            f.write("locked\n")
        time.sleep(1.1)
        self.run_it("--seed", "7", "--time", "real", "--threads", "2", "--",
                    "sh", "-c", "date; exit 3", status=3)
        time.sleep(1.1)
        subprocess.run("git -c user.name=a -c user.email=b commit -q "
                       "--allow-empty -m d", shell=True, cwd=self.dir,
                       check=True)
        self.log(0, "--json", "o", "--tag", "team=a=b", "--param", "seed=8",
                 "--name", "first")
        run, = jsonl(self.path("o"))
        self.assertEqual(run["status"], "FAILED")
        self.assertEqual(run["name"], "first")
        self.assertEqual(run["params"]["seed"], "8")
        self.assertEqual(run["params"]["threads"], "2")
        self.assertEqual(run["params"]["samebits.time"], "real")
        self.assertEqual(run["params"]["command"], "sh -c 'date; exit 3'")
        tags = run["tags"]
        self.assertEqual(tags["team"], "a=b")
        # Where HEAD was then, not where it is now.
        self.assertEqual(tags["samebits.commit"], head.strip())
        self.assertEqual(tags["samebits.seed"], "7")
        self.assertEqual(len(tags["samebits.lock"]), 32)
        metrics = {name: value for name, value, step in run["metrics"]}
        self.assertEqual(metrics["status"], 3)
        self.assertGreater(metrics["calls.clock"], 0)
        self.assertGreater(metrics["duration"], 0)
        self.assertAlmostEqual(run["end"] - run["start"],
                               metrics["duration"] * 1000, delta=2)

    def test_environment(self):
        """What was noted at the time of the run comes first."""
        self.run_it("--", "true")
        with open(self.path(".samebits", "000001", "environment.json"),
                  "w") as f:
            json.dump({"format": 1, "git": {"commit": "d" * 40,
                                            "changed_files": 2}}, f)
        self.log(0, "--json", "o")
        run, = jsonl(self.path("o"))
        self.assertEqual(run["tags"]["samebits.commit"], "d" * 40)
        self.assertEqual(run["tags"]["samebits.changed_files"], "2")

    def test_metric_and_verdict(self):
        self.samebits(0, "check", "--", "echo", "loss: 0.25")
        newest = max(os.listdir(self.path(".samebits")),
                     key=lambda n: n if n.isdigit() else "")
        with open(self.path(".samebits", newest, "manifest.json")) as f:
            made_by_check = json.load(f)["mode"] == "check"
        if not made_by_check:
            self.experiment(int(newest) + 1, {
                "format": 1, "kind": "check", "verdict": {
                    "verdict": "same", "sentence": "the same in 2 runs",
                    "program": ["echo", "loss: 0.25"],
                    "runs": [{"run": "000001", "seconds": 1, "status": 0},
                             {"run": "000002", "seconds": 1, "status": 0}]}})
        runs = [n for n in sorted(os.listdir(self.path(".samebits")))
                if os.path.exists(self.path(".samebits", n, "stdout"))]
        self.log(0, "--json", "o", "--metric", "loss=loss: ([0-9.]+)",
                 runs[0])
        run, = jsonl(self.path("o"))
        self.assertIn(["loss", 0.25, 0], run["metrics"])
        self.assertEqual(run["tags"]["samebits.verdict"], "same")
        kept = [n for n in os.listdir(self.path(".samebits")) if os.path.exists(
            self.path(".samebits", n, "experiment.json"))]
        self.log(0, "--json", "p", kept[0])
        parent, *rest = jsonl(self.path("p"))
        self.assertEqual(len(rest), 2)
        for one in (parent, *rest):
            self.assertEqual(one["tags"]["samebits.verdict"], "same")
        self.assertEqual(rest[1]["parent"], parent["id"])

    def test_defaults(self):
        self.run_it("--", "true")
        with open(self.path("samebits.conf"), "w") as f:
            f.write("[log]\nmlflow = http://127.0.0.1:%d\ntimeout = 1\n"
                    % free_port())
        self.assertIn("Connection refused", self.log(125))
        self.assertIn("1 of 1", self.log(125, "--sync"))

    def test_nothing_there(self):
        self.assertIn("no run here", self.log(125, "--json", "o"))
        self.run_it("--", "true")
        self.assertIn("no such run", self.log(125, "--json", "o", "17"))
        os.unlink(self.path(".samebits", "000001", "manifest.json"))
        self.assertIn("manifest.json", self.log(125, "--json", "o"))

    def test_damaged_experiment(self):
        self.run_it("--", "true")
        self.experiment(2, trials(1))
        with open(self.path(".samebits", "000002", "experiment.json"),
                  "w") as f:
            f.write("{")
        self.assertIn("experiment.json", self.log(125, "--json", "o", "2"))

    def test_usage(self):
        for words, said in (
                ((), "log to what?"),
                (("--mlflow", "file:///x"), "mlflow server"),
                (("--csv", "c", "--tag", "x"), "--tag x: must be NAME=VALUE"),
                (("--csv", "c", "--param", "=x"), "--param =x: must be"),
                (("--csv", "c", "--timeout", "soon"), "--timeout soon"),
                (("--csv", "c", "--metric", "x=y"), "--metric x=y"),
                (("--sync", "--csv", "c"), "--sync"),
                (("--sync", "3"), "--sync"),
                (("--csv", "-", "--json", "-"), "only one format")):
            self.assertIn(said, self.log(125, *words))
        self.run_it("--", "true")
        self.assertIn("no/where: No such file",
                      self.log(125, "--csv", "no/where"))
        self.assertIn("not UTF-8", self.log(125, "--csv", b"\xff"))
        self.assertIn("nothing is kept", self.log(0, "--sync"))
        self.assertIn("--sync", self.log(0, "--help"))


class Files(Case):
    def test_columns_join(self):
        self.run_it("--", "true", "--a", "1,\"2\"\n3", "--b", " x ")
        self.log(0, "--csv", "c")
        self.run_it("--", "true", "--c=5")
        self.log(0, "--csv", "c")
        first, second = rows(self.path("c"))
        self.assertEqual(first["param.arg.a"], "1,\"2\"\n3")
        self.assertEqual(first["param.arg.b"], " x ")
        self.assertEqual(first["param.arg.c"], "")
        self.assertEqual(second["param.arg.a"], "")
        self.assertEqual(second["param.arg.c"], "5")
        self.assertEqual(first["status"], "FINISHED")
        self.assertRegex(first["start"], r"^\d{4}-.*T.*\.\d{3}Z$")
        self.assertEqual(sorted(os.listdir(self.dir)), [".samebits", "c"])

    def test_standard_output(self):
        self.run_it("--", "true", "--a=1")
        self.log(0, "--json", "-")
        self.assertEqual(json.loads(self.out)["params"]["arg.a"], "1")
        self.log(0, "--csv", "-")
        row, = csv.DictReader(self.out.splitlines())
        self.assertEqual(row["param.arg.a"], "1")
        self.assertEqual(self.outbox(), [])

    def test_experiment(self):
        for _ in range(3):
            self.run_it("--", "true")
        self.experiment(4, trials())
        self.log(0, "--csv", "c", "--json", "o", "4")
        table = rows(self.path("c"))
        self.assertEqual([r["name"] for r in table],
                         ["trial 1", "trial 2", "trial 3", "trial 4"])
        self.assertEqual([r["metric.acc"] for r in table][:2],
                         ["0.90000000000000002", "NaN"])
        self.assertEqual(table[3]["tag.samebits.trouble"], "no disk")
        parent, *rest = jsonl(self.path("o"))
        self.assertIn(["acc.mean", 0.8, 0], parent["metrics"])
        self.assertIn(["acc", 0.6, 1], rest[0]["metrics"])
        self.assertIn(["acc", None, 2], rest[1]["metrics"])
        self.assertEqual(parent["tags"]["samebits.summary.acc"],
                         "0.8 \u00b1 0.1")
        self.assertEqual(parent["tags"]["samebits.commit"], "c" * 40)

    def test_many_at_once(self):
        self.run_it("--", "true")
        for option in ("--csv", "--json"):
            words = [(SAMEBITS, "log", option, "f" + option, "--param",
                      "p%d=%d" % (i, i)) for i in range(12)]
            for p in [subprocess.Popen(w, cwd=self.dir, env=CLEAN,
                                       stdout=subprocess.DEVNULL)
                      for w in words]:
                self.assertEqual(p.wait(), 0)
        table = rows(self.path("f--csv"))
        self.assertEqual(len(table), 12)
        for i in range(12):
            self.assertEqual(sum(r["param.p%d" % i] == str(i)
                                 for r in table), 1)
        lines = jsonl(self.path("f--json"))
        self.assertEqual(len({r["id"] for r in lines}), 12)
        self.assertEqual(self.outbox(), [])

    def test_foreign_table(self):
        self.run_it("--", "true")
        with open(self.path("c"), "w") as f:
            f.write("a,b\n1,2\n")
        self.assertIn("id", self.log(125, "--csv", "c"))
        with open(self.path("c")) as f:
            self.assertEqual(f.read(), "a,b\n1,2\n")
        self.assertEqual(len(self.outbox()), 1)
        os.rename(self.path("c"), self.path("d"))
        self.log(0, "--sync")
        self.assertEqual(len(rows(self.path("c"))), 1)
        self.assertEqual(self.outbox(), [])

    def test_not_twice(self):
        """Killed between writing and forgetting: the file knows."""
        self.run_it("--", "true")
        os.mkdir(self.path("d"))
        for option in ("--csv", "--json"):
            # Kept, as it cannot be written; then written, and kept again.
            self.log(125, option, "d")
            entry, = self.outbox()
            with open(entry) as f:
                content = f.read().replace(
                    json.dumps(os.path.realpath(self.path("d"))),
                    json.dumps(self.path("out" + option)))
            for _ in range(3):
                with open(entry, "w") as f:
                    f.write(content)
                self.log(0, "--sync")
                self.assertEqual(self.outbox(), [])
        self.assertEqual(len(rows(self.path("out--csv"))), 1)
        self.assertEqual(len(jsonl(self.path("out--json"))), 1)

    def test_damaged_entry(self):
        self.run_it("--", "true")
        os.mkdir(self.path("d"))
        self.log(125, "--csv", "d")
        damaged = self.path(".samebits", "outbox", "0.json")
        with open(damaged, "w") as f:
            f.write("{")
        os.rmdir(self.path("d"))
        self.assertIn("0.json: is damaged", self.log(125, "--sync"))
        # The others went all the same.
        self.assertEqual(self.outbox(), [damaged])
        self.assertEqual(len(rows(self.path("d"))), 1)

    def test_edited_entry(self):
        """No part of an entry is trusted."""
        self.run_it("--", "true", "--lr=1")
        os.mkdir(self.path("d"))
        self.log(125, "--csv", "d")
        entry, = self.outbox()
        with open(entry) as f:
            whole = json.load(f)
        self.assertEqual(oct(os.stat(entry).st_mode & 0o777), "0o600")
        del whole["why"]
        run, = whole["runs"]

        def places(at):
            yield from ((at, key) for key in (
                at if isinstance(at, dict) else range(len(at))))
            for value in at.values() if isinstance(at, dict) else at:
                if isinstance(value, (dict, list)):
                    yield from places(value)
        run["metrics"] = run["metrics"][:1]
        run["tags"] = {"a": "b"}
        server = self.faulty()
        for tracker, to in (("csv", self.path("d")), ("mlflow", server.uri)):
            whole.update(tracker=tracker, to=to)
            for at, key in list(places(whole)):
                kept = at[key]
                for other in (None, {"a": {}}):
                    at[key] = other
                    with open(entry, "w") as f:
                        json.dump(whole, f)
                    done = subprocess.run(
                        (SAMEBITS, "log", "--sync", "--timeout", "0.1"),
                        cwd=self.dir, env=CLEAN, stdout=subprocess.PIPE,
                        stderr=subprocess.STDOUT)
                    self.assertIn(done.returncode, (0, 125), done.stdout)
                at[key] = kept
        self.assertTrue(server.requests)

    def full_disk(self, script):
        """What the script says, $1 samebits, with a small disk at full/."""
        done = subprocess.run(
            ("unshare", "-rm", "sh", "-c",
             "mount -t tmpfs -o size=4m none full && { " + script + "; }",
             "sh", SAMEBITS), cwd=self.dir, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True, env=CLEAN)
        if "unshare" in done.stderr or "mount:" in done.stderr:
            print("[  SKIPPED ] test_full_disk")
            self.skipTest("no namespaces here")
        return done.stdout + done.stderr

    def test_full_disk(self):
        self.run_it("--", "true")
        os.mkdir(self.path("full"))
        said = self.full_disk(
            "cat /dev/zero > full/x 2>/dev/null; "
            "$1 log --json full/f --csv full/g; echo status $?; "
            "cat full/f full/g | wc -c; rm full/x; $1 log --sync; "
            "echo status $?; wc -l < full/f; wc -l < full/g")
        self.assertIn("No space left", said)
        self.assertEqual(re.findall(r"^(?:status )?\d+$", said, re.M),
                         ["status 125", "0", "status 0", "1", "2"], said)
        self.assertEqual(self.outbox(), [])

    def test_full_store(self):
        """What cannot be kept is sent all the same."""
        self.run_it("--", "true")
        os.mkdir(self.path("full"))
        said = self.full_disk(
            "mkdir -p full/s/1 && cp .samebits/*/manifest.json full/s/1; cat /dev/zero > full/x 2>/dev/null; "
            "$1 log --store full/s --json out full/s/1; echo status $?")
        self.assertIn("without keeping it", said)
        self.assertIn("status 0", said)
        self.assertEqual(len(jsonl(self.path("out"))), 1)


class Faults(Case):
    """Of servers; what the real one makes of it is below."""

    def setUp(self):
        super().setUp()
        self.run_it("--", "true", "--lr=0.1")

    def refused(self, said, *words, **variables):
        self.log(125, *words, **variables)
        self.assertIn(said, self.err)
        self.assertIn("samebits log --sync", self.err)
        self.assertEqual(len(self.outbox()), 1)

    def test_down_then_up(self):
        port = free_port()
        self.refused("Connection refused", "--mlflow",
                     "http://127.0.0.1:%d" % port)
        self.log(125, "--mlflow", "http://127.0.0.1:%d" % port, "--experiment",
                 "second")
        self.assertEqual(len(self.outbox()), 2)
        begin = time.monotonic()
        self.assertIn("2 of 2 are still kept", self.log(125, "--sync"))
        # The second was not tried, as the first found nobody.
        self.assertLess(time.monotonic() - begin, 6)
        server = self.faulty(port=port)
        self.log(0, "--sync")
        self.assertEqual(self.outbox(), [])
        asked = [r.path for r in server.requests if "get-by-name" in r.path]
        self.assertIn("=samebits", asked[0])
        self.assertIn("=second", asked[1])

    def test_busy_then_not(self):
        answers = [(500, {}, b"{\"message\": \"oops\"}"),
                   (429, {"Retry-After": "2"}, b"")]
        server = self.faulty(lambda r: answers.pop() if answers else None)
        begin = time.monotonic()
        self.assertIn("s3://b/r", self.log(0, "--mlflow", server.uri))
        self.assertGreater(time.monotonic() - begin, 2.9)
        self.assertEqual(self.outbox(), [])

    def test_broken(self):
        server = self.faulty(lambda r: (503, {}, b"over capacity\nx"))
        self.refused("status 503: over capacity;", "--mlflow", server.uri)
        self.assertEqual(len(server.requests), 4)
        server.fault = lambda r: (429, {"Retry-After": "3600"}, b"")
        begin = time.monotonic()
        self.log(125, "--sync")
        self.assertLess(time.monotonic() - begin, 2)

    def test_refusals_are_told_at_once(self):
        for status, said in ((400, "bad thing"), (401, "MLFLOW_TRACKING_"),
                             (403, "MLFLOW_TRACKING_"), (302, "moved")):
            server = self.faulty(lambda r: (
                status, {"Location": "http://127.0.0.1:1/"},
                b"{\"error_code\": \"X\", \"message\": \"bad thing\"}"))
            self.refused(said, "--mlflow", server.uri)
            self.assertIn("bad thing", self.err)
            self.assertEqual(len(server.requests), 1)
            os.unlink(self.outbox()[0])

    def test_slow(self):
        server = self.faulty(lambda r: time.sleep(3))
        self.refused("no answer within 0.2 s", "--mlflow", server.uri,
                     "--timeout", "0.2")
        self.assertEqual(len(server.requests), 4)

    def test_not_mlflow(self):
        for text in (b"<html>hello</html>", b"[1]", b"{}", b"\xff\0{"):
            server = self.faulty(lambda r: (200, {}, text))
            self.refused("is this its address?", "--mlflow", server.uri)
            os.unlink(self.outbox()[0])

    def test_who_we_are(self):
        server = self.faulty()
        me = {"MLFLOW_TRACKING_USERNAME": "me",
              "MLFLOW_TRACKING_PASSWORD": "pass"}
        for want, variables in (
                ("Basic bWU6cGFzcw==", me),
                ("Bearer t0ken", dict(me, MLFLOW_TRACKING_TOKEN="t0ken"))):
            self.log(0, "--mlflow", server.uri, **variables)
            self.assertEqual(server.requests[-1].headers["Authorization"],
                             want)
        self.log(0, "--mlflow", server.uri.replace("//", "//me:pass@"))
        self.assertEqual(server.requests[-1].headers["Authorization"],
                         "Basic bWU6cGFzcw==")
        self.assertNotIn("pass", self.out + self.err)
        self.refused("line's end", MLFLOW_TRACKING_TOKEN="a\nb: c",
                     MLFLOW_TRACKING_URI=server.uri)

    def test_tls(self):
        key, cert = self.path("key"), self.path("cert")
        subprocess.run(("openssl", "req", "-x509", "-newkey", "rsa:2048",
                        "-nodes", "-keyout", key, "-out", cert, "-days", "2",
                        "-subj", "/CN=x", "-addext",
                        "subjectAltName=IP:127.0.0.1"), check=True,
                       stderr=subprocess.DEVNULL)
        server = self.faulty(tls=(cert, key))
        begin = time.monotonic()
        self.refused("certificate", "--mlflow", server.uri)
        self.assertIn("MLFLOW_TRACKING_SERVER_CERT_PATH", self.err)
        self.assertLess(time.monotonic() - begin, 2)
        self.assertEqual(server.requests, [])
        self.log(125, "--sync", MLFLOW_TRACKING_SERVER_CERT_PATH="/none")
        self.assertIn("/none", self.err)
        self.log(0, "--sync", MLFLOW_TRACKING_SERVER_CERT_PATH=cert)
        self.log(0, "--mlflow", server.uri,
                 MLFLOW_TRACKING_INSECURE_TLS="true")
        self.assertEqual(self.outbox(), [])
        plain = self.faulty()
        self.refused("TLS", "--mlflow", plain.uri.replace("http", "https"))

    def test_nobody_sends_it_twice(self):
        """While one sends an entry, --sync leaves it alone."""
        there, go = threading.Event(), threading.Event()

        def stall(request):
            there.set()
            go.wait(20)
        server = self.faulty(stall)
        one = subprocess.Popen((SAMEBITS, "log", "--mlflow", server.uri),
                               cwd=self.dir, env=CLEAN,
                               stdout=subprocess.DEVNULL)
        self.assertTrue(there.wait(20))
        self.assertIn("another samebits", self.log(0, "--sync"))
        go.set()
        self.assertEqual(one.wait(), 0)
        self.assertEqual(self.outbox(), [])

    def test_run_may_be_removed(self):
        port = free_port()
        self.refused("refused", "--mlflow", "http://127.0.0.1:%d" % port)
        self.samebits(0, "rm", "--all")
        server = self.faulty(port=port)
        self.log(0, "--sync")
        self.assertTrue([r for r in server.requests if b"arg.lr" in r.body])


class Real(Case):
    """mlflow server and wandb themselves."""

    @classmethod
    def start(cls):
        """They take seconds, in which the other cases run."""
        cls.venv, cls.trouble = venv()
        if not cls.venv:
            return
        top = tempfile.TemporaryDirectory(prefix="samebits-mlflow-",
                                          dir="/var/tmp")
        unittest.addModuleCleanup(top.cleanup)
        cls.server = Mlflow(cls.venv, top.name + "/a",
                            "--artifacts-destination",
                            top.name + "/a/artifacts")
        unittest.addModuleCleanup(cls.server.end)
        cls.local = Mlflow(cls.venv, top.name + "/b", "--no-serve-artifacts",
                           "--default-artifact-root",
                           top.name + "/b/artifacts")
        unittest.addModuleCleanup(cls.local.end)

    @classmethod
    def setUpClass(cls):
        if not cls.venv:
            print("[  SKIPPED ] test_track_real")
            raise unittest.SkipTest("no mlflow: " + cls.trouble)
        cls.server.wait()
        cls.local.wait()

    def mlflow(self, *words, uri=None, status=0):
        self.name = self.id().rsplit(".", 1)[-1]
        self.log(status, "--mlflow", uri or self.server.uri, "--experiment",
                 self.name, *words)
        return self.server.runs(self.name)

    def test_run(self):
        self.run_it("--seed", "7", "--", "date", "+%s", "--utc")
        run, = self.mlflow("--name", "my run", "--tag", "a=b")
        self.assertIn(run.id, self.out)
        self.assertEqual(run.info["status"], "FINISHED")
        self.assertEqual(run.info["run_name"], "my run")
        self.assertEqual(run.params["seed"], "7")
        self.assertEqual(run.params["arg.utc"], "true")
        self.assertEqual(run.tags["samebits.run"], "000001")
        self.assertEqual(run.tags["a"], "b")
        self.assertGreater(run.metrics["calls.clock"], 0)
        manifest = json.loads(run.artifact("manifest.json"))
        self.assertEqual(manifest["argv"], ["date", "+%s", "--utc"])
        self.samebits(0, "report", "1")
        self.assertEqual(run.artifact("report.txt"), self.out)
        self.assertIn("inputs", json.loads(run.artifact("files.json")))

    def test_experiment(self):
        for _ in range(3):
            self.run_it("--", "true")
        record = trials()
        series = [float(i) for i in range(2500)]
        record["trials"][0]["metrics"]["acc"] = {"value": 17,
                                                 "series": series}
        self.experiment(4, record)
        found = {r.info["run_name"]: r for r in self.mlflow("4")}
        self.assertEqual(set(found), {"000004", "trial 1", "trial 2",
                                      "trial 3", "trial 4"})
        parent = found.pop("000004")
        self.assertEqual(parent.metrics["acc.mean"], 0.8)
        self.assertEqual(parent.tags["samebits.kind"], "trials")
        self.assertEqual(parent.params["planned"], "3")
        kept = parent.artifact("experiment.json")
        self.assertEqual(json.loads(kept)["commit"], "c" * 40)
        for run in found.values():
            self.assertEqual(run.tags["mlflow.parentRunId"], parent.id)
        one = found["trial 1"]
        self.assertEqual(one.metrics["acc.value"], 17)
        self.assertEqual(one.params["trial"], "1")
        self.assertEqual(found["trial 2"].history("acc")[:2],
                         [(0, 0.5), (1, 0.6)])
        self.assertEqual(found["trial 2"].history("acc")[2][1], "NaN")
        self.assertEqual(found["trial 3"].history("loss"), [(0, 2.0)])
        self.assertEqual(one.history("acc"), list(enumerate(series)))
        self.assertEqual(found["trial 4"].info["status"], "FAILED")

    def test_much_and_odd(self):
        """More, longer and stranger than one request may be."""
        odd = ["a:b", "a_b", "/x", "../y", "x//z", "\u00e4", ".", "300" * 100,
               "x/", " "]
        words = ["--%s=%d" % (name, i) for i, name in
                 enumerate("n%d" % i for i in range(250))]
        params = [w for name in odd for w in ("--param", name + "=odd")]
        self.run_it("--", "true", *words, "--long=" + "\u00e4" * 9000)
        run, = self.mlflow(*params, "--tag", "t=" + "x" * 20000)
        self.assertEqual(run.params["arg.n249"], "249")
        self.assertEqual(sum(v == "odd" for v in run.params.values()),
                         len(odd), run.params)
        self.assertRegex(run.params["arg.long"], "^\u00e4{2900,3000}\\.\\.\\.$")
        self.assertRegex(run.tags["t"], r"^x{4900,}\.\.\.$")

    def test_old_server(self):
        """One that takes 500 bytes of a parameter."""
        def old(request):
            if not request.path.endswith("log-batch"):
                return None
            params = json.loads(request.body).get("params", [])
            if any(len(p["value"]) > 500 for p in params):
                return 400, {}, b"{\"message\": \"had length 6000, which " \
                    b"exceeded length limit of 500\"}"
            return None
        server = self.faulty(old, self.server.port)
        self.run_it("--", "true", "--long=" + "x" * 1000)
        run, = self.mlflow(uri=server.uri)
        self.assertEqual(len(run.params["arg.long"]), 500)

    def test_local_artifacts(self):
        self.run_it("--", "true")
        self.log(0, "--mlflow", self.local.uri)
        self.assertNotIn("not sent", self.err)
        run, = self.local.runs("samebits")
        with open(os.path.join(run.info["artifact_uri"].replace("file://", ""),
                               "report.txt")) as f:
            self.assertIn("true", f.read())

    def test_answer_lost(self):
        """It made the run, and the answer was lost: there is still one."""
        left = ["runs/create", "runs/log-batch", "experiments/create",
                "runs/update", "report.txt"]

        def lose(request):
            for what in left:
                if request.path.endswith(what):
                    left.remove(what)
                    return "lost"
        server = self.faulty(lose, self.server.port)
        self.run_it("--", "true", "--lr=1")
        run, = self.mlflow(uri=server.uri)
        self.assertEqual(left, [])
        self.assertEqual(run.params["arg.lr"], "1")
        self.assertEqual(run.info["status"], "FINISHED")

    def killed_at(self, place, served):
        """samebits is killed within this request, that the server then saw or
        did not; --sync completes it."""
        hit = threading.Event()

        def stall(request):
            if request.path.endswith(place) and not hit.is_set():
                if served:
                    request.forward(request.body)
                hit.set()
                time.sleep(1)
                return 500, {}, b""
        server = self.faulty(stall, self.server.port)
        name = "killed-%s-%s" % (place.replace("/", "-"), served)
        one = subprocess.Popen((SAMEBITS, "log", "--mlflow", server.uri,
                                "--experiment", name, "3"), cwd=self.dir,
                               env=CLEAN)
        self.assertTrue(hit.wait(20))
        os.kill(one.pid, signal.SIGKILL)
        one.wait()
        self.assertEqual(len(self.outbox()), 1)
        self.log(0, "--sync")
        self.assertEqual(self.outbox(), [])
        runs = {r.info["run_name"]: r for r in self.server.runs(name)}
        self.assertEqual(len(self.server.runs(name)), 4)
        self.assertEqual(runs["trial 2"].params["arg.lr"], "1")
        self.assertEqual(len(runs["trial 2"].history("acc")), 3)
        self.assertIn("argv", runs["trial 2"].artifact("manifest.json"))
        self.assertEqual(runs["trial 2"].info["status"], "FINISHED")

    def test_killed(self):
        self.run_it("--", "true", "--lr=1")
        self.run_it("--", "true", "--lr=1")
        self.experiment(3, trials(2))
        for place in ("experiments/create", "runs/create", "log-batch",
                      "manifest.json", "runs/update"):
            for served in (False, True):
                with self.subTest(place=place, served=served):
                    self.killed_at(place, served)

    def test_deleted_experiment(self):
        self.run_it("--", "true")
        run, = self.mlflow()
        self.server.ask("experiments/delete",
                        experiment_id=run.info["experiment_id"])
        self.mlflow(status=125)
        self.assertIn("deleted", self.err)

    # ---- Weights & Biases ----

    def records(self, dir):
        """What its client wrote, read by its own definitions."""
        script = r'''
import json, struct, sys
from wandb.proto import wandb_internal_pb2 as pb
data = open(sys.argv[1], "rb").read()
at, part = 7, b""
out = {"history": [], "config": {}, "artifacts": []}
while at + 7 <= len(data):
    left = 32768 - at % 32768
    if left < 7:
        at += left
        continue
    size, kind = struct.unpack("<HB", data[at + 4:at + 7])
    if not kind:
        break
    part += data[at + 7:at + 7 + size]
    at += 7 + size
    if kind in (2, 3):
        continue
    r = pb.Record()
    r.ParseFromString(part)
    part = b""
    which = r.WhichOneof("record_type")
    if which == "run":
        out.update(id=r.run.run_id, name=r.run.display_name,
                   project=r.run.project, group=r.run.run_group)
        for u in r.run.config.update:
            out["config"][u.key or u.nested_key[0]] = json.loads(u.value_json)
    elif which == "history":
        out["history"].append({
            i.key or i.nested_key[0]: json.loads(i.value_json)
            for i in r.history.item})
    elif which == "exit":
        out["exit"] = r.exit.exit_code
    elif which == "artifact":
        out["artifacts"] += [e.path for e in
                             r.artifact.manifest.contents]
    elif which == "request" and r.request.HasField("log_artifact"):
        out["artifacts"] += [e.path for e in
            r.request.log_artifact.artifact.manifest.contents]
print(json.dumps(out))
'''
        file, = glob.glob(os.path.join(dir, "*.wandb"))
        done = subprocess.run((self.venv + "/bin/python", "-c", script, file),
                              check=True, stdout=subprocess.PIPE)
        return json.loads(done.stdout)

    def wandb(self, status, *words, **variables):
        self.log(status, *words, SAMEBITS_PYTHON=self.venv + "/bin/python",
                 **variables)
        return [self.records(d) for d in sorted(glob.glob(
            self.path("wandb", "offline-run-*")))]

    def test_wandb(self):
        self.run_it("--seed", "7", "--", "true", "--lr=0.1")
        run, = self.wandb(0, "--wandb", "--experiment", "mine", "--name", "n")
        self.assertEqual((run["project"], run["name"]), ("mine", "n"))
        self.assertEqual(run["config"]["arg.lr"], "0.1")
        self.assertEqual(run["config"]["samebits"]["samebits.seed"], "7")
        self.assertEqual(run["history"][0]["status"], 0)
        self.assertEqual(run.get("exit", 0), 0)
        self.assertLessEqual({"manifest.json", "report.txt", "files.json"},
                             set(run["artifacts"]))
        self.assertIn("/wandb/offline-run-", self.out)

    def test_wandb_experiment(self):
        for _ in range(3):
            self.run_it("--", "true")
        self.experiment(4, trials())
        found = {r["name"]: r for r in self.wandb(0, "--wandb", "4")}
        self.assertEqual(len(found), 5)
        self.assertEqual(len({r["group"] for r in found.values()}), 1)
        self.assertEqual([row["acc"] for row in found["trial 3"]["history"]],
                         [0.5, 0.6, 0.7])
        self.assertEqual(found["trial 4"]["exit"], 1)

    def test_wandb_missing(self):
        self.run_it("--", "true")
        # A Python of the system's own without what the user installed.
        with open(self.path("python"), "w") as f:
            f.write("#!/bin/sh\nexec /usr/bin/python3 -S -I \"$@\"\n")
        os.chmod(self.path("python"), 0o755)
        self.log(125, "--wandb", SAMEBITS_PYTHON=self.path("python"))
        self.assertIn("pip install wandb", self.err)
        self.log(125, "--sync", SAMEBITS_PYTHON="/no/python")
        self.assertIn("/no/python", self.err)
        self.assertEqual(len(self.outbox()), 1)
        self.assertEqual(len(self.wandb(0, "--sync")), 1)
        self.assertEqual(self.outbox(), [])


def setUpModule():
    Real.start()


if __name__ == "__main__":
    unittest.main()
