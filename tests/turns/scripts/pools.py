# SPDX-License-Identifier: MIT
"""multiprocessing's pool of threads, and a shared dictionary."""
import multiprocessing.pool
import threading
import time

seen = {}


def work(n):
    me = threading.get_ident()
    seen.setdefault(me, []).append(n)
    time.sleep(0.0001 * (n % 3))
    return sum(range(n % 11 * 500)) + n


with multiprocessing.pool.ThreadPool(4) as pool:
    unordered = list(pool.imap_unordered(work, range(100)))
    mapped = pool.map(work, range(40), chunksize=3)
    last = pool.apply_async(work, (5,)).get(timeout=60)
assert sorted(unordered) == sorted(work(n) for n in range(100))
assert mapped == [work(n) for n in range(40)]
print(unordered)
print(list(seen.values()), last)
