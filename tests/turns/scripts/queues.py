# SPDX-License-Identifier: MIT
"""Workers on a queue: who did what, in order of arrival, and a sum of floats
in that order."""
import hashlib
import queue
import threading

PIECES = 200
todo = queue.Queue(maxsize=8)
done = queue.SimpleQueue()


def work(me):
    for piece in iter(todo.get, None):
        total = sum(1 / (k + 1) for k in range(piece % 17 * 20))
        done.put((me, piece, total))
        todo.task_done()


workers = [threading.Thread(target=work, args=(i,)) for i in range(4)]
for w in workers:
    w.start()
for piece in range(PIECES):
    todo.put(piece)
todo.join()
for _ in workers:
    todo.put(None)
for w in workers:
    w.join()
results = [done.get() for _ in range(PIECES)]
assert sorted(r[1] for r in results) == list(range(PIECES))
print(hashlib.sha256(repr(results).encode()).hexdigest())
print(sum(r[2] * (i + 1) for i, r in enumerate(results)))
