# SPDX-License-Identifier: MIT
"""Threads of the standard library that nothing puts in order: a counter, queues,
pools, events, timers, exceptions, weak references and thread-local data."""
import concurrent.futures as futures
import hashlib
import queue
import sys
import threading
import time

sys.setswitchinterval(1e-6)
trace = []
counter = 0


def step(n):
    return n + 1


def increment(me):
    global counter
    for i in range(15000):
        counter = step(counter)
        if i % 2500 == me:
            trace.append((me, counter))


def run(target, n=4):
    threads = [threading.Thread(target=target, args=(i,)) for i in range(n)]
    for t in threads:
        t.start()
    return threads


def counters():
    for t in run(increment):
        t.join()


todo, done = queue.PriorityQueue(maxsize=5), queue.LifoQueue()


def worker(me):
    while True:
        try:
            _, n = todo.get(timeout=0.02)
        except queue.Empty:
            trace.append(("empty", me))
            return
        done.put((me, n, sum(1 / (k + 1) for k in range(n % 13 * 40))))
        todo.task_done()


def queues():
    workers = run(worker)
    for n in range(120):
        todo.put((n % 7, n))
        if n % 20 == 0:
            time.sleep(0.001)
    todo.join()
    for t in workers:
        t.join()
    while not done.empty():
        trace.append(done.get_nowait())


def job(n):
    if n % 11 == 0:
        raise ValueError(n)
    if n % 5 == 0:
        time.sleep(0.0005 * (n % 3))
    return n, hashlib.sha1(bytes(n % 17 * 4000)).hexdigest()


def executors():
    with futures.ThreadPoolExecutor(4) as pool:
        jobs = {pool.submit(job, n): n for n in range(80)}
        for f in list(jobs)[60::3]:
            trace.append(("cancelled", jobs[f], f.cancel()))
        for f in futures.as_completed(jobs):
            error = None if f.cancelled() else f.exception()
            trace.append((jobs[f], repr(error)))
        try:
            futures.wait([pool.submit(time.sleep, 0.01)], timeout=0.001)
            list(pool.map(job, range(9, 14), timeout=5))
        except ValueError as e:
            trace.append(repr(e))


event, gate = threading.Event(), threading.Semaphore(2)
barrier, condition = threading.Barrier(4), threading.Condition()
tickets = []


def meet(me):
    event.wait()
    with gate:
        trace.append(("in", me))
        time.sleep(0.0003)
    for i in range(6):
        try:
            if barrier.wait(timeout=5) == 0:
                trace.append(("serial", me, i))
        except threading.BrokenBarrierError:
            trace.append(("broken", me))
    with condition:
        while not condition.wait_for(lambda: tickets, timeout=0.002):
            trace.append(("again", me))
        trace.append(("ticket", me, tickets.pop()))


def events():
    timers = [threading.Timer(0.002 * (i % 3), trace.append, (("timer", i),))
              for i in range(6)]
    threads = run(meet)
    for t in timers:
        t.start()
    timers[5].cancel()
    event.set()
    for n in range(4):
        time.sleep(0.003)
        with condition:
            tickets.append(n)
            condition.notify()
    for t in threads + timers:
        t.join()


for act in (counters, queues, executors, events):
    act()
assert len(trace) > 200
print(counter, hashlib.sha256(repr(trace).encode()).hexdigest())
