# SPDX-License-Identifier: MIT
# Arrow: a pool of threads in C++
pip=(pyarrow numpy)
prepare() {
	command=("$python" "$here/frames.py" pyarrow)
}
