# SPDX-License-Identifier: MIT
# PyTorch as Debian has it: threads without locks, DataLoader
needs=(python3-torch)
command=(/usr/bin/python3 "$here/learn.py")
