#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""env, lock, run --locked and pin, against what the system itself says."""
import glob
import json
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import unittest

SAMEBITS = os.environ["SAMEBITS_BIN"]
CAUSES = os.environ["CAUSES_DIR"]
LIMIT = 100


def works(*command):
    try:
        return subprocess.run(command, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL).returncode == 0
    except OSError:
        return False


def said(*command, **more):
    return subprocess.run(command, text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, **more).stdout


def cause(name):
    return os.path.join(CAUSES, "cause_" + name)


class Case(unittest.TestCase):
    def setUp(self):
        top = tempfile.TemporaryDirectory(prefix="samebits-env-",
                                          dir="/var/tmp")
        self.addCleanup(top.cleanup)
        self.top = top.name
        self.dir = os.path.join(self.top, "work")
        os.mkdir(self.dir)
        self.env = dict(os.environ, XDG_CACHE_HOME=self.top + "/cache")
        for name in ("PYTHONDONTWRITEBYTECODE", "LC_ALL"):
            self.env.pop(name, None)

    def samebits(self, *words, status=None, **more):
        more.setdefault("env", self.env)
        more.setdefault("cwd", self.dir)
        done = subprocess.run((SAMEBITS, *words), text=True,
                              errors="replace",
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              stdin=subprocess.DEVNULL, timeout=LIMIT, **more)
        if status is not None:
            self.assertEqual(done.returncode, status,
                             done.stdout + done.stderr)
        return done

    def run_it(self, *words, **more):
        """A run; its record."""
        self.samebits("run", "-q", *words, status=0, **more)
        return self.record()

    def record(self, run="latest"):
        return json.loads(self.samebits("env", "--json", run, status=0).stdout)

    def write(self, name, text):
        path = os.path.join(self.dir, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as f:
            f.write(text)

    def read(self, name):
        with open(os.path.join(self.dir, name)) as f:
            return f.read()


class Record(Case):
    def test_machine(self):
        r = self.run_it("--", "true")
        u = os.uname()
        self.assertEqual(r["system"]["kernel"], u.release)
        self.assertEqual(r["system"]["host"], u.nodename)
        with open("/etc/os-release") as f:
            self.assertIn('PRETTY_NAME="%s"' % r["system"]["os"], f.read())
        self.assertEqual(r["system"]["libc"],
                         said("getconf", "GNU_LIBC_VERSION").strip())
        self.assertEqual(r["processor"]["allowed"],
                         len(os.sched_getaffinity(0)))
        with open("/proc/cpuinfo") as f:
            info = f.read()
        flags = re.search(r"^flags\s*: (.*)$", info, re.M).group(1)
        self.assertEqual(r["processor"]["flags"],
                         " ".join(sorted(flags.split())))
        with open("/proc/meminfo") as f:
            total = re.search(r"MemTotal:\s*(\d+)", f.read()).group(1)
        self.assertEqual(r["memory"]["total"], int(total) * 1024)

    def test_run(self):
        self.write("in.txt", "data")
        r = self.run_it("--seed", "7", "--threads", "3", "--", "cp", "in.txt",
                        "out.txt")
        run = r["run"]
        self.assertEqual(run["argv"], ["cp", "in.txt", "out.txt"])
        self.assertEqual(run["cwd"], self.dir)
        self.assertEqual((run["seed"], run["status"]), (7, 0))
        self.assertEqual(run["threads"]["wanted"], 3)
        self.assertEqual(run["options"], {"seed": "7", "threads": "3"})
        self.assertGreater(run["resources"]["peak_memory"], 100000)
        self.assertGreaterEqual(run["end"], run["start"])
        self.assertIn(self.dir + "/in.txt", r["inputs"])
        self.assertIn(self.dir + "/out.txt", r["outputs"])
        self.assertEqual(r["inputs"][self.dir + "/in.txt"],
                         r["outputs"][self.dir + "/out.txt"])

    def test_cost_of_control(self):
        argv = (cause("clock"),)
        self.assertIsNone(self.run_it("--", *argv)["run"]["cost_of_control"])
        self.samebits("blame", "-q", "-k", "2", "--", *argv, status=1)
        cost = self.run_it("--", *argv)["run"]["cost_of_control"]
        self.assertEqual(cost["blame"], "000002")
        with open(self.dir + "/.samebits/000002/experiment.json") as f:
            causes = json.load(f)["causes"]["alone"]
        self.assertEqual(cost["ratios"], {c["name"]: c["cost"]
                                          for c in causes})
        text = self.samebits("env", "latest", status=0).stdout
        self.assertRegex(text, r"control costs  .*clock [0-9.]+ x \([0-9.]+ "
                               r"to [0-9.]+\)")
        self.assertIn("by blame 000002", text)
        # Of another command it says nothing.
        self.assertIsNone(self.run_it("--", *argv, "x")["run"]
                          ["cost_of_control"])

    def test_resources(self):
        code = "x = bytearray(300 << 20); y = sum(range(9000000))"
        used = self.run_it("--", "/usr/bin/python3", "-c",
                           code)["run"]["resources"]
        self.assertGreater(used["peak_memory"], 300 << 20)
        self.assertLess(used["peak_memory"], 600 << 20)
        self.assertGreater(used["user_seconds"], 0.03)

    def test_objects(self):
        r = self.run_it("--", "/usr/bin/python3", "-c", "import numpy")
        self.assertGreater(len(r["objects"]), 20)
        paths = [o.get("file", o["path"]) for o in r["objects"]]
        # the database has names from before /lib was a link
        owners = {}
        for line in said("dpkg", "-S", *paths, *(p[4:] for p in paths)
                         ).splitlines():
            names, _, path = line.partition(": ")
            owners[path] = names.split(":")[0]
        versions = dict.fromkeys(owners.values())
        for name in versions:
            versions[name] = said("dpkg-query", "-W", "-f", "${Version}\n",
                                  name).split("\n")
        for o, path in zip(r["objects"], paths):
            name = owners.get(path) or owners.get(path[4:])
            self.assertEqual(o.get("package"), name, path)
            self.assertIn(o.get("version"), versions.get(name, [None]))
        notes = said("readelf", "-n", *paths)
        for o in r["objects"]:
            if o["build_id"]:
                self.assertIn(o["build_id"], notes)

    def test_known_packages_stay_true(self):
        """What is kept of dpkg's database is dropped when that changes."""
        first = self.run_it("--", "true")["objects"]
        kept = os.path.join(self.top, "cache", "samebits", "packages-dpkg")
        with open(kept) as f:
            text = f.read()
        with open(kept, "w") as f:
            f.write("samebits packages 0\nnonsense\n")
        self.assertEqual(self.run_it("--", "true")["objects"], first)
        with open(kept) as f:
            self.assertEqual(f.read(), text)

    def test_numeric(self):
        r = self.run_it("--threads", "2", "--", "/usr/bin/python3", "-c",
                        "import numpy; numpy.ones((9, 9)) @ numpy.ones((9, 9))")
        blas = [l for l in r["libraries"] if l["kind"] == "blas"]
        self.assertTrue(blas, r["libraries"])
        self.assertTrue(blas[0]["says"])

    def test_log_digest(self):
        command = ("--", "/usr/bin/python3", "-c",
                   "import os; os.urandom(9); print(hash('x'))")
        digests = [self.run_it("--seed", s, *command)["run"]["log"]["digest"]
                   for s in "112"]
        self.assertEqual(digests[0], digests[1])
        sources = self.record()["run"]["log"]["sources"]
        self.assertEqual(sources["getrandom"], "force")
        self.assertNotEqual(digests[0], digests[2])

    def test_page(self):
        self.run_it("--seed", "5", "--", "true", "a b")
        page = self.samebits("env", "latest", status=0).stdout
        for part in ("command        true a b", "seed           5",
                     "host", "libc6"):
            self.assertIn(part, page)
        now = self.samebits("env", status=0).stdout
        self.assertIn(os.uname().release, now)

    def test_environment(self):
        """Long, many, and no UTF-8."""
        env = {os.fsencode(k): os.fsencode(v) for k, v in self.env.items()}
        env[b"LONG"] = b"x" * 100000
        env[b"BYTES"] = b"a\xffb"
        env[b"WIDE"] = "ä".encode() * 30000
        env[b"N\xffME"] = b"1"
        for i in range(3000):
            env[b"MANY_%d" % i] = b"%d" % i
        r = self.run_it("--", "true", env=env)
        self.assertEqual(r["variables"]["MANY_2999"], "2999")
        self.assertLess(len(r["variables"]["LONG"]), 300)
        self.assertIn("100000 bytes", r["variables"]["LONG"])
        self.assertEqual(r["variables"]["BYTES"], "a?b")
        self.assertRegex(r["variables"]["WIDE"], "^ä{99,100}… .60000 bytes.$")
        argument = "ä" * 30000
        self.assertEqual(self.run_it("--", "true", argument)["run"]["argv"],
                         ["true", argument])

    def test_variables_are_the_programs(self):
        r = self.run_it("--seed", "3", "--", "env")
        self.assertEqual(r["variables"]["PYTHONHASHSEED"], "3")
        self.assertNotIn("SAMEBITS", r["variables"])

    def test_container(self):
        env = dict(self.env, SAMEBITS_IMAGE="registry.example/img@sha256:1")
        r = self.run_it("--", "true", env=env)
        self.assertEqual(r["container"]["image"],
                         "registry.example/img@sha256:1")

    def test_audit_too(self):
        self.samebits("audit", "-q", "--", "true", status=0)
        self.assertEqual(self.record()["run"]["mode"], "audit")

    def test_bundle(self):
        first = self.run_it("--", "true")
        self.samebits("export", "--bundle", "b.tar.zst", status=0)
        self.assertEqual(self.record("b.tar.zst")["objects"],
                         first["objects"])
        self.samebits("env", "--diff", "b.tar.zst", "1", status=0)

    def test_trouble(self):
        self.assertIn("no such run", self.samebits("env", "7",
                                                   status=125).stderr)
        self.run_it("--", "true")
        path = self.dir + "/.samebits/latest/environment.json"
        with open(path) as f:
            good = f.read()
        for text, word in (("{", "damaged"), ('{"format": 99}', "newer")):
            with open(path, "w") as f:
                f.write(text)
            self.assertIn(word, self.samebits("env", "latest",
                                              status=125).stderr)
        os.remove(path)
        self.assertIn("run it again", self.samebits("env", "latest",
                                                    status=125).stderr)
        self.write("copy.json", good)
        self.samebits("env", "copy.json", status=0)
        self.assertIn("--diff", self.samebits("env", "1", "2",
                                              status=125).stderr)
        self.samebits("env", "--diff", status=2)


SECRETS = {  # none of them is real
    "DB_PASSWORD": "hunter2-is-no-secret",
    "apiKey": "k-1234567",
    "PGPASSWORD": "pg-is-one-word",
    "mytoken": "t-is-one-word",
    "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY",
    "WANDB_API_KEY": "0123456789abcdef0123456789abcdef01234567",
    "A": "AKIA" + "IOSFODNN7EXAMPLE",
    "B": "ghp_" + "abcdefghijklmnopqrstuvwxyz0123456789",
    "C": "hf_" + "AbCdEfGhIjKlMnOpQrStUvWxYz0123456789",
    "D": "sk-" + "proj-abcdefghijklmnopqrstuvwx",
    "E": "glpat-" + "abcdefghij0123456789",
    "F": "xoxb-" + "123456789012-abcdefghij",
    "G": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.c2lnbmF0dXJlLWhlcmU",
    "H": "-----BEGIN RSA " + "PRIVATE KEY-----\nMIIEow\n-----END RSA "
         "PRIVATE KEY-----",
    "I": "sZ9tQ2mXv7LpR4kWc8NyB3hJd6GfU1aE",
}
IN_TEXT = {
    "URL": ("postgres://ann:pa55word@db/x", "pa55word"),
    "PROXY": ("http://ann:s3cret%20x@proxy:8080", "s3cret%20x"),
    "TOKEN_URL": ("https://abcdefghij0123456789xyz@git.example/a.git",
                  "abcdefghij0123456789xyz"),
    "QUERY": ("https://s.example/f?user=ann&api_key=q1w2e3r4t5", "q1w2e3r4t5"),
    "HEADER": ("Authorization: Bearer abcdefghijklmnop1234", "mnop1234"),
    "DSN": ("host=db password=correcthorse dbname=x", "correcthorse"),
}
HARMLESS = {
    "SSH_AUTH_SOCK": "/run/agent.1",
    "MAX_TOKENS": "4096",
    "PAD_TOKEN": "<pad>",
    "PADTOKEN": "<pad>",
    "MAXTOKENS": "4096-in-all",
    "KEYBOARD": "dvorak-layout",
    "COMMIT": "8fd0a3a3c5e3e0f3a5ff3f1f0a3d2e7c9b4a6d81",
    "URL_PLAIN": "https://example.org/a?b=c",
    "TIME": "12:34:56",
    "CONDA_PREFIX": "/home/ann/miniconda3/envs/project-2024-long-name",
}


class Changed(Case):
    """A record that somebody has changed is shown, or refused, as far as it
    goes."""
    VALUES = (None, -1, "x", [], {}, [None, {"a": []}], "9" * 300)

    def places(self, j, path=()):
        if path:
            yield path
        if isinstance(j, dict):
            for key in j:
                yield from self.places(j[key], path + (key,))
        elif isinstance(j, list):
            for i, value in enumerate(j[:2]):
                yield from self.places(value, path + (i,))

    def changed(self, record, path, value):
        record = at = json.loads(json.dumps(record))
        for key in path[:-1]:
            at = at[key]
        at[path[-1]] = value
        return record

    def test_all(self):
        self.write("a.py", "import numpy\n")
        self.run_it("--", "/usr/bin/python3", "a.py")
        self.run_it("--", "/usr/bin/python3", "a.py", "b")
        name = self.dir + "/.samebits/000001/environment.json"
        with open(name) as f:
            record = json.load(f)
        paths = list(self.places(record))
        self.assertGreater(len(paths), 100)
        for i, path in enumerate(paths):
            with open(name, "w") as f:
                json.dump(self.changed(record, path, self.VALUES[
                    i % len(self.VALUES)]), f)
            for words in (("env", "1"), ("env", "--diff", "1", "2"),
                          ("lock", "--from", "1"), ("pin", "--docker", "1"),
                          ("pin", "--pip", "1"), ("pin", "--conda", "1")):
                done = self.samebits(*words)
                self.assertIn(done.returncode, (0, 1, 2, 125),
                              (words, path, done.stderr))

    def test_arguments(self):
        self.run_it("--", "true")
        name = self.dir + "/.samebits/000001/manifest.json"
        with open(name) as f:
            manifest = json.load(f)
        with open(name, "w") as f:
            json.dump(dict(manifest, argv=[{}, None, 3]), f)
        for words in (("env", "1"), ("pin", "--apptainer", "1"),
                      ("pin", "--docker", "1"), ("lock", "--from", "1")):
            self.samebits(*words, status=0)


class Secrets(Case):
    def everything(self):
        """All text that a run left in the store and the cache."""
        text = b""
        for top in (self.dir + "/.samebits", self.top + "/cache"):
            for path in glob.glob(top + "/**", recursive=True):
                if os.path.isfile(path) and not path.endswith(
                        (".log", "board")):
                    with open(path, "rb") as f:
                        text += f.read()
        return text.decode(errors="replace")

    def test_variables(self):
        env = dict(self.env, **SECRETS, **HARMLESS)
        env.update({k: v[0] for k, v in IN_TEXT.items()})
        r = self.run_it("--", "true", env=env)
        found = self.everything()
        for name, secret in SECRETS.items():
            self.assertNotIn(json.dumps(secret)[1:-1], found, name)
        for name, (_, secret) in IN_TEXT.items():
            self.assertNotIn(secret, found, name)
        for name, value in HARMLESS.items():
            self.assertEqual(r["variables"][name], value)
        self.assertEqual(r["variables"]["URL"],
                         "postgres://ann:<hidden: a password in a URL>@db/x")

    def test_arguments(self):
        r = self.run_it("--", "true", "--password", "hunter2-is-no-secret",
                        "--api-key=k-1234567", "--lr", "0.1",
                        "--token", "--verbose", SECRETS["B"],
                        IN_TEXT["URL"][0])
        found = self.everything()
        for secret in ("hunter2", "k-1234567", SECRETS["B"], "pa55word"):
            self.assertNotIn(secret, found)
        argv = r["run"]["argv"]
        self.assertEqual(argv[4:7], ["--lr", "0.1", "--token"])
        self.assertEqual(argv[7], "--verbose")

    def test_large_texts(self):
        """Each byte is looked at; what stands behind it must not be, too."""
        many = "a" * 120000
        before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
        r = self.run_it("--", "true", many, "x:" * 60000, "x+" * 60000,
                        "t=" * 60000, env=dict(self.env, MANY=many))
        used = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before
        self.assertLess(used, 5)
        self.assertEqual(r["run"]["argv"][1:3], [many, "x:" * 60000])
        self.assertTrue(r["run"]["argv_whole"])

    def test_experiments(self):
        argv = ["true", "--password", "hunter2-is-no-secret",
                "--url=http://me:pa55word@h/x"]
        for verb in (("check",), ("blame", "-k", "1"), ("trials", "-n", "1")):
            told = self.samebits(*verb, "-q", "--json", "--", *argv, status=0)
            found = self.everything() + told.stdout + told.stderr
            self.assertNotIn("hunter2", found, verb)
            self.assertNotIn("pa55word", found, verb)
            self.assertIn("<hidden: ", found)

    def test_hidden_is_not_run(self):
        """What is hidden would else be the program's argument."""
        for arg in ("hunter2-is-no-secret", b"\xff\xfe"):
            argv = ["echo", "--password", arg]
            self.samebits("lock", "-q", "--", *argv, status=0)
            self.assertIn("name them: samebits run --locked -- PROGRAM",
                          self.samebits("run", "--locked", status=125).stderr)
            self.samebits("run", "-q", "--locked", "--", *argv, status=0)
            self.assertIn("arguments of the program",
                          self.samebits("pin", "--docker", status=0).stdout)

    def test_lock_and_pin(self):
        env = dict(self.env, OMP_TOKEN="abcd-efgh-1", TORCH_X=SECRETS["B"])
        self.samebits("lock", "-q", "--", "true", "--password",
                      "hunter2-is-no-secret", env=env, status=0)
        text = self.read("samebits.lock")
        text += self.samebits("pin", "--docker", status=0).stdout
        for secret in ("abcd-efgh-1", SECRETS["B"], "hunter2"):
            self.assertNotIn(secret, text)


def git(directory, *words):
    subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@b",
                    "-c", "init.defaultBranch=main", *words], cwd=directory,
                   check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)


