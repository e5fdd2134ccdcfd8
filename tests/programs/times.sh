#!/bin/bash
# SPDX-License-Identifier: MIT
# times.sh SCENE DIR: programs that go by the times of files, at work in DIR.
# What a scene prints is the same in each run under samebits.
set -euo pipefail
scene=$1
rm -rf "$2/work"
mkdir -p "$2/work"
cd "$2/work"

# What has changed is made again, at once; what has not, is not.
make_again() {
	printf 'all: c\nc: b\n\tcp b c\nb: a\n\tcp a b\n' >Makefile
	for i in 1 2 3 4 5; do
		echo "$i" >a
		make 2>&1
		[ "$(cat c)" = "$i" ]
		make 2>&1
	done
	echo 6 >b
	make 2>&1
	[ "$(cat c)" = 6 ]
	touch a
	make -q && exit 1
	make -j2 2>&1 | grep -v jobserver
	[ "$(cat c)" = 5 ]
}

# By the output of programs that never close it.
make_filters() {
	printf 'c: b\n\tawk 1 b >c\nb: a\n\tawk 1 a >b\n' >Makefile
	for i in 1 2 3; do
		awk "BEGIN { print $i }" >a
		make 2>&1
		[ "$(cat c)" = "$i" ]
		make -q
	done
}

archive() {
	mkdir d
	for i in 3 1 2; do seq $i >d/$i; done
	tar cf plain.tar d
	tar cf posix.tar --format=posix d
	mkdir out
	tar xf plain.tar -C out
	tar df plain.tar -C out
	find out d -printf '%P %Ts\n' | sort
	tar tvf plain.tar --full-time
	md5sum plain.tar
	# Its headers hold pids and, natively, all the times.
	tar cf - --format=posix --pax-option=exthdr.name=%f d | md5sum
}

repository() {
	export HOME=$PWD GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b
	export GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@b
	git init -q -b main .
	for i in 1 2 3; do
		echo "$i" >file
		git add file
		git commit -qm "$i"
		git status --short
		# The same size, at once.
		echo x >file
		git status --short
		git checkout -q file
		git diff --stat
		git update-index --refresh
	done
	git log --format=%H%n%ct
}

module() {
	unset PYTHONDONTWRITEBYTECODE
	cat >main.py <<-'END'
	import importlib, os, sys
	sys.path.insert(0, ".")
	open("first.py", "w").write("value = 1\n")
	import first
	open("second.py", "w").write("value = 2\n")
	importlib.invalidate_caches()
	import second
	print(first.value, second.value)
	open("first.py", "w").write("value = 1000\n")
	importlib.reload(first)
	print(first.value, sorted(os.listdir("__pycache__")))
	s = os.stat("first.py")
	os.utime("second.py", ns=(s.st_atime_ns, s.st_mtime_ns))
	print(os.stat("second.py").st_mtime_ns == s.st_mtime_ns, s.st_mtime_ns)
	os.utime("second.py", (5, 6.5))
	print(os.stat("second.py").st_mtime)
	os.utime("second.py")
	print(os.stat("second.py").st_mtime > s.st_mtime)
	END
	/usr/bin/python3 main.py
	/usr/bin/python3 -c 'import first, second; print(first.value)'
	/usr/bin/python3 -v -c 'import first' 2>&1 | grep -c 'matches.*first.py'
	md5sum __pycache__/*
}

# What has been copied is not copied again; what has changed, is.
copies() {
	mkdir from
	echo 1 >from/a
	echo 1 >from/b
	touch -d '2001-02-03 04:05:06.789' from/b
	cp -a from cp
	rsync -a from/ to
	rsync -ai from/ to
	echo 22 >from/a # rsync and zip count in seconds
	rsync -ai from/ to
	cp -au from/. cp
	cat to/a cp/a
	stat -c '%n %Y' from/* to/* cp/*
	find . -newer to/b -name a | sort
	find . -newermt 2002-01-01 ! -newermt 2030-01-02 | sort
	touch -r from/b from/c
	[ ! from/c -nt from/b ] && [ ! from/c -ot from/b ] && [ from/a -nt from/b ]
	date -r from/c
}

packages() {
	mkdir -p p/DEBIAN p/usr/share
	printf 'Package: p\nVersion: 1\nArchitecture: all\n' >p/DEBIAN/control
	printf 'Maintainer: a <a@b>\nDescription: d\n' >>p/DEBIAN/control
	echo data >p/usr/share/p
	dpkg-deb --root-owner-group -b p p.deb >&2
	md5sum p.deb
	zip -qrX p.zip p
	zip -qurX p.zip p && exit 1
	md5sum p.zip
	echo more >>p/usr/share/p
	zip -qrX p.zip p
	unzip -p p.zip p/usr/share/p
	gzip -k p/usr/share/p
	zcat p/usr/share/p.gz
}

compiled() {
	cat >m.c <<-'END'
	#include "h.h"
	#include <stdio.h>
	int main(void) { printf("%d %s %s\n", N, __DATE__, __TIME__); }
	END
	printf 'm: m.o\n\tgcc m.o -o m\nm.o: m.c\n\tgcc -MMD -c m.c\n' >Makefile
	echo '-include m.d' >>Makefile
	for i in 1 2 3; do
		echo "#define N $i" >h.h
		make -s
		./m
		make -q
	done
	md5sum m m.o
	export CCACHE_DIR=$PWD/cache
	sed -i s/__DATE__/\"\"/ m.c
	sed -i s/__TIME__/\"\"/ m.c
	for i in 4 5 4; do
		echo "#define N $i" >h.h
		ccache gcc -c m.c -o m.o
		gcc m.o -o m
		./m
	done
}

"$scene"
