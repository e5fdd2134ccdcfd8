#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""samebits trials --slurm, on a real cluster of one node. An array may have four
tasks here: six trials are two arrays."""
import json
import os
import pty
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

import cluster

SAMEBITS = os.environ["SAMEBITS_BIN"]
CONFIG = "MaxArraySize=5"

# Draws, prints its metric, leaves a model with the seed in its name.
TRAIN = """\
import os, random, sys
seed = sys.argv[1]
with open("model-" + seed, "wb") as f:
    f.write(os.urandom(100))
print("accuracy", 0.9 + random.random() / 100)
sys.exit(3 if seed == os.environ.get("FAILS") else 0)
"""
METRIC = ("--metric", "acc=accuracy ([0-9.]+)")
PROGRAM = ("--", "/usr/bin/python3", "train.py", "{seed}")


class Case(unittest.TestCase):
    slurm = None

    def setUp(self):
        dir = tempfile.TemporaryDirectory(prefix="samebits-slurm-",
                                          dir="/var/tmp")
        self.addCleanup(dir.cleanup)
        self.addCleanup(self.slurm.cancel)
        self.use(dir.name)

    def use(self, dir):
        self.dir = dir
        with open(self.path("train.py"), "w") as f:
            f.write(TRAIN)

    def path(self, *names):
        return os.path.join(self.dir, *names)

    def read(self, *names):
        with open(self.path(*names), "rb") as f:
            return f.read()

    def start(self, *words, **variables):
        return subprocess.Popen((SAMEBITS, *words), cwd=self.dir, text=True,
                                env=dict(self.slurm.env, **variables),
                                stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE)

    def finish(self, p, status):
        try:
            out, self.stderr = p.communicate(timeout=120)
        except subprocess.TimeoutExpired:
            p.kill()
            out, err = p.communicate()
            self.fail(out + err + self.queue() + self.slurm.told())
        self.assertEqual(p.returncode, status,
                         out + self.stderr + self.slurm.told())
        return out

    def samebits(self, status, *words, **variables):
        return self.finish(self.start(*words, **variables), status)

    def trials(self, status, *words, **variables):
        return json.loads(self.samebits(status, "trials", "--json", *words,
                                        **variables))

    def ask(self, *words):
        return subprocess.run(words, env=self.slurm.env, text=True,
                              stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL).stdout

    def queue(self, *words):
        return self.ask("squeue", "-h", "-r", "-o", "%F_%K %T", *words)

    def wait(self, ready):
        end = time.monotonic() + 60
        while not ready():
            self.assertLess(time.monotonic(), end,
                            self.queue() + self.slurm.told())
            time.sleep(0.1)

    def running(self):
        """The tasks that run, once there is one."""
        self.wait(lambda: "RUNNING" in self.queue("-t", "R"))
        return re.findall(r"(\d+)_(\d+) RUNNING", self.queue("-t", "R"))


class SameAsHere(Case):
    LIKE = ("trial", "seed", "fold", "repeat", "how", "status", "metrics",
            "trouble", "bits", "result")

    def like(self, record):
        return [{k: t.get(k) for k in self.LIKE} for t in record["trials"]]

    def both(self, status, *words, **variables):
        """The same trials by Slurm and here; the former's record."""
        there = self.trials(status, "--slurm", *words, **variables)
        self.files = {n: self.read(n) for n in os.listdir(self.dir)
                      if n.startswith("model-")}
        here = self.trials(status, *words, **variables)
        self.assertEqual(self.like(there), self.like(here))
        self.assertEqual(there["summary"], here["summary"])
        for name, content in self.files.items():
            self.assertEqual(self.read(name), content, name)
        return there

    def test_one_fails(self):
        record = self.both(1, "-n", "6", *METRIC, *PROGRAM, FAILS="4")
        self.assertEqual([t["how"] for t in record["trials"]],
                         ["ended"] * 3 + ["failed"] + ["ended"] * 2)
        self.assertEqual(sorted(self.files),
                         ["model-%d" % k for k in range(1, 7)])
        self.assertEqual([a["tasks"] for a in record["slurm"]], [4, 2])
        self.assertEqual(record["summary"]["acc"]["count"], 5)
        # What each task has left is folded; one log has something in it.
        left = os.listdir(self.path(".samebits", "000001"))
        self.assertNotIn("trials", left)
        logs = [n for n in os.listdir(self.path(".samebits/000001/slurm"))
                if n.endswith(".log")]
        self.assertEqual(logs, ["1-4.log"])
        # Numbers of runs follow those of trials, and `latest` is the last.
        self.assertEqual([t["run"] for t in record["trials"]],
                         ["%06d" % k for k in range(2, 8)])

    def test_seeds_folds_repeats(self):
        record = self.both(0, "--seeds", "7,3", "--folds", "2", "--repeat",
                           "2", *METRIC, "--", "sh", "-c",
                           "echo accuracy 0.{seed}{fold}; echo $0 "
                           "$SAMEBITS_SEED $SAMEBITS_TRIAL $SAMEBITS_FOLD",
                           "{run}")
        self.assertEqual(record["slurm"][0]["tasks"], 4)
        self.assertEqual(len(record["slurm"]), 1)

    def test_input_and_odd_words(self):
        with open(self.path("in"), "w") as f:
            f.write("accuracy 0.5\n")
        odd = ["it's", "a b", "", "100%", "$HOME", "\udcff\udce9"]
        words = ("-n", "2", *METRIC, "--", sys.executable, "-c",
                 "import sys; print(sys.stdin.read(), ascii(sys.argv[1:]))",
                 *odd)
        records = []
        for more in (["--slurm"], []):
            with open(self.path("in")) as f:
                done = subprocess.run((SAMEBITS, "trials", "--json", *more,
                                       *words), stdin=f, cwd=self.dir,
                                      env=self.slurm.env, text=True,
                                      timeout=100, stdout=subprocess.PIPE)
            self.assertEqual(done.returncode, 0)
            records.append(self.like(json.loads(done.stdout)))
        self.assertEqual(*records)
        with open(self.path(".samebits", "000002", "stdout")) as f:
            self.assertIn("0.5\n %s" % ascii(odd), f.read())

    def test_odd_place(self):
        place = self.path("100% o'dd a b")
        os.mkdir(place)
        self.use(place)
        self.both(0, "-n", "2", *METRIC, *PROGRAM)

    def test_options(self):
        # More processors than one for each; a step of theirs is no rank.
        record = self.trials(0, "--slurm", "-n", "2", "--sbatch",
                             "-n 2 --job-name='a b'", "--order", "reverse",
                             "--", "sh", "-c", "echo $SLURM_JOB_NAME "
                             "$SLURM_NTASKS",
                             SLURM_STEP_ID="0", SLURM_STEP_NUM_TASKS="1")
        with open(self.path(".samebits", "000002", "stdout")) as f:
            self.assertEqual(f.read(), "a b 2\n")
        self.assertEqual(record["options"][-3:-1], ["--order", "reverse"])
        run = json.loads(self.samebits(0, "report", "--json", "2"))
        self.assertIsNone(run["ranks"])

    def test_at_a_time(self):
        # Of two arrays, too.
        self.trials(0, "--slurm", "-j", "1", "-n", "5", "--", "sh", "-c",
                    "mkdir alone || exit; sleep 0.2; rmdir alone")


