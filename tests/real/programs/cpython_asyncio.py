# SPDX-License-Identifier: MIT
"""An event loop: timers, a server on the loopback, a child, a thread."""
import asyncio
import random
import time


async def serve(reader, writer):
    writer.write(await reader.readline())
    await writer.drain()
    writer.close()


async def talk(port, n):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"line %d\n" % n)
    answer = await reader.readline()
    writer.close()
    return answer


async def main():
    order = []

    async def later(n):
        await asyncio.sleep(0.05 * n)
        order.append(n)

    await asyncio.gather(*(later(n) for n in (3, 1, 2)))
    print(order, random.random())
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    print([await talk(port, n) for n in range(5)])
    server.close()
    child = await asyncio.create_subprocess_exec(
        "sh", "-c", "sleep 0.05; echo done", stdout=asyncio.subprocess.PIPE)
    print(await child.communicate())
    try:
        await asyncio.wait_for(asyncio.sleep(30), 0.05)
    except asyncio.TimeoutError:
        print("timed out")
    print(await asyncio.get_running_loop().run_in_executor(
        None, time.sleep, 0.01))


asyncio.run(main())
