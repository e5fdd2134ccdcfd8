#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""check, diff and blame, on programs with one planted cause each."""
import io
import json
import os
import shutil
import signal
import socket
import subprocess
import tarfile
import tempfile
import threading
import time
import unittest

SAMEBITS = os.environ["SAMEBITS_BIN"]
CAUSES = os.environ["CAUSES_DIR"]
SOURCES = os.environ["CAUSES_SOURCE_DIR"]
DENIED = os.path.join(os.environ["VICTIMS_DIR"], "denied")
LIMIT = 100


def works(*command):
    return subprocess.run(command, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL).returncode == 0


FIXED = works("setarch", "-R", "true")
NAMESPACES = works("unshare", "-m", "true") or works("unshare", "-mr", "true")
needs_fixed = unittest.skipUnless(FIXED, "addresses stay random here")
needs_namespaces = unittest.skipUnless(NAMESPACES, "no namespaces here")


def cause(name):
    return os.path.join(CAUSES, "cause_" + name)


def planted(name):
    """FILE:LINE of the planted line."""
    with open(os.path.join(SOURCES, name + ".c")) as f:
        for number, line in enumerate(f, 1):
            if "/* planted */" in line:
                return "%s.c:%d" % (name, number)
    raise LookupError(name)


class Case(unittest.TestCase):
    def setUp(self):
        # Not in /tmp, which is private to each run.
        self.top = tempfile.TemporaryDirectory(prefix="samebits-check-",
                                               dir="/var/tmp")
        self.addCleanup(self.top.cleanup)
        self.dir = os.path.join(self.top.name, "work")
        os.mkdir(self.dir)
        os.mkdir(os.path.join(self.dir, "names"))
        for name in "tlkabzyxm":
            open(os.path.join(self.dir, "names", name), "w").close()

    def samebits(self, *words, status=None, **more):
        done = subprocess.run((SAMEBITS, *words), cwd=self.dir, text=True,
                              errors="replace",
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              stdin=subprocess.DEVNULL, timeout=LIMIT, **more)
        if status is not None:
            self.assertEqual(done.returncode, status,
                             done.stdout + done.stderr)
        return done

    def write(self, name, text):
        with open(os.path.join(self.dir, name), "w") as f:
            f.write(text)

    def read(self, name):
        with open(os.path.join(self.dir, name)) as f:
            return f.read()

    def left_behind(self):
        """What an experiment would leave: its directory, mounts."""
        with open("/proc/self/mounts") as f:
            mounts = [m for m in f if self.top.name in m]
        store = os.path.join(self.dir, ".samebits")
        notes = [n for n in os.listdir(store) if n.startswith("unfinished")]
        return mounts + notes


