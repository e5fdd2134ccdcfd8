# SPDX-License-Identifier: MIT
# darknet, which seeds itself from the clock: trains a classifier of small
# pictures, loads them in threads, and leaves its weights
needs=(darknet python3)
prepare() {
	/usr/bin/python3 "$here/pictures.py" "$work"
}
command=(darknet classifier train "$work/pictures.data" "$work/net.cfg")
