#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Benchmarks of samebits: interleaved native and controlled runs, as JSON.

bench.py calls PROGRAM   nanoseconds a call, median of 7 interleaved pairs
bench.py blas PROGRAM    nanoseconds more a call of BLAS, and what digests cost
bench.py python          nanoseconds more that a call of time.time() takes
bench.py turns PROGRAM   threads in turns, and without: locks, passes, short threads
bench.py start           milliseconds that `run -- true` adds, and a child more
bench.py record          milliseconds from the program's end to the run's, of which
                       most go into its record, in a repository
bench.py directories PROGRAM   opendir, readdir to the end and closedir, here
                       and in memory, median of 5 interleaved pairs
bench.py training MLP DATA SCRIPT   ratio of the quickstart's programs, 20 pairs,
                       95% interval
bench.py verdicts DRAWS MLP DATA   diff of two logs of 10^7 events, growth from
                       a fifth; `check -n 2` against two runs; digests of inputs
bench.py objects PROGRAM   inspection of new objects, and what known ones add to
                       the end of a run

Every figure comes with its bound ("at_most"); a missed bound is reported, not
failed: these are measurements, and the machine may be noisy.
"""
import hashlib
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

SAMEBITS = os.environ.get("SAMEBITS_BIN", "build/samebits")
# In the working directory, as a user's.
STORE = tempfile.mkdtemp(prefix="bench-", dir=".")
RUN = [SAMEBITS, "run", "-q", "--store", STORE]


def output(command):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE,
                          text=True).stdout


def seconds(command):
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)
    return time.perf_counter() - start


def figures(command):
    return {k: float(v) for k, v in
            (line.split() for line in output(command).splitlines())}


def row(name, value, at_most, unit):
    return {"name": name, "value": round(value, 4), "at_most": at_most,
            "unit": unit, "met": value <= at_most}


def calls(program):
    native, forced, full = [], [], []
    for _ in range(7):
        native.append(figures([program]))
        forced.append(figures(RUN + ["--", program]))
        full.append(figures(RUN + ["--trace", "full", "--", program, "time"]))
    ours = figures(RUN + ["--", program, "memory"])
    plain = figures([program, "memory"])
    cold = [figures(RUN + ["--", program, "cold"]) for _ in range(20)]
    med = lambda rows, key: statistics.median(r[key] for r in rows)
    ratio = lambda key: statistics.median(
        f[key] / n[key] for f, n in zip(forced, native))
    more = lambda key: statistics.median(
        f[key] - n[key] for f, n in zip(forced, native))
    return [
        row("rand, one thread", ratio("rand"), 1.0, "x native"),
        row("rand, 4 threads", ratio("rand_4_threads"), 0.3, "x native"),
        row("getrandom(16)", ratio("getrandom16"), 0.2, "x native"),
        row("clock_gettime", ratio("clock_gettime"), 1.0, "x native"),
        row("stat", more("stat"), 50, "ns more"),
        row("fstat", more("fstat"), 50, "ns more"),
        row("stat of a changed file", more("stat_changed"), 150, "ns more"),
        row("open and close", more("close"), 150, "ns more"),
        row("open, write and close", more("close_writing"), 1500, "ns more"),
        row("socket and close", more("close_socket"), 400, "ns more"),
        row("write, 64 bytes", ratio("write"), 1.2, "x native"),
        row("write, 1 MiB", ratio("write_large"), 2.5, "x native"),
        row("putc", more("putc"), 15, "ns more"),
        row("fwrite, 64 bytes", more("fwrite"), 30, "ns more"),
        row("fprintf", more("fprintf"), 50, "ns more"),
        row("fprintf, each line written out", ratio("fprintf_line"), 1.5,
            "x native"),
        row("time", med(forced, "time"), 20, "ns"),
        row("one event, --trace=full", med(full, "time"), 40, "ns"),
        row("first event of a site", med(forced, "first_event") / 1000, 100,
            "us, module warm"),
        row("first event of a site", med(cold, "cold_event") / 1e6, 1,
            "ms, cold"),
        row("memory, one thread", (ours["memory"] - plain["memory"]) / 1024, 4,
            "MiB more"),
        row("memory, each thread",
            ours["thread_memory"] - plain["thread_memory"], 256, "KiB more"),
    ]


def blas(program):
    """Calls that are seen; digests, against the reading of the same operands."""
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    native, seen, digests = [], [], []
    for _ in range(5):
        native.append(figures([program]))
        seen.append(figures(RUN + ["--", program]))
        digests.append(figures(RUN + ["--digest", "blas", "--", program, "l"]))
    med = statistics.median
    more = lambda key: med(s[key] - n[key] for s, n in zip(seen, native))
    alone = med(n["ddot_4_threads"] / n["ddot"] for n in native)
    return [
        row("ddot_, 4 numbers", more("ddot"), 30, "ns more"),
        row("sgemm_, 2 x 2", more("sgemm"), 30, "ns more"),
        row("cblas_dgemm, 2 x 2", more("cblas_dgemm"), 30, "ns more"),
        row("ddot_ in 4 threads, scaling",
            med(s["ddot_4_threads"] / s["ddot"] for s in seen) / alone, 1.1,
            "x native"),
        row("digest of operands", med(
            (d["large"] - n["large"]) / n["large"]
            for d, n in zip(digests, native)), 2,
            "x the time that ddot_ takes for them"),
    ]


def fill(path, names):
    os.makedirs(path)
    here = os.open(path, os.O_RDONLY)
    for name in names:
        os.close(os.open(name, os.O_CREAT | os.O_WRONLY, 0o600, dir_fd=here))
    os.close(here)


def directories(program):
    """Names that count up, and random ones; a million only in memory."""
    memory = tempfile.mkdtemp(prefix="bench-", dir="/dev/shm")
    kinds = {"counting": lambda n: ("file%06d" % i for i in range(n)),
             "random": lambda n: (hashlib.md5(b"%d" % i).hexdigest()
                                  for i in range(n))}
    places = [(base, kind, 10 ** n) for base in (STORE, memory)
              for kind in kinds for n in range(1, 6)]
    places += [(memory, kind, 10 ** 6) for kind in kinds]
    path = "{0[0]}/{0[1]}-{0[2]}".format
    native, forced = [], []
    try:
        for place in places:
            fill(path(place), kinds[place[1]](place[2]))
        command = [program] + [path(place) for place in places]
        for _ in range(5):
            native.append(figures(command))
            forced.append(figures(RUN + ["--"] + command))
    finally:
        shutil.rmtree(memory, ignore_errors=True)
    med = lambda rows, place: statistics.median(r[path(place)] for r in rows)
    ratio = lambda place: statistics.median(
        f[path(place)] / n[path(place)] for f, n in zip(forced, native))
    rows = [row("%d %s names, %s" % (n, kind, "here" if base == STORE
                                     else "in memory"),
                ratio((base, kind, n)), 1.2, "x native")
            for base, kind, n in places if n < 10 ** 6]
    for kind in kinds:
        small, large = (memory, kind, 10 ** 5), (memory, kind, 10 ** 6)
        linear = row("a million %s names, each" % kind,
                     med(forced, large) / med(forced, small) / 10, 1.5,
                     "x one of 10^5")
        linear["native"] = round(med(native, large) / med(native, small) / 10,
                                 4)
        rows.append(linear)
    return rows


def start():
    sh = lambda n: ["sh", "-c", "i=0; while [ $i -lt %d ]; do /bin/true; "
                    "i=$((i+1)); done" % n]
    pairs = [(seconds(["/bin/true"]), seconds(RUN + ["--", "/bin/true"]))
             for _ in range(20)]
    added = statistics.median(b - a for a, b in pairs) * 1e3
    few, many = 5, 45
    child = []
    for _ in range(7):
        native = seconds(sh(many)) - seconds(sh(few))
        ours = seconds(RUN + ["--"] + sh(many)) - seconds(RUN + ["--"] + sh(few))
        child.append((ours - native) / (many - few) * 1e3)
    return [row("run -- true", added, 5, "ms added"),
            row("each further process", statistics.median(child), 1,
                "ms added")]


def end(command, cwd, env):
    """From the program's end to that of samebits, in ms; median of 9."""
    store = os.path.join(cwd, "store")
    took = []
    for _ in range(9):
        subprocess.run([os.path.abspath(SAMEBITS), "run", "-q", "--store",
                        store, "--"] + command, check=True, cwd=cwd, env=env,
                       stdout=subprocess.DEVNULL)
        now = time.time()
        with open(store + "/latest/manifest.json") as f:
            took.append((now - json.load(f)["end"]) * 1e3)
    return statistics.median(took[2:])


