# SPDX-License-Identifier: MIT
"""SQLite from threads: one connection that they share, and connections of their
own to one file, each of which finds it locked by the others."""
import hashlib
import sqlite3
import threading

shared = sqlite3.connect(":memory:", check_same_thread=False,
                         isolation_level=None)
shared.execute("create table t (n integer primary key, me, value real)")


def insert(me):
    for i in range(40):
        shared.execute("insert into t (me, value) values (?, ?)",
                       (me, i / (me + 1)))


def write(me):
    own = sqlite3.connect("table.db", timeout=30)
    for i in range(8):
        with own:
            own.execute("begin immediate")
            last, = own.execute("select count(*) from t").fetchone()
            own.execute("insert into t (me, value) values (?, ?)",
                        (me, last * 0.5 + i))
    own.close()


def run(target):
    threads = [threading.Thread(target=target, args=(n,)) for n in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()


run(insert)
file = sqlite3.connect("table.db")
file.execute("create table t (n integer primary key, me, value real)")
file.commit()
run(write)
rows = [c.execute("select * from t order by n").fetchall()
        for c in (shared, file)]
assert [len(r) for r in rows] == [160, 32]
print(hashlib.sha256(repr(rows).encode()).hexdigest())
