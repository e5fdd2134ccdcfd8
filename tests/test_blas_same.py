#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""--blas=same: the same bits whatever BLAS a program has, with any number of
threads and every instruction set."""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

SAMEBITS = os.environ["SAMEBITS_BIN"]
PROGRAMS = os.environ["BLAS_DIR"]
LIBSAMEBITS = os.path.abspath(sys.argv.pop(1))
PYTHON = "/usr/bin/python3"
DEBIAN = "/usr/lib/x86_64-linux-gnu/"
REFERENCE = DEBIAN + "blas"
LAPACK = DEBIAN + "lapack"
LIBRARIES = [REFERENCE, DEBIAN + "openblas-pthread",
             DEBIAN + "openblas-openmp", DEBIAN + "blis-pthread"]
ISAS = ["scalar", "fma128", "avx2", "avx512"]
# What blas.def has and is not computed.
LEFT = """sbgemm sbgemv sbdot""".split()


def threads(n):
    return {name + "_NUM_THREADS": str(n) for name in ("OMP", "OPENBLAS",
                                                       "BLIS")}


def program(name):
    return os.path.join(PROGRAMS, name)


class Case(unittest.TestCase):
    def setUp(self):
        dir = tempfile.TemporaryDirectory(prefix="samebits-blas-",
                                          dir="/var/tmp")
        self.addCleanup(dir.cleanup)
        self.dir = dir.name

    def call(self, *words, env=None, stdin=None, status=0):
        done = subprocess.run(words, cwd=self.dir, text=True, timeout=300,
                              stdin=stdin, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE,
                              env={**os.environ, **(env or {})})
        self.assertEqual(done.returncode, status, done.stderr)
        return done.stdout

    def same(self, *words, library=REFERENCE, env=None, options=(), n=None,
             **how):
        """What a program says under --blas=same."""
        return self.call(SAMEBITS, "run", "-q", "--blas=same", *options, "--",
                         *words, env={"LD_LIBRARY_PATH":
                                      library + ":" + LAPACK,
                                      **(threads(n) if n else {}),
                                      **(env or {})}, **how)

    def report(self):
        return json.loads(self.call(SAMEBITS, "report", "--json"))

    def blinds(self):
        return [b["text"] for b in self.report()["blind_spots"]
                if b["kind"] == "blas"]

    def isas(self):
        """Those that this processor has, the slow one first."""
        with open("/proc/cpuinfo") as f:
            flags = re.search(r"^flags.*", f.read(), re.M)[0].split()
        needs = {"fma128": "fma", "avx2": "avx2", "avx512": "avx512dq"}
        return [i for i in ISAS if needs.get(i, "fpu") in flags]

    def everywhere(self, *words, **how):
        """Says the same with all libraries, threads and instruction sets."""
        first = self.same(*words, n=1, **how)
        for library in LIBRARIES:
            for n in 2, 4:
                with self.subTest(library=library, threads=n):
                    self.assertEqual(self.same(*words, library=library, n=n,
                                               **how), first)
        for isa in self.isas()[1:]:
            with self.subTest(isa=isa):
                self.assertEqual(self.same(
                    *words, env={"SAMEBITS_BLAS_ISA": isa}, n=3, **how), first)
        return first


class Routines(Case):
    def lines(self, said):
        """{name of an entry point: digest}, of routines that are computed."""
        lines = dict(line.split() for line in said.splitlines())
        return {name: digest for name, digest in lines.items()
                if re.sub("_$|^cblas_", "", name) not in LEFT}

    def test_random_calls(self):
        """By every name of Fortran's and C's, with both orders of matrices."""
        first = self.lines(self.same(program("blas_random"), "20"))
        self.assertGreater(len(first), 270)
        ways = [dict(library=library, n=2) for library in LIBRARIES]
        ways += [dict(env={"SAMEBITS_BLAS_ISA": isa}) for isa in self.isas()]
        for way in ways:
            with self.subTest(way=way):
                other = self.lines(self.same(program("blas_random"), "20",
                                             **way))
                common = set(first) & set(other)
                self.assertGreater(len(common), 250)
                self.assertEqual({k: other[k] for k in common},
                                 {k: first[k] for k in common})

    def test_large_calls(self):
        first = self.lines(self.same(program("blas_random_large"), "2", n=1))
        ways = [dict(library=LIBRARIES[1], n=2),
                dict(library=LIBRARIES[1], options=["--threads=4"]),
                dict(options=["--threads=3"])]
        ways += [dict(env={"SAMEBITS_BLAS_ISA": isa})
                 for isa in self.isas()[1:]]
        for way in ways:
            with self.subTest(way=way):
                other = self.lines(self.same(program("blas_random_large"), "2",
                                             **way))
                common = set(first) & set(other)
                self.assertEqual({k: other[k] for k in common},
                                 {k: first[k] for k in common})

    def test_natively_they_differ(self):
        """Else this suite would show nothing."""
        said = {self.call(program("blas_random_large"), "2",
                          env={"LD_LIBRARY_PATH": library, **threads(1)})
                for library in LIBRARIES[:2]}
        self.assertEqual(len(said), 2)

    def test_fortran(self):
        self.everywhere(program("blas_same"))

    def netlib(self, name, data, library, *wrapper):
        """What one of Netlib's programs says, and writes."""
        with open(os.path.join(REFERENCE, data or name)) as f:
            out = self.call(*wrapper, os.path.join(REFERENCE, name), stdin=f,
                            env={"LD_LIBRARY_PATH": library, **threads(2),
                                 "LD_PRELOAD": program("libblas_netlib.so")})
        for file in sorted(os.listdir(self.dir)):
            if file.endswith((".out", ".SUMM")):
                with open(os.path.join(self.dir, file)) as f:
                    out += f.read()
                os.remove(os.path.join(self.dir, file))
        return out

    def test_netlib(self):
        """Netlib's own test programs, illegal arguments among them, which the
        program's own xerbla has to see."""
        for name, data in [
                (name % c, data and c + data) for c in "sdcz"
                for name, data in [("xblat1%s", None), ("x%scblat1", None),
                                   ("xblat2%s", "blat2.in"),
                                   ("xblat3%s", "blat3.in"),
                                   ("x%scblat2", "in2"), ("x%scblat3", "in3")]]:
            passed = self.netlib(name, data, REFERENCE).count("PASS")
            self.assertGreater(passed, 2)
            for library in LIBRARIES:
                with self.subTest(program=name, library=library):
                    said = self.netlib(name, data, library, SAMEBITS, "run",
                                       "-q", "--blas=same", "--")
                    self.assertEqual(said.count("PASS"), passed, said)
                    self.assertNotIn("FAIL", said)

    def test_batches(self):
        self.assertEqual(self.same(program("blas_batch")), "3 of 3\n")

    def test_rest_of_lapack(self):
        """Routines without rows: slots that are bound lazily, and at once."""
        natively, said = set(), set()
        for library in LIBRARIES[1:3]:
            for env in {}, {"LD_BIND_NOW": "1"}:
                env = {"LD_LIBRARY_PATH": library, **env, **threads(2)}
                natively.add(self.call(program("blas_expert"), env=env))
                said.add(self.same(program("blas_expert"), env=env))
                self.assertEqual(self.blinds(), [])
                calls = [s["calls"] for s in self.report()["sources"]
                         if s["name"] == "lapack_other"]
                self.assertEqual(calls, [4])
        said.add(self.same(program("blas_expert")))
        self.assertEqual(len(said), 1)
        self.assertFalse(natively & said)

    def test_wrong_arguments(self):
        """The program's own xerbla is told, whoever finds them."""
        for library in LIBRARIES:
            with self.subTest(library=library):
                said = self.same(program("blas_refused"), library=library)
                # OpenBLAS hands over the end of the string, too.
                self.assertEqual(said.replace("\0", " ").split(),
                                 "DGEMM 8 DGEMV 1 DGESV 1 info -1".split())


