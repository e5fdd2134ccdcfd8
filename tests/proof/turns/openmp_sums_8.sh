# Sums of floating-point numbers by 8 threads of OpenMP: reductions, atomics and
# critical regions; static, dynamic and guided loops; tasks, sections.
needs=(gcc)
prepare() {
	gcc -O2 -fopenmp "$root/tests/gomp/sums.c" -lm -o "$work/sums"
}
command=("$work/sums" 8)
