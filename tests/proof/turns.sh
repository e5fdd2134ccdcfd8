#!/bin/bash
# SPDX-License-Identifier: MIT
# tests/proof/turns.sh [-n N] [-j J] [--loaded] [--native] [NAME...]: the proof
# of --schedule=turns, on demand. Each program of turns/NAME.sh has to come to
# one result in all its runs.
#   -n N      runs of each (default 100)
#   -j J      programs at a time (default 1)
#   --loaded  N more, beside a load of twice the processors
#   --native  and 10 without samebits, for contrast
#
# A result is the exit status, stdout, and all files that the program leaves in
# its directory. Where a program has more than one, or fails, its results stay
# in build/proof/NAME/results, each with its stderr and its run's store.
#
# turns/NAME.sh is sourced (rows.sh). Its first comment says what it is; its
# command runs each time in an empty directory, stdin empty.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)/turns
root=$(cd "$here/../../.." && pwd)
place=$root/build/proof
. "${here%/turns}/rows.sh"
NATIVELY=10 # runs
KEPT=8      # results of a program

n=100 jobs=1 loaded=0 native=0 names=()
while [ $# -gt 0 ]; do
	case $1 in
	-n | -j)
		[[ ${2:-} =~ ^[1-9][0-9]*$ ]] || die "$1: how many?"
		[ "$1" = -n ] && n=$2 || jobs=$2
		shift
		;;
	--loaded) loaded=1 ;;
	--native) native=1 ;;
	-*) die "$1: no such option; -n N, -j J, --loaded, --native" ;;
	*)
		[ -f "$here/$1.sh" ] || die "$1: there is no $here/$1.sh"
		names+=("$1")
		;;
	esac
	shift
done
conditions=(plain)
[ $loaded = 0 ] || conditions+=(loaded)
[ $native = 0 ] || conditions+=(native)
[ ${#names[@]} -gt 0 ] ||
	mapfile -t names < <(all_rows)

# Ends a moment after this script does, whatever became of it.
busy() {
	trap 'exit 0' TERM
	while kill -0 $$ 2>/dev/null; do
		for ((i = 0; i < 20000; i++)); do :; done
	done
}

load=()
begin_load() {
	local i
	for ((i = 0; i < 2 * $(nproc); i++)); do
		busy &
		load+=($!)
	done
}

end_load() {
	kill "${load[@]}"
	wait "${load[@]}"
	load=()
}

finish() {
	kill $(jobs -rp) 2>/dev/null
	wait
}
trap finish EXIT
trap 'exit 130' INT TERM HUP

# of_result STATUS: its digest.
of_result() {
	{
		echo "$1"
		cat "$home/stdout"
		cd "$home/dir" || exit
		find . -printf '%y %P %l\n' | LC_ALL=C sort
		find . -type f -print0 | LC_ALL=C sort -z | xargs -0r sha256sum
	} | sha256sum | cut -c -16
}

# The kinds of what went past the run's control. What every run in turns has, and
# what is known of the code before it runs, says nothing of the run.
blind_spots() {
	"$samebits" report --no-config --json --sites 1 --store "$home/store" \
		2>/dev/null |
		sed -n '/^  "blind_spots"/,/^  \]/s/.*"kind": "\(.*\)",/\1/p' |
		grep -vxE 'turns|instructions' | sort -u | paste -sd+
}

# keep DIGEST STATUS: this result, to look at.
keep() {
	local at=$home/results/$1
	[ ! -d "$at" ] || return 0
	[ "$(ls "$home/results" | wc -l)" -lt $KEPT ] || return 0
	mkdir "$at"
	echo "$2" >"$at/status"
	mv "$home/dir" "$home/stdout" "$home/stderr" "$home/store" "$at"
}

# once CONDITION COMMAND...: adds to the row's `runs`: condition, digest,
# status, seconds, blind spots.
once() {
	local condition=$1 status=0 began ended digest blind=
	shift
	rm -rf "$home/dir" "$home/store"
	mkdir "$home/dir"
	began=${EPOCHREALTIME/./}
	(cd "$home/dir" && exec timeout -s KILL "$limit" "$@") </dev/null \
		>"$home/stdout" 2>"$home/stderr" &
	child=$!
	{ wait $child; } 2>/dev/null || status=$?
	child=
	ended=${EPOCHREALTIME/./}
	digest=$(of_result $status)
	[ "$condition" = native ] || blind=$(blind_spots)
	echo "$condition $digest $status $((ended - began)) ${blind:--}" \
		>>"$home/runs"
	[ "$condition" = native ] || keep "$digest" $status
}

# runs_of NAME CONDITION: in a subshell.
runs_of() {
	local i many=$n wrapper
	read_row "$1"
	prepare_row
	wrapper=("$samebits" run -q --no-config --store "$home/store"
		--schedule=turns "${options[@]}" --)
	[ "$2" != native ] || many=$NATIVELY wrapper=()
	child=
	trap 'kill $child 2>/dev/null; exit 143' TERM
	for ((i = 0; i < many; i++)); do
		once "$2" "${wrapper[@]}" "${command[@]}"
	done
}

# all_in CONDITION: one row after the other, or as many at a time as wanted.
all_in() {
	local name
	for name in "${names[@]}"; do
		while [ "$(jobs -rp | wc -l)" -ge $((jobs + ${#load[@]})) ]; do
			wait -n
		done
		echo "$name, $1" >&2
		runs_of "$name" "$1" &
	done
	while [ "$(jobs -rp | wc -l)" -gt ${#load[@]} ]; do
		wait -n
	done
}

# Of lines of `runs`: what stands in the table, and whether all is well.
count='
$1 == "native" { native += !seen_native[$2]++; natively++; next }
{
	runs++
	results += !seen[$2]++
	failed += $3 != 0
	time[runs] = $4
	if ($5 != "-" && !blinds[$5]++)
		blind = blind " " $5
}
END {
	for (i = 2; i <= runs; i++)
		for (k = i; k > 1 && time[k] < time[k - 1]; k--) {
			t = time[k]; time[k] = time[k - 1]; time[k - 1] = t
		}
	printf "%-28s %5d %8d %9s %8.2f  %s%s\n", name, runs, results,
		natively ? native " of " natively : "-",
		time[int((runs + 1) / 2)] / 1e6, blind,
		failed ? " failed: " failed : ""
	exit !(runs == wanted && results == 1 && !failed)
}'

table() {
	local name bad=0 wanted=$((n * (1 + loaded)))
	printf '%-28s %5s %8s %9s %8s  %s\n' program runs results natively \
		seconds 'blind spots'
	for name in "${names[@]}"; do
		if awk -v name="$name" -v wanted=$wanted "$count" \
			"$place/$name/runs"; then
			rm -rf "$place/$name/results"
		else
			bad=1
		fi
	done
	return $bad
}

get_ready
for name in "${names[@]}"; do
	mkdir "$place/$name/results"
	: >"$place/$name/runs"
done
for condition in "${conditions[@]}"; do
	[ "$condition" != loaded ] || begin_load
	all_in "$condition"
	[ "$condition" != loaded ] || end_load
done
table
