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
# A line for each check: "ok" or "failed"; checks run side by side.
counts=$(mktemp)
trap 'rm -f "$counts"' EXIT
count() {
	echo "$1" >>"$counts"
}

# check NAME COMMAND...: quiet when it passes.
check() {
	local name=$1 log
	shift
	log=$(mktemp)
	if "$@" >"$log" 2>&1; then
		echo "ok      $name"
		count ok
	else
		tail -n 60 "$log"
		echo "FAILED  $name: $*"
		count failed
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

# skipped LOG NAME: what that test left out: cmocka cases, or itself by 77.
skipped() {
	sed -n 's/^\[  SKIPPED \] \([^ ]*\)$/\1/p' "$1" | sort -u
	if grep -q '^Skipped: *[1-9]' "$1"; then
		echo "$2"
	fi
}

# one DIR NAME: a suite; under $wrapper, if set.
wrapper=
one() {
	local dir=$1 name=$2 skip log=$2.testlog
	# A busy machine takes three times as long.
	check "$dir: $name${wrapper:+ ($how)}" meson test -C "$dir" -t 3 \
		--no-rebuild --print-errorlogs --logbase "$log" \
		${wrapper:+--wrapper "$wrapper"} "$name"
	log=$(ls -t "$dir/meson-logs/$log"*.txt | head -n 1)
	for skip in $(skipped "$log" "$name"); do
		if grep -q "^$skip " tests/skips.txt; then
			echo "skipped $dir: $skip"
			continue
		fi
		echo "FAILED  $dir: $skip skipped, and is not in" \
			"tests/skips.txt"
		count failed
	done
}

# suite DIR NAME...: as many at a time as there are processors, up to 4; most
# wait for something half of their time.
lanes=$(($(nproc) < 4 ? $(nproc) : 4))
suite() {
	local dir=$1 name
	shift
	for name in "$@"; do
		while [ "$(jobs -rp | wc -l)" -ge "$lanes" ]; do
			wait -n || true
		done
		one "$dir" "$name" &
	done
	wait
}

build() {
	check "$1: configure" configure "$@"
	check "$1: build" ninja -C "$1"
}

# The long ones first.
all="contexts turns traps replay reseed track trials gomp mpi check html records env"
all="$all engine reader order procfs cli defaults rm inspect export doctor deny"
all="$all devices terminal pids values logs kill hazards python"
all="$all programs layout contents files verdict"
all="$all writes"
all="$all blas blas_same kernels kernels-level2 kernels-reference kernels-rows"
all="$all kernels-accuracy kernels-rotations kernels-vectors operand openmp"
all="$all threads frameworks"
all="$all slurm_trials ranks"
all="$all cuda cuda-real cuda-signatures cuda-prototypes cuda-kernels slurm"
build build -Dtests=true -Dwerror=true
suite build $all
if [ "$mode" = --ci ] || [ "$mode" = --full ]; then
	CC=clang CXX=clang++ build build-clang -Dwerror=true
	suite build-clang engine values cli inspect export blas kernels
	build build-asan -Dwerror=true -Db_sanitize=address,undefined \
		-Db_lundef=false
	suite build-asan engine reader order procfs cli defaults rm inspect \
		export doctor operand contents env ranks records replay
fi
if [ "$mode" = --full ]; then
	check valgrind bash tests/valgrind.sh build
	how="personality and unshare denied"
	wrapper="$PWD/build/tests/programs/denied"
	suite build $all
	if [ "$(id -u)" -eq 0 ]; then
		home=$(mktemp -d)
		trap 'rm -rf "$home" "$counts"' EXIT
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
passed=$(grep -c '^ok$' "$counts" || true)
failed=$(grep -c '^failed$' "$counts" || true)
echo
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
