#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Inputs and outputs of runs: which, in what state, with which digests."""
import json
import os
import signal
import socket
import subprocess
import tempfile
import time
import unittest

SAMEBITS = os.environ["SAMEBITS_BIN"]
PYTHON = "/usr/bin/python3"


class Case(unittest.TestCase):
    def setUp(self):
        dir = tempfile.TemporaryDirectory(prefix="samebits-files-",
                                          dir="/var/tmp")
        self.addCleanup(dir.cleanup)
        self.dir = os.path.realpath(dir.name)
        with open(self.path("data"), "w") as f:
            f.write("some data\n")
        os.utime(self.path("data"), (1e9, 1e9))

    def path(self, name):
        return os.path.join(self.dir, name)

    def run_(self, *words, status=0, verb="run", **more):
        done = subprocess.run((SAMEBITS, verb, "-q", *words), cwd=self.dir,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              timeout=100, **more)
        self.assertEqual(done.returncode, status, done.stderr)
        with open(self.path(".samebits/latest/files.json")) as f:
            return json.load(f)

    def own(self, entries):
        """Those of the test's directory: name to entry."""
        return {e["path"][len(self.dir) + 1:]: e for e in entries
                if e["path"].startswith(self.dir + "/")}

    def python(self, code, *options, **more):
        files = self.run_(*options, "--", PYTHON, "-c", code, **more)
        return self.own(files["inputs"]), self.own(files["outputs"])

    def sh(self, script, *options, **more):
        files = self.run_(*options, "--", "sh", "-c", script, **more)
        return self.own(files["inputs"]), self.own(files["outputs"])


class Which(Case):
    def test_read_and_written(self):
        for verb in ("run", "audit"):
            inputs, outputs = self.python(
                "open('out', 'w').write(open('data').read())", verb=verb)
            self.assertEqual(set(inputs), {"data"})
            self.assertEqual(set(outputs), {"out"})
            self.assertEqual(inputs["data"]["state"], "whole")
            self.assertEqual(inputs["data"]["size"], 10)
            # The same bytes have the same digest.
            self.assertEqual(inputs["data"]["digest"],
                             outputs["out"]["digest"])

    def test_read_back(self):
        """What a run wrote and read is no input; temporary files are none."""
        inputs, outputs = self.python(
            "import os\n"
            "open('made', 'w').write('x'); open('made').read()\n"
            "open('tmp', 'w').write('x'); os.unlink('tmp')")
        self.assertEqual(set(inputs), set())
        self.assertEqual(set(outputs), {"made"})

    def test_renamed(self):
        inputs, outputs = self.python(
            "import os\n"
            "open('x.tmp', 'w').write('x'); os.replace('x.tmp', 'x')\n"
            "os.mkdir('d.tmp'); open('d.tmp/f', 'w').write('y')\n"
            "os.rename('d.tmp', 'd')\n"
            "open('l.tmp', 'w').write('z'); os.link('l.tmp', 'l')\n"
            "os.unlink('l.tmp')")
        self.assertEqual(set(outputs), {"x", "d/f", "l"})

    def test_changed_in_place(self):
        """Read, then written: what it held is known only in time."""
        inputs, outputs = self.python(
            "f = open('data', 'r+'); f.read(); f.write('more'); f.close()")
        self.assertEqual(inputs["data"]["state"], "changed")
        self.assertEqual(outputs["data"]["state"], "whole")

    def test_children(self):
        inputs, outputs = self.sh("cat data | tr a-z A-Z > up; (cp up copy)")
        self.assertEqual(set(inputs), {"data"})
        self.assertEqual(set(outputs), {"up", "copy"})

    def test_own_output(self):
        """The run's standard output, where that is a file. In a namespace within
        a chroot the kernel has no name for it."""
        with open(self.path("log"), "w") as log:
            subprocess.run((SAMEBITS, "run", "-q", "--pids", "virtual", "--",
                            "echo", "hello"),
                           cwd=self.dir, stdout=log, check=True)
        with open(self.path(".samebits/latest/files.json")) as f:
            self.assertEqual(set(self.own(json.load(f)["outputs"])), {"log"})

    def test_caches_of_python(self):
        with open(self.path("module.py"), "w") as f:
            f.write("x = 1\n")
        inputs, outputs = self.python("import module")
        self.assertEqual(set(inputs), {"module.py"})
        self.assertEqual(set(outputs), set())

    def test_globs(self):
        script = "mkdir -p d/e; echo > a.log; echo > b.bin; echo > d/e/c.log"
        _, outputs = self.sh(script, "--no-output", "*.log")
        self.assertEqual(set(outputs), {"b.bin"})
        _, outputs = self.sh(script, "--no-output", "d/", "--no-output",
                             self.path("a.log"))
        self.assertEqual(set(outputs), {"b.bin"})
        _, outputs = self.sh(script, "--no-output", "**/c.log")
        self.assertEqual(set(outputs), {"a.log", "b.bin"})
        # Not seen being written, and named.
        inputs, outputs = self.sh("true", "--output", "b.bin", "--input",
                                  "da*")
        self.assertEqual(set(outputs), {"b.bin"})
        self.assertEqual(set(inputs), {"data"})
        inputs, _ = self.sh("cat data", "--no-input", "data")
        self.assertEqual(set(inputs), set())
        with open(self.path("samebits.conf"), "w") as f:
            f.write("[run]\nno-output = *.log\nno-output = d\n")
        _, outputs = self.sh(script)
        self.assertEqual(set(outputs), {"b.bin"})


