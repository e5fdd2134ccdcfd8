#!/bin/bash
# SPDX-License-Identifier: MIT
# tests/real/run.sh [--json] [NAME...]: real programs natively, run and audited.
# Installs what those of table.txt need, Debian packages and, into a virtual
# environment under build/, wheels.
set -euo pipefail
cd "$(dirname "$0")/../.."

bash tests/deps.sh build
bash tests/deps.sh these python3 python3-venv >&2
needs=$(/usr/bin/python3 tests/real/real.py --needs "$@")
bash tests/deps.sh these $(grep -v '^pip:' <<<"$needs" || true) >&2
wheels=$(sed -n 's/^pip://p' <<<"$needs")
venv=build/real/venv

[ -f build/build.ninja ] || meson setup build >&2
ninja -C build samebits shim/libsamebits.so >&2
if [ -n "$wheels" ]; then
	[ -x $venv/bin/pip ] || /usr/bin/python3 -m venv $venv
	$venv/bin/pip install -q --no-cache-dir --only-binary :all: \
		--disable-pip-version-check $wheels >&2
fi
exec /usr/bin/python3 tests/real/real.py "$@"
