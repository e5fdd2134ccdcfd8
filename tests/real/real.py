#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Runs the real programs of table.txt: natively, run and audited.

What a program prints and what it leaves in its directory is its result. All
runs of a program have the same directory, emptied before each; results are
moved to build/real/NAME/ and stay there when something is wrong.
"""
import argparse
import filecmp
import json
import os
import pathlib
import resource
import select
import shlex
import shutil
import signal
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
BUILD = ROOT / "build" / "real"
SAMEBITS = os.environ.get("SAMEBITS_BIN", str(ROOT / "build" / "samebits"))
WHEELS = BUILD / "venv"
KINDS = {"differs", "repeats", "draws", "force", "works", "keys", "cpus",
         "large", "reseeds"}
COMPILERS = {
    ".cc": "g++ -O2 -pthread -o",
    ".f90": "gfortran -O2 -o",
    ".rs": "rustc -O -o",
}
LIMIT = 300  # seconds a run may take


class Program:
    """A line of the table."""

    def __init__(self, line):
        self.name, expects, needs, self.command = line.split(None, 3)
        self.expects = set(expects.split(","))
        if unknown := self.expects - KINDS:
            sys.exit("table.txt: %s: what is %s?" % (self.name,
                                                     ", ".join(unknown)))
        self.needs = [] if needs == "-" else needs.split(",")
        self.place = BUILD / self.name


def table():
    lines = (HERE / "table.txt").read_text().splitlines()
    return [Program(line) for line in lines if line and line[0] != "#"]


def compile_for(program):
    """Makes the $BIN/x that its command names."""
    for word in shlex.split(program.command, posix=False):
        source = HERE / "programs" / word.removeprefix("$BIN/")
        binary = BUILD / "bin" / source.name
        if not word.startswith("$BIN/"):
            continue
        binary.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(COMPILERS[source.suffix].split() +
                       [binary, source], check=True)


class Outcome:
    """One run: its status, its result, how long it took."""

    def __init__(self, program, name, *wrapper):
        self.place = program.place / name
        work, tmp = program.place / "work", program.place / "tmp"
        for place in work, tmp, self.place:
            shutil.rmtree(place, ignore_errors=True)
        for place in work, tmp, self.place:
            place.mkdir(parents=True)
        environment = dict(
            os.environ, P=str(HERE / "programs"), BIN=str(BUILD / "bin"),
            WHEEL=str(WHEELS / "bin" / "python"), TMPDIR=str(tmp),
            HOME=str(tmp), LC_ALL="C.UTF-8")
        began = time.monotonic()
        spent = children_time()
        with open(self.place / "stdout", "wb") as out, \
                open(self.place / "stderr", "wb") as err:
            self.status = finish(subprocess.Popen(
                [*wrapper, "bash", "-c", program.command], cwd=work,
                env=environment, stdin=subprocess.DEVNULL, stdout=out,
                stderr=err, start_new_session=True))
        self.seconds = time.monotonic() - began
        self.cpu = children_time() - spent
        work.rename(self.place / "files")
        shutil.rmtree(tmp, ignore_errors=True)

    def differs(self, other):
        """The first name whose content differs; None: equal."""
        mine, theirs = self.files(), other.files()
        for name in sorted(mine.keys() | theirs.keys()):
            if name not in mine or name not in theirs:
                return name
            if not same(mine[name], theirs[name]):
                return name
        return None

    def files(self):
        found = {"stdout": self.place / "stdout"}
        for top, folders, names in os.walk(self.place / "files"):
            for name in names:
                path = pathlib.Path(top, name)
                found[str(path.relative_to(self.place))] = path
        return found


def same(a, b):
    if a.is_symlink() or b.is_symlink():
        return (a.is_symlink() and b.is_symlink() and
                os.readlink(a) == os.readlink(b))
    if not a.is_file() or not b.is_file():
        return not a.is_file() and not b.is_file()
    return filecmp.cmp(a, b, shallow=False)


def children_time():
    use = resource.getrusage(resource.RUSAGE_CHILDREN)
    return use.ru_utime + use.ru_stime


def finish(child):
    """Its status; "timeout", with its whole session ended."""
    # Popen.wait() with a limit looks every 50 ms.
    with open(os.pidfd_open(child.pid)) as pidfd:
        ended = select.select([pidfd], [], [], LIMIT)[0]
    if ended:
        return child.wait()
    os.killpg(child.pid, signal.SIGKILL)
    child.wait()
    return "timeout"


class Trial:
    """All runs of a program, and what was wrong with them."""

    def __init__(self, program):
        self.program = program
        self.wrong = []
        shutil.rmtree(program.place, ignore_errors=True)
        compile_for(program)
        self.native = [self.run("native-%d" % i) for i in range(2)]
        self.audit = [self.audited(i) for i in range(2)]
        expects = program.expects
        if "repeats" in expects:
            self.expect_repeats("force" in expects)
        if "works" in expects:
            self.expect_works()
        if "cpus" in expects:
            self.expect_cpus()
        if "reseeds" in expects:
            self.expect_reseeds()
        if "keys" in expects:
            self.expect_all_differ(self.native + self.audit + [
                self.controlled("run-%d" % i) for i in range(3)])
        if "differs" in expects:
            self.expect_all_differ(self.native)
            self.expect_all_differ(self.audit)
        if not self.wrong:
            shutil.rmtree(program.place)

    def run(self, name, *wrapper):
        outcome = Outcome(self.program, name, *wrapper)
        if outcome.status != 0:
            self.wrong.append("%s: status %s" % (name, outcome.status))
        return outcome

    def samebits(self, name, verb, *options):
        return self.run(name, SAMEBITS, verb, "-q", "--store",
                        self.program.place / "store", *options, "--")

    def audited(self, i):
        return self.samebits("audit-%d" % i, "audit")

    def controlled(self, name, *options, seed=42):
        return self.samebits(name, "run", "--seed", str(seed), *options)

    def expect_equal(self, a, b):
        if name := a.differs(b):
            self.wrong.append("%s and %s differ in %s" % (
                a.place.name, b.place.name, name))
            return False
        return True

    def expect_all_differ(self, outcomes):
        for i, a in enumerate(outcomes):
            for b in outcomes[:i]:
                if not a.differs(b):
                    self.wrong.append("%s and %s are equal" % (
                        b.place.name, a.place.name))

    def expect_repeats(self, force):
        options = ["--crypto", "force"] if force else []
        self.runs = [self.controlled("run-%d" % i, *options)
                     for i in range(5)]
        for other in self.runs[1:]:
            if not self.expect_equal(self.runs[0], other):
                break
        if "draws" in self.program.expects:
            self.expect_all_differ([
                self.runs[0],
                self.controlled("run-seed-43", *options, seed=43)])
        if force:
            self.expect_all_differ([self.controlled("run-crypto-%d" % i)
                                    for i in range(2)])

    def expect_cpus(self):
        allowed = [sorted(os.sched_getaffinity(0))[:n] for n in (1, 2)]
        self.runs = [self.allowed(cpus, i) for cpus in allowed
                     for i in range(5)]
        for other in self.runs[1:]:
            if not self.expect_equal(self.runs[0], other):
                break

    def expect_reseeds(self):
        self.expect_works()
        honoured = self.controlled("run-seed-42")
        self.expect_equal(self.native[0], honoured)
        reseeded = [self.controlled("reseed-%d" % i, "--reseed")
                    for i in range(5)]
        for other in reseeded[1:]:
            if not self.expect_equal(reseeded[0], other):
                break
        lines = [(o.place / "stdout").read_text().splitlines() for o in (
            honoured, reseeded[0],
            self.controlled("reseed-seed-43", "--reseed", seed=43))]
        for number, line in enumerate(zip(*lines), 1):
            if len(set(line)) < 3:
                self.wrong.append("line %d does not depend on --seed" % number)

    def allowed(self, cpus, i):
        return self.run(
            "cpus-%d-%d" % (len(cpus), i), "taskset", "-c",
            ",".join(map(str, cpus)), SAMEBITS, "run", "-q", "--store",
            self.program.place / "store", "--seed", "42", "--threads", "4",
            "--")

    def expect_works(self):
        # Without --seed: explicit seeds are to be honoured.
        self.runs = [self.samebits("run-%d" % i, "run") for i in range(3)]
        for other in self.native[1:] + self.audit + self.runs:
            if not self.expect_equal(self.native[0], other):
                break

    def row(self):
        runs = getattr(self, "runs", self.audit)
        cost = [min(o.seconds for o in runs) /
                min(o.seconds for o in self.native),
                min(o.cpu for o in runs) /
                max(min(o.cpu for o in self.native), 0.001)]
        return {"name": self.program.name, "ok": not self.wrong,
                "expects": sorted(self.program.expects),
                "native_seconds": round(min(
                    o.seconds for o in self.native), 3),
                "wall_ratio": round(cost[0], 2),
                "cpu_ratio": round(cost[1], 2), "wrong": self.wrong}


def show(row):
    print("%-18s %-6s %8.2f s %6.2f %6.2f  %s" % (
        row["name"], "ok" if row["ok"] else "FAILED", row["native_seconds"],
        row["wall_ratio"], row["cpu_ratio"], "; ".join(row["wrong"][:3])),
        flush=True)


def chosen(names):
    programs = table()
    known = {p.name for p in programs}
    if unknown := set(names) - known:
        sys.exit("real.py: no such program: %s; there are %s" % (
            ", ".join(sorted(unknown)), " ".join(sorted(known))))
    return [p for p in programs if p.name in names or
            not names and "large" not in p.expects]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("name", nargs="*", help="of a program; none: all")
    parser.add_argument("--needs", action="store_true",
                        help="print what they need, and stop")
    parser.add_argument("--json", action="store_true",
                        help="an array of objects instead of the table")
    options = parser.parse_args()
    programs = chosen(options.name)
    if options.needs:
        print(*sorted({n for p in programs for n in p.needs}), sep="\n")
        return 0
    rows = []
    if not options.json:
        print("%-18s %-6s %10s %6s %6s" % ("program", "", "native", "wall",
                                           "cpu"))
    for program in programs:
        rows.append(Trial(program).row())
        if not options.json:
            show(rows[-1])
    if options.json:
        json.dump(rows, sys.stdout, indent=1)
        print()
    bad = [row["name"] for row in rows if not row["ok"]]
    if bad:
        print("%d of %d failed; what they printed and wrote is in %s/" % (
            len(bad), len(rows), BUILD.relative_to(ROOT)), file=sys.stderr)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