def record():
    rows = []
    with tempfile.TemporaryDirectory(dir=STORE) as top:
        work = os.path.abspath(top)
        env = dict(os.environ, XDG_CACHE_HOME=work + "/cache")
        git = ["git", "-c", "user.name=a", "-c", "user.email=a@b"]
        for words in (["init", "-q"], ["commit", "-q", "--allow-empty",
                                       "-m", "x"]):
            subprocess.run(git + words, check=True, cwd=work)
        with open(work + "/changed", "w") as f:
            f.write("x")
        for name, code in (("true", None), ("python3", "pass"),
                           ("import sklearn.svm", "import sklearn.svm"),
                           ("the same, in 0.5 s more",
                            "import sklearn.svm, time; time.sleep(0.5)")):
            command = ["true"] if code is None else ["/usr/bin/python3", "-c",
                                                     code]
            rows.append(row("end of a run: " + name, end(command, work, env),
                            50, "ms"))
    return rows


def cost(command):
    """Wall and processor seconds of one run, children included."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    wall = seconds(command)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, (after.ru_utime + after.ru_stime - before.ru_utime -
                  before.ru_stime)


LOOP = """
import sys, time
t = time.time
def direct():
    for i in range(500000): t()
def f(): return t()
def nested():
    for i in range(500000): f()
