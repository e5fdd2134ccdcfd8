# SPDX-License-Identifier: MIT
"""A thread that waits by reading a flag again and again, and sleeps of zero."""
import threading
import time

flag = False
rounds = 0


def spin():
    global rounds
    while not flag:
        rounds += 1
        time.sleep(0)


def raise_flag():
    global flag
    time.sleep(0.003)
    flag = True


threads = [threading.Thread(target=f) for f in (spin, spin, raise_flag)]
for t in threads:
    t.start()
for t in threads:
    t.join()
assert rounds > 0
print(rounds)
