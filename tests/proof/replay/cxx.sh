# SPDX-License-Identifier: MIT
# C++: random_device, and threads with mutexes, conditions and shared locks
needs=(g++)
prepare() {
	g++ -std=c++17 -O2 -pthread "$here/work.cc" -o "$work/work"
}
command=("$work/work")
