#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""samebits on a terminal: what the program sees, signals, job control."""
import os
import pty
import re
import select
import signal
import subprocess
import sys
import tempfile
import termios
import time
import unittest

SAMEBITS = os.environ["SAMEBITS_BIN"]
LIMIT = 10  # seconds
# Not as nohup, and shells with `&`, hand them down.
signal.signal(signal.SIGHUP, signal.SIG_DFL)
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGQUIT, signal.SIG_DFL)


class Terminal:
    """A command as the session leader of a new terminal."""

    def __init__(self, *argv, **variables):
        self.seen = b""
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            try:
                os.environ.update(variables)
                os.execvp(argv[0], argv)
            finally:
                os._exit(127)

    def type(self, text):
        os.write(self.fd, text.encode())

    def read(self):
        """False: the other side is closed."""
        if not select.select([self.fd], [], [], LIMIT)[0]:
            raise AssertionError("nothing came after %r" % self.seen)
        try:
            got = os.read(self.fd, 65536)
        except OSError:
            got = b""
        self.seen += got
        return bool(got)

    def expect(self, pattern):
        """Waits for it and forgets what came before; its match."""
        while not (found := re.search(pattern.encode(), self.seen)):
            if not self.read():
                raise AssertionError("%s not in %r" % (pattern, self.seen))
        self.seen = self.seen[found.end():]
        return found

    def job_in_front(self):
        """The shell has handed the terminal over, line editing off."""
        return (os.tcgetpgrp(self.fd) != self.pid and
                termios.tcgetattr(self.fd)[3] & termios.ICANON)

    def end(self):
        """The wait status."""
        while self.read():
            pass
        os.close(self.fd)
        return os.waitpid(self.pid, 0)[1]


def wait_for(condition):
    end = time.monotonic() + LIMIT
    while not condition():
        if time.monotonic() > end:
            raise AssertionError("it did not happen")
        time.sleep(0.01)


def program(launcher, name):
    """The process of this name under it, by its number out here."""
    with open("/proc/%d/task/%d/children" % (launcher, launcher)) as f:
        children = [int(n) for n in f.read().split()]
    for pid in children:
        with open("/proc/%d/comm" % pid) as f:
            if f.read().strip() == name:
                return pid
        found = program(pid, name)
        if found:
            return found
    return None


def state(pid):
    with open("/proc/%d/stat" % pid) as f:
        return f.read().rpartition(")")[2].split()[0]