class Log(Case):
    def test_report(self):
        self.same(program("blas_same"), library=LIBRARIES[1], n=2)
        report = self.report()
        self.assertEqual(self.blinds(), [])
        text = self.call(SAMEBITS, "report")
        self.assertRegex(text, r"dgemm +1 call.*forced")
        self.assertRegex(text, r"blas +libsamebits.so, samebits, \w+, \d+ thr")
        self.assertIn("m=210 n=210 k=210", text)
        self.assertTrue(report)

    def test_what_is_left(self):
        self.same(program("blas_random"), "4", library=LIBRARIES[1])
        left = {text.split()[0] for text in self.blinds()}
        self.assertLessEqual(left, set(LEFT))

    def test_observed(self):
        self.same(program("blas_same"), options=["--observe=dgemm"])
        self.assertEqual(self.blinds(), [
            "dgemm was left to the program's own library: it is observed"])

    def test_rest_of_lapack(self):
        """Its shape says which routine; what the reference lacks is named."""
        self.same(program("blas_expert"), options=["--observe=lapack_other"],
                  env={"LD_LIBRARY_PATH": LIBRARIES[1]})
        self.assertEqual(self.blinds(), [
            "lapack_other was left to the program's own library: it is "
            "observed"])
        self.same(PYTHON, "-c", GEADD)
        self.assertEqual(self.blinds(), [
            "lapack_other: dgeadd was left to the program's own library"])
        self.same(program("blas_expert"))
        self.assertIn("routine=dlansy liblapack",
                      self.call(SAMEBITS, "report", "--sites", "10"))

    def test_instruction_set_that_is_none(self):
        self.same(program("blas_same"), env={"SAMEBITS_BLAS_ISA": "mmx"})
        self.assertIn("SAMEBITS_BLAS_ISA", self.blinds()[0])

    def test_audit_leaves_all(self):
        env = {"LD_LIBRARY_PATH": REFERENCE}
        self.assertEqual(self.call(SAMEBITS, "audit", "-q", "--",
                                   program("blas_same"), env=env),
                         self.call(program("blas_same"), env=env))

    def test_digests(self):
        """Two libraries: the same operands, and the same results."""
        for name, library in ("a.db", LIBRARIES[0]), ("b.db", LIBRARIES[1]):
            self.same(program("blas_same"), library=library,
                      options=["--trace=full", "--digest=blas"])
            self.call(SAMEBITS, "export", "--sqlite", name)
        query = ("ATTACH 'b.db' AS b; SELECT count(*), sum(x.read = y.read AND "
                 "x.written = y.written) FROM blas x JOIN b.blas y USING "
                 "(process, exec, thread, call)")
        count, equal = self.call("sqlite3", "a.db", query).strip().split("|")
        self.assertEqual(count, equal)
        self.assertGreater(int(count), 20)

    def test_without_a_launcher(self):
        first = self.same(program("blas_same"))
        env = {"LD_LIBRARY_PATH": LIBRARIES[1], "LD_PRELOAD": LIBSAMEBITS,
               "SAMEBITS": "store=runs,blas=same"}
        self.assertEqual(self.call(program("blas_same"), env=env), first)

    def test_option(self):
        self.call(SAMEBITS, "run", "--blas=fast", "--", "true", status=125)


