# SPDX-License-Identifier: MIT
"""A shell with job control on a terminal of its own."""
import os
import pty
import select
import sys
import time

pid, fd = pty.fork()
if pid == 0:
    os.environ.update(PS1="$ ", TERM="dumb", HISTFILE="")
    os.execvp(sys.argv[1], sys.argv[1:])
seen = b""


def until(text):
    global seen
    while text.encode() not in seen:
        if not select.select([fd], [], [], 20)[0]:
            sys.exit("no %r after %r" % (text, seen))
        seen += os.read(fd, 4096)
    seen = seen[seen.index(text.encode()) + len(text):]


def say(line):
    os.write(fd, line.encode())


until("$ ")
say("sleep 100 & echo started\n")
until("started\r\n")
say("fg\n")
until("sleep 100\r\n")
time.sleep(0.3)
say("\x1a")
until("topped" if "zsh" not in sys.argv else "suspended")
say("bg; jobs; echo is $((6*7))\n")
until("is 42")
say("kill %1; wait; echo waited\n")
until("waited\r\n")
say("cat | tr a-z A-Z\n")
time.sleep(0.3)
say("shout\n\x04")
until("SHOUT")
say("sleep 100; echo after $?\n")
time.sleep(0.3)
say("\x03")
until("$ ")
say("trap 'echo got usr1' USR1; kill -USR1 $$; exit 7\n")
until("got usr1")
while True:
    try:
        if not os.read(fd, 4096):
            break
    except OSError:
        break
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
