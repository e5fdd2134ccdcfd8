# SPDX-License-Identifier: MIT
"""threading's Event, Timer, Condition, Semaphore and Barrier: who comes when."""
import threading
import time

trace = []


def note(what):
    trace.append(what)


event = threading.Event()
condition = threading.Condition()
barrier = threading.Barrier(4)
room = threading.BoundedSemaphore(2)
tickets = 0


def act(me):
    global tickets
    event.wait()
    note(("event", me))
    with room:
        note(("in", me))
        time.sleep(0.0002)
    for step in range(5):
        if barrier.wait() == 0:
            note(("serial", me, step))
    with condition:
        while not tickets:
            condition.wait()
        tickets -= 1
        note(("ticket", me))
    try:
        assert not event_never.wait(0.001 * (me % 2 + 1))
    finally:
        note(("timeout", me))


event_never = threading.Event()
threads = [threading.Thread(target=act, args=(i,)) for i in range(4)]
timers = [threading.Timer(0.003 * (i % 3), note, (("timer", i),))
          for i in range(6)]
for t in threads + timers:
    t.start()
time.sleep(0.001)
event.set()
for _ in threads:
    with condition:
        tickets += 1
        condition.notify()
    time.sleep(0)
for t in threads + timers:
    t.join()
assert len([n for n in trace if n[0] == "timer"]) == 6
assert len([n for n in trace if n[0] == "serial"]) == 5
print(trace)
