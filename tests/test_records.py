#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""What check and blame leave in the store, and the verbs that meet it."""
import json
import os
import subprocess
import tempfile
import unittest

import trials_fixture

SAMEBITS = os.environ["SAMEBITS_BIN"]
CAUSES = os.environ["CAUSES_DIR"]


def cause(name):
    return os.path.join(CAUSES, "cause_" + name)


class Case(unittest.TestCase):
    def setUp(self):
        dir = tempfile.TemporaryDirectory(prefix="samebits-records-",
                                          dir="/var/tmp")
        self.addCleanup(dir.cleanup)
        self.dir = dir.name

    def samebits(self, status, *words):
        done = subprocess.run((SAMEBITS, *words), cwd=self.dir, text=True,
                              errors="replace", stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              timeout=100)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done

    def path(self, *names):
        return os.path.join(self.dir, ".samebits", *names)

    def modes(self):
        done = self.samebits(0, "list", "--json")
        return [(r["run"], r["mode"], r["status"])
                for r in json.loads(done.stdout)]

    def record(self, number):
        with open(self.path(number, "experiment.json")) as f:
            return json.load(f)


class Kept(Case):
    def test_check(self):
        done = self.samebits(1, "check", "--native", "-q", "--json", "--",
                             cause("clock"))
        self.assertEqual(self.modes()[0], ("000001", "check", 1))
        record = self.record("000001")
        self.assertEqual((record["format"], record["kind"]), (1, "check"))
        self.assertEqual(record["verdict"], json.loads(done.stdout))
        runs = [r["run"] for r in record["verdict"]["runs"]]
        self.assertEqual(len(record["verdict"]["between"]), 2)
        self.assertLessEqual(set(record["verdict"]["between"]), set(runs))
        self.assertEqual(runs, [m[0] for m in self.modes()[1:]])

    def test_blame(self):
        done = self.samebits(1, "blame", "-q", "-k", "2", "--seed", "5",
                             "--json", "--", cause("clock"))
        self.assertEqual(self.modes()[0], ("000001", "blame", 1))
        record = self.record("000001")
        told = json.loads(done.stdout)
        self.assertEqual(record["kind"], "blame")
        self.assertEqual(record["causes"], told["causes"])
        self.assertEqual(record["options"], ["--seed", "5"])
        self.assertEqual(record["runs_each"], 2)
        clock = [c for c in told["causes"]["alone"] if c["name"] == "clock"]
        self.assertTrue(clock[0]["changes"])
        self.assertEqual(clock[0]["what"], "real time")

    def test_trouble_is_kept(self):
        self.samebits(2, "check", "-q", "--", cause("same"), "fails")
        self.assertEqual(self.modes()[0], ("000001", "check", 2))
        self.assertEqual(self.record("000001")["verdict"]["verdict"],
                         "trouble")

    def test_bad_usage_leaves_nothing(self):
        self.samebits(2, "check", "-n", "1", "--", "true")
        self.samebits(2, "check")
        self.samebits(2, "blame", "--metric", "x", "--", "true")
        self.assertFalse(os.path.exists(self.path()))

    def test_full_disk(self):
        """What could not be made is not there, or it would pass for the newest
        run."""
        small = os.path.join(self.dir, "small")
        os.mkdir(small)
        if subprocess.run(["unshare", "-rm", "mount", "-t", "tmpfs", "none",
                           small], stderr=subprocess.DEVNULL).returncode:
            print("[  SKIPPED ] test_full_disk")
            self.skipTest("mounts are forbidden")
        script = """
            mount -t tmpfs -o size=400k none small && cd small
            "$0" run -q -- true
            cat /dev/zero > full 2> /dev/null
            for verb in trials check blame run; do
                "$0" $verb -q -- true; echo $?
            done
            readlink .samebits/latest
            ls .samebits
        """
        done = subprocess.run(["unshare", "-rm", "sh", "-c", script, SAMEBITS],
                              cwd=self.dir, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True, timeout=100)
        self.assertEqual(done.stdout.split(), [
            "125", "2", "2", "125", "000001", "000001", "latest"],
            done.stderr)
        self.assertEqual(done.stderr.count("No space left"), 6)

    def test_latest_is_a_run(self):
        self.samebits(0, "run", "-q", "--", "true")
        os.mkdir(self.path("000002"))
        with open(self.path("000002", "experiment.json"), "w") as f:
            json.dump({"format": 1, "kind": "check"}, f)
        self.assertIn("run 000001", self.samebits(0, "report").stdout)
        self.assertEqual(os.readlink(self.path("latest")), "000001")