GEADD = """
import ctypes
lib = ctypes.CDLL("%sopenblas-pthread/libopenblas.so.0")
a, one, n = (ctypes.c_double * 1)(2), ctypes.c_double(1), ctypes.c_int(1)
for _ in range(2):
    lib.dgeadd_(*[ctypes.byref(x) for x in (n, n, one, a, n, one, a, n)])
""" % DEBIAN

NUMPY = """
import hashlib, numpy as np
r = np.random.RandomState(1)
def say(*results):
    h = hashlib.sha256()
    for x in results:
        h.update(np.ascontiguousarray(x).tobytes())
    print(h.hexdigest())
for t in np.float32, np.float64, np.complex64, np.complex128:
    a = r.randn(257, 301).astype(t)
    b = r.randn(301, 260).astype(t)
    v = r.randn(301).astype(t)
    if np.iscomplexobj(a):
        a, b, v = a + 1j * a[::-1], b - 1j * b, v * (1 + 2j)
    say(a @ b, np.dot(a, v), np.dot(v, v), np.vdot(v, v), a @ a.T)
    say(np.asfortranarray(a) @ b, a.T @ np.asfortranarray(b.T).T[:257])
    say(np.einsum('ij,jk->ik', a, b, optimize=True), np.inner(a, a),
        np.tensordot(a, b, 1), np.linalg.multi_dot([a, b, b.T.conj()]))
"""