class Going(Case):
    SLOW = ("--", "sh", "-c", "until test -e go; do sleep 0.1; done; "
            "echo accuracy 0.{seed}")

    def go(self):
        open(self.path("go"), "w").close()

    def test_no_wait(self):
        said = self.samebits(0, "trials", "--slurm", "--no-wait", "-n", "6",
                             *METRIC, *self.SLOW)
        self.assertIn("samebits trials --resume=000001 --slurm", said)
        self.running()
        report = self.samebits(0, "report", "1")
        self.assertIn("0 of 6 trials made", report)
        self.assertIn("--slurm, with the number", report)
        # They are not removed under their tasks, however old they are.
        old = time.time() - 9999
        os.utime(self.path(".samebits", "000001"), (old, old))
        self.samebits(125, "rm", "1")
        self.assertIn("000001", self.stderr)
        # Nobody makes them twice.
        self.samebits(125, "trials", "--resume=1")
        self.assertIn("go on in Slurm", self.stderr)
        self.samebits(125, "trials", "--resume=1", "--slurm", "-n", "9")
        self.assertIn("gathers them", self.stderr)
        self.go()
        self.wait(lambda: not self.queue())
        self.assertIn("6 of 6 trials made", self.samebits(0, "report", "1"))
        record = self.trials(0, "--resume=1", "--slurm")
        self.assertEqual(len(record["trials"]), 6)
        self.assertEqual(len(record["slurm"]), 2)
        report = self.samebits(0, "report", "1")
        self.assertIn("n = 6)", report)
        self.assertNotIn("--slurm", report)

    def test_interrupt(self):
        p = self.start("trials", "--slurm", "-n", "2", *METRIC, *self.SLOW)
        job = self.running()[0][0]
        p.send_signal(signal.SIGINT)
        self.finish(p, -signal.SIGINT)
        self.assertIn("--resume=000001 --slurm", self.stderr)
        self.assertIn("scancel " + job, self.stderr)
        self.assertTrue(self.queue())
        self.go()
        self.assertEqual(len(self.trials(0, "--resume", "--slurm")["trials"]),
                         2)

    def test_kill(self):
        p = self.start("trials", "--slurm", "-n", "2", *METRIC, *self.SLOW)
        self.running()
        p.kill()
        self.finish(p, -signal.SIGKILL)
        self.go()
        record = self.trials(0, "--resume", "--slurm")
        self.assertEqual(len(record["trials"]), 2)
        self.assertEqual(len(record["slurm"]), 1)

    def test_cancel(self):
        p = self.start("trials", "--slurm", "-j", "1", "-n", "3", "--json",
                       *METRIC, *self.SLOW)
        ((job, task),) = self.running()
        self.assertEqual(task, "1")
        self.ask("scancel", job + "_1", job + "_3")
        self.go()
        record = json.loads(self.finish(p, 1))
        self.assertEqual([t["how"] for t in record["trials"]],
                         ["failed", "ended", "failed"])
        first, _, last = (t["trouble"] or "" for t in record["trials"])
        self.assertIn("task %s_1: CANCELLED" % job, first)
        self.assertIn("CANCELLED", last)
        self.assertEqual(record["summary"]["acc"]["count"], 1)
        self.assertIn("CANCELLED", self.samebits(0, "report", "1"))
        # Those alone are made again.
        record = self.trials(0, "--resume", "--slurm")
        self.assertEqual([a["tasks"] for a in record["slurm"]], [3, 2])
        self.assertEqual([t["how"] for t in record["trials"]],
                         ["ended"] * 3)
        # And here, as any set is.
        record = self.trials(0, "--resume", "-n", "4")
        self.assertEqual(len(record["trials"]), 4)

    def test_node_lost(self):
        p = self.start("trials", "--slurm", "-n", "1", "--json", "--sbatch",
                       "--no-requeue", *METRIC, *self.SLOW)
        self.running()
        node = "nodename=" + self.slurm.host
        self.ask("scontrol", "update", node, "state=down", "reason=test")
        try:
            record = json.loads(self.finish(p, 1))
        finally:
            self.ask("scontrol", "update", node, "state=resume")
        self.assertEqual(record["trials"][0]["slurm"], "NODE_FAIL")
        self.assertIn("NODE_FAIL", record["trials"][0]["trouble"])

    def test_time_limit(self):
        record = self.trials(1, "--slurm", "-n", "1", "--timeout", "0.5",
                             "--", "sleep", "60")
        self.assertEqual(record["trials"][0]["how"], "timed out")

    def test_more(self):
        self.trials(0, "--slurm", "-n", "2", *METRIC, *PROGRAM)
        record = self.trials(0, "--slurm", "-n", "4", "--resume")
        self.assertEqual([a["tasks"] for a in record["slurm"]], [2, 2])
        self.assertEqual([t["seed"] for t in record["trials"]], [1, 2, 3, 4])

    def test_progress(self):
        pid, terminal = pty.fork()
        if not pid:
            os.chdir(self.dir)
            os.execve(SAMEBITS, (SAMEBITS, "trials", "--slurm", "-n", "5",
                                 "--", "sleep", "1"), self.slurm.env)
        text = b""
        try:
            while select.select([terminal], [], [], 60)[0]:
                text += os.read(terminal, 4096)
        except OSError:
            pass
        self.assertEqual(os.waitpid(pid, 0)[1], 0, text)
        self.assertIn(b"trial 5 of 5 [", text)