def nothing(): pass
globals()[sys.argv[1]]()
"""


def python():
    """Processor time, as wall time is the neighbours' too."""
    program = ["/usr/bin/python3", "-c", LOOP]
    ways = {"native": [], "sites": RUN + ["--"],
            "full": RUN + ["--trace", "full", "--"]}
    rows = []
    for kind in "direct", "nested":
        spent = {way: [] for way in ways}
        for _ in range(5):
            for way, front in ways.items():
                spent[way].append(cost(front + program + [kind])[1] -
                                  cost(front + program + ["nothing"])[1])
        ns = {way: statistics.median(s) / 500000 * 1e9
              for way, s in spent.items()}
        for way in "sites", "full":
            rows.append(row("time.time(), %s, --trace=%s" % (kind, way),
                            ns[way] - ns["native"], 150,
                            "ns more than native"))
    return rows


def ratio(name, command, options=(), base=(), at_most=1.03):
    """20 pairs, each second one in the other order, against drift. base: what
    stands in front of the command that is compared with."""
    walls, cpus = [], []
    ours, other = RUN + [*options, "--"] + command, [*base, *command]
    seconds(command)
    for i in range(20):
        if i % 2:
            forced, native = cost(ours), cost(other)
        else:
            native, forced = cost(other), cost(ours)
        walls.append(forced[0] / native[0])
        cpus.append(forced[1] / native[1])
    mean = statistics.mean(walls)
    # Student's t, 19 degrees of freedom, two-sided 95%: 2.093
    half = 2.093 * statistics.stdev(walls) / len(walls) ** 0.5
    result = row(name + ", upper end of the interval", mean + half, at_most,
                 "x plain run" if base else "x native")
    result.update(mean=round(mean, 4), half_width=round(half, 4), pairs=20,
                  median=round(statistics.median(walls), 4),
                  processor_time_median=round(statistics.median(cpus), 4))
    return result


def training(mlp, data, script):
    rows = [ratio("train_mlp", [mlp, data])]
    python = "/usr/bin/python3"
    if subprocess.run([python, "-c", "import sklearn"],
                      stderr=subprocess.DEVNULL).returncode == 0:
        rows.append(ratio("train_sklearn.py", [python, script]))
    return rows


READS = """
import time
t = time.time
begun = time.perf_counter()
for _ in range(%d): t()
print(time.perf_counter() - begun)
"""


