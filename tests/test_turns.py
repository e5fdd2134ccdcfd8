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
        done = self.run_it(path("scenes_" + family), scene, options=options)
        if done.returncode == SKIPPED:
            self.skip(done.stdout.strip())
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

    def test_turns_chaos_finds_none(self):
        done = self.samebits("check", "--chaos", "5", "--",
                             path("scenes_mutexes"), "contended")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("6 orders", done.stdout)

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
