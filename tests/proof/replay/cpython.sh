# SPDX-License-Identifier: MIT
# CPython: draws, hashes, clocks, names, a forked child
needs=(python3)
prepare() {
	mkdir "$work/names"
	for name in 3 1 4 15 9 2 6; do
		: >"$work/names/name$name"
	done
}
command=(/usr/bin/python3 "$root/tests/replay/given.py" "$work/names")
