# SPDX-License-Identifier: MIT
"""asyncio: threads of run_in_executor and to_thread, timers, streams to a server
in the same process, and loops in several threads that call each other."""
import asyncio
import hashlib
import threading
import time

trace = []


def work(n):
    time.sleep(0.0004 * (n % 4))
    trace.append(("worked", n))
    return sum(i * i for i in range(n % 9 * 200))


async def executor():
    loop = asyncio.get_running_loop()
    jobs = [loop.run_in_executor(None, work, n) for n in range(40)]
    for done in asyncio.as_completed(jobs):
        trace.append(await done)
    trace.append(await asyncio.gather(
        *(asyncio.to_thread(work, n) for n in range(10))))


async def serve(reader, writer):
    while line := await reader.readline():
        await asyncio.sleep(0.0002 * (line[0] % 3))
        trace.append(line)
        writer.write(line.upper())
        await writer.drain()
    writer.close()


async def talk(me, port):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for i in range(6):
        writer.write(b"%d of %d\n" % (i, me))
        trace.append(await reader.readline())
    writer.close()


async def streams():
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        await asyncio.gather(*(talk(me, port) for me in range(4)),
                             *(asyncio.to_thread(work, n) for n in range(8)))


def other(loop):
    asyncio.set_event_loop(loop)
    loop.run_forever()


async def pause(n):
    await asyncio.sleep(0.001 * (n % 3))
    trace.append(("paused", n, threading.current_thread().name))


def several():
    loops = [asyncio.new_event_loop() for _ in range(3)]
    threads = [threading.Thread(target=other, args=(loop,)) for loop in loops]
    for t in threads:
        t.start()
    for f in [asyncio.run_coroutine_threadsafe(pause(n), loops[n % 3])
              for n in range(18)]:
        f.result()
    for loop in loops:
        loop.call_soon_threadsafe(loop.stop)
    for t in threads:
        t.join()


asyncio.run(executor())
asyncio.run(streams())
several()
assert len(trace) > 100
print(hashlib.sha256(repr(trace).encode()).hexdigest())
