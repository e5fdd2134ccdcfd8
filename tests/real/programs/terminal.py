# SPDX-License-Identifier: MIT
"""A shell with job control on a terminal of its own: terminal.py SHELL ARG..."""
import os
import pty
import select
import sys
import time

LIMIT = 60  # seconds
STOPPED = "suspended" if "zsh" in sys.argv else "topped"

shell, fd = pty.fork()
if shell == 0:
    os.environ.update(PS1="$ ", TERM="dumb", HISTFILE="")
    os.execvp(sys.argv[1], sys.argv[1:])
seen = b""


def until(text):
    global seen
    while text.encode() not in seen:
        if not select.select([fd], [], [], LIMIT)[0]:
            sys.exit("no %r after %r" % (text, seen))
        seen += os.read(fd, 4096)
    seen = seen[seen.index(text.encode()) + len(text):]


def type_in(keys):
    os.write(fd, keys.encode())


def until_job_in_front():
    for _ in range(LIMIT * 100):
        if os.tcgetpgrp(fd) != shell:
            return
        time.sleep(0.01)
    sys.exit("no job came to the front")


until("$ ")
type_in("sleep 100 & echo started\n")
until("started\r\n")
type_in("fg\n")
until_job_in_front()
time.sleep(0.3)  # the shell has yet to wake it
type_in("\x1a")
until(STOPPED)
type_in("bg; jobs; echo is $((6*7))\n")
until("is 42")
type_in("kill %1; wait; echo waited\n")
until("waited\r\n")
type_in("cat | tr a-z A-Z\n")
until_job_in_front()
type_in("shout\n\x04")
until("SHOUT")
until("$ ")
type_in("sleep 100; echo after $?\n")
until_job_in_front()
type_in("\x03")
until("$ ")
type_in("trap 'echo got usr1' USR1; kill -USR1 $$; exit 7\n")
until("got usr1")
while True:
    try:
        if not os.read(fd, 4096):
            break
    except OSError:
        break
print(os.waitstatus_to_exitcode(os.waitpid(shell, 0)[1]))
