# OpenMP within OpenMP: nested teams, trees of tasks, their reductions and
# dependences, ordered loops, locks, what is threadprivate.
needs=(gcc)
prepare() {
	gcc -O2 -fopenmp "$here/openmp_nested.c" -lm -o "$work/nested"
}
command=(env OMP_MAX_ACTIVE_LEVELS=3 "$work/nested")