# A short run leaves git 30 ms, in which a busy machine may not start it.
LONGER = ("sleep", "1")


class Repository(Case):
    def test_none(self):
        self.assertIsNone(self.run_it("--", "true")["git"])

    def test_no_commit(self):
        git(self.dir, "init")
        r = self.run_it("--", "true")["git"]
        self.assertEqual((r["commit"], r["branch"]), (None, "main"))
        self.assertIn("none yet", self.samebits("env", "latest").stdout)

    def test_commit(self):
        git(self.dir, "init")
        self.write("a.txt", "1")
        git(self.dir, "add", "a.txt")
        git(self.dir, "commit", "-m", "x")
        git(self.dir, "remote", "add", "origin",
            "https://ann:pa55word@git.example/a.git")
        head = said("git", "rev-parse", "HEAD", cwd=self.dir).strip()
        r = self.run_it("--", *LONGER)["git"]
        self.assertEqual((r["commit"], r["branch"], r["changed_files"]),
                         (head, "main", 0))
        self.assertEqual(r["remote"], "https://ann:<hidden: a password in a "
                         "URL>@git.example/a.git")
        self.write("a.txt", "2")
        first = self.run_it("--", *LONGER)["git"]
        self.assertEqual((first["changed_files"], first["changes"]),
                         (1, [" M a.txt"]))
        self.write("a.txt", "3")
        second = self.run_it("--", *LONGER)["git"]
        self.assertNotEqual(first["diff"], second["diff"])
        # packed references, a detached head, a subdirectory, a work tree
        git(self.dir, "checkout", "a.txt")
        git(self.dir, "pack-refs", "--all")
        git(self.dir, "gc")
        self.assertEqual(self.run_it("--", "true")["git"]["commit"], head)
        git(self.dir, "checkout", "--detach")
        r = self.run_it("--", "true")["git"]
        self.assertEqual((r["commit"], r["branch"]), (head, None))
        git(self.dir, "worktree", "add", "-b", "other", self.top + "/tree")
        os.mkdir(self.top + "/tree/sub")
        self.samebits("run", "-q", "--", "true", cwd=self.top + "/tree/sub",
                      status=0)
        r = json.loads(self.samebits("env", "--json", "latest",
                                     cwd=self.top + "/tree/sub").stdout)
        self.assertEqual((r["git"]["commit"], r["git"]["branch"]),
                         (head, "other"))

    def test_without_git(self):
        git(self.dir, "init")
        self.write("a.txt", "1")
        git(self.dir, "add", "a.txt")
        git(self.dir, "commit", "-m", "x")
        head = said("git", "rev-parse", "HEAD", cwd=self.dir).strip()
        bin_ = self.top + "/bin"
        os.mkdir(bin_)
        os.symlink("/bin/true", bin_ + "/true")
        r = self.run_it("--", "true", env=dict(self.env, PATH=bin_))["git"]
        self.assertEqual(r["commit"], head)
        self.assertEqual(r["changes_unknown"], "git is not installed")

    def test_slow_git(self):
        """A short program does not wait for it."""
        git(self.dir, "init")
        bin_ = self.top + "/bin"
        os.mkdir(bin_)
        with open(bin_ + "/git", "w") as f:
            f.write("#!/bin/sh\nexec sleep 20\n")
        os.chmod(bin_ + "/git", 0o755)
        env = dict(self.env, PATH=bin_ + ":" + self.env["PATH"])
        r = self.run_it("--", "true", env=env)
        self.assertEqual(r["git"]["changes_unknown"], "git took too long")
        self.assertLess(r["run"]["end"] - r["run"]["start"], 10)