class States(Case):
    def test_odd_names(self):
        name = b"a\nb\\\xff\xc3\xa4"
        _, outputs = self.python("open(%r, 'w').write('x')" % name)
        self.assertEqual(set(outputs), {"a\\x0ab\\x5c\\xffä"})
        text = subprocess.run((SAMEBITS, "report"), cwd=self.dir, check=True,
                              stdout=subprocess.PIPE).stdout
        self.assertIn(b"outputs", text)

    def test_special(self):
        server = socket.socket(socket.AF_UNIX)
        self.addCleanup(server.close)
        _, outputs = self.sh("mkfifo f; (cat f > copy &) ; echo x > f; "
                             "sleep 0.2; chmod 0 data; echo > y")
        self.assertEqual(outputs["f"]["state"], "special")
        self.assertEqual(outputs["f"]["why"], "fifo")
        self.assertEqual(outputs["copy"]["state"], "whole")

    @unittest.skipIf(os.getuid() == 0, "root may read everything")
    def test_unreadable(self):
        _, outputs = self.sh("echo > y; chmod 0 y")
        self.assertEqual(outputs["y"]["state"], "unreadable")

    def test_gone(self):
        """It had been there before, and is no more."""
        _, outputs = self.sh("echo >> data; rm data")
        self.assertEqual(outputs["data"]["state"], "gone")

    def test_large_and_sparse(self):
        start = time.monotonic()
        _, outputs = self.sh("truncate -s 10G huge; echo >> huge",
                             "--no-output", "huge")
        self.assertEqual(outputs, {})
        self.assertLess(time.monotonic() - start, 5)
        os.unlink(self.path("huge"))
        _, outputs = self.sh("truncate -s 1G large; echo >> large")
        self.assertEqual(outputs["large"]["size"], (1 << 30) + 1)


class Digests(Case):
    def test_known(self):
        """A file that has not changed is digested once."""
        time.sleep(2.1) # younger ones might change in the same tick
        inputs, _ = self.sh("cat data")
        cache = self.path(".samebits/digests")
        size = os.path.getsize(cache)
        self.assertGreater(size, 0)
        again, _ = self.sh("cat data")
        self.assertEqual(inputs, again)
        self.assertEqual(os.path.getsize(cache), size)
        with open(self.path("data"), "r+") as f:
            f.write("S")
        os.utime(self.path("data"), (1e9, 1e9))
        time.sleep(2.1)
        changed, _ = self.sh("cat data")
        self.assertNotEqual(changed["data"]["digest"],
                            inputs["data"]["digest"])
        for garbage in (b"x", b"\0" * 640, os.urandom(700)):
            with open(cache, "wb") as f:
                f.write(garbage)
            last, _ = self.sh("cat data")
            self.assertEqual(last, changed)

    def test_beside_the_program(self):
        """What was opened early is known at the end, though it changed."""
        inputs, outputs = self.python(
            "import time\n"
            "f = open('data', 'r+'); f.read(); time.sleep(1.5)\n"
            "f.write('more'); f.close()")
        self.assertEqual(inputs["data"]["state"], "whole")
        self.assertNotEqual(inputs["data"]["digest"],
                            outputs["data"]["digest"])

    def test_interrupted(self):
        """Whoever ends a run does not wait for gigabytes."""
        p = subprocess.Popen((SAMEBITS, "run", "-q", "--", "sh", "-c",
                              "truncate -s 200G huge; echo >> huge; : > on; "
                              "exec sleep 60"), cwd=self.dir)
        while not os.path.exists(self.path("on")):
            time.sleep(0.05)
        time.sleep(0.2)
        start = time.monotonic()
        p.send_signal(signal.SIGTERM)
        self.assertEqual(p.wait(60), -signal.SIGTERM)
        self.assertLess(time.monotonic() - start, 10)
        with open(self.path(".samebits/latest/files.json")) as f:
            huge = self.own(json.load(f)["outputs"])["huge"]
        self.assertEqual(huge["state"], "unreadable")
        self.assertIn("interrupted", huge["why"])

    def test_rm(self):
        self.sh("cat data")
        subprocess.run((SAMEBITS, "rm", "--all"), cwd=self.dir, check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.assertEqual([n for n in os.listdir(self.path(".samebits"))
                          if n.isdigit()], [])


if __name__ == "__main__":
    unittest.main()
