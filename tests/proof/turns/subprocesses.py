# SPDX-License-Identifier: MIT
"""The order in which threads are done with the programs that they start."""
import concurrent.futures
import subprocess
import threading

ORDER = []


def work(me):
    for _ in range(5):
        done = subprocess.run(("sh", "-c", "echo a; echo b >&2; echo c"),
                              capture_output=True, check=True)
        ORDER.append((me, len(done.stdout)))


def echo(i):
    return i, subprocess.check_output(("echo", str(i)))


THREADS = [threading.Thread(target=work, args=(i,)) for i in range(4)]
for t in THREADS:
    t.start()
for t in THREADS:
    t.join()
print(ORDER)
with concurrent.futures.ThreadPoolExecutor(4) as pool:
    print([f.result() for f in concurrent.futures.as_completed(
        [pool.submit(echo, i) for i in range(16)])])
