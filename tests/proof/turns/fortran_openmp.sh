# Fortran with OpenMP: reductions of arrays, atomics, critical regions, tasks,
# ordered loops, workshare, threadprivate.
needs=(gfortran)
prepare() {
	gfortran -O2 -fopenmp "$here/fortran_openmp.f90" -J "$work" \
		-o "$work/fortran"
}
command=(env OMP_NUM_THREADS=6 "$work/fortran")
