# Threads that read and write the same words without locks; a signature of all.
needs=(gcc)
prepare() {
	gcc -O2 -pthread "$root/tests/turns/stress/racey.c" -o "$work/racey"
}
command=("$work/racey")