class Python(Case):
    """A virtual environment, as pip itself sees it."""

    @classmethod
    def setUpClass(cls):
        top = tempfile.TemporaryDirectory(prefix="samebits-venv-",
                                          dir="/var/tmp")
        cls.addClassCleanup(top.cleanup)
        cls.venv = top.name + "/venv"
        subprocess.run(["/usr/bin/python3", "-m", "venv", cls.venv],
                       check=True, stdout=subprocess.DEVNULL)
        cls.python = cls.venv + "/bin/python"
        cls.site = glob.glob(cls.venv + "/lib/python3*/site-packages")[0]
        cls.source = top.name + "/source"
        for name, version in (("alpha-One", "1.2.3"), ("beta.two", "0.9"),
                              ("gamma", "3")):
            cls.package(name, version, top.name)
        cls.install("-e", cls.source)

    @classmethod
    def install(cls, *words):
        subprocess.run([cls.python, "-m", "pip", "install", "-q",
                        "--no-build-isolation", "--no-deps", *words],
                       check=True, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)

    @classmethod
    def package(cls, name, version, top):
        """Installed as a wheel's files are; beta.two needs alpha-One."""
        module = re.sub("[-.]", "_", name).lower()
        if name == "gamma":
            os.makedirs(cls.source)
            with open(cls.source + "/gamma.py", "w") as f:
                f.write("X = 1\n")
            with open(cls.source + "/setup.py", "w") as f:
                f.write("from setuptools import setup\nsetup(name='gamma', "
                        "version='3', py_modules=['gamma'])\n")
            return
        info = "%s/%s-%s.dist-info" % (cls.site, module, version)
        os.mkdir(info)
        with open(cls.site + "/" + module + ".py", "w") as f:
            f.write("X = 1\n")
        with open(info + "/METADATA", "w") as f:
            f.write("Metadata-Version: 2.1\nName: %s\nVersion: %s\n"
                    % (name, version))
            if name == "beta.two":
                f.write("Requires-Dist: Alpha_one (>=1)\n")
        with open(info + "/RECORD", "w") as f:
            f.write("%s.py,,\n%s/METADATA,,\n%s/RECORD,,\n" %
                    (module, os.path.basename(info), os.path.basename(info)))
        with open(info + "/INSTALLER", "w") as f:
            f.write("pip\n")

    def packages(self, code):
        r = self.run_it("--", self.python, "-c", code)
        self.assertEqual(len(r["python"]), 1)
        return r["python"][0], {p["name"]: p for p in
                                r["python"][0]["packages"]}

    def test_as_pip_freeze(self):
        python, packages = self.packages("import beta_two")
        self.assertEqual(python["virtual_environment"], self.venv)
        self.assertEqual(python["version"],
                         said(self.python, "-c", "import platform; "
                              "print(platform.python_version())").strip())
        theirs = json.loads(said(self.python, "-m", "pip", "list",
                                 "--format", "json"))
        self.assertEqual({(p["name"], p["version"]) for p in theirs},
                         {(n, p["version"]) for n, p in packages.items()})
        self.assertTrue(packages["gamma"]["editable"])
        self.assertIn(self.source, packages["gamma"]["url"])

    def test_loaded(self):
        _, packages = self.packages("import beta_two")
        self.assertTrue(packages["beta.two"].get("loaded"))
        self.assertNotIn("loaded", packages["alpha-One"])
        self.assertNotIn("loaded", packages["pip"])

    def test_no_metadata(self):
        info = self.site + "/delta-7.1.dist-info"
        os.mkdir(info)
        self.addCleanup(shutil.rmtree, info)
        _, packages = self.packages("pass")
        self.assertEqual((packages["delta"]["version"],
                          packages["delta"]["damaged"]),
                         ("7.1", "no metadata"))

    def test_not_a_python(self):
        self.assertEqual(self.run_it("--", "true")["python"], [])

    def test_two(self):
        r = self.run_it("--", "sh", "-c", "%s -c 1; /usr/bin/python3 -c 1"
                        % self.python)
        self.assertGreaterEqual(len(r["python"]), 1)

    def test_pin_pip(self):
        self.packages("import beta_two, gamma")
        text = self.samebits("pin", "--pip", status=0).stdout
        lines = [l.split("  #")[0] for l in text.splitlines()
                 if not l.startswith("#")]
        # Debian's pip brings setuptools, of which a .pth imports something
        lines = [l for l in lines if not l.startswith("setuptools")]
        self.assertEqual(sorted(lines), ["alpha-One==1.2.3", "beta.two==0.9"])
        self.assertIn("needed by beta-two", text)
        self.assertIn("gamma 3 is installed from its source", text)
        self.samebits("pin", "--pip", "-o", "req.txt", status=0)
        self.assertEqual(self.read("req.txt"), text)

    def test_lock(self):
        self.write("p.py", "import alpha_one\nprint(1)\n")
        self.samebits("lock", "-q", "--", self.python, "p.py", status=0)
        self.assertIn("alpha-one = 1.2.3", self.read("samebits.lock"))
        self.samebits("run", "-q", "--locked", status=0)
        metadata = self.site + "/alpha_one-1.2.3.dist-info/METADATA"
        with open(metadata) as f:
            good = f.read()
        with open(metadata, "w") as f:
            f.write(good.replace("1.2.3", "1.2.4"))
        os.utime(self.site)  # as an installation would
        done = self.samebits("run", "-q", "--locked", status=125)
        with open(metadata, "w") as f:
            f.write(good)
        os.utime(self.site)
        self.assertIn("package alpha-one: locked 1.2.3, now 1.2.4",
                      done.stderr)


