# SPDX-License-Identifier: MIT
# PyTorch as Debian has it: OpenBLAS
needs=(python3-torch python3-numpy libopenblas0-pthread liblapack3)
command=(/usr/bin/python3 "$here/tensors.py")
