# SPDX-License-Identifier: MIT
"""What CPython itself draws, hashes and reads from the clock."""
import datetime
import os
import random
import time


class Plain:
    pass


print(random.random(), random.Random().random(), os.urandom(8))
print(list({str(i) for i in range(30)}), hash("a"), hash(None))
print({Plain(): 1, Plain(): 2}, id(Plain()))
print(time.time(), time.monotonic(), time.perf_counter(), time.process_time())
print(datetime.datetime.now(), os.times(), time.localtime())
random.shuffle(deck := list(range(52)))
print(deck)
