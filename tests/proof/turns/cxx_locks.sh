# C++: std::thread, all mutexes, shared_mutex, condition_variable(_any),
# call_once, thread_local.
needs=(g++)
prepare() {
	g++ -std=c++20 -O2 -pthread "$here/cxx_locks.cc" -o "$work/locks"
}
command=("$work/locks")
