# SPDX-License-Identifier: MIT
print(Sys.getpid())
print(basename(tempfile()))
