#!/bin/bash
# SPDX-License-Identifier: MIT
# tests/run.sh [--full|--ci]: installs what is missing, builds, tests.
#   --ci    also: clang without warnings, sanitized build of tools and modules
#   --full  also: as an ordinary user, where personality and unshare are denied,
#           the reading verbs under valgrind, the suites 5 times, and the real
#           programs (tests/real/run.sh)
set -euo pipefail
cd "$(dirname "$0")/.."
mode=${1:-}

bash tests/deps.sh test
passed=0 failed=0

# check NAME COMMAND...: quiet when it passes.
check() {
	local name=$1 log
	shift
	log=$(mktemp)
	if "$@" >"$log" 2>&1; then
		echo "ok      $name"
		passed=$((passed + 1))
	else
		tail -n 60 "$log"
		echo "FAILED  $name: $*"
		failed=$((failed + 1))
	fi
	rm -f "$log"
}

# configure DIR OPTION...: anew, or what another script has configured.
configure() {
	local dir=$1
	shift
	if [ -f "$dir/build.ninja" ]; then
		meson configure "$dir" "$@"
	else
		meson setup "$dir" "$@"
	fi
}

# skipped DIR NAME: what that test left out: cmocka cases, or itself by 77.
skipped() {
	cat "$1"/meson-logs/testlog*.txt |
		sed -n 's/^\[  SKIPPED \] \([^ ]*\)$/\1/p' | sort -u
	if grep -q '^Skipped: *[1-9]' "$1"/meson-logs/testlog*.txt; then
		echo "$2"
	fi
}

# suite DIR NAME...: tests of a build, one line each; under $wrapper, if set.
wrapper=
suite() {
	local dir=$1 name skip
	shift
	for name in "$@"; do
		rm -f "$dir"/meson-logs/testlog*.txt
		check "$dir: $name${wrapper:+ ($how)}" meson test -C "$dir" \
			--no-rebuild --print-errorlogs \
			${wrapper:+--wrapper "$wrapper"} "$name"
		for skip in $(skipped "$dir" "$name"); do
			if grep -q "^$skip " tests/skips.txt; then
				echo "skipped $dir: $skip"
				continue
			fi
			echo "FAILED  $dir: $skip skipped, and is not in" \
				"tests/skips.txt"
			failed=$((failed + 1))
		done
	done
}

build() {
	check "$1: configure" configure "$@"
	check "$1: build" ninja -C "$1"
}

all="engine reader order procfs cli defaults rm inspect export doctor deny"
all="$all devices terminal pids values contexts logs kill hazards python"
all="$all programs layout check contents files verdict"
all="$all trials"
all="$all html"
all="$all records"
all="$all reseed"
all="$all writes"
all="$all env"
all="$all track"
all="$all turns"
all="$all blas operand openmp threads frameworks"
all="$all gomp"
all="$all mpi ranks slurm"
all="$all cuda cuda-real cuda-signatures cuda-prototypes cuda-kernels"
build build -Dtests=true -Dwerror=true
suite build $all
if [ "$mode" = --ci ] || [ "$mode" = --full ]; then
	CC=clang CXX=clang++ build build-clang -Dwerror=true
	suite build-clang engine values cli inspect export blas
	build build-asan -Dwerror=true -Db_sanitize=address,undefined \
		-Db_lundef=false
	suite build-asan engine reader order procfs cli defaults rm inspect \
		export doctor operand contents
fi
if [ "$mode" = --full ]; then
	check valgrind bash tests/valgrind.sh build
	how="personality and unshare denied"
	wrapper="$PWD/build/tests/programs/denied"
	suite build $all
	if [ "$(id -u)" -eq 0 ]; then
		home=$(mktemp -d)
		trap 'rm -rf "$home"' EXIT
		chown 65534 "$home"
		how="as an ordinary user"
		wrapper="setpriv --reuid=65534 --regid=65534 --clear-groups"
		check "the tree can be read by others" \
			$wrapper test -x build/samebits
		wrapper="$wrapper env HOME=$home"
		suite build $all
	fi
	wrapper=
	for i in 1 2 3 4 5; do
		suite build values logs kill hazards programs
	done
	check "real programs" bash tests/real/run.sh
fi
echo
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
