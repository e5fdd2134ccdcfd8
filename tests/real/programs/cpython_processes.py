# SPDX-License-Identifier: MIT
"""multiprocessing in its three ways, and subprocess."""
import multiprocessing
import random
import subprocess
import sys


def draw(n):
    return n, random.Random().random()


def into(box, n):
    box.put(draw(n))


def main():
    for way in "fork", "spawn", "forkserver":
        ctx = multiprocessing.get_context(way)
        box = ctx.Queue()
        drawn = []
        for n in range(4):
            child = ctx.Process(target=into, args=(box, n))
            child.start()
            drawn.append(box.get(timeout=60))
            child.join()
        print(way, drawn)
        with ctx.Pool(1) as pool:
            print(pool.map(draw, range(8)))
    print(subprocess.run(
        [sys.executable, "-c", "import random; print(random.random())"],
        capture_output=True, text=True, timeout=60).stdout)


if __name__ == "__main__":
    main()
