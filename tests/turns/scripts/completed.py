# SPDX-License-Identifier: MIT
"""concurrent.futures: the order of as_completed, of callbacks and of wait."""
import concurrent.futures as futures
import time


def work(n):
    if n % 5 == 0:
        time.sleep(0.0005 * (n % 3))
    return sum(i * i for i in range(n % 7 * 300)), n


called = []
with futures.ThreadPoolExecutor(4) as pool:
    jobs = [pool.submit(work, n) for n in range(60)]
    for j in jobs:
        j.add_done_callback(lambda j: called.append(j.result()[1]))
    order = [j.result()[1] for j in futures.as_completed(jobs)]
    some = [pool.submit(work, n) for n in range(20)]
    first, rest = futures.wait(some, return_when=futures.FIRST_COMPLETED)
assert sorted(order) == sorted(called) == list(range(60))
print(order, called)
print(sorted(some.index(f) for f in first))
