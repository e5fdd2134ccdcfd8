#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Ranks that srun starts, on a real cluster of one node."""
import json
import os
import subprocess
import sys
import tempfile
import time
import unittest

import cluster

SAMEBITS = os.environ["SAMEBITS_BIN"]
PROGRAMS = os.environ["MPI_DIR"]


class Slurm(unittest.TestCase):
    cluster = None

    def setUp(self):
        dir = tempfile.TemporaryDirectory(prefix="samebits-slurm-",
                                          dir="/var/tmp")
        self.addCleanup(dir.cleanup)
        self.dir = dir.name

    def call(self, *words, status=0, **variables):
        done = subprocess.run(words, cwd=self.dir, text=True, timeout=120,
                              env=dict(self.cluster.env, **variables),
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.assertEqual(done.returncode, status,
                         done.stderr + done.stdout + self.cluster.told())
        return done.stdout

    def srun(self, *words, **more):
        return sorted(self.call("srun", "-n", "3", SAMEBITS, "run", "-q",
                                *words, **more).splitlines())

    def report(self, *run):
        return json.loads(self.call(SAMEBITS, "report", "--json", *run))

    DRAW = (sys.executable, "-c", "import os, time; "
            "print(os.urandom(4).hex(), time.time())")

    def test_one_run(self):
        out = [self.srun("--", *self.DRAW) for _ in range(2)]
        self.assertEqual(out[0], out[1])
        self.assertEqual(len(set(out[0])), 3)
        runs = json.loads(self.call(SAMEBITS, "list", "--json"))
        self.assertEqual([r["run"] for r in runs], ["000001", "000002"])
        ranks = self.report("1")["ranks"]
        self.assertEqual((ranks["size"], ranks["status"]), (3, [0, 0, 0]))
        self.call(SAMEBITS, "diff", "1", "2")

    def test_steps_of_a_job(self):
        # Two steps of one job are two runs; the job's own script is none.
        script = os.path.join(self.dir, "job")
        with open(script, "w") as f:
            f.write("#!/bin/sh\ncd %s\n%s run -q -- true\n"
                    "srun -n 2 %s run -q -- true\n"
                    "srun -n 2 %s run -q -- true\ntouch done\n" %
                    (self.dir, SAMEBITS, SAMEBITS, SAMEBITS))
        self.call("sbatch", "-n", "2", "-o", os.path.join(self.dir, "log"),
                  script)
        end = time.monotonic() + 60
        while (not os.path.exists(os.path.join(self.dir, "done")) and
               time.monotonic() < end):
            time.sleep(0.1)
        self.assertEqual([self.report(n)["ranks"] and
                          self.report(n)["ranks"]["started"] for n in "123"],
                         [None, 2, 2])

    def test_status(self):
        self.call("srun", "-n", "2", SAMEBITS, "run", "-q", "--", "sh", "-c",
                  "exit $((SLURM_PROCID * 9))", status=9)
        self.assertEqual(self.report()["ranks"]["status"], [0, 9])

    def test_mpirun_in_a_job(self):
        if not os.path.exists(os.path.join(PROGRAMS, "openmpi_sums")):
            self.skipTest("Open MPI is not installed")
        # Under salloc, mpirun's ranks are the ranks, not srun's.
        out = self.call("salloc", "-n", "3", "mpirun.openmpi", "--mca", "plm",
                        "isolated", "-n", "3", SAMEBITS, "run", "-q", "--mpi",
                        "ordered", "--", os.path.join(PROGRAMS, "openmpi_sums"),
                        OMPI_ALLOW_RUN_AS_ROOT="1",
                        OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1",
                        OMPI_MCA_btl="self,vader")
        self.assertEqual(out.count("by rank"), 9)
        self.assertEqual(self.report()["ranks"]["size"], 3)

    def test_outside(self):
        # srun below samebits: its ranks are not under it, and that is said.
        done = subprocess.run((SAMEBITS, "run", "--", "srun", "-n", "2",
                               "true"), cwd=self.dir, env=self.cluster.env,
                              text=True, stderr=subprocess.PIPE, timeout=100)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("srun samebits run PROGRAM", done.stderr)


def main(started):
    Slurm.cluster = started
    unittest.main()


if __name__ == "__main__":
    cluster.run(main)
