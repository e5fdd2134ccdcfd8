#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Seeds that Python programs fix themselves: seen, shown, and under --reseed
replaced. PyTorch's are in test_frameworks.c; the real frameworks are in
tests/real/table.txt."""
import glob
import json
import os
import re
import shutil
import subprocess
import tempfile
import unittest

SAMEBITS = os.environ["SAMEBITS_BIN"]
VICTIMS = os.environ["VICTIMS_DIR"]
FRAMEWORKS = os.environ["FRAMEWORKS_DIR"]
DEBIAN = "/usr/bin/python3"
PYTHONS = [DEBIAN] + sorted(
    glob.glob(os.path.expanduser("~/.pyenv/versions/3.9.*/bin/python3")) +
    glob.glob(os.path.expanduser("~/.pyenv/versions/3.1[0-9].*/bin/python3")))
RESEED = "--seed", "5", "--reseed"


class Case(unittest.TestCase):
    def setUp(self):
        dir = tempfile.TemporaryDirectory(prefix="samebits-reseed-",
                                          dir="/var/tmp")
        self.addCleanup(dir.cleanup)
        self.dir = dir.name

    def call(self, *words, status=0):
        done = subprocess.run(words, cwd=self.dir, text=True, timeout=100,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.assertEqual(done.returncode, status, done.stderr)
        return done

    def script(self, text):
        with open(os.path.join(self.dir, "job.py"), "w") as f:
            f.write(text)

    def run_job(self, *options, python=DEBIAN, verb="run", flags=()):
        return self.call(SAMEBITS, verb, "-q", *options, "--", python, *flags,
                         "job.py").stdout

    def report(self):
        text = self.call(SAMEBITS, "report", "--json").stdout
        return {s["name"]: s for s in json.loads(text)["sources"]
                if s["group"] == "seeding"}

    def places(self, source):
        """Lines of job.py from which a source was called."""
        own = [[line["line"] for line in site["lines"]
                if line["file"].endswith("job.py")]
               for site in self.report()[source]["sites"]]
        return sorted(lines[0] for lines in own if lines)

    def is_reseeded(self, native, python=DEBIAN, flags=()):
        """As natively without --reseed; each line another with it."""
        def job(*options, verb="run"):
            return self.run_job(*options, python=python, verb=verb,
                                flags=flags)

        self.assertEqual(job(verb="audit"), native)
        self.assertEqual(job(), native)
        self.assertEqual(job("--seed", "5"), native)
        once = job(*RESEED)
        self.assertEqual(job(*RESEED), once)
        other = job("--seed", "6", "--reseed")
        for lines in zip(*(t.splitlines() for t in (native, once, other))):
            self.assertEqual(len(set(lines)), 3, lines)
        return once


class Options(Case):
    def test_rows(self):
        rows = json.loads(self.call(SAMEBITS, "sources", "--json").stdout)
        self.assertEqual([r["name"] for r in rows if r["group"] == "seeding"],
                         ["jax_key", "numpy_legacy_seed", "numpy_seed",
                          "python_random_seed", "tf_generator_seed",
                          "tf_set_seed",
                          # test_frameworks.c
                          "torch_cuda_manual_seed", "torch_manual_seed"])

    def test_needs_seed(self):
        done = self.call(SAMEBITS, "run", "--reseed", "--", "true",
                         status=125)
        self.assertIn("--reseed needs --seed", done.stderr)

    def test_check_takes_it(self):
        self.script("import random; random.seed(1); print(random.random())")
        done = self.call(SAMEBITS, "check", *RESEED, "--", DEBIAN, "job.py")
        self.assertIn("the same", done.stdout)

    def test_standalone(self):
        self.script("import random; random.seed(1); print(random.random())")
        lib = re.search(r"^.*libsamebits\.so$", self.call(
            SAMEBITS, "run", "-q", "--", "sh", "-c",
            "cat /proc/self/maps").stdout, re.M).group().split()[-1]
        with_launcher = self.run_job(*RESEED)
        for setting, equal in (("seed=5,reseed=on", True),
                               ("reseed=on", False)):
            done = subprocess.run(
                (DEBIAN, "job.py"), cwd=self.dir, text=True,
                stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=100,
                env=dict(os.environ, LD_PRELOAD=lib,
                         SAMEBITS="store=store," + setting))
            self.assertEqual(done.returncode, 0)
            self.assertEqual(done.stdout == with_launcher, equal)
            self.assertEqual("reseed=on without seed" in done.stderr,
                             not equal)


RANDOM = """import random
class Own(random.Random):
    pass