def tapes():
    return sum(entry.stat().st_size for run in os.scandir(STORE)
               if run.is_dir(follow_symlinks=False)
               for entry in os.scandir(run.path)
               if entry.name.endswith(".tape"))


def recorded(mlp, data, script):
    """What a recording costs, in time and in bytes."""
    python, n = "/usr/bin/python3", 200000
    rows = [ratio("train_mlp, recorded", [mlp, data], ["--record"],
                  at_most=1.02)]
    if subprocess.run([python, "-c", "import sklearn"],
                      stderr=subprocess.DEVNULL).returncode == 0:
        rows.append(ratio("train_sklearn.py, recorded", [python, script],
                          ["--record"], at_most=1.02))
    shutil.rmtree(STORE, ignore_errors=True)
    command = [python, "-c", READS % n]
    native = float(output(command))
    kept = float(output(RUN + ["--record", "--"] + command))
    rows += [row("time.time(), recorded, more than native",
                 (kept - native) / n * 1e9, 150, "ns"),
             row("a reading of the clock in a recording", tapes() / n, 17,
                 "bytes")]
    shutil.rmtree(STORE, ignore_errors=True)
    command = [python, "-c", "import os\nfor _ in range(2000): "
               "os.urandom(4000)"]
    output(RUN + ["--record", "--"] + command)
    rows.append(row("4000 bytes of entropy in a recording",
                    tapes() / 2000 / 4000, 1.2, "x"))
    return rows


def trapped(program, mlp, data):
    """What traps cost where they meet something, and where they do not."""
    ways = {"rdtsc": "RDTSC", "rdrand": "RDRAND", "vdso": "a clock of the vDSO",
            "served": "a system call that is served",
            "done": "a system call that is done beside"}
    n = 100000
    rows = []
    for way, text in ways.items():
        trap = RUN + ["--trap=all", "--", program, way]
        took = statistics.median(seconds(trap + [str(n)]) -
                                 seconds(trap + ["0"]) for _ in range(5))
        rows.append(row(text + ", trapped", took / n * 1e6, 6, "us"))
    rows.append(ratio("train_mlp under --trap=all", [mlp, data],
                      ["--trap=all"], RUN + ["--"], 1.01))
    return rows


def libraries(count):
    """The machine's largest ELF objects that programs link."""
    directory = "/usr/lib/x86_64-linux-gnu"
    found = {os.path.realpath(os.path.join(directory, name))
             for name in os.listdir(directory) if ".so" in name}
    elf = []
    for path in found:
        with open(path, "rb") as f:
            if f.read(4) == b"\x7fELF":
                elf.append(path)
    return sorted(elf, key=os.path.getsize)[-count:]


def objects(program):
    files = libraries(60)
    speed = figures([program] + files)["inspect"]
    program = ["--", "/usr/bin/python3", "-c", "import ssl, sqlite3, ctypes"]
    quiet = RUN + program
    loud = [word for word in quiet if word != "-q"]
    seconds(quiet)
    seconds([SAMEBITS, "report", "--store", STORE]) # they are known now
    pairs = [(seconds(quiet), seconds(loud)) for _ in range(20)]
    return [row("a new object", 1000 / speed, 5, "ms a MB"),
            row("known objects, end of a run",
                (min(b for _, b in pairs) - min(a for a, _ in pairs)) * 1e3,
                50, "ms")]


def diff(program, count):
    """Seconds and MiB of a diff of two full logs of so many events."""
    for _ in range(2):
        seconds(RUN + ["--trace", "full", "--trace-limit", "1G", "--", program,
                       str(count)])
    runs = sorted(n for n in os.listdir(STORE) if n.isdigit())[-2:]
    best, most = [], 0
    for _ in range(3):
        start = time.perf_counter()
        p = subprocess.Popen([SAMEBITS, "diff", "--store", STORE] + runs,
                             stdout=subprocess.DEVNULL)
        _, status, usage = os.wait4(p.pid, 0)
        best.append(time.perf_counter() - start)
        most = max(most, usage.ru_maxrss / 1024)
        p.returncode = os.waitstatus_to_exitcode(status)
        if p.returncode:
            raise SystemExit("diff of equal runs: status %d" % p.returncode)
    return min(best), most


