#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Threads: scenes that POSIX, C and C++ decide, and races. Natively, under `run`,
and, where it has --schedule, in turns: scenes hold everywhere, and races have one
result in turns.

REPEAT=100 runs each race so often in turns (default 3), half of them beside a
load of twice the processors."""
import json
import os
import shlex
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

SAMEBITS = os.environ["SAMEBITS_BIN"]
PROGRAMS = os.environ["TURNS_DIR"]
SCRIPTS = os.path.join(os.environ["TURNS_SOURCE_DIR"], "scripts")
REPEAT = int(os.environ.get("REPEAT", "3"))
SKIPPED = 77
LIMIT = 120
HELP = subprocess.run((SAMEBITS, "run", "--help"), check=True, text=True,
                      stdout=subprocess.PIPE).stdout
RUSTC = shutil.which("rustc") or shutil.which(
    "rustc", path=os.path.expanduser("~/.cargo/bin"))


def programs(kind):
    """The names after the prefix, of what was built."""
    return sorted(f[len(kind):] for f in os.listdir(PROGRAMS)
                  if f.startswith(kind) and
                  os.access(os.path.join(PROGRAMS, f), os.X_OK) and
                  not os.path.isdir(os.path.join(PROGRAMS, f)))


def path(name):
    return os.path.join(PROGRAMS, name)


def scenes(family):
    return subprocess.run((path("scenes_" + family),), check=True, text=True,
                          stdout=subprocess.PIPE).stdout.split()


def script(name):
    return ("/usr/bin/python3", os.path.join(SCRIPTS, name + ".py"))


# A race: its name, its command.
RACES = {name: (path("stress_" + name),) for name in programs("stress_")}
RACES["racey_calls"] = (path("stress_racey"), "calls")
for name in ("completed", "counters", "events", "fasttext", "joblib_threads",
             "kmeans", "pools", "queues", "spinning"):
    RACES["python_" + name] = script(name)
if "--openmp" in HELP:  # else teams are of one, unless a program insists
    RACES["python_kmeans_insists"] = script("kmeans") + ("insists",)
RACES["node"] = ("node", os.path.join(SCRIPTS, "workers.js"))
RACES["java"] = ("java", "-Xshare:auto", "Threads")
RACES["rust"] = ("./channels",)
OPTIONS = {"node": ("--crypto=force",)}
# What these print natively need not differ on each machine and in 20 runs.
STEADY = {"java", "node", "rust"} | {
    "python_" + name for name in ("fasttext", "joblib_threads", "kmeans",
                                  "kmeans_insists")}
# Nobody can see that these wait: they spin on memory. In turns, the watchdog
# lets the others go on.
PATIENT = {("many", "bare_spin"), ("cancels", "asynchronous")}


# Ends by itself, whatever becomes of this script.
BURN = "import signal; signal.alarm(600)\nwhile True: pass"


class Load:
    """Twice as many busy processes as there are processors."""

    def __enter__(self):
        self.busy = [subprocess.Popen(
            ("/usr/bin/python3", "-c", BURN), stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            for _ in range(2 * len(os.sched_getaffinity(0)))]

    def __exit__(self, *_):
        for p in self.busy:
            p.kill()
            p.wait()


class Case(unittest.TestCase):
    # Not in turns, a busy machine may keep a thread away from its moment.
    ATTEMPTS = 3

    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory(prefix="samebits-turns-",
                                                    dir="/var/tmp")
        cls.addClassCleanup(cls.temporary.cleanup)
        cls.dir = cls.temporary.name

    def tearDown(self):
        shutil.rmtree(os.path.join(self.dir, "store"), ignore_errors=True)

    def skip(self, why, name=None):
        """In the form that tests/run.sh compares with tests/skips.txt."""
        name = name or self.id().split(".")[-1]
        print("[  SKIPPED ]", name, flush=True)
        self.skipTest(why)

    def command(self, *words, options=()):
        """As it is run natively."""
        return words

    def run_it(self, *words, options=()):
        words = self.command(*words, options=options)
        p = subprocess.Popen(words, cwd=self.dir, stdin=subprocess.DEVNULL,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                             text=True, start_new_session=True)
        try:
            out, err = p.communicate(timeout=LIMIT)
        except subprocess.TimeoutExpired:
            os.killpg(p.pid, signal.SIGKILL)
            self.fail("%s: no end in %d s; %s" % (
                " ".join(words), LIMIT, p.communicate()[1][-2000:]))
        return subprocess.CompletedProcess(words, p.returncode, out, err)

    def result(self, *words, options=()):
        done = self.run_it(*words, options=options)
        self.assertEqual(done.returncode, 0,
                         "%s\n%s" % (" ".join(words), done.stderr[-2000:]))
        self.assertTrue(done.stdout.strip(), words)
        return done.stdout

    def prepare(self, name):
        """What a race needs beyond Python, or a skip."""
        if name == "python_fasttext" and not shutil.which("fasttext"):
            self.skip("no fasttext")
        if name == "node" and not shutil.which("node"):
            self.skip("no node")
        if name == "java":
            self.compile("javac", "Threads.class", "-d", ".",
                         os.path.join(SCRIPTS, "Threads.java"))
        if name == "rust":
            self.compile(RUSTC, "channels", "-O", "-o", "channels",
                         os.path.join(SCRIPTS, "channels.rs"))

    def compile(self, compiler, output, *words):
        if not compiler or not shutil.which(compiler):
            self.skip("no compiler")
        if not os.path.exists(os.path.join(self.dir, output)):
            subprocess.run((compiler, *words), cwd=self.dir, check=True,
                           timeout=LIMIT)

    def act(self, family, scene, options=()):
        for _ in range(self.ATTEMPTS):
            done = self.run_it(path("scenes_" + family), scene,
                               options=options)
            if done.returncode == SKIPPED:
                self.skip(done.stdout.strip())
            if done.returncode == 0:
                break
        self.assertEqual((done.returncode, done.stdout), (0, "ok\n"),
                         done.stderr[-2000:])


class Native(Case):
    """Scenes hold, and races are races: else what follows proves nothing."""

    def race(self, name):
        self.prepare(name)
        results = {self.result(*RACES[name])}
        if name in STEADY:
            return
        with Load():
            for _ in range(19):
                results.add(self.result(*RACES[name]))
                if len(results) > 1:
                    return
        self.skip("20 equal results", "test_turns_race_natively")


class Run(Case):
    """The scenes hold under run too, threads as the system lets them run."""

    def command(self, *words, options=()):
        return (SAMEBITS, "run", "-q", "--no-config", "--store",
                os.path.join(self.dir, "store"), *options, "--", *words)


@unittest.skipUnless("--schedule" in HELP, "run has no --schedule")
class Turns(Run):
    """The same in turns."""
    ATTEMPTS = 1

    def command(self, *words, options=()):
        return super().command(*words,
                               options=("--schedule=turns", *options))

    def act(self, family, scene, options=()):
        if (family, scene) in PATIENT:
            options = ("--patience=1",)
        super().act(family, scene, options)

    def race(self, name):
        self.prepare(name)
        options = OPTIONS.get(name, ())
        first = self.result(*RACES[name], options=options)
        for i in range(REPEAT // 2):
            self.assertEqual(first, self.result(*RACES[name], options=options),
                             "run %d, idle" % (i + 2))
        with Load():
            for i in range(REPEAT - REPEAT // 2):
                self.assertEqual(
                    first, self.result(*RACES[name], options=options),
                    "run %d, beside a load" % (i + 1))

    def deadlock(self, scene):
        """It is seen, said, and ends the run when that is asked for."""
        if "--deadlock" not in HELP:
            self.skipTest("run has no --deadlock")
        done = self.run_it(path("scenes_deadlocks"), scene,
                           options=("--deadlock=exit",))
        self.assertNotIn(done.returncode, (0, -14, 128 + 14), done.stderr)
        self.assertIn("deadlock", done.stderr)


@unittest.skipUnless("--schedule" in HELP, "run has no --schedule")
class Options(Case):
    """What --schedule=turns comes with."""

    def samebits(self, verb, *words):
        return self.run_it(SAMEBITS, verb, "--no-config", "--store",
                           os.path.join(self.dir, "store"), *words)

    def test_turns_chaos_finds_race(self):
        done = self.samebits("check", "--json", "--chaos", "6", "--",
                             path("stress_racey"))
        self.assertEqual(done.returncode, 1, done.stderr)
        verdict = json.loads(done.stdout)
        found = verdict["depends_on"]
        self.assertGreater(len(found), 1, verdict)
        self.assertIn("there is a race", verdict["sentence"])
        # The command that it names repeats that result.
        command = shlex.split(found[-1]["how"])
        self.assertEqual(command[:2], ["samebits", "run"])
        results = {self.samebits("run", "-q", *command[2:]).stdout
                   for _ in range(3)}
        self.assertEqual(len(results), 1)
        plain = self.samebits("run", "-q", "--schedule=turns", "--",
                              path("stress_racey")).stdout
        self.assertNotIn(plain, results)

    def chaos(self, fate, orders):
        """A hunt on tests/turns/fates.c: the results that it found."""
        done = self.samebits("check", "--json", "--chaos", str(orders),
                             "--timeout", "8", "--", path("fates"), fate)
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        verdict = json.loads(done.stdout)
        found = verdict["depends_on"]
        self.assertEqual(sum(x["orders"] for x in found), orders + 1)
        self.assertIsNone(found[0]["text"])
        return verdict, found

    def repeats(self, row):
        """What its command came to, the same each time."""
        words = shlex.split(row["how"])
        self.assertEqual(words[:2], ["samebits", "run"])
        ends = set()
        for _ in range(max(REPEAT // 5, 3)):
            done = self.samebits("run", "-q", *words[2:])
            wrote = os.path.join(self.dir, "count.txt")
            text = ""
            if os.path.exists(wrote):
                with open(wrote) as f:
                    text = f.read()
                os.remove(wrote)
            ends.add((done.returncode, done.stdout, text))
        self.assertEqual(len(ends), 1, ends)
        return ends.pop()

    def test_turns_chaos_deadlock(self):
        _, found = self.chaos("deadlock", 20)
        row = next(x for x in found if x["text"])
        self.assertIn("a deadlock", row["text"])
        self.assertTrue(row["repeated"])
        self.assertEqual(self.repeats(row)[0], 125)
        self.assertEqual(self.repeats(found[0])[:2], (0, "done\n"))

    def test_turns_chaos_crash(self):
        _, found = self.chaos("crash", 8)
        row = next(x for x in found if x["text"])
        self.assertIn("0 and 139", row["text"])
        self.assertEqual(self.repeats(row)[0], -signal.SIGSEGV)

    def test_turns_chaos_endless(self):
        _, found = self.chaos("endless", 12)
        row = next(x for x in found if x["text"])
        self.assertIn("did not end", row["text"])

    def test_turns_chaos_file(self):
        """Each command gives its result; where two part is a write."""
        verdict, found = self.chaos("file", 20)
        ends = {self.repeats(row) for row in found}
        self.assertEqual(len(ends), len(found))
        first = verdict["first_differences"][0]
        self.assertEqual(first["group"], "output")
        self.assertRegex(first["values"][0],
                         r'^count.txt from byte 25, \d+ bytes: "to \d+')
        text = self.samebits("report", "check").stdout
        self.assertIn("the command that repeats it", text)
        page = os.path.join(self.dir, "page.html")
        self.samebits("report", "check", "--html", page)
        with open(page) as f:
            self.assertIn("--schedule-seed", f.read())

    def test_turns_chaos_late(self):
        done = self.samebits("check", "--chaos", "500", "--max-time", "3s",
                             "--", path("fates"), "crash")
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("more were not tried (--max-time)", done.stdout)

    def test_turns_blamed(self):
        """Natively it never differs; in other orders it does."""
        done = self.samebits("blame", "--json", "--", path("fates"), "crash")
        causes = json.loads(done.stdout)["causes"]["alone"]
        self.assertEqual([c["name"] for c in causes if c["changes"]],
                         ["threads"])

    def test_turns_chaos_finds_none(self):
        done = self.samebits("check", "--chaos", "5", "--",
                             path("scenes_mutexes"), "contended")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("6 orders", done.stdout)
        self.assertNotIn("no threads", done.stdout)
        done = self.samebits("check", "--chaos", "2", "--", "true")
        self.assertIn("the program starts no threads", done.stdout)

    def test_turns_refused(self):
        for words, why in (
                (("run", "--schedule=upside", "--", "true"), "turns or native"),
                (("run", "--schedule-seed=1", "--", "true"), "--schedule=turns"),
                (("run", "--schedule=turns", "--schedule-seed=x", "--",
                  "true"), "not a number"),
                (("run", "--schedule=turns", "--external-wait=-1", "--",
                  "true"), "number of seconds"),
                (("run", "--sleep=long", "--", "true"), "real or skip"),
                (("check", "--chaos=2", "--native", "--", "true"),
                 "leave --native")):
            done = self.samebits(*words)
            self.assertIn(done.returncode, (2, 125), words)
            self.assertIn(why, done.stderr)

    def test_turns_sleep_skip(self):
        code = ("import threading, time\n"
                "def f(s):\n"
                "    time.sleep(s); print(s, flush=True)\n"
                "t = [threading.Thread(target=f, args=(s,))\n"
                "     for s in (300, 100, 200)]\n"
                "[x.start() for x in t]; [x.join() for x in t]\n"
                "time.sleep(1000)\n")
        since = time.monotonic()
        done = self.samebits("run", "-q", "--schedule=turns", "--sleep=skip",
                             "--", "/usr/bin/python3", "-c", code)
        self.assertEqual(done.stdout, "100\n200\n300\n", done.stderr)
        self.assertLess(time.monotonic() - since, 60)

    def test_turns_busy_loop_named(self):
        done = self.samebits("run", "--schedule=turns", "--patience=1", "--",
                             path("scenes_many"), "bare_spin")
        self.assertEqual(done.returncode, 0, done.stderr)
        report = self.samebits("report").stdout
        self.assertIn("busy-loop", report)
        self.assertRegex(report, r"it was in \S+ of scenes_many\+0x")

    def test_turns_go_is_said(self):
        for scenes_of in "scenes_golang", "scenes_golang_library":
            done = self.samebits("run", "--schedule=turns", "--",
                                 path(scenes_of), "hidden_waits")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertRegex(self.samebits("report").stdout,
                             r"\n  go +the program has Go's runtime")

    def test_turns_timers_are_its_own(self):
        done = self.samebits("run", "--schedule=turns", "--",
                             path("stress_ticks"))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertNotRegex(self.samebits("report").stdout, r"\n  outside ")

    def test_turns_long_work_is_no_loop(self):
        code = ("import threading\n"
                "m = threading.Lock()\n"
                "def work():\n"
                "    for _ in range(50):\n"
                "        sum(range(8000000))\n"
                "        with m: pass\n"
                "t = [threading.Thread(target=work) for _ in range(2)]\n"
                "[x.start() for x in t]; [x.join() for x in t]\n")
        done = self.samebits("run", "-q", "--schedule=turns", "--patience=1",
                             "--", "/usr/bin/python3", "-c", code)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertNotIn("busy-loop", self.samebits("report").stdout)

    def test_turns_loopback_is_within(self):
        """Who talks to itself by sockets, or to a child that answers at once, waits
        for no outside world too long."""
        for scene in ("network", "mapped", "looped_child"):
            done = self.samebits("run", "-q", "--schedule=turns", "--",
                                 path("scenes_descriptors"), scene)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertNotRegex(self.samebits("report").stdout,
                                "outside +thread")

    def test_turns_deadlock_stays(self):
        words = (SAMEBITS, "run", "-q", "--no-config", "--store",
                 os.path.join(self.dir, "store"), "--schedule=turns", "--",
                 path("scenes_deadlocks"), "crossed")
        p = subprocess.Popen(words, stderr=subprocess.PIPE, text=True,
                             start_new_session=True)
        said = [p.stderr.readline() for _ in range(3)]
        self.assertIsNone(p.poll())
        os.killpg(p.pid, signal.SIGKILL)
        text = "".join(said) + p.stderr.read()
        p.stderr.close()
        p.wait()
        self.assertIn("deadlock", text)
        self.assertIn("waits for a mutex", text)
        self.assertIn("crosse", text)  # a function of its stack

    def dead(self, *words):
        """A run that a deadlock ends, and its report's halts."""
        done = self.samebits("run", "--schedule=turns", "--deadlock=exit",
                             "--", *words)
        self.assertEqual(done.returncode, 125, done.stderr)
        self.assertIn("samebits: deadlock: all threads of a process waited "
                      "for each other\n", done.stderr)
        turns = json.loads(self.samebits("report", "--json").stdout)["turns"]
        self.assertEqual(turns["counts"]["deadlock"], 1)
        return done.stderr, turns["halts"]

    def test_turns_deadlock_told(self):
        """Who has what, by name, with lines."""
        text, halts = self.dead(path("scenes_deadlocks"), "crossed")
        self.assertRegex(text, r"thread 0 waits for a mutex `second`, which "
                               r"thread 0\.1 has\n.*crossed at .*deadlocks.c:")
        self.assertRegex(text, r"thread 0\.1 waits for a mutex `first`, which "
                               r"thread 0 has\n.*crosses at .*deadlocks.c:")
        self.assertEqual([(h["thread"], h["held_by"]) for h in halts],
                         [("0", "0.1"), ("0.1", "0")])
        report = self.samebits("report").stdout
        self.assertIn("threads in turns", report)
        self.assertIn("`second`", report)
        page = os.path.join(self.dir, "page.html")
        self.samebits("report", "--html", page)
        with open(page) as f:
            self.assertIn("`second`", f.read())

    def test_turns_deadlock_kinds(self):
        for scene, what in (
                ("joined_crosswise", "0.1 waits for the end of thread 0.2"),
                ("missed_signal", "0.1 waits for a condition `c`"),
                ("forgotten_post", "waits for a semaphore `s`"),
                ("written", "waits for a lock, to read `l`, which thread 0 "
                            "has"),
                ("orphaned", "thread 0.1 waits for a condition `c`"),
                ("relocked", "which it has itself")):
            text, _ = self.dead(path("scenes_deadlocks"), scene)
            self.assertIn(what, text)

    def test_turns_deadlock_checked(self):
        """It ends, and is named."""
        done = self.samebits("check", "--schedule=turns", "--",
                             path("scenes_deadlocks"), "crossed")
        self.assertEqual(done.returncode, 2, done.stdout)
        self.assertIn("a deadlock ended each run; samebits report",
                      done.stderr)

    def test_turns_deadlock_python(self):
        code = ("import threading\n"
                "a, b = threading.Lock(), threading.Lock()\n"
                "go = threading.Barrier(2)\n"
                "def f(x, y):\n"
                "    with x:\n"
                "        go.wait()\n"
                "        y.acquire()\n"
                "t = [threading.Thread(target=f, args=p)\n"
                "     for p in ((a, b), (b, a))]\n"
                "[x.start() for x in t]\n"
                "[x.join() for x in t]\n")
        with open(os.path.join(self.dir, "dead.py"), "w") as f:
            f.write(code)
        text, halts = self.dead("/usr/bin/python3", "dead.py")
        self.assertEqual(text.count("f at %s:7\n" % os.path.join(
            self.dir, "dead.py")), 2, text)
        self.assertEqual(len(halts), 3)

    def test_turns_deadlock_of_child(self):
        """The whole run ends, and nothing else."""
        code = ("import os, threading\n"
                "l = threading.Lock(); l.acquire()\n"
                "if os.fork() == 0:\n"
                "    t = threading.Thread(target=l.acquire)\n"
                "    t.start(); t.join()\n"
                "os.wait()\n")
        beside = subprocess.Popen(("sleep", "100"))
        try:
            text, halts = self.dead("/usr/bin/python3", "-c", code)
            self.assertEqual({h["process"] for h in halts}, {"0/0.1"})
            self.assertIsNone(beside.poll())
        finally:
            beside.kill()
            beside.wait()

    def test_turns_no_deadlock(self):
        """Another process, a signal: somebody may still come."""
        server = ("import os, socket, threading, time\n"
                  "s = socket.socket(); s.bind(('127.0.0.1', 0)); s.listen()\n"
                  "if os.fork() == 0:\n"
                  "    c, _ = s.accept(); time.sleep(4); c.sendall(b'late')\n"
                  "    os._exit(0)\n"
                  "def ask():\n"
                  "    c = socket.create_connection(s.getsockname())\n"
                  "    print(c.recv(10))\n"
                  "t = threading.Thread(target=ask); t.start(); t.join()\n")
        alarm = ("import signal, threading\n"
                 "e = threading.Semaphore(0)\n"
                 "signal.signal(signal.SIGALRM, lambda *_: e.release())\n"
                 "signal.alarm(4)\n"
                 "t = threading.Thread(target=print); t.start(); t.join()\n"
                 "e.acquire(); print('late')\n")
        for code in server, alarm:
            done = self.samebits("run", "--schedule=turns", "--deadlock=exit",
                                 "--", "/usr/bin/python3", "-c", code)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn("late", done.stdout)
            self.assertNotIn("deadlock", done.stderr)

    def test_turns_degraded_said(self):
        """By the summary, the report in all its forms, and check."""
        spins = path("scenes_many"), "bare_spin"
        done = self.samebits("run", "--schedule=turns", "--patience=1", "--",
                             *spins)
        self.assertIn("is degraded: 1 busy loop.", done.stderr)
        turns = json.loads(self.samebits("report", "--json").stdout)["turns"]
        self.assertEqual(turns["counts"]["busy-loop"], 1)
        self.assertEqual(turns["halts"][0]["kind"], "busy-loop")
        self.assertGreater(turns["passes"], 0)
        report = self.samebits("report").stdout
        self.assertIn("not repeated from there on: 1 busy loop", report)
        self.assertRegex(report, r"many\.c:\d+")
        done = self.samebits("check", "--schedule=turns", "--patience=1", "--",
                             *spins)
        self.assertIn("not controlled: busy-loop", done.stdout)

    def test_turns_reported(self):
        self.samebits("run", "-q", "--schedule=turns", "--schedule-seed=5",
                      "--", path("stress_racey"))
        report = self.samebits("report").stdout
        self.assertRegex(report, r"\d+ threads in 1 process, \d+ passes of the "
                                 r"turn, in the order of schedule seed 5\n")
        self.assertIn("blind spots: none found", report)
        self.samebits("run", "-q", "--", path("stress_racey"))
        self.assertNotIn("in turns", self.samebits("report").stdout)

    def test_turns_pools_reported(self):
        done = self.samebits("run", "-q", "--schedule=turns", "--",
                             "/usr/bin/python3", "-c",
                             "import numpy; a = numpy.ones((99, 99)); a @ a")
        self.assertEqual(done.returncode, 0, done.stderr)
        turns = json.loads(self.samebits("report", "--json").stdout)["turns"]
        self.assertTrue(turns["one_thread"], turns)
        self.assertIn("one thread for the pool of",
                      self.samebits("report").stdout)

    def test_turns_standalone(self):
        run = {**os.environ, "SAMEBITS": "schedule=turns,store=%s" %
               os.path.join(self.dir, "store"), "LD_PRELOAD": os.path.join(
                   os.path.dirname(SAMEBITS), "shim", "libsamebits.so")}
        results = {subprocess.run((path("stress_racey"),), env=run, text=True,
                                  check=True, stdout=subprocess.PIPE,
                                  timeout=LIMIT).stdout for _ in range(3)}
        self.assertEqual(len(results), 1)


def add(case, name, method, *arguments):
    def test(self):
        getattr(self, method)(*arguments)
    test.__name__ = test.__qualname__ = "test_turns_" + name
    setattr(case, test.__name__, test)


def add_all():
    for family in programs("scenes_"):
        for scene in scenes(family):
            name = family + "_" + scene
            if family == "deadlocks":
                add(Turns, name, "deadlock", scene)
                continue
            for case in (Native, Run, Turns):
                add(case, name, "act", family, scene)
    for name in RACES:
        add(Native, "race_" + name, "race", name)
        add(Turns, "race_" + name, "race", name)


add_all()

if __name__ == "__main__":
    unittest.main()
