#!/bin/bash
# SPDX-License-Identifier: MIT
# tests/valgrind.sh BUILD: the shim in programs under valgrind; the reading verbs
# under it, on a real run and on damaged copies. Not for sanitized builds.
set -euo pipefail
build=$(realpath "$1")
samebits=$build/samebits
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

# Standalone, as valgrind is not the program.
shim() {
	env SAMEBITS="trace=full,store=$dir/shim" \
		LD_PRELOAD="$build/shim/libsamebits.so" \
		valgrind -q --error-exitcode=9 "$build/tests/programs/$1" \
		"${@:2}" >out 2>err || {
		echo "$* with the shim under valgrind: status $?"
		cat err
		exit 1
	}
}

shim raw_fork
shim victim_rand thread
shim victim_getrandom fork
shim victim_clock_gettime local
shim victim_sem_timedwait thread
shim victim_pthread_create main
shim victim_system main
shim victim_popen main
shim victim_dlsym dlsym
shim victim_timer_settime main

"$samebits" run -q --trace full sh -c 'date; true; date' >/dev/null
clean list
clean list --json
clean sources
clean sources --json
clean report
clean report --json
clean report 7
clean report --sits
clean export --jsonl j --folded f --perfetto p --sqlite s
clean rm --keep 5

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
	clean export --jsonl j --folded f --perfetto p --sqlite s ./damaged
done