LINALG = """
import hashlib, numpy as np
r = np.random.RandomState(1)
def say(*results):
    h = hashlib.sha256()
    for x in results:
        h.update(np.ascontiguousarray(x).tobytes())
    print(h.hexdigest())
for t in np.float64, np.complex128:
    a = r.randn(150, 150).astype(t)
    b = r.randn(150, 7).astype(t)
    if np.iscomplexobj(a):
        a = a + 1j * r.randn(150, 150)
    s = a @ a.conj().T + 150 * np.eye(150, dtype=t)
    say(np.linalg.solve(a, b), np.linalg.inv(a), np.linalg.cholesky(s),
        np.linalg.det(a), np.linalg.lstsq(a, b, rcond=None)[0])
    say(*np.linalg.eigh(s), *np.linalg.eig(a))
    say(*np.linalg.svd(a), *np.linalg.qr(a))
try:
    np.linalg.cholesky(-np.eye(3))
except np.linalg.LinAlgError as e:
    print(e)
"""

FORKS = """
import os, sys, hashlib, numpy as np
a = np.arange(400 * 400, dtype=np.float64).reshape(400, 400) / 7
def say():
    return hashlib.sha256((a @ a).tobytes()).hexdigest()
first = say()
for _ in range(3):
    pid = os.fork()
    if not pid:
        os._exit(say() != first)
    assert os.waitpid(pid, 0)[1] == 0 and say() == first
print(first)
"""

THREADS = """
import hashlib, threading, numpy as np
a = np.arange(300 * 300, dtype=np.float64).reshape(300, 300) / 7
said = []
def work(i):
    for _ in range(5):
        said.append((i, hashlib.sha256((a @ (a + i)).tobytes()).hexdigest()))
ts = [threading.Thread(target=work, args=(i,)) for i in range(4)]
[t.start() for t in ts]
[t.join() for t in ts]
print(sorted(set(said)))
"""


class Programs(Case):
    def python(self, code, **how):
        return self.same(PYTHON, "-c", code, **how)

    def test_numpy(self):
        self.everywhere(PYTHON, "-c", NUMPY)

    def test_lapack(self):
        """That of the reference LAPACK, with our BLAS."""
        self.everywhere(PYTHON, "-c", LINALG)
        report = self.report()
        self.assertEqual(self.blinds(), [])
        served = [s["name"] for s in report["sources"]
                  if s["group"] == "lapack"]
        self.assertGreater(len(served), 10)

    def test_wrong_arguments(self):
        """NumPy's own xerbla, in the module that calls, is told."""
        code = ("import numpy as np, numpy.linalg.lapack_lite; a = np.array([[1.]])\n"
                "try: np.linalg.lapack_lite.dorgqr(1, 1, 1, a, 0, a, a, 0, 0)\n"
                "except ValueError as e: print(e)")
        for library in LIBRARIES[:2]:
            with self.subTest(library=library):
                self.assertIn("DORGQR parameter number 5",
                              self.python(code, library=library))

    def test_fork(self):
        said = {self.python(FORKS, options=["--threads=%d" % n])
                for n in (1, 2, 4)}
        self.assertEqual(len(said), 1)

    def test_threads(self):
        """Callers side by side; and in turns, where the library's own pool
        would have one thread."""
        said = {self.python(THREADS, options=options) for options in
                ([], ["--threads=3"], ["--schedule=turns"],
                 ["--schedule=turns", "--threads=2"])}
        self.assertEqual(len(said), 1)

    def test_r(self):
        code = ("set.seed(1); a <- matrix(rnorm(90000), 300); b <- a %*% a; "
                "cat(sprintf('%a', c(sum(b), b[7, 9], crossprod(a)[3, 4], "
                "(a[, 1:7] %*% t(a[, 1:7]))[5, 5], solve(a)[3, 4], "
                "svd(a)$d[5], qr.solve(a, a[, 1])[9])), '\\n')")
        if not shutil.which("Rscript"):
            self.skipTest("no R")
        self.everywhere("Rscript", "-e", code)


if __name__ == "__main__":
    unittest.main()
