# SPDX-License-Identifier: MIT
# scikit-learn as PyPI has it, with an OpenMP of its own
pip=(scikit-learn)
prepare() {
	command=(env OMP_NUM_THREADS=4 "$python" "$here/forest.py")
}
