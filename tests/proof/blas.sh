#!/bin/bash
# SPDX-License-Identifier: MIT
# tests/proof/blas.sh [NAME...]: the proof of --blas=same on real programs, on
# demand. Each prints lines, an operator and a digest of its result; these have
# to be the same with 1, 2 and 4 threads and every instruction set that this
# processor has. For contrast it runs natively with as many threads, and with
# OpenBLAS's code for other processors.
#
# blas/NAME.sh is sourced (rows.sh). Its first comment says what it is. It may
# also set
#   varies=(...)   operators whose results may differ: other things than BLAS
#                  take part in them
#   suite=1        the lines are tests and how they ended: compared with what
#                  they do natively, both with two threads
#
# What each run printed stays in build/proof-blas/NAME.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)/blas
root=$(cd "$here/../../.." && pwd)
place=$root/build/proof-blas
. "${here%/blas}/rows.sh"
export PYTHONDONTWRITEBYTECODE=1

names=()
for name in "$@"; do
	[ -f "$here/$name.sh" ] || die "$name: there is no $here/$name.sh"
	names+=("$name")
done
[ ${#names[@]} -gt 0 ] || mapfile -t names < <(all_rows)

# What a flag of the processor stands for: here, and in OpenBLAS.
isas=(scalar) cores=(NEHALEM)
has() {
	grep -qw -m1 "$1" /proc/cpuinfo
}
! has fma || isas+=(fma128)
! has avx2 || isas+=(avx2) cores+=(HASWELL)
! has avx512dq || isas+=(avx512) cores+=(SKYLAKEX)

# once WAY COMMAND...: what it prints.
once() {
	local way=$1 status=0
	shift
	timeout -s KILL "$limit" "$@" </dev/null >"$home/$way" \
		2>"$home/$way.err" || status=$?
	[ $status = 0 ] || {
		echo "${home##*/}, $way: status $status" >&2
		tail -n 3 "$home/$way.err" >&2
		touch "$home/failed"
	}
}

# natively THREADS [CORE]
natively() {
	once "native-$1${2:+-$2}" env OPENBLAS_NUM_THREADS="$1" \
		OMP_NUM_THREADS="$1" ${2:+OPENBLAS_CORETYPE="$2"} "${command[@]}"
}

# same THREADS [ISA]
same() {
	once "same-$1${2:+-$2}" env ${2:+SAMEBITS_BLAS_ISA="$2"} "$samebits" \
		run -q --no-config --store "$home/store" --blas=same \
		--threads="$1" "${options[@]}" -- "${command[@]}"
}

# left: routines that stayed with the program's library in the last run.
left() {
	"$samebits" report --no-config --json --sites 1 --store "$home/store" \
		2>/dev/null | sed -n 's/.*"text": "\([^ ]*\) was left.*/\1/p' |
		sort -u | xargs -r
}

run_row() {
	local n way
	varies=() suite=
	read_row "$1"
	echo "$1" >&2
	prepare_row
	if [ -n "$suite" ]; then
		natively 2
		same 2
	else
		for n in 1 2 4; do
			natively $n
			same $n
		done
		for way in "${cores[@]}"; do
			natively 2 "$way"
		done
		for way in "${isas[@]}"; do
			same 2 "$way"
		done
	fi
	left >"$home/left"
	printf '%s\n' "${varies[@]}" >"$home/varies"
	echo "$suite" >"$home/suite"
}

# Of lines of all ways: one result each? Those with more are named.
count='
FNR == NR && ARGV[1] == FILENAME { may[$1]; next }
{
	native = FILENAME ~ /native-[^\/]*$/
	if (!(($1, native) in first)) {
		first[$1, native] = $2
		all[$1]
	} else if (first[$1, native] != $2)
		more[$1, native]
	if (suite && native)
		wanted[$1] = $2
	seen[$1]++
}
END {
	for (name in all) {
		n++
		natively += !((name, 1) in more)
		bad = seen[name] != ways
		if (suite)
			bad += first[name, 0] != wanted[name]
		else
			bad += (name, 0) in more
		alike += !bad
		if (bad)
			which = which " " name
		if (bad && !(name in may))
			wrong++
	}
	printf "%-20s %9d %5d %9s  %s\n", row, n, alike,
		suite ? "-" : natively, which
	exit !n || wrong || (!suite && natively == n)
}'

table() {
	local name home bad=0 ways
	printf '%-20s %9s %5s %9s  %s\n' program operators same natively varies
	for name in "${names[@]}"; do
		home=$place/$name
		ways=("$home"/native-* "$home"/same-*)
		mapfile -t ways < <(printf '%s\n' "${ways[@]}" | grep -v '\.err$')
		awk -v row="$name" -v suite="$(cat "$home/suite")" \
			-v ways=${#ways[@]} "$count" "$home/varies" "${ways[@]}" ||
			bad=1
		[ ! -s "$home/left" ] || sed 's/^/  left: /' "$home/left"
		[ ! -e "$home/failed" ] || bad=1
	done
	return $bad
}

get_ready
for name in "${names[@]}"; do
	(run_row "$name")
done
table
