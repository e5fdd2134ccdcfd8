#!/bin/bash
# SPDX-License-Identifier: MIT
# Installs what is missing, builds, and shows the main job on real data: a
# training program that differs from run to run, and repeats under samebits.
set -euo pipefail
cd "$(dirname "$0")/.."

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

fail() {
	echo "quickstart: $*" >&2
	exit 1
}

# must WHAT COMMAND...: quiet unless it fails.
must() {
	local what=$1
	shift
	"$@" >"$tmp/log" 2>&1 || {
		tail -n 40 "$tmp/log" >&2
		fail "$what failed (see above): $*"
	}
}

# Python is only needed by the second example.
bash tests/deps.sh quickstart || bash tests/deps.sh build
[ -f build/build.ninja ] ||
	must "configuring" meson setup build -Dtests=false
must "building" ninja -C build samebits shim/libsamebits.so \
	examples/train_mlp
samebits=build/samebits
store=$tmp/store

# last COMMAND...: the last line it prints.
last() {
	"$@" >"$tmp/out" || fail "status $? from: $*"
	tail -n 1 "$tmp/out"
}

# show TITLE PROGRAM...: natively twice, then controlled twice.
show() {
	local title=$1 a b c d
	shift
	echo "== $title"
	a=$(last "$@")
	b=$(last "$@")
	echo "natively:            $a"
	echo "natively, again:     $b"
	c=$(last $samebits run -q --store "$store" -- "$@")
	d=$(last $samebits run -q --store "$store" -- "$@")
	echo "samebits run:        $c"
	echo "samebits run, again: $d"
	[ "$a" != "$b" ] || fail "the native runs agree; nothing is shown"
	[ "$c" = "$d" ] || fail "the controlled runs differ"
	echo
	echo "What was controlled (samebits report --sites 1):"
	$samebits report --sites 1 --store "$store"
	echo
}

show "A C program (threads; seeded from clock, entropy and rand)" \
	build/examples/train_mlp examples/data/digits.csv

python=/usr/bin/python3
if why=$($python -c 'import sklearn' 2>&1); then
	show "A Python script (NumPy, scikit-learn; no seed at all)" \
		$python examples/train_sklearn.py
else
	echo "The Python example is left out: ${why##*$'\n'}"
fi
echo "Yours: build/samebits run -- PROGRAM, then build/samebits report"
