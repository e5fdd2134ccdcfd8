# SPDX-License-Identifier: MIT
"""Threads that draw for themselves; results in the order of submission."""
import concurrent.futures
import queue
import random
import threading
import time


def draw(n):
    rng = random.Random()  # seeds itself, in this thread
    time.sleep(0.001 * (n % 3))
    return n, rng.random()


threads = {}


def alone(n):
    threads[n] = random.Random().random()


started = [threading.Thread(target=alone, args=(n,)) for n in range(16)]
for t in started:
    t.start()
for t in started:
    t.join()
print(sorted(threads.items()))

# One worker: which of several takes a piece is a race of its own.
with concurrent.futures.ThreadPoolExecutor(1) as pool:
    print(list(pool.map(draw, range(32))))

box = queue.Queue()


def produce():
    for n in range(100):
        box.put(n)
    box.put(None)


threading.Thread(target=produce).start()
print(sum(iter(box.get, None)))
try:
    box.get(timeout=0.02)
except queue.Empty:
    print("empty")
event = threading.Event()
threading.Timer(0.01, event.set).start()
print(event.wait(20))
