/* SPDX-License-Identifier: MIT */
/* samebits rm: which runs go, and which must not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "harness.h"

#define RUNS(n) "for i in $(seq " #n "); do $SB run -q true; done; "
#define LEFT(list) " && [ \"$(ls .samebits | tr '\\n' ' ')\" = '" list "' ]"

static void test_which(void **state)
{
	static const struct command which[] = {
		{ RUNS(9) "$SB rm 3 000004 .samebits/000005"
		  LEFT("000001 000002 000006 000007 000008 000009 latest "), 0,
		  "removed 3 runs" },
		{ "$SB rm latest" LEFT("000001 000002 000006 000007 000008 "
		  "latest ") " && $SB report | grep -q 000008", 0,
		  "removed 1 run" },
		{ "$SB rm --keep 3 --older 1" LEFT("000001 000002 000006 "
		  "000007 000008 latest "), 0, "removed 0 runs" },
		{ "sed -i 's/\"start\": [0-9]*/\"start\": 1000000000/' "
		  ".samebits/00000[168]/manifest.json; "
		  "$SB rm --keep 3 --older 1"
		  LEFT("000002 000006 000007 000008 latest "), 0,
		  "removed 1 run" },
		{ "$SB rm --older 1" LEFT("000002 000007 latest "), 0,
		  "removed 2 runs" },
		{ "$SB report | grep -q 000007", 0, "" },
		{ "$SB run -q true; $SB rm --keep=2"
		  LEFT("000007 000008 latest "), 0, "removed 1 run" },
		/* Without a manifest: the directory's own age. */
		{ "rm .samebits/000007/manifest.json; touch -d 2001-01-01 "
		  ".samebits/000007; $SB rm --older 9" LEFT("000008 latest "),
		  0, "" },
		{ "mkdir -p .samebits/000008/a/b; touch .samebits/000008/a/c; "
		  "$SB rm --all" LEFT(""), 0, "removed 1 run" },
		{ "$SB rm --all", 0, "removed 0 runs" },
		{ "$SB run -q true; mkdir -p .samebits/.removed-000009/x; "
		  "$SB rm 1 && ! [ -e .samebits/.removed-000009 ]", 0, "" },
	};

	(void)state;
	COMMANDS(which);
}

static void test_errors(void **state)
{
	static const struct command errors[] = {
		{ "$SB rm", 125, "rm what?" },
		{ "$SB rm --all", 125, ".samebits: No such file" },
		{ RUNS(2) "$SB rm 7", 125, "7: no such run in .samebits" },
		{ "$SB rm 2 7; s=$?; [ -e .samebits/000002 ] || exit $s", 125,
		  "removed 1 run" },
		{ "$SB rm 1 --all", 125, "not both" },
		{ "$SB rm --all --keep 1", 125, "--all excludes" },
		{ "$SB rm --keep x", 125, "--keep x: not a number" },
		{ "$SB rm --older -1", 125, "--older -1: not a number" },
		{ "mkdir -p precious/1; $SB rm ./precious", 125,
		  "no run in this directory" },
		{ "$SB rm .; ls -d precious", 0, "no run in this directory" },
		{ "$SB rm /; $SB rm ..; $SB rm ''; ls -d precious .samebits", 0,
		  "no run in this directory" },
	};

	(void)state;
	COMMANDS(errors);
}

static void test_running(void **state)
{
	static const struct command running[] = {
		{ "$SB run -q true; mkfifo f; $SB run -q cat f & "
		  "while ! $SB report | grep -q 000002; do sleep 0.02; done; "
		  "$SB rm latest; s=$?; echo > f; wait; exit $s", 125,
		  "latest: run 000002 is still going on" },
		{ "ls -d .samebits/000002", 0, "" },
		{ "$SB run -q cat f & while ! [ -e .samebits/000003/board ]; "
		  "do sleep 0.02; done; $SB rm --all && ls -d .samebits/000003 && "
		  "! ls -d .samebits/000001; s=$?; echo > f; wait; exit $s", 0,
		  "run 000003 is still going on: kept" },
		/* The launcher is gone, a child is not. */
		{ "$SB run -q sh -c 'cat f &' > o; $SB rm 4; s=$?; echo > f; "
		  "exit $s", 125, "still going on" },
		{ "while ! $SB rm 4; do sleep 0.05; done", 0, "removed" },
		/* Nor is what ends a moment after it. */
		{ "$SB run -q sh -c 'sleep 0.5 > o &'; $SB rm latest", 0,
		  "removed 1 run" },
		/* What was killed leaves a board that says alive. */
		{ "$SB run -q sh -c 'kill -9 $$'; $SB rm latest", 0,
		  "removed 1 run" },
		{ "mkfifo g; $SB run -q cat g & while ! [ -e "
		  ".samebits/000004/manifest.json ]; do sleep 0.02; done; "
		  "$SB rm --force latest; s=$?; echo > g; wait; exit $s", 0,
		  "removed 1 run" },
		{ "mkdir .samebits/000009; $SB rm --all", 0, "going on" },
	};

	(void)state;
	COMMANDS(running);
}

static void test_side_by_side(void **state)
{
	static const struct command many[] = {
		{ RUNS(20) "for i in 1 2 3 4 5 6; do $SB rm --keep 4 & done; "
		  "$SB run -q true & wait; $SB rm --keep 4 && "
		  "ls .samebits | grep -c ^0 | grep -qx 4 && $SB report", 0,
		  "" },
	};

	(void)state;
	COMMANDS(many);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_which),
		CASE(test_errors),
		CASE(test_running),
		CASE(test_side_by_side),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
