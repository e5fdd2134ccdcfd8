# SPDX-License-Identifier: MIT
# PyTorch's wheel: MKL, linked into it, which it calls by names that can be met.
# Takes 5 GB
limit=1500 # soft fma takes its time
needs=(liblapack3 liblapack64-3)
pip=(torch numpy)
prepare() {
	command=("$python" "$here/tensors.py")
}
