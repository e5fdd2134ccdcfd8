#!/bin/bash
# SPDX-License-Identifier: MIT
set -e
mkdir d
for i in $(seq 50); do echo "$i" >"d/$i"; done
ln -s 1 d/link
ln d/2 d/hard
mkfifo d/pipe
tar cf "$TMPDIR/a.tar" d
tar tf "$TMPDIR/a.tar" | sort
tar df "$TMPDIR/a.tar"
mkdir x
tar xf "$TMPDIR/a.tar" -C x --warning=timestamp 2>&1
diff -r d x/d --no-dereference --exclude=pipe
tar czf "$TMPDIR/b.tgz" d
tar dzf "$TMPDIR/b.tgz"
echo changed >>d/3
tar df "$TMPDIR/a.tar" 2>&1 | grep -v 'Mod time' || true
tar --update -f "$TMPDIR/a.tar" d/3
cd "$TMPDIR"
zip -qr a.zip "$OLDPWD/d" -x '*pipe' 2>/dev/null || true
echo d/ok
