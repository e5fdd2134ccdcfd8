#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Open MPI: ranks inside and outside of samebits, sums in the order of ranks."""
import glob
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

SAMEBITS = os.environ["SAMEBITS_BIN"]
PROGRAMS = os.environ["MPI_DIR"]
MPI = dict(OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1",
           OMPI_MCA_rmaps_base_oversubscribe="1",
           OMPI_MCA_hwloc_base_binding_policy="none",
           OMPI_MCA_btl="self,vader")
# Those of MPI_Allreduce in Open MPI 4: linear, not overlapping, recursive
# doubling, ring, segmented ring, Rabenseifner's.
ALGORITHMS = range(1, 7)


def program(name, kind="openmpi"):
    return os.path.join(PROGRAMS, kind + "_" + name)


class Case(unittest.TestCase):
    def setUp(self):
        dir = tempfile.TemporaryDirectory(prefix="samebits-mpi-",
                                          dir="/var/tmp")
        self.addCleanup(dir.cleanup)
        self.dir = dir.name

    def call(self, *words, status=0, **variables):
        done = subprocess.run(words, cwd=self.dir, text=True,
                              env=dict(os.environ, **MPI, **variables),
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              timeout=120)
        self.assertEqual(done.returncode, status, done.stderr + done.stdout)
        return done.stdout

    def ask(self, *words, **more):
        return self.call(SAMEBITS, *words, **more)

    def mpirun(self, n, *words, **more):
        return self.call("mpirun.openmpi", "-n", str(n), *words, **more)

    def within(self, n, *words, **more):
        """samebits in each rank."""
        return self.mpirun(n, SAMEBITS, "run", "-q", *words, **more)

    def report(self, *run):
        return json.loads(self.ask("report", "--json", *run))

    def sources(self, *run):
        return {s["name"]: s for s in self.report(*run)["sources"]}


class Ranks(Case):
    def test_within(self):
        out = [sorted(self.within(4, "--", program("draws"), "x").splitlines())
               for _ in range(2)]
        self.assertEqual(out[0], out[1])
        self.assertEqual(len(set(re.findall("of 4: ([0-9a-f]+)",
                                            "\n".join(out[0])))), 4)
        runs = json.loads(self.ask("list", "--json"))
        self.assertEqual([r["run"] for r in runs], ["000001", "000002"])
        self.assertEqual(self.report()["ranks"]["status"], [0] * 4)

    def test_diff(self):
        # Of two runs all is equal, what each rank called included.
        for _ in range(2):
            self.within(4, "--trace", "full", "--", program("sums"))
        out = self.ask("diff", "1", "2")
        self.assertIn("calls of sources: the same", out)
        self.assertRegex(out, "events: the same, [0-9]+ of them")
        self.assertIn("results: the same", out)

    def test_outside(self):
        # mpirun below samebits: the same numbers, by rank.
        out = [sorted(self.ask("run", "-q", "--", "mpirun.openmpi", "-n", "4",
                               program("draws"), "x").splitlines())
               for _ in range(2)]
        self.assertEqual(out[0], out[1])
        out = self.ask("export", "--jsonl", "-")
        for rank in range(4):
            self.assertIn('"0/R%d"' % rank, out)

    def test_check(self):
        out = self.ask("check", "--", "mpirun.openmpi", "-n", "3", program("draws"),
                       "x")
        self.assertIn("the same in 2 runs", out)
        self.assertIn("3 output files", out)
        out = self.ask("check", "--native", "--", "mpirun.openmpi", "-n", "3",
                       program("draws"), "x", status=1)
        self.assertRegex(out, "getrandom .entropy. in process 0/R[012]")

    def test_own_calls_alone(self):
        # What MPI's own libraries ask of clocks, files and process ids is not
        # the program's.
        self.within(2, "--", program("draws"))
        names = self.sources()
        self.assertEqual(names["clock_gettime"]["calls"], 6)
        for name in ("gettimeofday", "getpid", "usleep", "readdir", "connect",
                     "poll", "epoll_wait", "stat"):
            self.assertNotIn(name, names)

    def test_any_source(self):
        self.within(4, "--trace", "full", "--", program("draws"))
        values = [json.loads(l) for l in
                  self.ask("export", "--jsonl", "-").splitlines()]
        got = [int(v["value"], 16) for v in values
               if v["type"] == "event" and v["source"] == "MPI_Recv"]
        self.assertEqual(sorted(g >> 32 for g in got), [1, 2, 3])
        self.assertEqual(sorted(g & 0xffffffff for g in got), [1, 2, 3])

    def test_waits(self):
        out = self.within(4, "--", program("waits"))
        self.assertEqual(out, "4 4\n4\ntick 1\n")
        self.assertEqual(out, self.mpirun(4, program("waits")))
        names = self.sources()
        for name, bytes in (("MPI_Wait", 4), ("MPI_Waitsome", 0),
                            ("MPI_Waitany", 4), ("MPI_Waitall", 0),
                            ("MPI_Testany", 4), ("MPI_Testall", 0),
                            ("MPI_Test", 4), ("MPI_Testsome", 0),
                            ("MPI_Probe", 4), ("MPI_Recv", 4),
                            ("MPI_Iprobe", 4), ("MPI_Mprobe", 4),
                            ("MPI_Improbe", 4), ("MPI_Mrecv", 8),
                            ("MPI_Sendrecv", 16), ("MPI_Iallreduce", 16),
                            ("MPI_Ireduce", 16), ("MPI_Bcast", 16),
                            ("MPI_Accumulate", 16)):
            self.assertEqual(names[name]["bytes"], bytes, name)
            self.assertEqual(names[name]["policy"], "observe", name)

    def test_library_named(self):
        self.within(2, "--", program("draws"))
        self.assertIn("Open MPI v", self.ask("report"))

    def test_failing_rank(self):
        self.within(2, "--", "sh", "-c", "exit $((OMPI_COMM_WORLD_RANK * 7))",
                    status=7)
        self.assertEqual(json.loads(self.ask("list", "--json"))[0]["status"],
                         7)

    def test_python(self):
        try:
            subprocess.run(("/usr/bin/python3", "-c", "import mpi4py"),
                           check=True, stderr=subprocess.DEVNULL)
        except subprocess.CalledProcessError:
            self.skipTest("python3-mpi4py is not installed")
        # A line is one write: mpirun mixes what ranks write in pieces.
        text = ("from mpi4py import MPI; import os, random, time\n"
                "c = MPI.COMM_WORLD\n"
                "x = c.allreduce(random.random())\n"
                "os.write(1, repr((c.rank, x, random.random(), time.time(), "
                "c.allgather(c.rank))).encode() + b'\\n')")
        out = [sorted(self.within(3, "--", "/usr/bin/python3", "-c",
                                  text).splitlines()) for _ in range(2)]
        self.assertEqual(out[0], out[1])
        self.assertEqual(len(set(out[0])), 3)