class Conda(Case):
    def test_prefix(self):
        """A prefix laid out as conda does it."""
        prefix = self.dir + "/conda"
        os.makedirs(prefix + "/bin")
        os.makedirs(prefix + "/conda-meta")
        shutil.copy(os.path.realpath("/usr/bin/python3"), prefix + "/bin")
        python = glob.glob(prefix + "/bin/python3*")[0]
        for name in ("numpy-1.26.4-py311h64a7726_0", "python-3.11.8-hab_0",
                     "ld_impl_linux-64-2.40-h41732ed_0"):
            self.write("conda/conda-meta/%s.json" % name, "{}")
        self.write("conda/conda-meta/history",
                   "==> 2026-01-01 10:00:00 <==\n"
                   "+conda-forge/linux-64::numpy-1.26.4-py311h64a7726_0\n"
                   "+https://ann:pa55word@c.example/own/noarch::x-1-0\n")
        r = self.run_it("--", python, "-S", "-c", "1",
                        env=dict(self.env, PYTHONHOME="/usr"))
        conda = r["python"][0]["conda"]
        self.assertEqual(conda["prefix"], prefix)
        self.assertIn("numpy=1.26.4=py311h64a7726_0", conda["packages"])
        self.assertIn("ld_impl_linux-64=2.40=h41732ed_0", conda["packages"])
        text = self.samebits("pin", "--conda", status=0).stdout
        self.assertIn('- "numpy=1.26.4=py311h64a7726_0"', text)
        self.assertIn('- "conda-forge"', text)
        self.assertNotIn("pa55word", text)


