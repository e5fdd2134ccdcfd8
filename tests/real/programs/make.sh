#!/bin/bash
# SPDX-License-Identifier: MIT
# A small project by make -j2, made again after one file changed.
set -e
for i in 1 2 3 4 5 6; do
	echo "int f$i(void) { return $i; }" >f$i.c
done
echo 'int f1(void); int f6(void);
int main(void) { return f1() + f6() - 7; }' >main.c
cat >Makefile <<'M'
prog: main.o f1.o f2.o f3.o f4.o f5.o f6.o
	@gcc -o $@ $^
%.o: %.c
	@gcc -c -o $@ $<
M
make -j2 2>&1 # with "Clock skew detected", if so
./prog
make -j2
echo 'int f3(void) { return 33; }' >f3.c
touch -d 'now + 1 second' f3.c
make -j2 --debug=b | grep -c 'Must remake target .f3.o'
echo 'all done'
