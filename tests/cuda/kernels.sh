#!/bin/sh
# SPDX-License-Identifier: MIT
# kernels.sh SAMEBITS ATOMICS_CU: a report names the kernels that add floats
# atomically, and not the one that adds integers. Exits 77 without nvcc or
# cuobjdump (PATH, $CUDA_HOME/bin, or a wheel's folder in $CUOBJDUMP_DIR).
set -eu
home=${CUDA_HOME:-/usr/local/cuda}
PATH=${CUOBJDUMP_DIR:-/nowhere}:$PATH:$home/bin
export PATH
for tool in nvcc cuobjdump nvdisasm; do
	if ! command -v "$tool" >/dev/null; then
		echo "skipped: no $tool"
		exit 77
	fi
done
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
export XDG_CACHE_HOME="$dir/cache" XDG_CONFIG_HOME="$dir/config"
nvcc -arch=sm_80 -cudart shared -o "$dir/atomics" "$2"
LD_LIBRARY_PATH=$home/lib64 "$1" run -q --store "$dir/store" -- "$dir/atomics"
for round in fresh cached; do
	"$1" report --store "$dir/store" >"$dir/report"
	for kernel in adds_floats adds_doubles; do
		if ! grep "float atomics" "$dir/report" | grep -q "$kernel"; then
			echo "$round: $kernel is not named"
			cat "$dir/report"
			exit 1
		fi
	done
	if grep "float atomics" "$dir/report" | grep adds_integers; then
		exit 1
	fi
done
# Launches have names.
"$1" export --store "$dir/store" --jsonl - | grep -q 'kernel=_Z11adds_floatsPfPKf'
