#!/bin/bash
# SPDX-License-Identifier: MIT
# tests/run.sh [--full|--ci]: installs what is missing, builds, tests.
#   --ci    also: clang without warnings, sanitized build of tools and modules
#   --full  also: each suite under load, 5 times
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

# configure DIR OPTION...: once; a changed build file is meson's to notice.
configure() {
	local dir=$1
	shift
	[ -f "$dir/build.ninja" ] && meson configure "$dir" "$@" ||
		meson setup "$dir" "$@"
}

# suite DIR NAME...: tests of a build, one line each.
suite() {
	local dir=$1 name
	shift
	for name in "$@"; do
		check "$dir: $name" meson test -C "$dir" --no-rebuild \
			--print-errorlogs "$name"
		if grep -q 'SKIPPED' "$dir/meson-logs/testlog.txt" &&
			! grep -q "^$name " tests/skips.txt; then
			echo "FAILED  $name skipped, and is not in" \
				"tests/skips.txt"
			failed=$((failed + 1))
		fi
	done
}

build() {
	check "$1: configure" configure "$@"
	check "$1: build" ninja -C "$1"
}

all="engine reader cli values contexts hazards programs layout"
build build -Dtests=true -Dwerror=true
suite build $all
if [ "$mode" = --ci ] || [ "$mode" = --full ]; then
	CC=clang build build-clang -Dwerror=true
	suite build-clang engine values
	build build-asan -Dwerror=true -Db_sanitize=address,undefined \
		-Db_lundef=false
	suite build-asan engine reader cli
fi
if [ "$mode" = --full ]; then
	for i in 1 2 3 4 5; do
		suite build values contexts programs
	done
fi
echo
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