class Cases(unittest.TestCase):
    def setUp(self):
        self.store = tempfile.TemporaryDirectory(prefix="samebits-terminal-")
        self.addCleanup(self.store.cleanup)
        self.run = (SAMEBITS, "run", "--store", self.store.name)

    def shell(self):
        """A shell with job control, samebits as $R."""
        t = Terminal("bash", "--norc", "--noprofile", "-i", PS1="ready> ",
                     R=" ".join(self.run), HISTFILE="")
        t.expect("ready> ")
        return t

    def test_sees_a_terminal(self):
        t = Terminal(*self.run, "-q", "sh", "-c",
                     "test -t 0 && test -t 1 && test -t 2 && stty size "
                     "> /dev/null && echo yes")
        t.expect("yes")
        self.assertEqual(t.end(), 0)

    def test_quiet(self):
        t = Terminal(*self.run, "-q", "true")
        status = t.end()
        self.assertEqual((status, t.seen), (0, b""))

    def test_colours(self):
        subprocess.run([*self.run, "-q", "date"], check=True,
                       stdout=subprocess.DEVNULL)
        report = (SAMEBITS, "report", "--store", self.store.name)
        for no, coloured in (("", True), ("1", False)):
            t = Terminal(*report, NO_COLOR=no)
            self.assertEqual(t.end(), 0)
            self.assertEqual(b"\033[" in t.seen, coloured)
            t = Terminal(SAMEBITS, "rnu", NO_COLOR=no)
            t.end()
            self.assertEqual(b"\033[" in t.seen, coloured)

    def test_interrupt_kills_both(self):
        t = Terminal(*self.run, "-q", "sh", "-c", "echo up; exec sleep 60")
        t.expect("up")
        t.type("\x03")
        status = t.end()
        self.assertTrue(os.WIFSIGNALED(status))
        self.assertEqual(os.WTERMSIG(status), signal.SIGINT)

    def test_interrupt_handled(self):
        """The program goes on, once, and so does samebits."""
        t = Terminal(*self.run, "-q", sys.executable, "-uc", """
import signal, sys, time
n = []
signal.signal(signal.SIGINT, lambda *_: n.append(1))
print("up")
while not n: time.sleep(0.01)
time.sleep(0.2)
print("got", len(n))
sys.exit(4)""")
        t.expect("up")
        t.type("\x03")
        t.expect("got 1\r")
        self.assertEqual(os.waitstatus_to_exitcode(t.end()), 4)

    def test_shell_sees_130(self):
        t = self.shell()
        t.type("$R -q sh -c 'echo u''p; exec sleep 60'\n")
        t.expect("up\r")
        t.type("\x03")
        t.expect("ready> ")
        t.type("echo status $?\n")
        t.expect("status 130\r")
        t.type("exit\n")
        t.end()

    def test_stop_and_go_on(self):
        """^Z stops the job, fg wakes it; no second fg is needed."""
        t = self.shell()
        for _ in range(5):
            t.type("$R -q sh -c 'echo u''p; read l; echo got $l'\n")
            t.expect("up\r")
            t.type("\x1a")
            t.expect("Stopped")
            t.expect("ready> ")
            t.type("fg\n")
            wait_for(t.job_in_front)
            t.type("line\n")
            t.expect("got line")
            t.expect("ready> ")
        t.type("exit\n")
        t.end()

    def test_background(self):
        """A background reader stops; jobs says so."""
        t = self.shell()
        t.type("$R -q cat &\n")
        t.expect("ready> ")
        found = b"Running"
        while found == b"Running":
            t.type("jobs\n")
            found = t.expect(r"\[1\]\+\s+(Running|Stopped)").group(1)
        t.type("fg\n")
        wait_for(t.job_in_front)
        t.type("hello\n")
        t.expect("hello\r\nhello\r\n")
        t.type("\x04")
        t.expect("ready> ")
        t.type("exit\n")
        t.end()

    def signalled(self, sig):
        """Sent to samebits alone; the program's end is handed on."""
        p = subprocess.Popen([*self.run, "-q", "sh", "-c",
                              "echo up; exec sleep 60"],
                             stdout=subprocess.PIPE)
        self.assertEqual(p.stdout.readline(), b"up\n")
        p.send_signal(sig)
        p.stdout.close()
        return p.wait(LIMIT)

    def test_signals_forwarded(self):
        for sig in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP,
                    signal.SIGQUIT, signal.SIGUSR1, signal.SIGUSR2):
            self.assertEqual(self.signalled(sig), -sig)

    def test_stopped_by_others(self):
        """Where no shell waits, samebits must not stay stopped."""
        p = subprocess.Popen([*self.run, "-q", "sh", "-c",
                              "echo up; read l; exit 6"], text=True,
                             stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                             start_new_session=True)
        self.assertEqual(p.stdout.readline(), "up\n")
        child = program(p.pid, "sh")
        os.kill(child, signal.SIGSTOP)
        wait_for(lambda: state(child) == "T")
        os.kill(child, signal.SIGCONT)
        p.communicate("x\n", LIMIT)
        self.assertEqual(p.returncode, 6)

    def test_group_stop(self):
        """SIGTSTP and SIGCONT to samebits reach the program."""
        p = subprocess.Popen([*self.run, "-q", "sh", "-c",
                              "echo up; read l; exit 6"], text=True,
                             stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                             process_group=0)  # orphaned ones never stop
        self.assertEqual(p.stdout.readline(), "up\n")
        child = program(p.pid, "sh")
        p.send_signal(signal.SIGTSTP)
        wait_for(lambda: state(child) == "T")
        p.send_signal(signal.SIGCONT)
        wait_for(lambda: state(child) != "T")
        p.communicate("x\n", LIMIT)
        self.assertEqual(p.returncode, 6)


if __name__ == "__main__":
    unittest.main()
