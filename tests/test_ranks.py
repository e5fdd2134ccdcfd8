#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Ranks of one job share a run: as torchrun, Hydra and others name them. The
environment is what they set; the processes, the store and the verbs are real."""
import glob
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

SAMEBITS = os.environ["SAMEBITS_BIN"]
SHIM = os.environ["LIBSAMEBITS"]

DRAW = ("import os, time, sys; "
        "print(os.urandom(4).hex(), time.time(), sys.argv[1:])")


def torchrun(rank, size, job="none", restart=0):
    return {"RANK": str(rank), "WORLD_SIZE": str(size), "LOCAL_RANK": "0",
            "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": "29500",
            "TORCHELASTIC_RUN_ID": job,
            "TORCHELASTIC_RESTART_COUNT": str(restart)}


def hydra(rank, size, job):
    return {"PMI_RANK": str(rank), "PMI_SIZE": str(size), "PMI_FD": "9",
            "MPI_LOCALRANKID": str(rank), "PMI_JOBID": job}


class Case(unittest.TestCase):
    def setUp(self):
        dir = tempfile.TemporaryDirectory(prefix="samebits-ranks-",
                                          dir="/var/tmp")
        self.addCleanup(dir.cleanup)
        self.dir = dir.name

    def start(self, variables, *words):
        env = {k: v for k, v in os.environ.items()
               if k not in ("RANK", "WORLD_SIZE")}
        return subprocess.Popen((SAMEBITS, *words), cwd=self.dir,
                                env=dict(env, **variables), text=True,
                                stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE)

    def end(self, started, status=0):
        out = []
        for p in started:
            o, e = p.communicate(timeout=100)
            self.assertEqual(p.returncode, status, e)
            out.append((o, e))
        return out

    def job(self, environments, *words, status=0):
        return self.end([self.start(e, "run", *words) for e in environments],
                        status)

    def ask(self, *words, status=0):
        done = subprocess.run((SAMEBITS, *words), cwd=self.dir, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              timeout=100)
        self.assertEqual(done.returncode, status, done.stderr + done.stdout)
        return done.stdout

    def runs(self):
        return json.loads(self.ask("list", "--json"))

    def report(self, run):
        return json.loads(self.ask("report", "--json", run))

    def path(self, *parts):
        return os.path.join(self.dir, ".samebits", *parts)


class Shared(Case):
    def test_one_run(self):
        first = self.job([torchrun(r, 4, "a") for r in range(4)], "--",
                         sys.executable, "-c", DRAW)
        self.assertEqual([r["run"] for r in self.runs()], ["000001"])
        self.assertEqual(sorted(os.path.basename(d) for d in
                                glob.glob(self.path("000001", "rank-*"))),
                         ["rank-000%d" % r for r in range(4)])
        # One speaks for all.
        self.assertIn("run 000001, rank 0 of 4: ", first[0][1])
        self.assertEqual([e for _, e in first[1:]], ["", "", ""])
        r = self.report("1")
        self.assertEqual(r["processes"], 4)
        self.assertEqual(r["ranks"]["size"], 4)
        self.assertEqual(r["ranks"]["status"], [0, 0, 0, 0])
        self.assertIn(", 4 ranks, 4 processes", self.ask("report", "1"))
        # Streams differ by rank, and repeat.
        draws = [o for o, _ in first]
        self.assertEqual(len(set(draws)), 4)
        again = self.job([torchrun(r, 4, "b") for r in range(4)], "--",
                         sys.executable, "-c", DRAW)
        self.assertEqual(draws, [o for o, _ in again])
        self.assertEqual(len(self.runs()), 2)
        self.ask("diff", "1", "2")

    def test_environment(self):
        """Rank 0 speaks for all."""
        self.job([torchrun(r, 2) for r in range(2)], "-q", "--",
                 sys.executable, "-c", "pass")
        r = json.loads(self.ask("env", "--json", "latest"))
        self.assertEqual(r["run"]["ranks"]["size"], 2)
        self.assertTrue(r["objects"])
        self.assertIn("# Not pinned", self.ask("pin", "--pip"))
        self.ask("lock", "--from", "latest")
        self.end([self.start({}, "log", "--mlflow", "http://127.0.0.1:1",
                             "--timeout", "1")], 125)
        with open(glob.glob(self.path("outbox", "*.json"))[0]) as f:
            kept = f.read()
        for name in ("environment.json", "files.json"):
            self.assertIn(name, kept)

    def test_rank_0_is_as_alone(self):
        first = self.job([torchrun(r, 2) for r in range(2)], "--",
                         sys.executable, "-c", DRAW)
        alone = self.job([{}], "--", sys.executable, "-c", DRAW)
        self.assertEqual(first[0][0], alone[0][0])

    def test_many_at_once(self):
        self.job([torchrun(r, 16) for r in range(16)], "-q", "--", "true")
        self.assertEqual([r["run"] for r in self.runs()], ["000001"])
        self.assertEqual(self.report("1")["ranks"]["ended"], 16)

    def test_several_in_each_rank(self):
        # A rank that is in a run already takes the job's next one.
        for _ in range(2):
            self.job([torchrun(r, 2, "twice") for r in range(2)], "-q", "--",
                     "true")
        self.assertEqual([r["run"] for r in self.runs()],
                         ["000001", "000002"])
        self.assertEqual(self.report("2")["ranks"]["started"], 2)

    def test_restarted(self):
        self.job([torchrun(0, 2, "elastic")], "-q", "--", "true")
        self.job([torchrun(r, 2, "elastic", 1) for r in range(2)], "-q", "--",
                 "true")
        self.assertEqual(len(self.runs()), 2)
        self.assertEqual(self.report("1")["ranks"]["started"], 1)
        self.assertIn("1 of the job's 2 ranks ran under samebits",
                      self.ask("report", "1"))

    def test_old_name(self):
        # A name that another job had an hour ago, of which a rank is missing.
        self.job([torchrun(0, 2)], "-q", "--", "true")
        link = glob.glob(self.path(".job-*", "1"))[0]
        then = time.time() - 3600
        os.utime(link, (then, then), follow_symlinks=False)
        self.job([torchrun(r, 2) for r in (1, 0)], "-q", "--", "true")
        self.assertEqual(self.report("1")["ranks"]["started"], 1)
        self.assertEqual(self.report("2")["ranks"]["started"], 2)

    def test_other_jobs(self):
        both = [hydra(r, 2, j) for j in ("a", "b") for r in range(2)]
        self.job(both, "-q", "--", "true")
        self.assertEqual([self.report(n)["ranks"]["started"] for n in "12"],
                         [2, 2])

    def test_named_by_hand(self):
        both = [dict(torchrun(r, 2), SAMEBITS_JOB=j)
                for j in ("a", "b") for r in range(2)]
        self.job(both, "-q", "--", "true")
        self.assertEqual([self.report(n)["ranks"]["started"] for n in "12"],
                         [2, 2])

    def test_alone(self):
        # One process of one is a run like any other.
        self.job([torchrun(0, 1)], "-q", "--", "true")
        self.assertTrue(os.path.exists(self.path("000001", "board")))

    def test_not_ranks(self):
        for odd in ({"RANK": "7", "WORLD_SIZE": "4", "MASTER_PORT": "1"},
                    {"RANK": "x", "WORLD_SIZE": "4", "MASTER_PORT": "1"},
                    {"RANK": "0", "WORLD_SIZE": "4"},
                    {"SLURM_PROCID": "0", "SLURM_STEP_NUM_TASKS": "2"}):
            self.job([odd], "-q", "--", "true")
            self.assertEqual(glob.glob(self.path("*", "rank-*")), [], odd)


class Verbs(Case):
    def test_status(self):
        started = [self.start(torchrun(r, 3), "run", "-q", "--", "sh", "-c",
                              "exit $((RANK * 3))") for r in range(3)]
        self.assertEqual([p.wait(100) for p in started], [0, 3, 6])
        [p.communicate() for p in started]
        self.assertEqual(self.runs()[0]["status"], 3)
        self.assertEqual(self.report("1")["ranks"]["status"], [0, 3, 6])

    def test_files(self):
        with open(os.path.join(self.dir, "data"), "w") as f:
            f.write("7\n")
        self.job([torchrun(r, 2) for r in range(2)], "-q", "--", "sh", "-c",
                 "cat data > out.$RANK")
        r = self.report("1")
        names = [os.path.basename(f["path"]) for f in r["outputs"]]
        self.assertEqual(names, ["out.0", "out.1"])
        self.assertEqual([os.path.basename(f["path"]) for f in r["inputs"]
                          if f["path"].startswith(self.dir)], ["data"])

    def test_differs(self):
        for word in ("a", "b"):
            with open(os.path.join(self.dir, "word"), "w") as f:
                f.write(word)
            self.job([torchrun(r, 3, word) for r in range(3)], "-q", "--",
                     sys.executable, "-c", "import os, sys\n"
                     "rank = os.environ['RANK']; word = open('word').read()\n"
                     "open('out.' + rank, 'w').write(word * (rank == '1'))\n"
                     "if rank == '2': os.write(1, word.encode())")
        out = self.ask("diff", "1", "2", status=1)
        self.assertIn("(output) in process 2", out)
        self.assertIn("output out.1", out)
        self.assertNotIn("output out.0", out)
        self.assertNotIn("in process 0", out)

    def test_exports(self):
        self.job([torchrun(r, 2) for r in range(2)], "-q", "--trace", "full",
                 "--", sys.executable, "-c", DRAW)
        lines = [json.loads(l) for l in
                 self.ask("export", "--jsonl", "-").splitlines()]
        self.assertEqual([l["process"] for l in lines
                          if l["type"] == "process"], ["0", "1"])
        self.ask("export", "--perfetto", os.path.join(self.dir, "p.json"))
        with open(os.path.join(self.dir, "p.json")) as f:
            self.assertTrue(json.load(f))

    def test_bundle(self):
        self.job([torchrun(r, 3) for r in range(3)], "-q", "--", "true")
        bundle = os.path.join(self.dir, "b.samebits")
        self.ask("export", "1", "--bundle", bundle)
        self.ask("diff", "1", bundle)
        other = os.path.join(self.dir, "other")
        self.ask("import", bundle, "--store", other)
        self.assertIn("3 ranks, 3 processes",
                      self.ask("report", "--store", other))

    def test_rm(self):
        self.job([torchrun(r, 2) for r in range(2)], "-q", "--", "true")
        self.job([torchrun(r, 2) for r in range(2)], "-q", "--", "true")
        self.ask("rm", "--all")
        self.assertEqual(glob.glob(self.path("0*")) +
                         glob.glob(self.path(".job-*")), [])

    def test_rm_keeps_what_goes_on(self):
        p = self.start(torchrun(1, 2), "run", "-q", "--", "sleep", "60")
        self.addCleanup(p.communicate)
        self.addCleanup(p.kill)
        while not glob.glob(self.path("*", "rank-0001", "*.log")):
            time.sleep(0.05)
        self.ask("rm", "1", status=125)
        # The launcher hands it on.
        p.send_signal(signal.SIGTERM)
        p.wait(100)
        self.ask("rm", "1")

    def test_rm_of_another_machine(self):
        self.job([torchrun(r, 2) for r in range(2)], "-q", "--", "true")
        name = self.path("000001", "rank-0001", "manifest.json")
        with open(name) as f:
            m = json.load(f)
        m.update(host="elsewhere", end=None, status=None)
        with open(name, "w") as f:
            json.dump(m, f)
        self.ask("rm", "1", status=125)
        self.ask("rm", "--force", "1")


class Trouble(Case):
    def test_no_program(self):
        for _ in range(2):
            out = self.job([torchrun(r, 2) for r in range(2)], "-q", "--",
                           "/nowhere", status=127)
        self.assertIn("/nowhere", out[0][1])
        self.assertFalse(glob.glob(self.path("0*")))

    def test_bad_interpreter(self):
        # Found out when it is started: what was made is gone again.
        script = os.path.join(self.dir, "s")
        with open(script, "w") as f:
            f.write("#!/bin/sh\n")
        os.chmod(script, 0o755)
        shutil.copy(script, script + "2")
        with open(script + "2", "wb") as f:
            f.write(b"\x7fELF but not really")
        done = [self.start(torchrun(r, 2), "run", "-q", "--partial", "--",
                           script + "2") for r in range(2)]
        self.assertNotIn(0, [p.wait(100) for p in done])
        [p.communicate() for p in done]
        self.assertFalse(glob.glob(self.path("0*")))
        self.assertFalse(glob.glob(self.path(".job-*", "*")))

    def test_private_tmp(self):
        out = self.job([torchrun(0, 2)], "--private-tmp", "--", "true",
                       status=125)
        self.assertIn("ranks find each other by files in /tmp", out[0][1])

    def test_check(self):
        for verb in ("check", "blame"):
            p = self.start(torchrun(0, 2), verb, "--", "true")
            out, err = p.communicate(timeout=100)
            self.assertIn(p.returncode, (2, 125))
            self.assertIn("samebits check -- mpirun PROGRAM", err)

    def test_maker_died(self):
        # Killed between its two steps; the others say what to remove.
        self.job([torchrun(0, 2)], "-q", "--", "true")
        os.unlink(glob.glob(self.path(".job-*", "1"))[0])
        p = self.start(torchrun(1, 2), "run", "-q", "--", "true")
        guard = glob.glob(self.path(".job-*", "1.new"))[0]
        time.sleep(1)
        self.assertIsNone(p.poll())
        os.rmdir(guard) # what the message says, done while it waits
        self.end([p])
        self.assertEqual(self.report("2")["ranks"]["started"], 1)

    def test_read_only(self):
        if os.geteuid() == 0:
            self.skipTest("root may write everywhere")
        os.chmod(self.dir, 0o500)
        self.addCleanup(os.chmod, self.dir, 0o700)
        out = self.job([torchrun(0, 2)], "--", "true", status=125)
        self.assertIn("name another place with --store", out[0][1])


class Shell(Case):
    """Whoever starts ranks below samebits: they are named by their rank."""

    def test_order(self):
        draws = []
        for order in ("0 1 2", "2 1 0"):
            out = self.ask("run", "-q", "--pids", "real", "--", "sh", "-c",
                           "for r in %s; do RANK=$r WORLD_SIZE=3 "
                           "MASTER_PORT=1 %s -c \"%s\" $r; done" %
                           (order, sys.executable, DRAW.replace("time.time(), ", "")))
            draws.append(sorted(out.splitlines(), key=lambda l: l[8:]))
        self.assertEqual(draws[0], draws[1])
        self.assertEqual(len(set(l.split()[0] for l in draws[0])), 3)
        self.assertIn('"0/R2"', self.ask("export", "--jsonl", "-"))

    def test_without_launcher(self):
        out = []
        for rank in range(2):
            done = subprocess.run(
                (sys.executable, "-c", DRAW), cwd=self.dir, text=True,
                stdout=subprocess.PIPE, timeout=100, check=True,
                env=dict(os.environ, LD_PRELOAD=SHIM,
                         SAMEBITS="seed=1,store=standalone",
                         **torchrun(rank, 2)))
            out.append(done.stdout)
        self.assertNotEqual(out[0], out[1])
        with_launcher = self.job([torchrun(r, 2) for r in range(2)], "--seed",
                                 "1", "--", sys.executable, "-c", DRAW)
        self.assertEqual(out, [o for o, _ in with_launcher])


if __name__ == "__main__":
    unittest.main()
