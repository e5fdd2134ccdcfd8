# SPDX-License-Identifier: MIT
# node: workers, Atomics.wait, keys, compression and files
needs=(nodejs)
command=(node "$here/pool.js")
options=(--crypto=force)
