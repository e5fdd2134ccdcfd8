#!/bin/bash
# SPDX-License-Identifier: MIT
# find, sort, xargs, rsync, gcc, sed, gzip, timeout, du.
set -e
mkdir -p a/b/c
for i in $(seq 100); do echo "$((i * 7919 % 101))" >"a/b/$i"; done
find a -type f | sort | md5sum
find a -newer a/b/1 -type f -name '1*' | wc -l | grep -vx -- -1 >/dev/null
find a -name '*7' -print0 | sort -z | xargs -0 -P2 -n1 cat | sort -n | tr '\n' ' '
seq 200000 | sort -R --random-source=/bin/sh --parallel=2 | sort -n --parallel=2 -S1M | md5sum
rsync -a a/ copy/
rsync -ain a/ copy/
diff -r a copy
echo 'int main(void) { return 0; }' >m.c
gcc -O2 -c m.c -o m.o
gcc -flto -O2 m.c -o m && ./m
timeout 20 sleep 0.05 && echo slept
timeout 0.05 sleep 20 || echo $?
gzip -n <m.c | gunzip
cp -a a again && diff -r a again
du -s --apparent-size a/b/1 | cut -f1
( flock 9; echo locked ) 9>lock
date -d '2024-01-01 +1 day' +%F
test a/b/2 -ot a/b/1 || echo no older
