#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""--trap: what passes libc by repeats, programs that check themselves say what
they say natively, and an audit names the place."""
import ctypes
import json
import os
import shutil
import subprocess
import tempfile
import unittest

SAMEBITS = os.environ["SAMEBITS_BIN"]
TRAPS = os.environ["TRAPS_DIR"]
SOURCES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "traps")
# Without symbols and unwind entries.
BARE = ["-s", "-fno-asynchronous-unwind-tables", "-fno-unwind-tables"]
with open("/proc/cpuinfo", encoding="utf-8") as file:
    HAS_RDRAND = " rdrand " in file.read()
# What a source gave: differs natively.
GIVEN = {"calls": ["random", "device", "clocks", "vdso", "becomes", "borrows"],
         "chip": ["reads", "thread", "executed"]}
# What repeats in this place natively, and must under a trap.
REPEATS = {"calls": ["fixed", "numbers", "names"], "chip": []}
CHECKED = {"calls": ["six", "forks", "clones", "faults", "masks",
                     "interrupted", "deadline", "threads", "small", "filter"],
           "chip": ["blocked", "within_handler", "within_wait",
                    "older_names", "own_handler", "sent"]}
if HAS_RDRAND:
    GIVEN["entropy"] = ["widths", "seeds", "registers", "threads", "handler",
                        "children", "library"]
    GIVEN["device"] = GIVEN["device_static"] = ["draws"]
    CHECKED["entropy"] = ["flags", "parts", "prefixes", "bytes", "blocked",
                          "own_handler", "interrupted", "red_zone"]


class Traps(unittest.TestCase):
    def setUp(self):
        dir = tempfile.TemporaryDirectory(prefix="samebits-traps-",
                                          dir="/var/tmp")
        self.addCleanup(dir.cleanup)
        self.dir = dir.name

    def call(self, *words):
        return subprocess.run(words, cwd=self.dir, text=True, timeout=100,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def play(self, program, scene, *options):
        words = [program if "/" in program
                 else os.path.join(TRAPS, "traps_" + program), scene]
        if options:
            words = [SAMEBITS, *options, "-q", "--store",
                     os.path.join(self.dir, "runs"), "--"] + words
        done = self.call(*words)
        self.assertEqual(done.returncode, 0,
                         f"{words}: {done.stdout}{done.stderr}")
        return done.stdout

    @staticmethod
    def each(table):
        return [(p, scene) for p, scenes in table.items() for scene in scenes]

    def repeats(self, program, scene, *options):
        self.assertEqual(self.play(program, scene, "run", *options),
                         self.play(program, scene, "run", *options), scene)

    def test_given(self):
        for program, scene in self.each(GIVEN):
            self.assertNotEqual(self.play(program, scene),
                                self.play(program, scene), scene)
            self.repeats(program, scene, "--trap=all")

    def test_repeats(self):
        for program, scene in self.each(REPEATS):
            self.repeats(program, scene, "--trap=all")

    def test_checked(self):
        for program, scene in self.each(CHECKED):
            self.assertEqual(self.play(program, scene), "ok\n")
            for mode in "run", "audit":
                self.assertEqual(
                    self.play(program, scene, mode, "--trap=all"), "ok\n")

    def test_virtual_pids(self):
        for program, scene in self.each(GIVEN):
            self.repeats(program, scene, "--trap=all", "--pids=virtual")

    def test_seeds(self):
        a, b = (self.play("calls", "random", "run", "--trap=syscall",
                          "--seed", seed) for seed in "12")
        self.assertNotEqual(a, b)

    def test_only_what_was_asked_for(self):
        a, b = (self.play("chip", "reads", "run", "--trap=syscall")
                for _ in range(2))
        self.assertNotEqual(a, b)

    def report(self):
        done = self.call(SAMEBITS, "report", "--json", "--store",
                         os.path.join(self.dir, "runs"))
        return json.loads(done.stdout)

    def sources(self):
        return {s["name"]: s for s in self.report()["sources"]}

    def blind_spots(self):
        said = {}
        for b in self.report()["blind_spots"]:
            said.setdefault(b["kind"], []).append(b["text"])
        return {kind: "\n".join(texts) for kind, texts in said.items()}

    def test_audit_names_the_cure(self):
        for program, scene, word in (("chip", "reads", "tsc"),
                                     ("calls", "random", "syscall"),
                                     ("entropy", "bytes", "rdrand")):
            self.play(program, scene, "audit")
            self.assertRegex(self.blind_spots()["instructions"],
                             rf"\(--trap=[a-z,]*{word}[a-z,]* meets them\)$")
            self.play(program, scene, "audit", "--trap=all")
            self.assertNotIn("--trap=",
                             self.blind_spots().get("instructions", ""))

    def test_audit_names_the_place(self):
        self.play("chip", "reads", "audit", "--trap=tsc")
        site = self.sources()["rdtsc"]["sites"][0]
        self.assertIn("chip", site["frames"][0]["module"])
        self.assertIn("main", [f["function"] for f in site["frames"]])
        self.play("calls", "random", "audit", "--trap=syscall")
        site = self.sources()["syscall_getrandom"]["sites"][0]
        self.assertIn("calls", site["frames"][0]["module"])

    @unittest.skipUnless(HAS_RDRAND, "this processor has no RDRAND")
    def test_entropy(self):
        def twice(scene, *options):
            a, b = (self.play("entropy", scene, *options) for _ in range(2))
            return a == b

        self.assertTrue(twice("widths", "run", "--trap=rdrand"))
        self.assertFalse(twice("widths", "run", "--trap=tsc,syscall,vdso"))
        self.assertFalse(twice("widths", "run", "--trap=rdrand",
                               "--observe=rdrand"))
        self.assertTrue(twice("threads", "run", "--trap=rdrand",
                              "--schedule=turns"))
        a, b = (self.play("entropy", "widths", "run", "--trap=rdrand",
                          "--seed", seed) for seed in "12")
        self.assertNotEqual(a, b)
        self.assertFalse(twice("widths", "audit", "--trap=rdrand"))
        source = self.sources()["rdrand"]
        self.assertEqual((source["calls"], source["bytes"]), (3, 14))
        self.assertEqual(source["policy"], "observe")
        site = source["sites"][0]
        self.assertIn("entropy", site["frames"][0]["module"])
        self.assertIn("main", [f["function"] for f in site["frames"]])

    @unittest.skipUnless(HAS_RDRAND, "this processor has no RDRAND")
    def test_entropy_beneath_a_hook(self):
        """libstdc++'s own is std::random_device's, unless it is linked in."""
        a, b = (self.play("device", "draws", "run", "--trap=rdrand",
                          "--observe=random_device") for _ in range(2))
        self.assertNotEqual(a, b)
        self.assertEqual(self.sources()["random_device"]["calls"], 3)
        self.assertNotIn("rdrand", self.sources())
        self.play("device_static", "draws", "audit", "--trap=rdrand")
        self.assertEqual(self.sources()["rdrand"]["calls"], 3)
        self.assertNotIn("random_device", self.sources())

    @unittest.skipUnless(HAS_RDRAND, "this processor has no RDRAND")
    def test_entropy_of_keys(self):
        a, b = (self.play("entropy", "keys", "run", "--trap=rdrand")
                for _ in range(2))
        self.assertNotEqual(a, b)
        self.assertEqual(self.sources()["rdrand"]["policy"], "crypto")
        self.repeats("entropy", "keys", "--trap=rdrand", "--crypto=force")

    def compiled(self, *words):
        program = os.path.join(self.dir, "entropy")
        done = self.call(*words, "-pthread", "-o", program,
                         os.path.join(SOURCES, "entropy.c"), "-ldl")
        self.assertEqual(done.returncode, 0, done.stderr)
        return program

    @unittest.skipUnless(HAS_RDRAND, "this processor has no RDRAND")
    def test_entropy_as_compiled(self):
        """Other compilers choose other registers and orders."""
        for words in (["clang", "-O2"], ["clang", "-O0"], ["gcc", "-O3"],
                      ["gcc", "-O2", "-DALL_CODE", *BARE]):
            if not shutil.which(words[0]):
                continue
            program = self.compiled(*words)
            for scene in GIVEN["entropy"][:-1]:
                self.repeats(program, scene, "--trap=rdrand")
            for scene in CHECKED["entropy"]:
                self.assertEqual(self.play(program, scene, "run",
                                           "--trap=rdrand"), "ok\n")

    @unittest.skipUnless(HAS_RDRAND and shutil.which("gcc"),
                         "this processor has no RDRAND, or there is no gcc")
    def test_entropy_that_is_not_proven(self):
        """Data stands before it, and nothing says where functions begin."""
        program = self.compiled("gcc", "-O2", *BARE)
        a, b = (self.play(program, "widths", "run", "--trap=rdrand")
                for _ in range(2))
        self.assertNotEqual(a, b)
        self.assertIn("may be RDRAND or RDSEED", self.blind_spots()["trap"])

    @unittest.skipUnless(HAS_RDRAND, "this processor has no RDRAND")
    def test_code_that_may_not_be_changed(self):
        def refuse():
            """No memory becomes executable again: prctl(2), PR_SET_MDWE."""
            ctypes.CDLL(None).prctl(65, 1, 0, 0, 0)

        if ctypes.CDLL(None).prctl(66, 0, 0, 0, 0) < 0:
            self.skipTest("this kernel has no PR_GET_MDWE")
        done = subprocess.run(
            [SAMEBITS, "run", "-q", "--trap=rdrand", "--store",
             os.path.join(self.dir, "runs"), "--",
             os.path.join(TRAPS, "traps_entropy"), "widths"],
            cwd=self.dir, preexec_fn=refuse, timeout=100,
            stdout=subprocess.PIPE, check=True)
        self.assertEqual(len(done.stdout.split()), 3)
        self.assertIn("traps_entropy: its RDRAND and RDSEED are not trapped",
                      self.blind_spots()["trap"])

    def test_unknown_word(self):
        done = self.call(SAMEBITS, "run", "--trap=tsc,cpuid", "--", "true")
        self.assertEqual(done.returncode, 125)
        self.assertIn("--trap cpuid: must be tsc, syscall, vdso, rdrand or all",
                      done.stderr)


if __name__ == "__main__":
    unittest.main()
