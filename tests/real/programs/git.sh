#!/bin/bash
# SPDX-License-Identifier: MIT
# The dates are given: the ids are the same natively.
set -e
export GIT_AUTHOR_DATE='2024-01-01T00:00:00Z'
export GIT_COMMITTER_DATE=$GIT_AUTHOR_DATE GIT_CONFIG_NOSYSTEM=1
export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=a
export GIT_COMMITTER_EMAIL=a@b
cd "$TMPDIR"
git init -q -b main r
cd r
for i in $(seq 30); do echo "$i" >"file $i"; done
git add .
git commit -q -m 'one'
for i in $(seq 5); do
	echo "$i" >>"file $i"
	git commit -q -a -m "change $i"
done
git status --porcelain
git log --format=%H
git checkout -q -b side HEAD~2
echo side >side
git add side
git commit -q -m side
git merge -q -m merge main
git gc -q
git fsck --strict 2>&1
git clone -q . ../clone
git -C ../clone log --format=%H -1
git -C ../clone status --short --branch
git repack -a -d -q --threads=2
git stash list
sleep 0.01
echo more >>side
git diff --stat
git worktree add -q ../tree main
git -C ../tree status --short --branch
git archive HEAD | md5sum
