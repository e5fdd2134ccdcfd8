#!/bin/bash
# SPDX-License-Identifier: MIT
# tests/proof/replay.sh [-n N] [-j J] [--loaded] [NAME...]: the proof of
# recordings, on demand. Each program of replay/NAME.sh, which draws its own
# seeds, is recorded and replayed: a replay has to come to the very results of
# its recording, and stay on it.
#   -n N      recordings of each (default 100)
#   -j J      programs at a time (default 1)
#   --loaded  beside a load of twice the processors
#
# A result is the exit status, stdout, and all files that the program leaves in
# its directory. The first pair that differs stays in build/proof/NAME/differs.
#
# replay/NAME.sh is sourced (rows.sh). Its first comment says what it is; its
# command runs each time in an empty directory, stdin empty.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)/replay
root=$(cd "$here/../../.." && pwd)
place=$root/build/proof
. "${here%/replay}/rows.sh"

n=100 jobs=1 loaded=0 names=()
while [ $# -gt 0 ]; do
	case $1 in
	-n | -j)
		[[ ${2:-} =~ ^[1-9][0-9]*$ ]] || die "$1: how many?"
		[ "$1" = -n ] && n=$2 || jobs=$2
		shift
		;;
	--loaded) loaded=1 ;;
	-*) die "$1: no such option; -n N, -j J, --loaded" ;;
	*)
		[ -f "$here/$1.sh" ] || die "$1: there is no $here/$1.sh"
		names+=("$1")
		;;
	esac
	shift
done
[ ${#names[@]} -gt 0 ] || mapfile -t names < <(all_rows)

# Ends a moment after this script does, whatever became of it.
busy() {
	trap 'exit 0' TERM
	while kill -0 $$ 2>/dev/null; do
		for ((i = 0; i < 20000; i++)); do :; done
	done
}

finish() {
	kill $(jobs -rp) 2>/dev/null
	wait
}
trap finish EXIT
trap 'exit 130' INT TERM HUP

# played WHAT COMMAND...: runs it, in an empty directory of the same name for
# both; the digest of what it came to.
played() {
	local what=$1 status=0
	shift
	rm -rf "$home/dir" "$home/$what"
	mkdir "$home/dir"
	(cd "$home/dir" && exec timeout -s KILL "$limit" "$@") </dev/null \
		>"$home/stdout" 2>"$home/$what.stderr" || status=$?
	{
		echo $status
		cat "$home/stdout"
		cd "$home/dir" || exit
		find . -printf '%y %P %l\n' | LC_ALL=C sort
		find . -type f -print0 | LC_ALL=C sort -z | xargs -0r sha256sum
	} >"$home/$what"
	sha256sum <"$home/$what" | cut -c -16
}

# pairs NAME: in a subshell; a line for each: digest, and what is wrong.
pairs() {
	local i recorded replayed fault
	read_row "$1"
	prepare_row
	mkdir "$home/differs"
	for ((i = 0; i < n; i++)); do
		rm -rf "$home/store"
		recorded=$(played recorded "$samebits" run -q --no-config \
			--record --store "$home/store" "${options[@]}" -- \
			"${command[@]}")
		replayed=$(played replayed "$samebits" replay -q --no-config \
			--store "$home/store" latest -- "${command[@]}")
		fault=-
		[ "$recorded" = "$replayed" ] || fault=differs
		! grep -q '^samebits: left' "$home/replayed.stderr" || fault=left
		[ "$(head -n 1 "$home/recorded")" = 0 ] || fault=failed
		echo "$recorded $fault" >>"$home/pairs"
		[ $fault = - ] || [ -e "$home/differs/store" ] ||
			mv "$home"/{recorded,replayed}{,.stderr} "$home/store" \
				"$home/differs"
	done
}

count='
{ runs++; results += !seen[$1]++; same += $2 == "-" }
$2 != "-" { faults[$2]++ }
END {
	for (f in faults)
		list = list " " f ": " faults[f]
	printf "%-20s %10d %8d %9d %s\n", name, runs, results, same, list
	exit same != wanted
}'

table() {
	local name bad=0
	printf '%-20s %10s %8s %9s\n' program recordings results replayed
	for name in "${names[@]}"; do
		awk -v name="$name" -v wanted=$n "$count" \
			"$place/$name/pairs" || bad=1
	done
	return $bad
}

get_ready
load=0
if [ $loaded = 1 ]; then
	load=$((2 * $(nproc)))
	for ((i = 0; i < load; i++)); do
		busy &
	done
fi
for name in "${names[@]}"; do
	while [ "$(jobs -rp | wc -l)" -ge $((jobs + load)) ]; do
		wait -n
	done
	: >"$place/$name/pairs"
	echo "$name" >&2
	pairs "$name" &
done
while [ "$(jobs -rp | wc -l)" -gt $load ]; do
	wait -n
done
table
