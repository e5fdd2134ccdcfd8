! SPDX-License-Identifier: MIT
! A program with an xerbla of its own, and arguments that it has to be told of.
program refused
  implicit none
  double precision :: a(9) = 1, b(9) = 2, c(9) = 3
  integer :: pivots(3), info

  call dgemm('N', 'N', 3, 3, 3, 1d0, a, 2, b, 3, 0d0, c, 3)
  call dgemv('o', 3, 3, 1d0, a, 3, b, 1, 0d0, c, 1)
  call dgesv(-1, 1, a, 3, pivots, b, 3, info)
  print '(a, i3)', 'info', info
end program refused

subroutine xerbla(name, argument)
  character(*), intent(in) :: name
  integer, intent(in) :: argument

  print '(a, i3)', trim(name), argument
end subroutine xerbla
