# SPDX-License-Identifier: MIT
"""Python's threads, which only its lock keeps apart: who got what, and when."""
import concurrent.futures
import queue
import random
import threading
import time

done = []
work = queue.SimpleQueue()
results = queue.Queue()


def produce(who):
    for n in range(30):
        work.put((who, n, random.random()))
        done.append(who)
        if n % 7 == 0:
            time.sleep(random.random() / 2000)


def consume(who):
    while True:
        item = work.get()
        if item is None:
            return
        done.append((who, item))
        results.put(item)


threads = [threading.Thread(target=produce, args=(n,)) for n in range(3)]
takers = [threading.Thread(target=consume, args=(n,)) for n in range(3)]
for thread in threads + takers:
    thread.start()
for thread in threads:
    thread.join()
for _ in takers:
    work.put(None)
for thread in takers:
    thread.join()
with concurrent.futures.ThreadPoolExecutor(3) as pool:
    for n in pool.map(lambda n: (n, threading.current_thread().name,
                                 random.random()), range(30)):
        done.append(n)
print(done, results.qsize())
