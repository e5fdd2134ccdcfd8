! SPDX-License-Identifier: MIT
! Fortran's loops and settings: every iteration once, and who got what.
program loops
  use omp_lib
  implicit none
  integer, parameter :: n = 100
  integer :: hits(n), owner(n), i
  call omp_set_num_threads(4)
  call omp_set_schedule(omp_sched_guided, 2)
  hits = 0
  !$omp parallel do schedule(dynamic, 2)
  do i = 1, n
    hits(i) = hits(i) + 1
    owner(i) = omp_get_thread_num()
  end do
  print '(100i1)', owner
  !$omp parallel do schedule(runtime)
  do i = 1, n
    hits(i) = hits(i) + 1
    owner(i) = omp_get_thread_num()
  end do
  print '(100i1)', owner
  if (any(hits /= 2)) stop 1
end program
