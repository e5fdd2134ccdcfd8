# C++20: async, promises, barrier, latch, counting_semaphore, jthread with
# stop_token, atomic wait and notify, atomic shared_ptr.
needs=(g++)
prepare() {
	g++ -std=c++20 -O2 -pthread "$here/cxx_sync.cc" -o "$work/sync"
}
command=("$work/sync")
