#!/bin/bash
# SPDX-License-Identifier: MIT
# cmake, ninja and ccache; built twice, the second time nothing to do.
set -e
for i in 1 2 3 4; do
	echo "int f$i(void) { return $i; }" >f$i.c
done
echo 'int f1(void); int main(void) { return f1() - 1; }' >main.c
cat >CMakeLists.txt <<'C'
cmake_minimum_required(VERSION 3.20)
project(small C)
add_executable(prog main.c f1.c f2.c f3.c f4.c)
C
export CCACHE_DIR=$TMPDIR/ccache
cmake -G Ninja -S . -B "$TMPDIR/b" -DCMAKE_C_COMPILER_LAUNCHER=ccache >/dev/null
ninja -C "$TMPDIR/b" | tail -n 1
"$TMPDIR/b/prog"
ninja -C "$TMPDIR/b" | tail -n 1
ninja -C "$TMPDIR/b" clean | tail -n 1
ninja -C "$TMPDIR/b" | tail -n 1
ccache --print-stats | grep -E '^(direct|preprocessed)_cache_hit|cache_miss'
