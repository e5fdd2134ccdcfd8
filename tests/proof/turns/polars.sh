# SPDX-License-Identifier: MIT
# Polars: a pool of threads in Rust
pip=(polars numpy)
prepare() {
	command=(env POLARS_MAX_THREADS=4 "$python" "$here/frames.py" polars)
}
