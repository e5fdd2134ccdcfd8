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

# skipped DIR NAME: what that test left out: cmocka cases, or itself by 77.
skipped() {
	local log=$1/meson-logs/testlog.txt
	sed -n 's/^\[  SKIPPED \] \([^ ]*\)$/\1/p' "$log" | sort -u
	if grep -q '^Skipped: *[1-9]' "$log"; then
		echo "$2"
	fi
}

# suite DIR NAME...: tests of a build, one line each.
suite() {
	local dir=$1 name skip
	shift
	for name in "$@"; do
		check "$dir: $name" meson test -C "$dir" --no-rebuild \
			--print-errorlogs "$name"
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