class Graphics(Case):
    def test_fake_nvml(self):
        """No GPU is at hand: a library with NVML's entry points."""
        self.write("nvml.c", r"""
#include <stdio.h>
#define S(f, t) int f(void *d, char *s, unsigned n) \
	{ (void)d; snprintf(s, n, t); return 0; }
int nvmlInit_v2(void) { return 0; }
int nvmlShutdown(void) { return 0; }
int nvmlSystemGetDriverVersion(char *s, unsigned n)
	{ snprintf(s, n, "550.54.15"); return 0; }
int nvmlSystemGetCudaDriverVersion(int *v) { *v = 12040; return 0; }
int nvmlDeviceGetCount_v2(unsigned *n) { *n = 2; return 0; }
int nvmlDeviceGetHandleByIndex_v2(unsigned i, void **d)
	{ *d = (void *)(8ul + i); return 0; }
S(nvmlDeviceGetName, "NVIDIA H200")
S(nvmlDeviceGetUUID, "GPU-1")
int nvmlDeviceGetMemoryInfo(void *d, unsigned long long *m)
	{ (void)d; m[0] = 150754820096ull; m[1] = m[2] = 0; return 0; }
int nvmlDeviceGetEccMode(void *d, int *a, int *b)
	{ (void)d; *a = *b = 1; return 0; }
int nvmlDeviceGetCudaComputeCapability(void *d, int *a, int *b)
	{ (void)d; *a = 9; *b = 0; return 0; }
""")
        subprocess.run(["gcc", "-shared", "-fPIC", "-o",
                        self.dir + "/libnvidia-ml.so.1",
                        self.dir + "/nvml.c"], check=True)
        env = dict(self.env, LD_LIBRARY_PATH=self.dir)
        # Long enough to be asked beside it.
        r = self.run_it("--", "sleep", "0.6", env=env)
        self.assertEqual(r["cuda"]["driver"], "550.54.15")
        self.assertEqual(r["cuda"]["driver_cuda"], "12.4")
        self.assertEqual(len(r["cuda"]["gpus"]), 2)
        self.assertEqual(r["cuda"]["gpus"][0],
                         {"model": "NVIDIA H200", "uuid": "GPU-1",
                          "memory": 150754820096, "ecc": True,
                          "compute_capability": "9.0"})
        self.assertIn("NVIDIA H200, 143771 MiB, ECC",
                      self.samebits("env", "latest").stdout)

    def test_none(self):
        if not os.path.exists("/proc/driver/nvidia"):
            self.assertIsNone(self.run_it("--", "true")["cuda"])