class Same(Case):
    def test_same(self):
        done = self.samebits("check", "--", cause("same"), status=0)
        self.assertEqual(len(done.stdout.splitlines()), 1)
        self.assertTrue(done.stdout.startswith("the same in 2 runs: "))
        self.assertIn("1 output file", done.stdout)
        self.assertEqual(self.left_behind(), [])

    def test_last_outputs_are_kept(self):
        self.write("result", "old\n")
        self.samebits("check", "--", cause("same"), status=0)
        self.assertNotEqual(self.read("result"), "old\n")

    def test_each_from_the_same_files(self):
        self.write("log", "0\n")
        script = ("n=$(wc -l < log); echo $n; echo x >> log; rm -f gone; "
                  "mkdir -p made/deep; echo $n > made/deep/file")
        self.write("gone", "")
        self.samebits("check", "-n", "4", "--", "sh", "-c", script, status=0)
        self.assertEqual(self.read("log"), "0\nx\n")
        self.assertEqual(self.read("made/deep/file"), "1\n")
        self.assertFalse(os.path.exists(os.path.join(self.dir, "gone")))

    def test_in_place(self):
        self.write("log", "0\n")
        self.samebits("check", "--in-place", "--", "sh", "-c",
                      "wc -l < log; echo x >> log", status=1)

    @needs_namespaces
    def test_private_tmp(self):
        self.samebits("check", "--", "sh", "-c",
                      "ls /tmp /dev/shm; date > /tmp/a; date > /dev/shm/b",
                      status=0)

    def test_stdin_each_time(self):
        done = subprocess.run((SAMEBITS, "check", "-q", "--", "sh", "-c",
                               "cat > copy"), cwd=self.dir, text=True,
                              input="some words\n", stdout=subprocess.PIPE)
        self.assertEqual(done.returncode, 0)
        self.assertEqual(self.read("copy"), "some words\n")

    def test_side_by_side(self):
        self.samebits("check", "-n", "6", "-j", "3", "--", cause("same"),
                      status=0)

    def test_against(self):
        self.samebits("check", "--save", "expected", "--", cause("same"),
                      status=0)
        self.samebits("check", "--against", "expected", "--", cause("same"),
                      status=0)
        done = self.samebits("check", "--against", "expected", "--seed", "7",
                             "--", cause("same"), status=1)
        self.assertIn("output result", done.stdout)
        first = self.samebits("list").stdout.split()
        self.samebits("check", "--against", "2", "--", cause("same"),
                      status=0)
        self.assertTrue(first)

    def test_trouble(self):
        done = self.samebits("check", "--", cause("same"), "fails", status=2)
        self.assertIn("--status 3", done.stderr)
        self.samebits("check", "--status", "3", "--", cause("same"), "fails",
                      status=0)
        done = self.samebits("check", "--timeout", "1", "--", "sleep", "50",
                             status=2)
        self.assertIn("--timeout", done.stderr)
        for words in (("-n", "1"), ("-n", "x"), ("--timeout", "soon"),
                      ("--rtol", "-1"), ("--ignore-line", "("),
                      ("--native", "--perturb"), ("--sed", "1"),
                      ("-j", "2", "--in-place")):
            self.samebits("check", *words, "--", "true", status=2)
        self.samebits("check", status=2)
        self.samebits("check", "--", "/nowhere/at/all", status=2)
        self.samebits("check", "--against", "99", "--", "true", status=2)
        done = self.samebits("check", "--store", ".", "--", "true", status=2)
        self.assertIn("--in-place", done.stderr)

    @needs_fixed
    def test_strict(self):
        self.samebits("check", "--strict", "--", cause("same"), status=0)

    def test_ended_in_the_middle(self):
        """Without overlays files are put back, by the next check if need be."""
        self.write("log", "0\n")
        self.write("gone", "here\n")
        script = "echo x >> log; rm gone; : > new; exec sleep 60"
        p = subprocess.Popen((DENIED, SAMEBITS, "check", "--", "sh", "-c",
                              script), cwd=self.dir, start_new_session=True)
        for _ in range(200):
            time.sleep(0.05)
            if os.path.exists(os.path.join(self.dir, "new")):
                break
        else:
            self.skipTest("namespaces cannot be denied here")
        os.killpg(p.pid, signal.SIGKILL)
        p.wait()
        self.assertEqual(self.read("log"), "0\nx\n")
        done = subprocess.run((DENIED, SAMEBITS, "check", "-q", "--", "cat",
                               "log", "gone"), cwd=self.dir, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("put back", done.stderr)
        self.assertEqual(self.read("log"), "0\n")
        self.assertEqual(self.read("gone"), "here\n")
        self.assertFalse(os.path.exists(os.path.join(self.dir, "new")))
        self.assertEqual(self.left_behind(), [])

    def test_by_copies(self):
        """As test_each_from_the_same_files, where no overlay is."""
        self.write("log", "0\n")
        self.write("gone", "")
        os.symlink("log", os.path.join(self.dir, "link"))
        script = ("wc -l < link; echo x >> log; rm gone; rm link; ln -s log "
                  "link; mkdir made; echo 1 > made/file; rm -r names")
        done = subprocess.run((DENIED, SAMEBITS, "check", "-n", "3", "--",
                               "sh", "-c", script), cwd=self.dir, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual(self.read("log"), "0\nx\n")
        self.assertEqual(self.read("made/file"), "1\n")
        self.assertEqual(sorted(os.listdir(self.dir)),
                         [".samebits", "link", "log", "made"])
        self.assertEqual(self.left_behind(), [])

    def test_ended_by_a_signal(self):
        """Children, mounts and files of the experiment are gone."""
        self.write("log", "0\n")
        p = subprocess.Popen((SAMEBITS, "check", "--", "sh", "-c",
                              "echo x >> log; exec sleep 60.%d" % os.getpid()),
                             cwd=self.dir)
        time.sleep(1)
        p.send_signal(signal.SIGINT)
        self.assertEqual(p.wait(20), -signal.SIGINT)
        self.assertEqual(self.read("log"), "0\n")
        self.assertEqual(self.left_behind(), [])
        self.assertNotEqual(subprocess.run(
            ("pgrep", "-f", "sleep 60.%d" % os.getpid())).returncode, 0)


class Different(Case):
    def check_native(self, name, *more):
        done = self.samebits("check", "--native", "-n", "4", "--",
                             cause(name), *more, status=1)
        self.assertIn(planted(name), done.stdout)

    def blame(self, name, expected):
        done = self.samebits("blame", "--json", "--", cause(name), status=1)
        causes = json.loads(done.stdout)["causes"]
        alone = [c["name"] for c in causes["alone"] if c["changes"]]
        self.assertEqual(alone, expected, done.stdout)
        return causes

    def test_clock(self):
        self.check_native("clock")
        self.blame("clock", ["clock"])

    def test_pid(self):
        self.check_native("pid")
        self.blame("pid", ["process ids"])

    def test_entropy(self):
        self.check_native("entropy")
        self.blame("entropy", ["entropy"])

    @needs_fixed
    def test_addresses(self):
        self.check_native("addresses")
        self.blame("addresses", ["addresses"])

    def test_filetime(self):
        self.check_native("filetime")
        self.blame("filetime", ["file times"])

    def test_directory(self):
        plain = self.samebits("run", "-q", "--", cause("directory")).stdout
        disk = subprocess.run((cause("directory"),), cwd=self.dir, text=True,
                              stdout=subprocess.PIPE).stdout
        if plain == disk:
            self.skipTest("the disk keeps names sorted")
        self.blame("directory", ["directory order"])

    def test_uninitialised(self):
        self.blame("uninitialised", ["uninitialised memory"])

    def test_environment(self):
        self.blame("environment", ["environment size"])

    @needs_fixed
    def test_together(self):
        causes = self.blame("together", [])
        self.assertEqual(sorted(causes["together"]), ["addresses", "clock"])

    def test_none(self):
        done = self.samebits("blame", "--", cause("same"), status=0)
        self.assertIn("depends on none", done.stdout)

    def test_metric(self):
        done = self.samebits("blame", "--metric", "loss=loss: ([0-9.]+)", "--",
                             cause("metric"), status=1)
        self.assertIn("loss: 1.", done.stdout)
        self.samebits("blame", "--metric", "loss", "--", "true", status=2)
        self.samebits("blame", "--metric", "loss=x", "--", "true", status=2)

    def test_race(self):
        """No source differs: the first write that does is named."""
        done = self.samebits("check", "-n", "6", "--", cause("race"), status=1)
        self.assertIn("stdout (output)", done.stdout)
        self.assertIn(planted("race"), done.stdout)
        # What it wrote there, and what makes the difference.
        self.assertRegex(done.stdout, r'A  from byte 14, \d+ bytes: "\d+')
        self.assertIn("it depends on the order in which its threads run",
                      done.stdout)

    def test_race_natively(self):
        done = self.samebits("check", "--native", "--json", "-n", "6", "--",
                             cause("race"), status=1)
        verdict = json.loads(done.stdout)
        first = verdict["first_differences"][0]
        self.assertEqual((first["source"], first["group"]),
                         ("stdout", "output"))
        self.assertTrue(all(v.startswith("from byte 14")
                            for v in first["values"]), first)
        self.assertIn(planted("race").split(":")[0],
                      first["stacks"][0][0]["file"])
        self.assertIn("threads", verdict["likely"])

    @needs_fixed
    def test_one_thread_natively(self):
        """Nobody speaks of races, and control repeats it."""
        done = self.samebits("check", "--native", "--json", "-n", "4", "--",
                             cause("addresses"), status=1)
        likely = json.loads(done.stdout)["likely"]
        self.assertIn("what samebits run controls", likely)
        self.assertNotIn("threads", likely)

    def test_race_blamed(self):
        """However the runs came out, no other cause is blamed for it."""
        self.blame("race", ["threads"])

    def test_race_same_by_chance(self):
        done = self.samebits("check", "--", cause("same"), status=0)
        self.assertNotIn("--chaos", done.stdout)
        self.write("t.py", "import threading\n"
                   "t = threading.Thread(target=print, args=('one',))\n"
                   "t.start(); t.join()\n")
        done = self.samebits("check", "--", "/usr/bin/python3", "t.py",
                             status=0)
        self.assertIn("its threads ran as the system let them", done.stdout)
        done = self.samebits("check", "--schedule=turns", "--strict", "--",
                             "/usr/bin/python3", "t.py", status=0)
        self.assertNotIn("as the system let them", done.stdout)

    def test_base_line_differs(self):
        done = self.samebits("blame", "-k", "6", "--", cause("instruction"),
                             status=1)
        self.assertIn("the base line differs", done.stdout)
        self.assertIn("RDRAND", done.stdout)

    def test_network(self):
        server = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(server.close)

        def serve():
            for n in range(1000):
                try:
                    peer, _ = server.accept()
                except OSError:
                    return
                peer.sendall(b"answer %d" % n)
                peer.close()

        threading.Thread(target=serve, daemon=True).start()
        port = str(server.getsockname()[1])
        done = self.samebits("blame", "--", cause("network"), port, status=1)
        self.assertIn("the base line differs", done.stdout)
        self.assertIn("connections", done.stdout)
        self.assertIn(planted("network"), done.stdout)

    def test_tolerance(self):
        script = "echo loss 1.$(($$ % 2))00000$$"
        self.samebits("check", "--pids", "real", "--", "sh", "-c",
                      "echo loss 1.00000$$", status=1)
        done = self.samebits("check", "--pids", "real", "--rtol", "0.01",
                             "--", "sh", "-c", "echo loss 1.00000$$",
                             status=0)
        self.assertIn("equal within", done.stdout)
        self.assertNotIn("the same in", done.stdout)
        done = self.samebits("check", "--pids", "real", "--ignore-line",
                             "^loss", "--", "sh", "-c",
                             script + "; echo end", status=0)
        self.assertIn("equal within", done.stdout)

    @needs_namespaces
    def test_perturb(self):
        done = self.samebits("check", "--perturb", "--json", "--", "sh", "-c",
                             "pwd; hostname; umask", status=1)
        depends = {v["name"]: v["depends"]
                   for v in json.loads(done.stdout)["depends_on"]}
        self.assertEqual({n for n in depends if depends[n]},
                         {"working directory", "host name", "umask"})
        self.samebits("check", "--perturb", "--", cause("same"), status=0)

    def test_perturb_race(self):
        """Whatever is varied, a race that shows now and then is not its doing."""
        name = os.path.join(self.dir, "now_and_then")
        self.write("race.py", "import threading, time\n"
                   "with open(%r, 'a') as f: f.write('x')\n"
                   "with open(%r) as f: n = len(f.read())\n"
                   "t = threading.Thread(target=print, args=(n == 4,))\n"
                   "t.start(); t.join()\n" % (name, name))
        # As if a race had been won by another thread in the fourth run alone.
        done = self.samebits("check", "--perturb", "--json", "--in-place",
                             "--no-input", name, "--no-output", name, "--",
                             "/usr/bin/python3", "race.py")
        rows = json.loads(done.stdout)["depends_on"]
        self.assertFalse(any(x["depends"] for x in rows), done.stdout)
        self.assertIn("not a second time",
                      [x["text"] for x in rows if x["text"]][0])

    def test_odd_outputs(self):
        """Fifos, sockets, names of any bytes, files that are gone."""
        script = ("mkfifo f; echo > \"$(printf 'a\\nb\\377')\"; echo > del; "
                  "rm del; : > empty; chmod 0 empty")
        self.samebits("check", "--", "sh", "-c", script, status=0)


class Diff(Case):
    def test_runs(self):
        for seed in ("1", "2", "2"):
            self.samebits("run", "-q", "--trace", "full", "--seed", seed, "--",
                          cause("entropy"), status=0)
        done = self.samebits("diff", "1", "2", status=1)
        self.assertIn("seed: 1 and 2", done.stdout)
        self.assertIn("getrandom", done.stdout)
        self.assertIn(planted("entropy"), done.stdout)
        self.samebits("diff", "2", "3", status=0)
        data = json.loads(self.samebits("diff", "--json", "1", "2").stdout)
        self.assertEqual(data["verdict"], "different")
        self.assertIn("getrandom",
                      [d["source"] for d in data["first_differences"]])

    def test_counters(self):
        for seed in ("1", "2"):
            self.samebits("run", "-q", "--seed", seed, "--",
                          cause("entropy"), status=0)
        done = self.samebits("diff", "1", "2", status=1)
        self.assertIn("--trace full", done.stdout)

    def test_inputs_first(self):
        for text in ("one", "two"):
            self.write("data", text)
            self.samebits("run", "-q", "--", "cat", "data")
        done = self.samebits("diff", "1", "2", status=1)
        self.assertTrue(done.stdout.startswith("inputs\n  input data"),
                        done.stdout)

    def test_other_program(self):
        self.samebits("run", "-q", "--", "true")
        self.samebits("run", "-q", "--", "false")
        done = self.samebits("diff", "1", "2", status=2)
        self.assertIn("--force", done.stderr)
        self.samebits("diff", "--force", "1", "2", status=1)

    def test_objects(self):
        """A library of the same name that is another one."""
        link = os.path.join(self.dir, "libz.so.1")
        for number in "1", "2":
            library = os.path.join(self.dir, "libz.so.1.2." + number)
            subprocess.run(("gcc", "-shared", "-fPIC", "-Wl,--build-id=sha1",
                            "-DN=" + number, "-x", "c", "-", "-o", library),
                           input="int n = N; int call(void) { return n; }\n",
                           text=True, check=True)
            if os.path.lexists(link):
                os.unlink(link)
            os.symlink(library, link)
            self.samebits("run", "-q", "--", "/usr/bin/python3", "-c",
                          "import ctypes; ctypes.CDLL('%s').call()" % link,
                          status=0)
        done = self.samebits("diff", "1", "2", status=1)
        self.assertIn("versions 1.2.1 and 1.2.2, build-ids ", done.stdout)

    def test_missing(self):
        self.samebits("diff", "1", "2", status=2)
        self.samebits("diff", "1", status=2)

    def test_files(self):
        self.write("a", "x\ny\n")
        self.write("b", "x\nz\n")
        done = self.samebits("diff", "a", "b", status=1)
        self.assertIn("line 2", done.stdout)
        self.samebits("diff", "a", "a", status=0)


class Bundles(Case):
    def bundle(self):
        self.samebits("run", "-q", "--trace", "full", "--", cause("entropy"),
                      status=0)
        self.samebits("export", "1", "--bundle", "one.sb", status=0)
        return os.path.join(self.dir, "one.sb")

    def test_elsewhere(self):
        """Another user, another directory, without the program."""
        bundle = self.bundle()
        elsewhere = os.path.join(self.top.name, "elsewhere")
        os.mkdir(elsewhere)
        before = ()
        if os.getuid() == 0:
            os.chmod(self.top.name, 0o755)
            os.chmod(self.dir, 0o755)
            os.chown(elsewhere, 65534, 65534)
            nobody = ("setpriv", "--reuid=65534", "--regid=65534",
                      "--clear-groups", "env", "HOME=" + elsewhere)
            # The tree may be where others may not enter.
            if works(*nobody, SAMEBITS, "--version"):
                before = nobody
            else:
                os.chown(elsewhere, 0, 0)
        number = subprocess.run((*before, SAMEBITS, "import", bundle),
                                cwd=elsewhere, text=True, check=True,
                                stdout=subprocess.PIPE).stdout.strip()
        self.assertEqual(number, "000001")
        done = subprocess.run((*before, SAMEBITS, "diff", "1", bundle),
                              cwd=elsewhere, text=True,
                              stdout=subprocess.PIPE)
        self.assertEqual(done.returncode, 0, done.stdout)

    def test_symbols_travel(self):
        """Lines are known where the program is not."""
        program = os.path.join(self.dir, "copy")
        shutil.copy(cause("clock"), program)
        self.samebits("run", "-q", "--", program, status=0)
        self.samebits("export", "--bundle", "c.sb", status=0)
        os.unlink(program)
        self.samebits("import", "c.sb", status=0)
        self.assertIn(planted("clock"),
                      self.samebits("report", status=0).stdout)

    def test_hostile(self):
        """Nothing outside of the store is written, and nothing is left."""
        good = tarfile.TarInfo("samebits-run/manifest.json")
        for bad in (dict(name="/tmp/samebits-was-here"),
                    dict(name="samebits-run/../../was-here"),
                    dict(name="samebits-run/a/b"),
                    dict(name="samebits-run/.hidden"),
                    dict(name="was-here"),
                    dict(name="samebits-run/l", type=tarfile.SYMTYPE,
                         linkname="/etc/passwd"),
                    dict(name="samebits-run/h", type=tarfile.LNKTYPE,
                         linkname="samebits-run/manifest.json"),
                    dict(name="samebits-run/d", type=tarfile.CHRTYPE),
                    dict(name="samebits-run/manifest.json")):
            self.pack("bad.sb", [(good, b"{}"), (self.member(**bad), b"")])
            done = self.samebits("import", "bad.sb", status=125)
            self.assertIn("bad.sb", done.stderr)
            self.assertEqual(self.samebits("list").stdout.count("run"), 0)
        self.pack("bad.sb", [(self.member("samebits-run/x.log"), b"")])
        self.samebits("import", "bad.sb", status=125)
        self.pack("bomb.sb", [(good, b"{}"),
                              (self.member("samebits-run/x.log"),
                               bytes(400 << 20))])
        done = self.samebits("import", "bomb.sb", status=125)
        self.assertIn("far more", done.stderr)
        self.assertFalse(os.path.exists("/tmp/samebits-was-here"))
        self.assertFalse(os.path.exists(os.path.join(self.dir, "was-here")))
        for text in ("", "no bundle at all"):
            self.write("text", text)
            self.samebits("import", "text", status=125)
        self.samebits("import", "missing", status=125)
        self.samebits("diff", "text", "bad.sb", status=2)

    def member(self, name, type=tarfile.REGTYPE, linkname=""):
        info = tarfile.TarInfo(name)
        info.type = type
        info.linkname = linkname
        return info

    def pack(self, name, members):
        data = io.BytesIO()
        with tarfile.open(fileobj=data, mode="w") as tar:
            for info, content in members:
                info.size = len(content)
                tar.addfile(info, io.BytesIO(content))
        subprocess.run(("zstd", "-q", "-f", "-o",
                        os.path.join(self.dir, name)),
                       input=data.getvalue(), check=True)

    def test_damaged(self):
        with open(self.bundle(), "rb") as f:
            whole = f.read()
        for n in (5, len(whole) // 2, len(whole) - 1):
            with open(os.path.join(self.dir, "cut.sb"), "wb") as f:
                f.write(whole[:n])
            self.samebits("import", "cut.sb", status=125)
        self.assertEqual(
            self.samebits("list").stdout.count("cause_entropy"), 1)


if __name__ == "__main__":
    unittest.main()
