# SPDX-License-Identifier: MIT
"""Threads that start programs, and a pool of processes: each child's result is
taken in the order in which it was asked for."""
import concurrent.futures as futures
import hashlib
import multiprocessing
import subprocess
import threading

trace = []


def start(n):
    done = subprocess.run(("sh", "-c", "read x; echo $x $((%d * 3)); exit %d" %
                           (n, n % 3)), input="%d\n" % n, text=True,
                          stdout=subprocess.PIPE)
    trace.append((n, done.returncode, done.stdout))


def converse(n):
    with subprocess.Popen(("cat",), stdin=subprocess.PIPE, text=True,
                          stdout=subprocess.PIPE, bufsize=1) as p:
        for i in range(4):
            p.stdin.write("%d %d\n" % (n, i))
            trace.append(p.stdout.readline())


def square(n):
    return n * n, multiprocessing.current_process().name is not None


def fork(n):
    pool = multiprocessing.get_context("fork").Pool(3)
    with pool:
        trace.append(list(pool.imap(square, range(20), chunksize=3)))
        trace.append(pool.map(square, range(n)))
        trace.append(sorted(pool.imap_unordered(square, range(30))))


if __name__ == "__main__":
    for act in (start, converse):
        threads = [threading.Thread(target=act, args=(n,)) for n in range(6)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
    fork(9)
    with futures.ProcessPoolExecutor(2) as pool:
        trace.append(list(pool.map(square, range(12))))
    assert len(trace) == 34
    print(hashlib.sha256(repr(trace).encode()).hexdigest())