class Differences(Case):
    def test_most_suspicious_first(self):
        self.write("in.txt", "1")
        self.run_it("--seed", "1", "--", "cat", "in.txt")
        self.write("in.txt", "2")
        self.run_it("--seed", "2", "--", "cat", "in.txt",
                    env=dict(self.env, OMP_NUM_THREADS="3", ZED="1"))
        done = self.samebits("env", "--diff", "1", "2", status=1)
        at = [done.stdout.index(w) for w in ("in.txt", "seed",
                                              "OMP_NUM_THREADS")]
        self.assertEqual(at, sorted(at))
        changes = json.loads(self.samebits("env", "--diff", "1", "2",
                                           "--json", status=1).stdout)
        self.assertEqual(changes[0]["group"], "input")
        self.assertIn({"group": "variable", "what": "ZED", "a": None,
                       "b": "1"}, changes)

    def test_terminal(self):
        """Values do not steer it, however long, nor are they cut within a
        character."""
        long = "\x1b[31m" + "\u00e9" * 200
        self.run_it("--", "true", env=dict(self.env, OMP_X=long))
        self.run_it("--", "true", env=dict(self.env, OMP_X="b"))
        text = self.samebits("env", "--diff", "1", "2", status=1).stdout
        self.assertIn("?[31m\u00e9", text)
        self.assertIn("\u00e9…\n", text)
        self.assertNotIn("\x1b", text)

    def test_same(self):
        for _ in range(2):
            self.run_it("--", "cat", "/etc/hostname")
        self.samebits("env", "--diff", "1", "2", status=0)

    def test_now(self):
        self.run_it("--", "true")
        self.samebits("env", "--diff", "1", status=0)
        self.samebits("env", "--diff", "1", status=1,
                      env=dict(self.env, MKL_NUM_THREADS="1"))

    def test_another_library(self):
        """The same program over another object of the same name."""
        for n in "12":
            os.mkdir(self.dir + "/" + n)
            self.write("f%s.c" % n, "int f(void) { return %s; }\n" % n)
            subprocess.run(["gcc", "-shared", "-fPIC", "-o",
                            "%s/libf.so" % n, "f%s.c" % n], cwd=self.dir,
                           check=True)
        self.write("m.c", "int f(void);\nint main(void) { return !f(); }\n")
        subprocess.run(["gcc", "-o", "m", "m.c", "-L1", "-lf"], cwd=self.dir,
                       check=True)
        for n in "12":
            self.run_it("--", "./m", env=dict(self.env,
                                              LD_LIBRARY_PATH=self.dir + "/"
                                              + n))
        changes = json.loads(self.samebits("env", "--diff", "1", "2",
                                           "--json", status=1).stdout)
        self.assertEqual([c["what"] for c in changes
                          if c["group"] == "object"], ["libf.so"])


