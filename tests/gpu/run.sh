#!/bin/sh
# SPDX-License-Identifier: MIT
# run.sh [SAMEBITS [options of gpu.py]]: the checks that need an NVIDIA GPU and
# PyTorch ($PYTHON, else python3). Prints a table; exits 1 on a miss, 77 where
# there is no GPU or no PyTorch. --dry-run tries all but the GPU, on the CPU.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
samebits=${1:-$here/../../build/samebits}
[ $# -eq 0 ] || shift
python=${PYTHON:-python3}

if [ ! -x "$samebits" ]; then
	echo "run.sh: no $samebits: build first, or name it" >&2
	exit 1
fi
if ! "$python" -c 'import torch' 2>/dev/null; then
	echo "skipped: $python has no torch (PYTHON= names another)"
	exit 77
fi
case " $* " in
*" --dry-run "*) ;;
*)
	if ! "$python" -c 'import sys, torch
sys.exit(not torch.cuda.is_available())' 2>/dev/null; then
		echo "skipped: torch sees no NVIDIA GPU here"
		exit 77
	fi
	;;
esac
exec "$python" "$here/gpu.py" "$samebits" "$@"
