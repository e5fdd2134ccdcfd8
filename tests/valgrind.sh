#!/bin/bash
# SPDX-License-Identifier: MIT
# tests/valgrind.sh BUILD: the reading verbs under valgrind, on a real run and
# on damaged copies of it. Not for sanitized builds.
set -euo pipefail
samebits=$(realpath "$1")/samebits
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

# clean ARG...: 9 is valgrind's; 125 is samebits' refusal, which is fine.
clean() {
	local status=0
	valgrind -q --error-exitcode=9 --leak-check=full "$samebits" "$@" \
		>out 2>err || status=$?
	if [ $status -ne 0 ] && [ $status -ne 125 ]; then
		echo "samebits $* under valgrind: status $status"
		cat err
		exit 1
	fi
}

"$samebits" run -q --trace full sh -c 'date; true; date' >/dev/null
clean list
clean list --json
clean sources
clean sources --json
clean report
clean report --json
clean report 7
clean report --sits

RANDOM=1
for i in 1 2 3 4 5 6; do
	rm -rf damaged
	cp -r .samebits/000001 damaged
	for file in damaged/*.log damaged/board; do
		size=$(stat -c %s "$file")
		for _ in 1 2 3 4 5 6 7 8; do
			# Most of what is read lies in front.
			printf "\\x$(printf %02x $((RANDOM % 256)))" | dd \
				of="$file" bs=1 conv=notrunc status=none \
				seek=$((RANDOM * RANDOM % (size >> (i % 6))))
		done
		if [ $((i % 2)) = 0 ]; then
			truncate -s $((size / (1 + RANDOM % 20))) "$file"
		fi
	done
	clean report --json ./damaged
done
