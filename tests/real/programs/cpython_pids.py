# SPDX-License-Identifier: MIT
import os
import subprocess
import threading

print(os.getpid(), threading.get_native_id())
child = subprocess.Popen(["sh", "-c", "echo $$ $PPID; sleep 0.01"],
                         stdout=subprocess.PIPE)
print(child.pid, child.communicate()[0])
