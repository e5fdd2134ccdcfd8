# SPDX-License-Identifier: MIT
"""A counter that threads increment without a lock."""
import sys
import threading

STEPS = 4000
counter = 0


def plus_one(n):
    return n + 1


def increment():
    global counter
    for _ in range(STEPS):
        counter = plus_one(counter)


sys.setswitchinterval(1e-6)
threads = [threading.Thread(target=increment) for _ in range(4)]
for t in threads:
    t.start()
for t in threads:
    t.join()
assert 0 < counter <= 4 * STEPS
print(counter)
