#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""run --record and replay: real values come again, in each process and thread,
and where a replay leaves its recording is said."""
import glob
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

SAMEBITS = os.environ["SAMEBITS_BIN"]
REPLAY = os.environ["REPLAY_DIR"]
SOURCES = os.environ["REPLAY_SOURCE_DIR"]
PYTHON = "/usr/bin/python3"
MEETINGS = ["mutex", "trying", "condition", "limits", "spin", "rwlock",
            "semaphore", "barrier", "once", "c11"]
HEADER = 32  # of a tape


class Replay(unittest.TestCase):
    def setUp(self):
        dir = tempfile.TemporaryDirectory(prefix="samebits-replay-",
                                          dir="/var/tmp")
        self.addCleanup(dir.cleanup)
        self.dir = dir.name
        self.store = os.path.join(self.dir, "runs")
        self.environment = dict(os.environ)
        self.environment.pop("PYTHONHASHSEED", None)

    def call(self, *words, **more):
        more.setdefault("cwd", self.dir)
        return subprocess.run([SAMEBITS, *words], text=True, timeout=100,
                              env=self.environment, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, **more)

    def record(self, *program, options=()):
        done = self.call("run", "-q", "--record", "--store", self.store,
                         *options, "--", *program)
        self.assertEqual(done.stderr, "")
        self.assertEqual(done.returncode, 0, done.stdout)
        return done.stdout

    def replay(self, *words, run="1", **more):
        run = "latest" if run == "latest" else f"{int(run):06}"
        return self.call("replay", "-q", "--store", self.store, run, *words,
                         **more)

    def same(self, recorded, run="1", **more):
        done = self.replay(run=run, **more)
        self.assertEqual(done.stderr, "")
        self.assertEqual(done.stdout, recorded)
        self.assertEqual(done.returncode, 0)

    def tapes(self, run="000001"):
        return sorted(glob.glob(os.path.join(self.store, run, "*.tape")))

    def program(self, text):
        path = os.path.join(self.dir, "program.py")
        with open(path, "w") as file:
            file.write(text)
        return [PYTHON, path]

    # ---- what comes again ----

    def test_given(self):
        names = os.path.join(self.dir, "names")
        os.mkdir(names)
        for n in range(40):
            open(os.path.join(names, f"name{n * 7919 % 1000}"), "w").close()
        words = [PYTHON, os.path.join(SOURCES, "given.py"), names]
        a, b = self.record(*words), self.record(*words)
        for line_a, line_b in zip(a.splitlines()[:2], b.splitlines()):
            for x, y in zip(line_a.split(), line_b.split()):
                if len(x) > 2:  # but for seconds
                    self.assertNotEqual(x, y)
        self.same(a, run="1")
        self.same(b, run="2")
        self.same(a, run="1")

    def test_it_is_native(self):
        """Hashes, clocks and the order of names are the system's own."""
        before = time.time()
        told = float(self.record(PYTHON, "-c",
                                 "import time; print(time.time())"))
        self.assertTrue(before - 1 < told < time.time() + 1)
        natively = os.listdir("/usr/share/doc")
        told = self.record(PYTHON, "-c",
                           "import os; print(os.listdir('/usr/share/doc'))")
        self.assertEqual(told, f"{natively}\n")

    def test_a_name_is_gone(self):
        names = os.path.join(self.dir, "names")
        os.mkdir(names)
        for name in "dbca":
            open(os.path.join(names, name), "w").close()
        told = self.record(PYTHON, "-c",
                           f"import os; print(*os.listdir('{names}'))").split()
        os.unlink(os.path.join(names, told[1]))
        open(os.path.join(names, "z"), "w").close()
        self.assertEqual(self.replay().stdout.split(),
                         [told[0], *told[2:], "z"])

    def test_diff_finds_none(self):
        self.record(PYTHON, os.path.join(SOURCES, "given.py"), "/usr/share/doc",
                    options=["--trace=full"])
        self.replay("--trace=full")
        done = self.call("diff", "--store", self.store, "--json", "000001",
                         "000002")
        told = json.loads(done.stdout)
        self.assertEqual(told["calls"]["same"] if "same" in told.get(
            "calls", {}) else told.get("first"), told.get("first"))

    def test_meetings(self):
        for scene in MEETINGS:
            words = [os.path.join(REPLAY, "meetings"), scene, "fork"]
            told = self.record(*words)
            self.same(told, run="latest")
            self.call("rm", "--store", self.store, "--all")

    def test_pythons_threads(self):
        words = [PYTHON, os.path.join(SOURCES, "threads.py")]
        a, b = self.record(*words), self.record(*words)
        self.assertNotEqual(a, b)
        self.same(a, run="1")
        self.same(b, run="2")

    def test_in_turns(self):
        words = [PYTHON, os.path.join(SOURCES, "threads.py")]
        told = self.record(*words, options=["--schedule=turns"])
        self.same(told)

    def test_portions(self):
        """Reads from a pipe, and who was ready."""
        words = self.program("""
import os, select, subprocess, sys
p = [subprocess.Popen(["sh", "-c", "for i in 1 2 3 4 5; do printf %s $i$$; "
                       "sleep 0.00$i; done"], stdout=subprocess.PIPE)
     for _ in range(2)]
ends = [x.stdout.fileno() for x in p]
while ends:
    for end in select.select(ends, [], [])[0]:
        got = os.read(end, 100)
        print(end, len(got))
        if not got:
            ends.remove(end)
while p:
    for x in list(p):
        if x.poll() is not None:
            p.remove(x)
            print("ended", len(p))
        else:
            print("not yet")
""")
        told = self.record(*words)
        self.same(told)

    def test_input(self):
        words = self.program("""
import os, random
while True:
    got = os.read(0, 10)
    print(got, random.random())
    if not got:
        break
""")
        with subprocess.Popen(["sh", "-c", "echo one; sleep 0.05; echo two"],
                              stdout=subprocess.PIPE) as feed:
            done = self.call("run", "-q", "--record", "--store", self.store,
                             "--", *words, stdin=feed.stdout)
        self.assertEqual(self.replay(input="one\ntwo\n").stdout, done.stdout)

    def test_it_is_told(self):
        self.record("/bin/true")
        self.replay()
        for run, said in ("000001", "recorded: what is forced is real"), (
                "000002", "replay: what is forced is what was recorded in "):
            self.assertIn(said, self.call("report", "--store", self.store,
                                          run).stdout)
        listed = self.call("list", "--store", self.store).stdout
        self.assertRegex(listed, "000001 .* record .*\n000002 .* replay ")

    def test_elsewhere(self):
        """In the directory where it ran, with the options that it had."""
        told = self.record(PYTHON, "-c", "import os; print(os.getcwd(), "
                           "len(os.sched_getaffinity(0)))",
                           options=["--threads=3", "--pids=virtual"])
        done = self.call("replay", "-q", self.store + "/000001", cwd="/")
        self.assertEqual((done.stdout, done.stderr), (told, ""))
        with open(os.path.join(self.store, "latest", "manifest.json")) as file:
            manifest = json.load(file)
        self.assertEqual(manifest["options"]["threads"], "3")
        self.assertEqual(manifest["process_ids"]["mode"], "virtual")
        self.assertEqual(manifest["recording"]["mode"], "replay")

    def trapped(self, program, scene):
        path = os.path.join(os.environ["TRAPS_DIR"], "traps_" + program)
        self.same(self.record(path, scene, options=["--trap=all"]))

    def test_bundle(self):
        told = self.record(*self.program(self.ASKS))
        bundle = os.path.join(self.dir, "bundle")
        self.assertEqual(self.call("export", "--store", self.store, "000001",
                                   "--bundle", bundle).returncode, 0)
        done = self.call("import", "--store", self.store, bundle)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.same(told, run="2")

    def test_ranks(self):
        words = [SAMEBITS, "run", "-q", "--record", "--store", self.store, "--",
                 PYTHON, "-c", "import os, random; "
                 "os.write(1, b'%s %f\\n' % (os.environb["
                 "b'OMPI_COMM_WORLD_RANK'], random.random()))"]
        if not shutil.which("mpirun"):
            self.skipTest("Open MPI is not installed")
        mpirun = ["mpirun", "--allow-run-as-root", "--oversubscribe", "-np", "2"]
        told = [subprocess.run(mpirun + words, text=True, timeout=100,
                               cwd=self.dir, env=self.environment, check=True,
                               stdout=subprocess.PIPE).stdout]
        words[1:] = ["replay", "-q", "--store", self.store, "000001"]
        told.append(subprocess.run(mpirun + words, text=True, timeout=100,
                                   cwd=self.dir, env=self.environment,
                                   check=True, stdout=subprocess.PIPE).stdout)
        self.assertEqual(*[sorted(lines.splitlines()) for lines in told])

    def test_traps(self):
        self.trapped("calls", "clocks")

    def test_chip(self):
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            if " rdrand " not in file.read():
                self.skipTest("this processor has no RDRAND")
        self.trapped("entropy", "threads")

    # ---- other hosts ----

    SERVER = """
import os, socket
s = socket.create_server(("127.0.0.1", 0))
print(s.getsockname()[1], flush=True)
while True:
    peer, _ = s.accept()
    asked = peer.recv(100)
    for n in 1, 30, 4000:
        peer.sendall(os.urandom(n).hex().encode())
    peer.close()
"""
    CLIENT = """
import selectors, socket, sys, time
for host in "127.0.0.1", "localhost":
    s = socket.create_connection((host, int(sys.argv[1])))
    print(s.getsockname(), s.getpeername(),
          s.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR))
    print(s.send(b"say something"))
    s.setblocking(host != "localhost")
    ready = selectors.DefaultSelector()
    ready.register(s, selectors.EVENT_READ)
    while True:
        print(len(ready.select()))
        try:
            said = s.recv(700)
        except BlockingIOError:
            continue
        print(said, time.time_ns())
        if not said:
            break
    s.close()
"""

    def server(self):
        server = subprocess.Popen([PYTHON, "-c", self.SERVER], text=True,
                                  stdout=subprocess.PIPE)
        self.addCleanup(server.wait)
        self.addCleanup(server.stdout.close)
        self.addCleanup(server.kill)
        return server, server.stdout.readline().strip()

    def test_other_hosts(self):
        server, port = self.server()
        told = self.record(PYTHON, "-c", self.CLIENT, port,
                           options=["--record-network=1M"])
        server.kill()
        server.wait()
        self.same(told)

    def test_other_hosts_that_are_asked_again(self):
        """Without --record-network the program's own talk goes on."""
        _, port = self.server()
        self.record(PYTHON, "-c", self.CLIENT, port)
        done = self.replay()
        self.assertEqual(done.returncode, 0)
        self.assertEqual(done.stderr, "")

    def test_too_much_of_other_hosts(self):
        server, port = self.server()
        self.record(PYTHON, "-c", self.CLIENT, port,
                    options=["--record-network=1K"])
        server.kill()
        done = self.replay()
        self.assertIn("left the recording", done.stderr)
        report = self.call("report", "--store", self.store, "000001").stdout
        self.assertIn("more than --record-network allows", report)

    def test_guests(self):
        """A server, whom nobody asks in its replay."""
        program = self.program("""
import os, random, socket
s = socket.create_server(("127.0.0.1", 0))
child = os.fork()
if not child:
    c = socket.create_connection(s.getsockname())
    c.sendall(os.urandom(50))
    os._exit(c.recv(100)[:2] != b"0.")
peer, whose = s.accept()
print(len(whose), peer.recv(1000))
peer.sendall(b"%f" % random.random())
print(os.waitpid(child, 0)[1])
""")
        told = self.record(*program, options=["--record-network=1M"])
        self.same(told)

    # ---- one group at a time ----

    DECIDES = ("import random, time, sys\n"
               "print(random.random(), time.time() > 0)\n")

    def test_some_of_it(self):
        told = self.record(*self.program(self.ASKS)).split()
        words = self.program(self.ASKS)
        seeded = None
        for given, same in ("entropy", [True] * 6 + [False]), (
                "clock", [False] * 6 + [True]), ("none", [False] * 7):
            done = self.call("run", "-q", "--store", self.store, "--replay",
                             "000001:" + given, "--", *words)
            self.assertEqual(done.stderr, "")
            now = done.stdout.split()
            self.assertEqual([a == b for a, b in zip(told, now)], same, given)
            if not same[0]:
                self.assertEqual(now[:6], seeded or now[:6])
                seeded = now[:6]

    def test_check(self):
        self.record(*self.program(self.DECIDES))
        done = self.call("check", "-q", "--replay", "000001", "-n", "3",
                         "--store", self.store)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("the same in 3 runs", done.stdout)

    def test_blame(self):
        self.record(*self.program(self.DECIDES))
        done = self.call("blame", "-q", "--replay", "000001", "--json",
                         "--store", self.store)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertEqual([c["name"] for c in json.loads(done.stdout)["causes"]["alone"]
                          if c["changes"]], ["entropy"])

    def test_unknown_group(self):
        self.record("/bin/true")
        done = self.call("run", "--store", self.store, "--replay",
                         "000001:clocks", "--", "/bin/true")
        self.assertEqual(done.returncode, 125)
        self.assertIn("nothing in a recording is called clocks; did you mean "
                      "clock?", done.stderr)

    # ---- keys ----

    def test_keys_are_not_kept(self):
        words = self.program("""
import random, secrets
print(secrets.token_hex(16))
print(random.random())
""")
        told = self.record(*words).split()
        key = bytes.fromhex(told[0])
        for tape in self.tapes():
            with open(tape, "rb") as file:
                self.assertNotIn(key, file.read())
        again = self.replay()
        self.assertEqual(again.stderr, "")
        self.assertNotEqual(again.stdout.split()[0], told[0])
        self.assertEqual(again.stdout.split()[1], told[1])

    def test_keys_that_shall_be_kept(self):
        done = self.call("run", "-q", "--record", "--crypto=force", "--store",
                         self.store, "--", PYTHON, "-c",
                         "import secrets; print(secrets.token_hex(16))")
        self.assertEqual(self.replay().stdout, done.stdout)

    # ---- where it is left ----

    ASKS = ("import os, time\n"
            "for n in range(6): print(os.urandom(4).hex())\n"
            "print(time.time())\n")

    def test_left(self):
        told = self.record(*self.program(self.ASKS)).split()
        words = self.program("import os, time\n"
                             "print(os.urandom(4).hex())\n"
                             "def wait(): return time.time()\n"
                             "print(wait())\n"
                             "print(os.urandom(4).hex())\n")
        done = self.replay("--", *words)
        self.assertEqual(done.returncode, 0)
        self.assertEqual(done.stdout.split()[0], told[0])
        self.assertNotIn(done.stdout.split()[2], told)
        self.assertIn("left the recording in process 0, thread 0", done.stderr)
        self.assertIn("recorded: getrandom, 4 bytes", done.stderr)
        self.assertIn("<module> at " + words[1] + ":2", done.stderr)
        self.assertIn("replayed: ", done.stderr)
        self.assertIn("wait at " + words[1] + ":3", done.stderr)
        again = self.replay("--", *words)
        self.assertEqual(again.stdout, done.stdout)

    def test_stop(self):
        self.record(*self.program(self.ASKS))
        done = self.replay("--on-divergence=stop", "--", *self.program(
            "import os; os.urandom(5); print('beyond')"))
        self.assertEqual(done.returncode, 125)
        self.assertEqual(done.stdout, "")
        self.assertIn("left the recording", done.stderr)
        self.assertIn("--on-divergence stop", done.stderr)

    def test_less(self):
        self.record(*self.program(self.ASKS))
        done = self.replay("--", "/bin/true")
        self.assertIn("replayed: the thread ended", done.stderr)

    def cut(self, size):
        for tape in self.tapes():
            if os.path.getsize(tape) > size:
                os.truncate(tape, size)

    def test_truncated(self):
        told = self.record(*self.program(self.ASKS)).splitlines()
        whole = os.path.getsize(self.tapes()[0])
        for size in range(whole - 8, whole - 80, -8):
            self.cut(size)
            done = self.replay()
            self.assertEqual(done.returncode, 0)
            lines = done.stdout.splitlines()
            self.assertEqual(lines[0], told[0])
            self.assertRegex(done.stderr, "the recording (ends|is damaged) here")
        self.cut(0)
        done = self.replay()
        self.assertEqual(len(done.stdout.splitlines()), len(told))
        self.assertIn("nothing was recorded of this thread", done.stderr)

    def test_damaged(self):
        told = self.record(*self.program(self.ASKS)).splitlines()
        with open(self.tapes()[0], "rb") as file:
            whole = file.read()
        found = 0
        for bit in range(HEADER * 8, len(whole) * 8,
                         len(whole) * 8 // 25 | 1):
            spoilt = bytearray(whole)
            spoilt[bit // 8] ^= 1 << bit % 8
            with open(self.tapes()[0], "wb") as file:
                file.write(spoilt)
            done = self.replay()
            self.assertEqual(done.returncode, 0)
            self.assertEqual(len(done.stdout.splitlines()), len(told))
            # What pads a record is nobody's.
            if done.stderr:
                self.assertIn("left the recording", done.stderr)
                found += 1
            else:
                self.assertEqual(done.stdout.splitlines(), told)
        self.assertGreater(found, 0)

    def test_foreign(self):
        self.record(*self.program(self.ASKS))
        self.record(*self.program(self.ASKS))
        one, other = self.tapes()[0], self.tapes("000002")[0]
        with open(other, "rb") as file:
            bytes = bytearray(file.read())
        bytes[16] ^= 1  # whose it is
        with open(one, "wb") as file:
            file.write(bytes)
        self.assertIn("the recording ends here", self.replay().stderr)
        with open(one, "wb") as file:
            file.write(b"no tape at all, but long enough for a header.........")
        done = self.replay()
        self.assertEqual(done.returncode, 0)
        self.assertIn("the recording ends here", done.stderr)

    def test_killed(self):
        words = self.program("""
import os, signal, sys
for n in range(50):
    print(os.urandom(4).hex())
sys.stdout.flush()
if sys.argv[1] == "killed":
    os.kill(os.getpid(), signal.SIGKILL)
print(os.urandom(4).hex())
""")
        done = self.call("run", "-q", "--record", "--store", self.store, "--",
                         *words, "killed")
        self.assertEqual(done.returncode, -signal.SIGKILL)
        again = self.replay("--", *words, "on")
        self.assertEqual(again.stdout.splitlines()[:50],
                         done.stdout.splitlines())
        self.assertIn("the recording ends here", again.stderr)

    # ---- size ----

    def test_size(self):
        n, calls = 4000, 1000
        self.record(*self.program(f"""
import os, time
for i in range({calls}):
    os.urandom({n})
    time.time()
"""))
        size = sum(os.path.getsize(tape) for tape in self.tapes())
        self.assertLess(size, 1.2 * n * calls + 16 * 2 * calls + 100000)
        self.assertGreater(size, n * calls)

    # ---- errors ----

    def fails(self, sentence, *words):
        done = self.call(*words)
        self.assertEqual(done.returncode, 125)
        self.assertIn(sentence, done.stderr)

    def test_errors(self):
        self.fails("--seed: a recorded run has real values", "run", "--record",
                   "--seed=1", "--", "true")
        self.fails("--order: a recorded run has real values", "run", "--record",
                   "--order=disk", "--", "true")
        self.fails("replay what?", "replay")
        self.fails("--record-network is of --record", "run",
                   "--record-network=1M", "--", "true")
        self.fails("--record-network lots: not a number", "run", "--record",
                   "--record-network=lots", "--", "true")
        self.fails("must be continue or stop", "replay", "--on-divergence=halt",
                   "1")
        self.call("run", "-q", "--store", self.store, "true")
        self.fails("this run was not recorded", "replay", "--store",
                   self.store, "latest")
        self.fails("no such run", "replay", "--store", self.store, "77")

    def test_secret_arguments(self):
        self.record("/bin/true", "--password=hunter2")
        done = self.replay()
        self.assertEqual(done.returncode, 125)
        self.assertIn("its command is not kept as a whole", done.stderr)
        self.assertEqual(self.replay("--", "/bin/true",
                                     "--password=hunter2").returncode, 0)


if __name__ == "__main__":
    unittest.main()