class Lock(Case):
    def lock(self, *words, **more):
        more.setdefault("status", 0)
        return self.samebits("lock", "-q", *words, **more)

    def locked(self, *words, status, **more):
        return self.samebits("run", "-q", "--locked", *words, status=status,
                             **more).stderr

    def test_round_trip(self):
        self.write("a b=c.txt", "data")
        self.lock("--seed", "42", "--threads", "2", "--", "cat", "a b=c.txt")
        text = self.read("samebits.lock")
        self.assertIn("seed = 42", text)
        self.assertIn("a b\\x3dc.txt = ", text)
        self.assertEqual(self.locked("--", "cat", "a b=c.txt", status=0), "")
        # its options and its program are taken from the lock
        self.assertEqual(self.locked(status=0), "")
        run = self.record()["run"]
        self.assertEqual((run["seed"], run["argv"]),
                         (42, ["cat", "a b=c.txt"]))
        # the same lock again is the same text
        self.lock("--seed", "42", "--threads", "2", "--", "cat", "a b=c.txt")
        self.assertEqual(self.read("samebits.lock"), text)

    def test_input(self):
        self.write("in.txt", "1")
        self.lock("--", "cat", "in.txt")
        self.write("in.txt", "2")
        said = self.locked(status=125)
        self.assertRegex(said, "input in.txt: locked [0-9a-f]{32}, now")
        self.assertEqual(len(os.listdir(self.dir + "/.samebits")), 3, said)
        done = self.samebits("run", "-q", "--locked=warn", status=0)
        self.assertIn("input in.txt", done.stderr)
        self.assertEqual(done.stdout, "2")
        os.remove(self.dir + "/in.txt")
        self.assertIn("missing", self.locked(status=125))

    def test_options(self):
        self.lock("--seed", "42", "--", "true")
        self.assertIn("option seed: locked 42, now 7",
                      self.locked("--seed", "7", status=125))
        self.assertIn("option time: not in the lock, now real",
                      self.locked("--time", "real", status=125))
        self.assertEqual(self.locked("--seed", "42", status=0), "")

    def test_object(self):
        self.write("m.c", "int main(void) { return 0; }\n")
        subprocess.run(["gcc", "-o", "m", "m.c"], cwd=self.dir, check=True)
        self.lock("--", "./m")
        self.assertEqual(self.locked(status=0), "")
        self.write("m.c", "int main(void) { return 1 - 1 + 0 * 7; }\n"
                          "int other;\n")
        subprocess.run(["gcc", "-o", "m", "m.c"], cwd=self.dir, check=True)
        self.assertIn("object m: locked build-id", self.locked(status=125))

    def test_variable(self):
        self.lock("--", "true")
        self.assertIn("variable OMP_NUM_THREADS: not in the lock, now 3",
                      self.locked(status=125,
                                  env=dict(self.env, OMP_NUM_THREADS="3")))
        self.assertEqual(self.locked(status=0, env=dict(self.env, X="3")), "")

    def test_seen_by_the_run_alone(self):
        """It reads a file that is not in the lock."""
        self.write("r.sh", "[ -e other ] && cat other; cat in.txt\n")
        self.write("in.txt", "1")
        self.lock("--", "sh", "r.sh")
        self.write("other", "2")
        self.assertIn("input other: not in the lock", self.locked(status=125))

    def test_own_output(self):
        """An input that the program writes itself stays the locked one."""
        self.write("state", "1")
        self.write("r.sh", "read x < state; echo 1 > state\n")
        self.lock("--", "sh", "r.sh")
        self.write("state", "1")
        self.assertEqual(self.locked(status=0), "")

    def test_from_a_run(self):
        self.run_it("--seed", "9", "--", "true")
        self.run_it("--", "true")
        self.lock("--from", "1")
        self.assertIn("seed = 9", self.read("samebits.lock"))
        self.lock("-o", "other.lock")
        self.assertNotIn("seed", self.read("other.lock"))
        self.assertEqual(self.locked("--lock-file", "other.lock", "--",
                                     "true", status=0), "")

    def test_failed_program(self):
        self.write("samebits.lock", "mine")
        done = self.lock("--", "false", status=1)
        self.assertIn("nothing was locked", done.stderr)
        self.lock(status=125)
        self.assertEqual(self.read("samebits.lock"), "mine")
        self.lock("--", "/nowhere/x", status=127)

    def test_bad_locks(self):
        self.assertIn("make it with samebits lock",
                      self.locked("--", "true", status=125))
        self.lock("--", "true")
        good = self.read("samebits.lock")
        for text, word in (
                ("", "empty"),
                ("version = 99\n", "newer"),
                ("version = x\n", "version"),
                ("[run]\nseed = 1\n", "version"),
                ("version = 1\n[run\n", "brackets"),
                ("version = 1\nseed = 1\n", "section"),
                ("version = 1\n[run]\nseed\n", "key = value"),
                ("version = 1\n[run]\nseed = 1\nseed = 2\n", "said before"),
                ("version = 1\n[run]\nseed = \\q\n", "backslash"),
                ("version = 1\n[run]\nsede = 1\n", "sede"),
                ("version = 1\n[run]\nseed = x\n", "seed"),
                ("version = 1\n[run]\ncrypto = force\n", "command line"),
                ("version = 1\n<<<<<<< HEAD\n[run]\n", "conflict")):
            self.write("samebits.lock", text)
            said = self.locked("--", "true", status=125)
            self.assertIn(word, said, text)
        self.assertIn("samebits.lock:4:", self.locked_text(
            "version = 1\n[run]\nseed = 1\nseed = 2\n"))
        self.write("samebits.lock", good)
        self.assertIn("--locked or --locked=warn",
                      self.samebits("run", "--locked=no!", "--", "true",
                                    status=125).stderr)
        self.assertIn("add --locked",
                      self.samebits("run", "--lock-file", "x", "--", "true",
                                    status=125).stderr)

    def locked_text(self, text):
        self.write("samebits.lock", text)
        return self.locked("--", "true", status=125)

    def test_full_disk(self):
        self.run_it("--", "true")
        os.symlink("/dev/full", self.dir + "/samebits.lock.new")
        self.write("samebits.lock", "mine")
        done = self.lock(status=125)
        self.assertIn("as it was", done.stderr)
        self.assertEqual(self.read("samebits.lock"), "mine")