random.seed(42)
print(random.random())
random.seed("text"); print(random.random())
random.seed(b"bytes"); print(random.random())
random.seed(2.5); print(random.random())
random.seed(a=10 ** 50); print(random.random())
random.seed(-3, version=1); print(random.random())
print(random.Random(7).random())
print(Own(9).getrandbits(60))
"""


class Random(Case):
    def test_forms(self):
        """In every CPython; in isolated mode, which hides the user's files."""
        self.script(RANDOM)
        for python in PYTHONS:
            with self.subTest(python=python):
                flags = ("-I", "-S", "-E")
                native = self.call(python, *flags, "job.py").stdout
                self.is_reseeded(native, python, flags)
                self.assertEqual(self.places("python_random_seed"),
                                 [4, 6, 7, 8, 9, 10, 11, 12])

    def test_equal_seeds(self):
        """Of one run: the same seed is the same, in all its forms."""
        self.script("import random\n"
                    "random.seed(7); a = random.random()\n"
                    "random.seed(7); b = random.random()\n"
                    "class Own(random.Random): pass\n"
                    "assert a == b == random.Random(7).random() =="
                    " Own(7).random()\n"
                    "assert a != random.Random(8).random()\n")
        self.run_job(*RESEED)

    def test_left_alone(self):
        """What is not seeded, states, secrets; and nothing looks another."""
        self.script("import random, _random, inspect, pickle, sys\n"
                    "print(random.random(), random.Random().random())\n"
                    "random.seed(); print(random.random())\n"
                    "random.seed(None); print(random.random())\n"
                    "r = random.Random(3)\n"
                    "copy = pickle.loads(pickle.dumps(r))\n"
                    "assert [r.random(), r.random()] =="
                    " [copy.random(), copy.random()]\n"
                    "state = r.getstate(); a = r.random()\n"
                    "r.setstate(state); assert r.random() == a\n"
                    "try: _random.Random.seed(r, [])\n"
                    "except TypeError as e:\n"
                    "    assert 'unhashable' in str(e)\n"
                    "seed = _random.Random.seed\n"
                    "assert type(seed).__name__ == 'method_descriptor'\n"
                    "assert seed.__doc__.startswith('seed([n])')\n"
                    "assert 'seeding' not in str(sys.modules)\n"
                    "assert str(inspect.signature(random.seed)) =="
                    " '(a=None, version=2)'\n")
        self.assertEqual(self.run_job("--seed", "5"), self.run_job(*RESEED))
        self.run_job(verb="audit")

    def test_children(self):
        self.script("import multiprocessing as m, os, random, sys\n"
                    "def work(seed):\n"
                    "    random.seed(seed)\n"
                    "    return random.random()\n"
                    "if __name__ == '__main__':\n"
                    "    for how in 'fork', 'spawn', 'forkserver':\n"
                    "        with m.get_context(how).Pool(1) as pool:\n"
                    "            print(pool.map(work, [1, 2, 3]), work(1))\n")
        once = self.is_reseeded(self.call(DEBIAN, "job.py").stdout)
        self.assertEqual(len(set(once.splitlines())), 1)

    def test_embedded(self):
        """A program that opens the interpreter as a library."""
        def job(*options):
            return self.call(SAMEBITS, "run", "-q", *options, "--",
                             FRAMEWORKS + "/embeds", FRAMEWORKS + "/scenes.so",
                             "import random; random.seed(4);"
                             " print(random.random(), flush=True)").stdout

        self.assertIn("0.23604808973743452", job("--seed", "5"))
        once = job(*RESEED)
        self.assertNotIn("0.23604808973743452", once)
        self.assertEqual(job(*RESEED), once)
        self.assertEqual(self.report()["python_random_seed"]["calls"], 1)

    def test_second_interpreter(self):
        """In the same thread, which waits for itself if asked wrongly."""
        self.script("try: import _interpreters as i\n"
                    "except ImportError: import _xxsubinterpreters as i\n"
                    "code = 'import random; random.seed(1);'"
                    " ' print(random.random(), flush=True)'\n"
                    "exec(code)\n"
                    "i.run_string(i.create(), code)\n")
        for python in PYTHONS:
            with self.subTest(python=python):
                native = self.call(python, "job.py").stdout
                once = self.is_reseeded(native, python)
                self.assertEqual(len(set(once.splitlines())), 1)

    def test_report(self):
        self.script("import random\n"
                    "def set_up():\n"
                    "    random.seed(1234)\n"
                    "set_up()\n")
        self.run_job(verb="audit")
        text = self.call(SAMEBITS, "report").stdout
        self.assertRegex(text, r"python_random_seed +1 call, .*; observed\n"
                               r" +1 x  set_up at \S+/job.py:3\n"
                               r" +<module> at \S+/job.py:4\n"
                               r" +seed 1234\n")
        self.run_job(*RESEED)
        self.assertRegex(self.call(SAMEBITS, "report").stdout,
                         r"python_random_seed +1 call, .*; forced\n")
        self.run_job(*RESEED, "--observe", "seeding")
        self.assertRegex(self.call(SAMEBITS, "report").stdout,
                         r"python_random_seed +1 call, .*; observed\n")


