# SPDX-License-Identifier: MIT
# PyTorch as Debian has it: OpenBLAS
limit=1500 # soft fma takes its time
needs=(python3-torch python3-numpy libopenblas0-pthread liblapack3)
command=(/usr/bin/python3 "$here/tensors.py")
# By its default driver, gelsy, results differ from call to call: natively, and in
# one thread, too.
varies=(lstsq.float32 lstsq.float64 lstsq.complex128)
