# The threads of C11: mtx, cnd, tss, call_once, thrd_yield and thrd_sleep.
needs=(gcc)
prepare() {
	gcc -O2 -pthread "$here/c11.c" -o "$work/c11"
}
command=("$work/c11")