class Ordered(Case):
    def digests(self, *words, **more):
        return sorted(l for l in self.within(4, *words, **more).splitlines()
                      if l.startswith("rank "))

    def by_algorithm(self, *words):
        return [self.digests(*words, OMPI_MCA_coll_tuned_use_dynamic_rules="1",
                             OMPI_MCA_coll_tuned_allreduce_algorithm=str(a))
                for a in ALGORITHMS]

    def test_algorithms(self):
        # Natively, Open MPI's algorithms differ: what would be ordered matters.
        native = self.by_algorithm("--", program("sums"), "20000")
        self.assertGreater(len(set(map(tuple, native))), 1)
        ordered = self.by_algorithm("--mpi", "ordered", "--",
                                    program("sums"), "20000")
        self.assertEqual(len(set(map(tuple, ordered))), 1, ordered)

    def test_sizes(self):
        # From fewer elements than ranks to several steps of several MiB.
        for n, count in ((2, 1), (3, 7), (5, 1000), (4, 100003), (3, 2000001)):
            out = self.within(n, "--mpi", "ordered", "--", program("sums"),
                              str(count))
            self.assertNotIn("otherwise", out, (n, count))
            self.assertEqual(out.count("by rank"), 9)

    def test_native_is_native(self):
        out = self.mpirun(4, program("sums"), "20000")
        self.assertIn("MPI_Allreduce otherwise", out)
        self.assertEqual(sorted(self.within(4, "--", program("sums"),
                                            "20000").splitlines()),
                         sorted(out.splitlines()))

    def test_outside(self):
        out = self.ask("run", "-q", "--mpi", "ordered", "--", "mpirun.openmpi", "-n",
                       "3", program("sums"), "5000")
        self.assertNotIn("otherwise", out)

    def test_said(self):
        self.within(4, "--mpi", "ordered", "--", program("waits"))
        out = self.ask("report")
        for name in ("Iallreduce", "Ireduce", "Accumulate"):
            self.assertEqual(out.count("MPI_%s was called" % name), 1)
        self.within(3, "--mpi", "ordered", "--", program("sums"))
        self.assertIn("elements with gaps", self.ask("report"))
        self.within(3, "--", program("sums"))
        self.assertNotIn("elements with gaps", self.ask("report"))

    def test_fortran(self):
        out = set()
        for a in (1, 4):
            out.add(self.within(
                4, "--mpi", "ordered", "--", program("fortran"),
                OMPI_MCA_coll_tuned_use_dynamic_rules="1",
                OMPI_MCA_coll_tuned_allreduce_algorithm=str(a)))
        self.assertEqual(len(out), 1)
        words = out.pop().split()
        self.assertEqual(words[1:4], [words[1]] * 3)
        # "In place" is a variable of Fortran's; seconds are logical.
        self.assertEqual(words[4:8], ["equal", "T", "T", "seconds"])
        self.assertEqual(words[8], "0.000001000")
        names = self.sources()
        self.assertEqual(names["mpi_allreduce_"]["calls"], 8)
        self.assertEqual(names["mpi_reduce_"]["calls"], 4)

    def test_differs_where(self):
        # The first place that two algorithms of a library show at.
        for a in (1, 4):
            self.within(4, "--trace", "full", "--", program("sums"), "20000",
                        OMPI_MCA_coll_tuned_use_dynamic_rules="1",
                        OMPI_MCA_coll_tuned_allreduce_algorithm=str(a))
        out = self.ask("diff", "1", "2", status=1)
        first = out.split("the first difference between two runs")[1]
        self.assertRegex(first.split("\n\n")[0],
                         "MPI_Allreduce .mpi. in process 0")
        self.assertIn("--mpi ordered", first)

    def test_bad_word(self):
        self.assertEqual(self.ask("run", "--mpi", "yes", "--", "true",
                                  status=125), "")


