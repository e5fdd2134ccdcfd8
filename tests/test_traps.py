#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""--trap: what passes libc by repeats, programs that check themselves say what
they say natively, and an audit names the place."""
import json
import os
import subprocess
import tempfile
import unittest

SAMEBITS = os.environ["SAMEBITS_BIN"]
TRAPS = os.environ["TRAPS_DIR"]
# What a source gave: differs natively.
GIVEN = {"calls": ["random", "device", "clocks", "vdso", "becomes", "borrows"],
         "chip": ["reads", "thread", "executed"]}
# What repeats in this place natively, and must under a trap.
REPEATS = {"calls": ["fixed", "numbers", "names"], "chip": []}
CHECKED = {"calls": ["six", "forks", "clones", "faults", "masks",
                     "interrupted", "deadline", "threads", "small", "filter"],
           "chip": ["blocked", "within_handler", "own_handler", "sent"]}


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
        words = [os.path.join(TRAPS, "traps_" + program), scene]
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

    def sources(self):
        done = self.call(SAMEBITS, "report", "--json", "--store",
                         os.path.join(self.dir, "runs"))
        return {s["name"]: s for s in json.loads(done.stdout)["sources"]}

    def test_audit_names_the_place(self):
        self.play("chip", "reads", "audit", "--trap=tsc")
        site = self.sources()["rdtsc"]["sites"][0]
        self.assertIn("chip", site["frames"][0]["module"])
        self.assertIn("main", [f["function"] for f in site["frames"]])
        self.play("calls", "random", "audit", "--trap=syscall")
        site = self.sources()["syscall_getrandom"]["sites"][0]
        self.assertIn("calls", site["frames"][0]["module"])

    def test_unknown_word(self):
        done = self.call(SAMEBITS, "run", "--trap=tsc,cpuid", "--", "true")
        self.assertEqual(done.returncode, 125)
        self.assertIn("--trap cpuid: must be tsc, syscall, vdso or all",
                      done.stderr)


if __name__ == "__main__":
    unittest.main()