def check(command):
    """What `check -n 2` takes beyond 2.1 runs, in ms; medians of 7."""
    run, both = [], []
    for _ in range(7):
        run.append(seconds(RUN + ["--"] + command))
        both.append(seconds([SAMEBITS, "check", "-q", "--store", STORE, "--"] +
                            command))
    return (statistics.median(both) - 2.1 * statistics.median(run)) * 1e3


def digests():
    """GB/s of a program that only reads, the end of the run included."""
    path = STORE + ".data" # not in the store, which is left out
    size = 2 << 30
    with open(path, "wb") as f:
        for _ in range(size >> 20):
            f.write(os.urandom(1 << 16) * 16)
    command = ["head", "-c", "10", path]
    rates = []
    for _ in range(3):
        os.utime(path) # not known from the run before
        time.sleep(2.1)
        plain = min(seconds(RUN + ["--no-input", "*", "--"] + command)
                    for _ in range(3))
        rates.append(size / (seconds(RUN + ["--"] + command) - plain) / 1e9)
    os.unlink(path)
    return max(rates)


def verdicts(draws, mlp, data):
    small, _ = diff(draws, 2000000)
    large, memory = diff(draws, 10000000)
    speed = digests()
    return [row("diff of 10^7 events", large, 2, "s"),
            row("diff of 10^7 events, memory", memory, 64, "MiB"),
            row("diff, 5 x the events", large / small, 6, "x the time"),
            row("check -n 2 of true, beyond 2.1 runs", check(["true"]), 100,
                "ms"),
            row("check -n 2 of train_mlp, beyond 2.1 runs",
                check([mlp, data]), 100, "ms"),
            row("digests of an input, 2 GB/s by", 2 / speed, 1, "x")]


def whole_programs(rounds):
    """fastText with 4 threads in turns, against one processor natively."""
    if not shutil.which("fasttext"):
        return []
    with tempfile.TemporaryDirectory(dir=".") as d:
        text = os.path.join(d, "text")
        with open(text, "w") as f:
            for i in range(20000):
                f.write("__label__%d %s\n" % (i % 7, " ".join(
                    "w%d" % (i * k % 3001) for k in range(1, 25))))
        command = ["fasttext", "supervised", "-input", text, "-output",
                   os.path.join(d, "model"), "-thread", "4", "-dim", "20",
                   "-epoch", "3", "-verbose", "0"]
        pairs = [(seconds(["taskset", "-c", "0", *command]),
                  seconds(RUN + ["--schedule=turns", "--", *command]))
                 for _ in range(rounds)]
    return [row("fastText, 4 threads", statistics.median(
        b / a for a, b in pairs), 1.10, "x of one processor natively")]


def turns(program):
    rounds = [(figures([program]), figures(RUN + ["--", program]),
               figures(RUN + ["--schedule=turns", "--", program]))
              for _ in range(7)]

    def median(of):
        return statistics.median(of(*r) for r in rounds)

    return [
        row("lock + unlock in turns, more than native", median(
            lambda native, run, turns: turns["lock"] - native["lock"]),
            20, "ns"),
        row("passing the turn", median(
            lambda native, run, turns: turns["pass"]), 8, "us"),
        row("short threads in turns", median(
            lambda native, run, turns: turns["thread"] / native["thread"]),
            2, "x native"),
        row("lock + unlock without turns, more than native", median(
            lambda native, run, turns: run["lock"] - native["lock"]),
            3, "ns"),
    ] + whole_programs(7)


def main():
    work = {"blas": blas, "calls": calls, "python": python, "start": start,
            "record": record, "training": training, "verdicts": verdicts,
            "directories": directories, "objects": objects, "turns": turns,
            "recorded": recorded, "trapped": trapped}
    try:
        rows = work[sys.argv[1]](*sys.argv[2:])
    finally:
        shutil.rmtree(STORE, ignore_errors=True)
    print(json.dumps({"benchmark": sys.argv[1], "rows": rows}, indent=2))


if __name__ == "__main__":
    main()