NUMPY = """import numpy as np
np.random.seed(42)
print(np.random.rand())
np.random.seed([1, 2, 3]); print(np.random.rand())
np.random.seed(np.arange(2000)); print(np.random.rand())
print(np.random.RandomState(7).rand())
print(np.random.RandomState(np.int32(8)).rand())
print(np.random.default_rng(42).random())
print(np.random.default_rng([4, 2]).random())
print(np.random.default_rng(seed=np.random.SeedSequence(9)).random())
print(np.random.Generator(np.random.PCG64(10)).random())
print(np.random.Generator(np.random.Philox(11)).random())
print(np.random.RandomState(np.random.MT19937(12)).rand())
"""


class NumPy(Case):
    def test_forms(self):
        self.script(NUMPY)
        self.is_reseeded(self.call(DEBIAN, "job.py").stdout)
        self.assertEqual(self.places("numpy_legacy_seed"), [2, 4, 5, 6, 7])
        self.assertEqual(self.places("numpy_seed"), [8, 9, 10, 11, 12, 13])

    def test_sequences(self):
        """Children, and the same sequence made again, under --reseed too."""
        self.script(
            "import numpy as np, pickle\n"
            "from numpy.random import SeedSequence as S\n"
            "a = S(42)\n"
            "assert a.entropy == 42\n"
            "state = lambda s: s.generate_state(4).tolist()\n"
            "assert state(a) == state(S(42)) == state(S(a.entropy))\n"
            "child = a.spawn(2)[1]\n"
            "assert state(child) == state(S(42, spawn_key=(1,)))\n"
            "assert state(pickle.loads(pickle.dumps(a))) == state(a)\n"
            "class Own(S): pass\n"
            "assert state(Own(42)) == state(a)\n"
            "class Init(S):\n"
            "    def __init__(self, n): super().__init__(n)\n"
            "assert state(Init(42)) == state(a)\n"
            "g = np.random.default_rng(1)\n"
            "h = pickle.loads(pickle.dumps(g))\n"
            "assert g.random() == h.random()\n"
            "r = np.random.RandomState(1)\n"
            "q = pickle.loads(pickle.dumps(r))\n"
            "assert r.rand() == q.rand()\n"
            "for wrong in -1, 2 ** 32, 'x', [], 1.5:\n"
            "    try: np.random.seed(wrong)\n"
            "    except (ValueError, TypeError): continue\n"
            "    assert False, wrong\n"
            "print(state(child))\n")
        self.is_reseeded(self.call(DEBIAN, "job.py").stdout)

    def test_left_alone(self):
        """What takes its seed from the system, and what that makes others
        of."""
        self.script("import numpy as np\n"
                    "np.random.seed(); print(np.random.rand())\n"
                    "print(np.random.RandomState().rand())\n"
                    "print(np.random.default_rng().random())\n"
                    "s = np.random.SeedSequence()\n"
                    "print(np.random.default_rng(s.spawn(2)[1]).random())\n"
                    "again = np.random.SeedSequence(s.entropy)\n"
                    "print(s.generate_state(2), again.generate_state(2))\n")
        self.assertEqual(self.run_job("--seed", "5"), self.run_job(*RESEED))
        self.assertEqual(self.report(), {})

    def test_sklearn(self):
        self.script("from sklearn.ensemble import RandomForestClassifier\n"
                    "from sklearn.model_selection import train_test_split\n"
                    "import numpy as np\n"
                    "x = np.arange(400.).reshape(100, 4) % 17\n"
                    "y = np.arange(100) % 3\n"
                    "print(train_test_split(y, random_state=42)[1])\n"
                    "m = RandomForestClassifier(5, random_state=1)\n"
                    "print(m.fit(x, y).predict_proba(x).sum(0))\n")
        self.is_reseeded(self.call(DEBIAN, "job.py").stdout)
        self.assertIn(6, self.places("numpy_legacy_seed"))