class Met(Case):
    def setUp(self):
        super().setUp()
        self.samebits(0, "check", "-q", "--", cause("same"))
        self.samebits(1, "check", "--native", "-q", "--", cause("clock"))

    def second(self):
        return [m[0] for m in self.modes() if m[1] == "check"][1]

    def test_report(self):
        text = self.samebits(0, "report", "1").stdout
        self.assertTrue(text.startswith("check 000001: the same in 2 runs"))
        text = self.samebits(0, "report", "check").stdout
        self.assertTrue(text.startswith("check %s: different: "
                                        % self.second()))
        self.assertIn("clock_gettime (clock)", text)
        self.assertIn("results that differ\n  stdout\n", text)
        told = json.loads(self.samebits(0, "report", "--json", "check").stdout)
        self.assertEqual(told, self.record(self.second()))

    def test_report_blame(self):
        self.samebits(1, "blame", "-q", "-k", "2", "--", cause("clock"))
        text = self.samebits(0, "report", "blame").stdout
        self.assertIn("the result depends on clock", text)
        self.assertRegex(text, r"\n  clock +CHANGES\n")

    def test_none_of_that_kind(self):
        done = self.samebits(125, "report", "trials")
        self.assertIn("make one with samebits trials PROGRAM", done.stderr)

    def test_damaged(self):
        with open(self.path("000001", "experiment.json"), "w") as f:
            f.write("{")
        done = self.samebits(125, "report", "1")
        self.assertIn("samebits rm 000001", done.stderr)

    def test_not_ended(self):
        with open(self.path("000001", "experiment.json"), "w") as f:
            json.dump({"format": 1, "kind": "check"}, f)
        text = self.samebits(0, "report", "1").stdout
        self.assertIn("ended in the middle", text)

    def test_may_not_be_read(self):
        os.chmod(self.path(), 0)
        self.addCleanup(os.chmod, self.path(), 0o755)
        ordinary = (["setpriv", "--reuid=65534", "--regid=65534",
                     "--clear-groups"] if os.geteuid() == 0 else [])
        os.chmod(self.dir, 0o755)
        for words in (("report",), ("env", "1"), ("log", "--json", "-", "1")):
            done = subprocess.run([*ordinary, SAMEBITS, *words], cwd=self.dir,
                                  stderr=subprocess.PIPE, text=True)
            self.assertEqual(done.returncode, 125)
            self.assertIn(".samebits: Permission denied; read it as",
                          done.stderr)

    def test_where_a_run_is_wanted(self):
        for words in (("diff", "1", "2"), ("diff", "2", "1")):
            done = self.samebits(2, *words)
            self.assertIn("1 is a record (check), not a run; samebits report "
                          "1 shows it", done.stderr)
        done = self.samebits(125, "export", "--folded", "-", "1")
        self.assertIn("1 is a record (check), not a run", done.stderr)
        self.assertEqual(done.stdout, "")

    def test_rm(self):
        before = len(self.modes())
        self.samebits(0, "rm", "1")
        self.assertEqual(len(self.modes()), before - 1)
        self.assertFalse(os.path.exists(self.path("000001")))
        self.samebits(0, "rm", "--all")
        self.assertEqual(self.modes(), [])


def places(j, path=()):
    """The paths of all values in it."""
    if path:
        yield path
    for key in (j if isinstance(j, dict) else range(len(j))
                if isinstance(j, list) else ()):
        yield from places(j[key], path + (key,))


def changed(j, path, value):
    j = json.loads(json.dumps(j))
    at = j
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = value
    return j


class Changed(Case):
    """A record that somebody has changed is shown as far as it goes."""
    VALUES = (None, -1, "x", [], {}, [None, {"a": []}], 1e308, True)

    def try_all(self, number):
        record = self.record(number)
        paths = [p for p in places(record) if p[0] not in ("format", "kind")]
        self.assertGreater(len(paths), 30)
        for i, path in enumerate(paths):
            content = changed(record, path, self.VALUES[i % len(self.VALUES)])
            with open(self.path(number, "experiment.json"), "w") as f:
                json.dump(content, f)
            self.samebits(0, "report", "--html", "page.html", number)
            self.samebits(0, "report", number)
        with open(self.path(number, "experiment.json"), "w") as f:
            json.dump(record, f)

    def test_check(self):
        self.samebits(1, "check", "--native", "-q", "--", cause("clock"))
        self.try_all("000001")

    def test_blame(self):
        self.samebits(1, "blame", "-q", "-k", "1", "--", cause("clock"))
        self.try_all("000001")

    def test_trials(self):
        trials_fixture.make(self.path("000001"), n=9, steps=4)
        self.try_all("000001")


if __name__ == "__main__":
    unittest.main(verbosity=2)
