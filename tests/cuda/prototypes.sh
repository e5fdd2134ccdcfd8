#!/bin/sh
# SPDX-License-Identifier: MIT
# prototypes.sh FILE CC…: compiles what we declare after NVIDIA's own headers.
# Exits 77 where there are none.
set -eu
file=$1
shift
include=${CUDA_HOME:-/usr/local/cuda}/include
for header in cublas_v2.h cublasLt.h cudnn.h curand.h cusolverDn.h \
	cusparse.h nccl.h cuda.h; do
	if [ ! -f "$include/$header" ]; then
		echo "skipped: no $header in $include"
		exit 77
	fi
done
exec "$@" -std=gnu11 -Wall -Wextra -Werror -fsyntax-only -isystem "$include" \
	"$file"
