# Asio: one loop of events run by 4 threads, timers beside work, strands, a pool,
# a socket between two threads.
needs=(g++ libasio-dev)
prepare() {
	g++ -std=c++20 -O2 -pthread "$here/asio.cc" -o "$work/asio"
}
command=("$work/asio")
