# Threading Building Blocks, and C++'s parallel algorithms on them: sums whose
# order is that of the threads, queues, groups of tasks, a pipeline, tasks that
# wait for each other.
needs=(g++ libtbb-dev)
prepare() {
	g++ -std=c++20 -O2 -pthread "$here/tbb.cc" -ltbb -o "$work/tbb"
}
command=("$work/tbb")
