#!/bin/bash
# SPDX-License-Identifier: MIT
# Installs what is missing, builds, and shows the main job on real data: a
# training program that differs from run to run, and repeats under samebits.
set -euo pipefail
cd "$(dirname "$0")/.."

bash tests/deps.sh quickstart
[ -f build/build.ninja ] || meson setup build -Dtests=false >/dev/null || {
	echo "quickstart: meson could not configure build/" >&2; exit 1; }
ninja -C build samebits shim/libsamebits.so examples/train_mlp >build/quickstart.log 2>&1 || {
	cat build/quickstart.log >&2
	echo "quickstart: the build failed (see above)" >&2
	exit 1
}
samebits=build/samebits
store=$(mktemp -d)
trap 'rm -rf "$store"' EXIT

# show TITLE PROGRAM...: natively twice, then controlled twice.
show() {
	local title=$1 a b c d
	shift
	echo "== $title"
	a=$("$@" | tail -n 1); b=$("$@" | tail -n 1)
	echo "natively:            $a"
	echo "natively, again:     $b"
	c=$($samebits run -q --store "$store" -- "$@" | tail -n 1)
	d=$($samebits run -q --store "$store" -- "$@" | tail -n 1)
	echo "samebits run:        $c"
	echo "samebits run, again: $d"
	if [ "$a" = "$b" ]; then
		echo "quickstart: the native runs agree; nothing is shown" >&2
		exit 1
	elif [ "$c" != "$d" ]; then
		echo "quickstart: the controlled runs differ" >&2
		exit 1
	fi
	echo
}

show "A C program (threads; seeded from clock, entropy and rand)" \
	build/examples/train_mlp examples/data/digits.csv
echo "What was controlled (samebits report):"
$samebits report --store "$store"
echo

python=/usr/bin/python3
if $python -c 'import sklearn' 2>/dev/null; then
	show "A Python script (NumPy, scikit-learn; no seed at all)" \
		$python examples/train_sklearn.py
	$samebits report --store "$store" | head -n 12
else
	echo "The Python example is left out: $python cannot import sklearn."
fi
echo "Yours: build/samebits run -- PROGRAM, then build/samebits report"