class Mpich(Case):
    """The other ABI: handles are numbers, a status begins with the bytes."""

    def setUp(self):
        super().setUp()
        if not os.path.exists(program("sums", "mpich")):
            self.skipTest("MPICH is not installed")

    def both(self, name, *words):
        """What a program writes under MPICH, and under Open MPI."""
        run = (SAMEBITS, "run", "-q", "--mpi", "ordered", "--")
        return (self.call("mpiexec.mpich", "-n", "4", *run,
                          program(name, "mpich"), *words),
                self.mpirun(4, *run, program(name), *words))

    def test_same_bits(self):
        # In the order of ranks it does not matter whose library it is.
        mpich, openmpi = map(lambda t: sorted(t.splitlines()),
                             self.both("sums", "20000"))
        self.assertEqual(mpich, openmpi)
        self.assertNotIn("otherwise", "".join(mpich))
        mpich, openmpi = self.both("fortran")
        self.assertEqual(mpich, openmpi)
        self.assertIn("equal T T", mpich)
        native = self.call("mpiexec.mpich", "-n", "4",
                           program("sums", "mpich"), "20000")
        self.assertIn("otherwise", native)

    def test_messages(self):
        self.call("mpiexec.mpich", "-n", "4", SAMEBITS, "run", "-q", "--trace",
                  "full", "--", program("draws", "mpich"))
        values = [json.loads(l) for l in
                  self.ask("export", "--jsonl", "-").splitlines()]
        got = [(int(v["value"], 16) >> 32, v["length"]) for v in values
               if v["type"] == "event" and v["source"] == "MPI_Recv"]
        self.assertEqual(sorted(got), [(1, 4), (2, 4), (3, 4)])
        self.assertEqual(self.report()["ranks"]["status"], [0] * 4)
        self.assertIn("MPICH", self.ask("report"))

    def test_waits(self):
        words = "-n", "4", program("waits", "mpich")
        out = self.call("mpiexec.mpich", "-n", "4", SAMEBITS, "run", "-q",
                        "--", program("waits", "mpich"))
        self.assertEqual(out, self.call("mpiexec.mpich", *words))
        names = self.sources()
        for name in ("MPI_Wait", "MPI_Waitany", "MPI_Testany", "MPI_Test",
                     "MPI_Probe", "MPI_Iprobe", "MPI_Mprobe", "MPI_Improbe"):
            self.assertEqual(names[name]["bytes"], 4, name)

    def test_check(self):
        out = self.ask("check", "--", "mpiexec.mpich", "-n", "3",
                       program("draws", "mpich"), "x")
        self.assertIn("the same in 2 runs", out)


class Outside(Case):
    def test_srun_is_told(self):
        """srun's ranks are not its descendants: said, not claimed."""
        os.symlink("/bin/true", os.path.join(self.dir, "srun"))
        self.ask("run", "-q", "--", "./srun")
        self.assertIn("srun samebits run PROGRAM", self.ask("report"))


if __name__ == "__main__":
    if not shutil.which("mpirun.openmpi") or not os.path.exists(program("sums")):
        print("Open MPI is not installed")
        sys.exit(77)
    unittest.main()
