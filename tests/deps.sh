#!/bin/bash
# SPDX-License-Identifier: MIT
# tests/deps.sh build|quickstart|test|these PACKAGE...: installs the Debian
# packages that are missing. Quiet where there is nothing to do.
set -euo pipefail

build="gcc meson ninja-build pkg-config libunwind-dev libdw-dev libjansson-dev
       libzydis-dev libsqlite3-dev libxxhash-dev libzip-dev libarchive-dev
       libgsl-dev libcurl4-openssl-dev"
python="python3-numpy python3-sklearn"
test="g++ libcmocka-dev clang libclang-rt-14-dev valgrind fasttext darknet
      libjemalloc2 libtcmalloc-minimal4 libeatmydata1 gawk mawk openssl
      openssh-client libsodium23 libgcrypt20 libuuid1 gfortran sqlite3 xxd
      busybox pwgen procps make git rsync zip unzip zstd ccache libpython3.11
      python3-threadpoolctl python3-joblib libblas3 libblas-test
      libopenblas0-pthread libopenblas0-openmp libopenblas64-0-pthread
      libblis4-pthread r-base-core
      libgomp1 libomp-14-dev libtbb-dev python3-venv
      python3-scipy chromium libmpich-dev libopenmpi-dev mpich munge
      openmpi-bin python3-mpi4py slurm-client slurmctld slurmd"

case "${1:-build}" in
build) wanted="$build" ;;
quickstart) wanted="$build $python" ;;
test) wanted="$build $python $test" ;;
these) shift; wanted="$*" ;;
*) echo "deps.sh: build, quickstart, test or these?" >&2; exit 2 ;;
esac

if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
	echo "deps.sh: not a Debian system; install by hand:" $wanted >&2
	exit 1
fi
missing=
for package in $wanted; do
	dpkg-query -W -f '${db:Status-Status}\n' "$package" 2>/dev/null |
		grep -qx installed || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" -eq 0 ]; then
	sudo=
elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
	sudo=sudo
else
	echo "deps.sh: missing packages; as root: apt-get install$missing" >&2
	exit 1
fi
echo "Installing$missing"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# sudo does not pass the environment on.
apt="$sudo env DEBIAN_FRONTEND=noninteractive apt-get"
if ! { $apt update && $apt install -y --no-install-recommends $missing; } \
	>"$log" 2>&1; then
	tail -n 20 "$log" >&2
	echo "deps.sh: apt-get failed (see above); put right what it names," \
		"or as root: apt-get install$missing" >&2
	exit 1
fi
