# SPDX-License-Identifier: MIT
"""What a program is given: another value in each run."""
import os
import random
import sys
import tempfile
import time
import uuid

print(random.random(), hash("a name"), os.urandom(5).hex(), uuid.uuid4())
print(time.time_ns(), time.monotonic_ns(), time.strftime("%S"))
print(tempfile.mktemp(), os.listdir(sys.argv[1]))
sys.stdout.flush()
print(os.popen("echo $RANDOM; date +%N").read())
child = os.fork()
if not child:
    print(os.urandom(9), random.random(), time.time_ns())
    sys.stdout.flush()
    os.execl(sys.executable, "python3", "-c",
             "import random; print(random.random(), hash('a name'))")
os.waitpid(child, 0)
