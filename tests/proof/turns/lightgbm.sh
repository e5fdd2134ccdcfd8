# SPDX-License-Identifier: MIT
# LightGBM as PyPI has it, with four threads
pip=(lightgbm)
prepare() {
	command=("$python" "$here/boost.py" lightgbm)
}
