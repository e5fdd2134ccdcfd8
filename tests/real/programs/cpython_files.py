# SPDX-License-Identifier: MIT
"""Names of temporary files, the order of a directory, times of files."""
import glob
import os
import tempfile

handle, name = tempfile.mkstemp()
print(os.path.basename(name), os.path.basename(tempfile.mkdtemp()))
with tempfile.NamedTemporaryFile() as f:
    print(os.path.basename(f.name))
os.mkdir("d")
for i in range(200):
    with open("d/%s" % (i * 7919 % 1000), "w"):
        pass
print(os.listdir("d"))
print([e.name for e in os.scandir("d")], glob.glob("d/*"))
print(os.stat("d").st_mtime, os.stat("d/0").st_mtime_ns)
