#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Process ids under samebits: in a namespace, virtual, real."""
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
import unittest

from test_terminal import LIMIT, SAMEBITS, Terminal, program, wait_for

DENIED = os.path.join(os.environ["VICTIMS_DIR"], "denied")
HAZARD = os.path.join(os.environ["HAZARDS_DIR"], "hazard_numbers")
NOBODY = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")


def may_unshare():
    return subprocess.run(("unshare", "-pmf", "true"),
                          stderr=subprocess.DEVNULL).returncode == 0


class Case(unittest.TestCase):
    options = ()

    def setUp(self):
        self.dir = tempfile.TemporaryDirectory(prefix="samebits-pids-")
        self.addCleanup(self.dir.cleanup)
        self.addCleanup(self.settle)
        os.chmod(self.dir.name, 0o777)
        self.store = os.path.join(self.dir.name, "store")
        self.file = os.path.join(self.dir.name, "file")
        self.run = (SAMEBITS, "run", "-q", "--store", self.store,
                    *self.options)

    def settle(self):
        """The namespaces' helpers, which have our command line, are gone."""
        wait_for(lambda: not subprocess.run(
            ("pgrep", "-f", self.store), stdout=subprocess.PIPE).stdout)

    def sh(self, script, *arguments, before=(), **variables):
        """What a shell under samebits prints."""
        return subprocess.run(
            (*before, *self.run, "sh", "-c", script, "sh", *arguments),
            check=True, stdout=subprocess.PIPE, text=True, timeout=LIMIT,
            env=dict(os.environ, FILE=self.file, **variables)).stdout

    def manifest(self):
        with open(os.path.join(self.store, "latest", "manifest.json")) as f:
            return json.load(f)

    def spots(self):
        report = subprocess.run(
            (SAMEBITS, "report", "--json", "--store", self.store),
            check=True, stdout=subprocess.PIPE).stdout
        return [s["kind"] for s in json.loads(report)["blind_spots"]]

    def written(self, text):
        """Something in the background has written this."""
        def done():
            try:
                with open(self.file) as f:
                    return f.read() == text
            except FileNotFoundError:
                return False
        wait_for(done)


SCENES = ("births", "vfork_many", "family", "waits", "groups", "threads",
          "scheduling", "descriptors", "credentials", "locks",
          "queued_signals", "handlers", "proc", "terminals")


class Numbers:
    """Whatever gives out or takes a number agrees with getpid()."""

    def play(self, scene, *under):
        return subprocess.run((*under, HAZARD, scene), check=True,
                              stdout=subprocess.PIPE, timeout=LIMIT).stdout

    def test_scenes(self):
        for scene in SCENES:
            with self.subTest(scene):
                self.assertEqual(self.play(scene, *self.run),
                                 self.play(scene, *self.run))
        self.assertNotIn("process-ids", self.spots())

    def test_shell(self):
        """$$, $!, wait and kill."""
        script = ("sleep 60 & p=$!; kill -0 $p; kill $p; wait $p; "
                  "echo $$ $p $?; sh -c 'echo $$ $PPID; kill -0 $PPID'")
        said = self.sh(script)
        self.assertEqual(said.split()[2], "143")
        self.assertEqual(said.split()[0], said.split()[4])
        self.assertEqual(said, self.sh(script))

    def test_tools(self):
        """What others read in /proc agrees with what the shell was told."""
        out = self.sh("sleep 60 & test \"$(ps -o pid=,ppid= -p $! | xargs)\" "
                      "= \"$! $$\" && ls /proc | grep -qx $! && "
                      "test -d /proc/$! && pgrep -P $$ sleep | grep -qx $! && "
                      "cut -d ' ' -f 4 /proc/$!/stat | grep -qx $$ && "
                      "stat -c %n /proc/$!/fd; kill $!; wait $!; echo $?; "
                      "! test -e /proc/$!")
        self.assertRegex(out, r"\A/proc/\d+/fd\n143\n\Z")

    def job_control(self, *shell):
        t = Terminal(*self.run, *shell, PS1="ready> ", HISTFILE="")
        t.expect("ready> ")
        t.type("echo $$ $PPID\n")
        t.expect("3 2\r")
        t.type("sleep 60\n")
        time.sleep(0.2)
        t.type("\x1a")
        t.expect("Stopped")
        t.type("bg\n")
        t.expect("ready> ")
        t.type("jobs\n")
        t.expect("Running")
        t.type("kill %1; wait %1; echo st''atus $?\n")
        t.expect("status 143")
        t.type("cat | cat\n")
        time.sleep(0.2)
        t.type("line\n")
        t.expect("line\r\nline\r")
        t.type("\x03")
        t.expect("ready> ")
        t.type("exit 5\n")
        self.assertEqual(os.waitstatus_to_exitcode(t.end()), 5)
        self.assertNotIn(b"annot", t.seen)

    def test_bash(self):
        self.job_control("bash", "--norc", "--noprofile", "-i")

    def test_dash(self):
        self.job_control("dash", "-i")


class Native(Case):
    """The scenes hold for the system itself, and where nothing is changed."""

    def test_scenes(self):
        audit = (SAMEBITS, "audit", "-q", "--store", self.store)
        real = (*self.run, "--pids=real")
        for scene in SCENES:
            for under in ((), audit, real):
                with self.subTest(scene=scene, under=under):
                    subprocess.run((*under, HAZARD, scene), check=True,
                                   stdout=subprocess.DEVNULL, timeout=LIMIT)


class Virtual(Numbers, Case):
    options = ("--pids=virtual",)