# Written as the frameworks write theirs: jax._src.prng of JAX 0.4, and
# TensorFlow's. Their values are made in C++ from what these return.
JAX = """import typing
def random_seed(seeds: int | list, impl: "str", *, more=None):
    '''Documented.'''
    return seeds, impl, more
"""
TENSORFLOW = """def set_random_seed(seed):
    return seed
"""
OPS = """def create_rng_state(seed, /, alg=1):
    return seed
"""


class Frameworks(Case):
    """Functions of Python code, in what lies as JAX and TensorFlow do."""

    def put(self, name, text=""):
        path = os.path.join(self.dir, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        while True:
            with open(path, "a") as f:
                f.write(text)
            above = os.path.dirname(os.path.dirname(path))
            if above == self.dir:
                return
            path, text = os.path.join(above, "__init__.py"), ""

    def extension(self, package):
        """What is loaded as CPython loads theirs, and fails then."""
        self.put(package + "/__init__.py",
                 "try:\n    from . import calling_extension\n"
                 "except (ImportError, SystemError):\n    pass\n")
        shutil.copy(VICTIMS + "/calling_extension.so",
                    os.path.join(self.dir, package))

    def test_jax(self):
        self.extension("jaxlib")
        self.put("jax/_src/prng.py", "from __future__ import annotations\n" +
                 JAX)
        self.put("jax/__init__.py", "import jaxlib\nimport jax._src.prng\n"
                                    "from jax._src.prng import random_seed\n"
                                    "import jax.last\n")
        self.put("jax/last.py")
        self.script("import inspect, pickle\n"
                    "import jax\n"
                    "print(jax.random_seed(42, 'a', more=1))\n"
                    "print(jax.random_seed(impl='a', seeds=-1))\n"
                    "s = jax.random_seed\n"
                    "assert s is jax._src.prng.random_seed\n"
                    "assert s.__doc__ == 'Documented.', s.__doc__\n"
                    "assert pickle.loads(pickle.dumps(s)) is s\n"
                    "assert str(inspect.signature(s)) == \"(seeds: 'int |"
                    " list', impl: \\\"'str'\\\", *, more=None)\"\n"
                    "assert 'return seeds' in inspect.getsource(s)\n"
                    "assert vars(jax._src.prng).keys() >= {'random_seed'}\n"
                    "assert s([], 'a') == ([], 'a', None)\n")
        for python in PYTHONS:
            with self.subTest(python=python):
                native = self.call(python, "job.py").stdout
                self.is_reseeded(native, python)
                self.assertEqual(self.places("jax_key"), [3, 4, 12])

    def test_tensorflow(self):
        self.extension("tensorflow")
        self.put("tensorflow/python/framework/random_seed.py", TENSORFLOW)
        self.put("tensorflow/python/ops/stateful_random_ops.py", OPS)
        self.script(
            "import tensorflow\n"
            "from tensorflow.python.framework import random_seed\n"
            "from tensorflow.python.ops import stateful_random_ops\n"
            "import queue\n"
            "seed = random_seed.set_random_seed\n"
            "state = stateful_random_ops.create_rng_state\n"
            "print(seed(7))\n"
            "print(state(8))\n"
            "print(state(9, alg=2))\n"
            "print(seed(2 ** 40))\n"
            "assert seed(None) is None\n"
            "assert 0 <= seed(2 ** 70) < 2 ** 31 or seed(7) == 7\n")
        for python in PYTHONS:
            with self.subTest(python=python):
                native = self.call(python, "job.py").stdout
                self.is_reseeded(native, python)
                self.assertEqual(self.places("tf_generator_seed"), [8, 9])
                self.assertEqual(self.places("tf_set_seed"), [7, 10, 12])

    def test_unknown(self):
        """Code that cannot be led on stays, and the report says so."""
        self.extension("jaxlib")
        self.put("jax/_src/prng.py",
                 "def random_seed(*seeds):\n    return seeds\n")
        self.script("import jaxlib\nimport jax._src.prng\nimport queue\n"
                    "print(jax._src.prng.random_seed(42))\n")
        self.assertEqual(self.run_job(*RESEED), "(42,)\n")
        text = self.call(SAMEBITS, "report").stdout
        self.assertIn("jax_key is not seen: unknown code", text)


if __name__ == "__main__":
    unittest.main()
