#!/bin/bash
# SPDX-License-Identifier: MIT
# Who may include whom, and what the object exports and needs.
# test_layout.sh SOURCE_ROOT LIBSAMEBITS
set -euo pipefail
cd "$1"
bad=0
complain() { echo "$*"; bad=1; }

grep -nE '#include "(\.\./)*tools/' -r shim && complain "shim includes tools"
grep -nE '#include "(\.\./)*(shim/)?wrap/' -r shim tools && complain "wrap included"
grep -nhE '#include "\.\./shim/' -r tools |
	grep -vE 'shim/(event|source|digest)\.h' && complain "tools see the engine"
grep -LE 'banned.h' shim/*.c shim/wrap/*.c | grep . && complain "no banned.h"

# Nothing but libc may enter the program's global scope.
readelf -d "$2" | grep NEEDED | grep -vE 'libc\.so|ld-linux' &&
	complain "needs more than libc"
readelf -d "$2" | grep -q INITFIRST || complain "not linked initfirst"
nm -D "$2" | grep -E ' T _Unwind' && complain "exports an unwinder"

# An alias of a name that headers had changed would be libc's function.
nm -D "$2" | awk '$1 == "U" { sub(/@.*/, "", $2); need[$2] }
	$2 == "T" { have[$3] }
	END { for (name in need) if (name in have || (name "64") in have ||
		(sub(/64$/, "", name) && name in have)) print name }' | grep . &&
	complain "needs what it stands in front of"

# The loader's functions see their real caller: the hooks leave by a jump.
code=$(objdump -d --no-show-raw-insn "$2")
for fn in dlopen dlmopen dlsym dlvsym vfork syscall; do
	# objdump shows one of a function's names.
	awk -v fn="^<(__)?$fn>:$" '$2 ~ fn { on = 1 } /^$/ { on = 0 }
		on && /jmp +\*%r11/ { ok = 1 } END { exit !ok }' <<<"$code" ||
		complain "$fn does not leave by a jump"
done
# Thread-local storage stays under 1 KiB.
tls=$(readelf -lW "$2" | awk '$1 == "TLS" { print $6 }')
[ "$((tls))" -lt 1024 ] || complain "thread-local storage: $tls bytes"
exit $bad
