#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""--openmp=ordered: regions of GNU OpenMP in a fixed order, by themselves and
under --schedule=turns."""
import glob
import json
import os
import shutil
import subprocess
import tempfile
import unittest

SAMEBITS = os.environ["SAMEBITS_BIN"]
PROGRAMS = os.environ["GOMP_DIR"]
OPENMP = os.environ["OPENMP_DIR"]
PYTHON = "/usr/bin/python3"
WAYS = [["--openmp=ordered"], ["--schedule=turns"]]
PARTS = """barriers singles criticals ordered lasts waiting sections tasks
reductions detached private nested settings locks cancelling otherwise threads
forks""".split()


def program(name):
    return os.path.join(PROGRAMS, "gomp_" + name)


class Load:
    """Twice as many busy processes as processors, for at most two minutes."""

    def __enter__(self):
        self.busy = [subprocess.Popen(["timeout", "120", "sh", "-c",
                                       "while :; do :; done"])
                     for _ in range(2 * os.cpu_count())]

    def __exit__(self, *_):
        for p in self.busy:
            p.terminate()
            p.wait()


class Case(unittest.TestCase):
    def setUp(self):
        dir = tempfile.TemporaryDirectory(prefix="samebits-gomp-",
                                          dir="/var/tmp")
        self.addCleanup(dir.cleanup)
        self.dir = dir.name

    def call(self, *words, env=None, timeout=120):
        done = subprocess.run(words, cwd=self.dir, text=True, timeout=timeout,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              env={**os.environ, **(env or {})})
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def run_job(self, way, *words, **how):
        return self.call(SAMEBITS, "run", "-q", *way, "--", *words, **how)

    def report(self):
        return json.loads(self.call(SAMEBITS, "report", "--json"))

    def same(self, way, *words, times=20, **how):
        """What it says every time."""
        said = {self.run_job(way, *words, **how) for _ in range(times)}
        self.assertEqual(len(said), 1, said)
        return said.pop()


class Constructs(Case):
    def test_each_is_right(self):
        cancel = {"OMP_CANCELLATION": "true"}
        for way in WAYS:
            for part in PARTS:
                with self.subTest(way=way, part=part):
                    self.assertEqual(self.run_job(way, program("constructs"),
                                                  part, env=cancel,
                                                  timeout=60), "ok\n")

    def test_each_is_right_in_any_order(self):
        for k in range(1, 11):
            way = ["--schedule=turns", "--schedule-seed=%d" % k]
            with self.subTest(way=way):
                self.assertEqual(self.run_job(
                    way, program("constructs"), timeout=60,
                    env={"OMP_CANCELLATION": "true"}), "ok\n")

    def test_many_members(self):
        """The entry points by themselves, with 1 to 8 members."""
        said = {self.same(way, os.path.join(OPENMP, "openmp_entries_gnu"), "4",
                          times=2) for way in WAYS}
        self.assertEqual(len(said), 1)

    def test_settings_of_the_environment(self):
        code = ("#include <omp.h>\n#include <stdio.h>\nint main(void) {\n"
                "_Pragma(\"omp parallel\") _Pragma(\"omp single\")\n"
                "{ printf(\"%d \", omp_get_num_threads());\n"
                "_Pragma(\"omp parallel\") _Pragma(\"omp single\")\n"
                "printf(\"%d\\n\", omp_get_num_threads()); } }\n")
        with open(os.path.join(self.dir, "levels.c"), "w") as f:
            f.write(code)
        self.call("gcc", "-fopenmp", "levels.c", "-o", "levels")
        for way in WAYS:
            for env, said in [
                    ({"OMP_NUM_THREADS": "5"}, "5 1\n"),
                    ({"OMP_NUM_THREADS": "3,2",
                      "OMP_MAX_ACTIVE_LEVELS": "2"}, "3 2\n"),
                    ({"OMP_NUM_THREADS": "6", "OMP_THREAD_LIMIT": "4"},
                     "4 1\n"),
                    ({"OMP_NUM_THREADS": "2", "OMP_STACKSIZE": "64M"},
                     "2 1\n")]:
                with self.subTest(way=way, env=env):
                    self.assertEqual(self.run_job(way, "./levels", env=env),
                                     said)
            self.assertEqual(self.run_job(way + ["--threads=7"], "./levels"),
                             "7 1\n")


class Sums(Case):
    def test_repeat_beside_load(self):
        with Load():
            for threads in "4", "8", "16":
                said = {self.same(way, program("sums"), threads)
                        for way in WAYS}
                self.assertEqual(len(said), 1)

    def test_natively_not(self):
        said = {self.call(program("sums"), "8") for _ in range(20)}
        self.assertGreater(len(said), 1)

    def test_another_order_for_a_seed(self):
        said = {self.same(["--schedule=turns", "--schedule-seed=%d" % k],
                          program("sums"), "4", times=3) for k in range(5)}
        self.assertGreater(len(said), 1)

    def test_without_it_nothing_is_ours(self):
        self.call(SAMEBITS, "run", "-q", "--", program("constructs"),
                  "barriers")
        for way in [], ["--openmp=native"]:
            said = {self.run_job(way, program("sums"), "8")
                    for _ in range(10)}
            self.assertGreater(len(said), 1)


class Lasting(Case):
    def blind(self):
        return {b["kind"] for b in self.report()["blind_spots"]}

    def test_who_computes_is_left_alone(self):
        for way in WAYS:
            way = way + ["--patience=1", "--time=real"]
            self.assertEqual(self.run_job(way, program("lasting"), "compute"),
                             "12\n")
            self.assertNotIn("busy-loop", self.blind())

    def test_who_spins_is_not(self):
        """30 times --patience, of which 0 is none at all."""
        for way in WAYS:
            self.assertEqual(self.run_job(way + ["--patience=0"],
                                          program("lasting"), "spin"),
                             "over\n")
            self.assertIn("busy-loop", self.blind())


class Libraries(Case):
    def test_opened_local(self):
        said = {self.same(way, program("bound"),
                          os.path.join(PROGRAMS, "libgomp_user.so"), times=5)
                for way in WAYS}
        self.assertEqual(len(said), 1)

    def test_two_copies(self):
        found = glob.glob("/usr/lib/*/libgomp.so.1")
        copy = os.path.join(self.dir, "libgomp-copy.so")
        shutil.copy(found[0], copy)
        for way in WAYS:
            said = self.same(way, program("bound"),
                             os.path.join(PROGRAMS, "libgomp_user.so"), copy,
                             times=3)
            self.assertEqual(sorted(said.split("\n")[1]), list("01234"))

    def test_llvm(self):
        """Another runtime is not served: in turns it has teams of one."""
        llvm = os.path.join(OPENMP, "openmp_loops_clang")
        if not os.path.exists(llvm):
            self.skipTest("clang or libomp is not installed")
        self.same(["--schedule=turns"], llvm, times=2)
        self.run_job(["--openmp=ordered"], llvm)


class Programs(Case):
    def test_kmeans(self):
        if subprocess.run([PYTHON, "-c", "import sklearn"],
                          stderr=subprocess.DEVNULL).returncode:
            self.skipTest("python3-sklearn is not installed")
        with open(os.path.join(self.dir, "job.py"), "w") as f:
            f.write("import hashlib, numpy as np\n"
                    "from sklearn.cluster import KMeans\n"
                    "x = np.random.RandomState(0).rand(2000, 8)\n"
                    "k = KMeans(6, n_init=2, random_state=1).fit(x)\n"
                    "print(hashlib.md5(k.cluster_centers_.tobytes())"
                    ".hexdigest())\n")
        env = {"OMP_NUM_THREADS": "4"}
        for way in WAYS:
            self.same(way, PYTHON, "job.py", times=4, env=env)


if __name__ == "__main__":
    unittest.main(verbosity=2)