class Choice(Case):
    """Which of them it is, and why."""

    def mode(self, *before, **variables):
        self.sh("true", before=before, **variables)
        return self.manifest()["process_ids"]

    def test_default(self):
        want = "namespace" if may_unshare() and not os.getuid() else "virtual"
        self.assertEqual(self.mode()["mode"], want)

    def test_refused(self):
        """Silently, but the manifest says it."""
        said = self.mode(DENIED)
        self.assertEqual(said["mode"], "virtual")
        self.assertRegex(said["why"], "refused|CAP_SYS_ADMIN")

    def test_half_refused(self):
        """A namespace that cannot have a /proc is given up, unnoticed."""
        self.assertEqual(self.sh("echo $$ $PPID", before=(DENIED, "-m")),
                         "3 2\n")
        self.assertEqual(self.manifest()["process_ids"]["mode"], "virtual")

    def test_parallel_programs(self):
        for name in ("OMPI_COMM_WORLD_SIZE", "PMI_RANK", "PMIX_RANK",
                     "SLURM_STEP_ID", "TORCHELASTIC_RUN_ID"):
            said = self.mode(**{name: "1"})
            self.assertEqual(said["mode"], "real")
            self.assertIn(name, said["why"])
        self.assertEqual(self.mode(RANK="0", WORLD_SIZE="2")["mode"], "real")
        self.assertNotEqual(self.mode(RANK="0")["mode"], "real")

    def test_asked_for_and_refused(self):
        done = subprocess.run((DENIED, *self.run, "--pids=namespace", "true"),
                              stderr=subprocess.PIPE, text=True)
        self.assertEqual(done.returncode, 125)
        self.assertIn("--pids namespace: ", done.stderr)
        self.assertIn("virtual", done.stderr)
        self.assertEqual([n for n in os.listdir(self.store) if n[0] == "0"],
                         [])

    def test_audit(self):
        subprocess.run((SAMEBITS, "audit", "-q", "--store", self.store,
                        "true"), check=True)
        self.assertEqual(self.manifest()["process_ids"]["mode"], "real")


@unittest.skipUnless(may_unshare(), "no PID namespaces here")
class Namespace(Numbers, Case):
    options = ("--pids=namespace",)

    def test_numbers(self):
        """The shell is 3, its parent 2, its first child 4."""
        script = "echo $$ $PPID; sh -c 'echo $$ $PPID'; true"
        for _ in range(3):
            self.assertEqual(self.sh(script), "3 2\n4 3\n")
        self.assertNotIn("process-ids", self.spots())

    def test_proc(self):
        self.assertEqual(self.sh("exec readlink /proc/self"), "3\n")
        self.assertEqual(self.sh("ps -o ppid= -p $$").split(), ["2"])
        self.assertEqual(self.sh("test -d /proc/%d; echo $?" % os.getpid()),
                         "1\n")
        self.assertTrue(os.path.exists("/proc/%d" % os.getpid()))

    def test_as_somebody_else(self):
        """With a user namespace, in which nobody becomes another one."""
        script = "echo $$ $(id -u) $(id -g)"
        try:
            said = self.sh(script, before=NOBODY)
        except subprocess.CalledProcessError:
            self.skipTest("no user namespaces here")
        self.assertEqual(said, "3 65534 65534\n")

    def test_background(self):
        """samebits ends with its program; what that left behind goes on."""
        start = time.monotonic()
        self.sh("(sleep 1; echo late > $FILE) > /dev/null & exit 0")
        self.assertLess(time.monotonic() - start, 0.9)
        self.written("late\n")

    def test_closed_descriptors(self):
        """None of ours keeps a pipe open."""
        start = time.monotonic()
        self.sh("exec sleep 2 > /dev/null & exit 0")
        self.assertLess(time.monotonic() - start, 1.5)

    def test_launcher_killed(self):
        p = subprocess.Popen((*self.run, "sh", "-c",
                              "echo up; read l; echo $l > " + self.file),
                             stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                             text=True)
        p.stdout.readline()
        p.kill()
        p.wait()
        p.communicate("on\n")
        self.written("on\n")

    def test_nothing_stays(self):
        """The helpers end with the last process."""
        self.sh("sleep 0.2 & exit 0")
        self.settle()

    def test_daemons_are_reaped(self):
        out = self.sh("for i in 1 2 3 4 5; do (sleep 0.05 &) ; done; "
                      "sleep 0.5; ps -eo stat= | grep -c Z || true")
        self.assertEqual(out, "0\n")

    def test_account(self):
        """What the program costs is in samebits' account."""
        before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
        self.sh("i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done")
        after = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
        self.assertGreater(after - before, 0.05)

    def test_mounts_go_out(self):
        """What the program mounts is where it would be anyway."""
        script = ("mount --bind $0 $0 && mount --make-shared $0 && "
                  "mkdir $0/m && %s sh -c 'mount -t tmpfs none $1/m' sh $0 "
                  "&& touch $0/m/x && grep -c \" $0/m \" /proc/self/mounts"
                  % " ".join(self.run))
        done = subprocess.run(("unshare", "-m", "sh", "-c", script,
                               self.dir.name), stdout=subprocess.PIPE,
                              text=True)
        self.assertEqual((done.returncode, done.stdout), (0, "1\n"))

    def test_hangup(self):
        """Who ignores it survives a terminal, who does not ends with it."""
        t = Terminal(*self.run, "sh", "-c",
                     "trap '' HUP; (sleep 1; echo on >> %s) & trap - HUP; "
                     "(sleep 1; echo no >> %s) & echo u''p; exec sleep 60"
                     % (self.file, self.file))
        t.expect("up\r")
        os.close(t.fd)
        status = os.waitpid(t.pid, 0)[1]
        self.assertEqual(os.waitstatus_to_exitcode(status), -signal.SIGHUP)
        time.sleep(0.5)
        self.written("on\n")


if __name__ == "__main__":
    unittest.main()
