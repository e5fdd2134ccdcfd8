# The same with locks and yields now and then, which protect nothing.
needs=(gcc)
prepare() {
	gcc -O2 -pthread "$root/tests/turns/stress/racey.c" -o "$work/racey"
}
command=("$work/racey" calls)
