# Boost.Fiber: fibers of four threads that share a mutex and a channel.
needs=(g++ libboost-fiber-dev libboost-context-dev)
prepare() {
	g++ -std=c++17 -O2 -pthread "$here/fibers.cc" -lboost_fiber \
		-lboost_context -o "$work/fibers"
}
command=("$work/fibers")