class Trouble(Case):
    def refused(self, *words, **variables):
        self.samebits(125, "trials", "--slurm", "-n", "2", *words, "--",
                      "/bin/true", **variables)
        store = self.path(".samebits")
        self.assertFalse(os.path.exists(store) and
                         [n for n in os.listdir(store) if n.isdigit()])
        return self.stderr

    def test_refused(self):
        said = self.refused("--sbatch", "--partition=none")
        self.assertIn("Invalid partition name", said)
        self.assertIn("--sbatch", said)

    def test_no_sbatch(self):
        self.assertIn("sbatch: not found", self.refused(PATH="/nowhere"))

    def test_words(self):
        self.assertIn("leave it away", self.refused("--sbatch", "--array=1"))
        self.assertIn("quote", self.refused("--sbatch", "-C a|b"))
        self.assertIn("quote", self.refused("--sbatch", "$(touch made)"))
        self.assertFalse(os.path.exists(self.path("made")))
        self.samebits(125, "trials", "--no-wait", "true")
        self.assertIn("add --slurm", self.stderr)
        self.samebits(125, "trials", "--slurm", "--metric", "x=x (.)",
                      "--until-ci", "1", "true")
        self.assertIn("--until-ci", self.stderr)

    def test_one_file_for_all(self):
        self.assertIn("put {seed}", self.refused("--metric", "x=file:out"))

    def test_not_seen(self):
        """The store is on a file system that the node does not share."""
        if not self.slurm.hidden:
            self.skipTest("nothing can be hidden from the node here")
        self.use(self.slurm.hidden)
        record = self.trials(1, "--slurm", "-n", "2", *METRIC, *PROGRAM)
        for trial in record["trials"]:
            self.assertIn("do the nodes see that directory?",
                          trial["trouble"])
            self.assertEqual(trial["slurm"], "FAILED")

    def test_program_not_there(self):
        # Here it is, on the node it is not.
        if not self.slurm.hidden:
            self.skipTest("nothing can be hidden from the node here")
        program = os.path.join(self.slurm.hidden, "true")
        shutil.copy("/bin/true", program)
        self.addCleanup(os.remove, program)
        record = self.trials(1, "--slurm", "-n", "1", "--", program)
        self.assertEqual(record["trials"][0]["how"], "not run")
        self.assertIn(program, record["trials"][0]["trouble"])

    def test_task_without_array(self):
        self.samebits(125, "trials", "--task", self.path("none"), "1")
        self.assertIn("all nodes share", self.stderr)


def main(started):
    Case.slurm = started
    unittest.main()


if __name__ == "__main__":
    cluster.run(main, more=CONFIG, hidden=True)
