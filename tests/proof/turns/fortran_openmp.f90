! SPDX-License-Identifier: MIT
! Sums whose last digits tell in which order the parts came, and a record of who
! came when.
module record
  use iso_fortran_env, only: int64
  implicit none
  integer(int64) :: order = 1
  integer :: calls = 0
  !$omp threadprivate(calls)
contains
  ! Different work for each, or threads would keep step.
  real function part(i)
    integer, intent(in) :: i
    real(8) :: x
    integer :: k
    x = i
    do k = 1, mod(i, 67) * 5
      x = sqrt(x + k)
    end do
    calls = calls + 1
    part = sin(real(i)) / real(1 + mod(i, 89)) + real(x) * 1e-7
  end function part

  ! No lock: what is lost, is lost each time.
  subroutine came(i)
    integer, intent(in) :: i
    order = mod(order * 31 + i, 1000000007_int64)
  end subroutine came

  recursive real function tree(depth, i) result(sum)
    integer, intent(in) :: depth, i
    real :: left, right
    if (depth == 0) then
      call came(i)
      sum = part(i)
      return
    end if
    !$omp task shared(left)
    left = tree(depth - 1, 2 * i)
    !$omp end task
    !$omp task shared(right)
    right = tree(depth - 1, 2 * i + 1)
    !$omp end task
    !$omp taskwait
    sum = left + right
  end function tree
end module record

program sums
  use omp_lib
  use record
  implicit none
  real :: total, bins(8), a(500), atomic
  integer :: i, all

  total = 0
  bins = 0
  atomic = 0
  all = 0
  !$omp parallel do reduction(+:total, bins) schedule(dynamic, 3)
  do i = 1, 3000
    total = total + part(i)
    bins(1 + mod(i, 8)) = bins(1 + mod(i, 8)) + part(i)
    call came(omp_get_thread_num())
  end do
  !$omp end parallel do
  print '(a, 9z9.8)', 'reductions', total, bins

  !$omp parallel private(i) shared(atomic, all)
  !$omp do schedule(guided)
  do i = 1, 1000
    !$omp atomic
    atomic = atomic + part(i)
  end do
  !$omp end do nowait
  !$omp do ordered schedule(dynamic)
  do i = 1, 100
    total = part(i)
    !$omp ordered
    call came(i)
    !$omp end ordered
  end do
  !$omp end do
  !$omp critical
  all = all * 3 + mod(calls, 1000)
  call came(omp_get_thread_num())
  !$omp end critical
  !$omp single
  call came(omp_get_thread_num())
  total = tree(7, 1)
  !$omp end single
  !$omp workshare
  a = atomic
  a(1:250) = a(1:250) * 2
  !$omp end workshare
  !$omp end parallel
  print '(a, 3z9.8, i12)', 'regions', atomic, total, sum(a), all
  print '(a, i12)', 'order', order
end program sums