class Pin(Case):
    def docker(self, *words, **more):
        self.run_it(*words, **more)
        return self.samebits("pin", "--docker", status=0).stdout

    def test_docker(self):
        text = self.docker("--", "/usr/bin/python3", "-c", "import numpy",
                           env=dict(self.env, OMP_NUM_THREADS="2"))
        self.assertRegex(text, r"(?m)^FROM debian:\d+\.\d+$")
        self.assertIn("ENV OMP_NUM_THREADS='2'", text)
        self.assertIn('CMD ["/usr/bin/python3","-c","import numpy"]', text)
        pins = re.findall(r"(?m)^        ([a-z0-9.+-]+=\d\S*)", text)
        names = [p.split("=")[0] for p in pins]
        for name in ("libc6", "python3-numpy", "python3-minimal"):
            self.assertIn(name, names)
        # what dpkg has is what is asked for
        for pin in pins:
            name, version = pin.split("=", 1)
            self.assertIn(version, said("dpkg-query", "-W", "-f",
                                        "${Version}\n", name).split("\n"))
        self.assertTrue(works("apt-get", "install", "-s",
                              "--allow-downgrades", *pins))
        # the commands are a shell's
        run = re.search(r"(?s)RUN (if .*?)\nENV", text).group(1)
        self.assertTrue(works("sh", "-n", "-c", run))

    def test_apptainer(self):
        self.run_it("--", "true", "a'b")
        text = self.samebits("pin", "--apptainer", status=0).stdout
        for part in ("Bootstrap: docker", "From: debian:", "%post",
                     "%runscript", "'a'\\''b'"):
            self.assertIn(part, text)
        post = text.split("%post\n")[1].split("%environment")[0]
        self.assertTrue(works("sh", "-n", "-c", post))

    def test_hostile_names(self):
        text = self.docker("--", "true", "a\nRUN rm -rf /", "b'\"$x`y`\\")
        for line in text.splitlines():
            self.assertFalse(line.startswith("RUN rm"), line)

    def test_of_no_package(self):
        self.write("m.c", "int main(void) { return 0; }\n")
        subprocess.run(["gcc", "-o", "m", "m.c"], cwd=self.dir, check=True)
        self.assertIn(self.dir + "/m belongs to no package",
                      self.docker("--", "./m"))

    def test_trouble(self):
        self.assertIn("say one of", self.samebits("pin", status=125).stderr)
        self.assertIn("run", self.samebits("pin", "--pip",
                                           status=125).stderr)
        self.run_it("--", "true")
        self.assertIn("no Python", self.samebits("pin", "--pip",
                                                 status=125).stderr)


@unittest.skipUnless(works("Rscript", "--version"), "R is not installed")
class R(Case):
    def test_packages(self):
        r = self.run_it("--", "Rscript", "-e", "library(stats4)")["r"]
        version = said("Rscript", "-e", "cat(paste(R.version$major, "
                       "R.version$minor, sep='.'))")
        self.assertEqual(r["version"], version)
        self.assertIn("stats4", r["packages"])
        self.assertIn("base", r["packages"])


if __name__ == "__main__":
    unittest.main()
