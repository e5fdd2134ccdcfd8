#!/bin/bash
# SPDX-License-Identifier: MIT
# pip makes and installs a package of ours; nothing is fetched.
set -e
cd "$TMPDIR"
/usr/bin/python3 -m venv --system-site-packages v
mkdir p
cat >p/setup.py <<'P'
from setuptools import setup
setup(name="small", version="1", py_modules=["small"])
P
echo 'answer = 42' >p/small.py
v/bin/pip install -q --no-index --no-build-isolation --no-deps ./p
v/bin/python -c 'import small; print(small.answer)'
v/bin/pip uninstall -q -y small
v/bin/pip list --format=freeze | grep -c small || true
