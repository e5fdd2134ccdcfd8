! SPDX-License-Identifier: MIT
! Routines of LAPACK that samebits has no rows for: with many arguments, letters
! among them, and with results of all types. Says digests of what they return.
program expert
  implicit none
  integer, parameter :: n = 180, rhs = 3
  double precision :: a(n, n), f(n, n), b(n, rhs), x(n, rhs), r(n), c(n)
  double precision :: rcond, ferr(rhs), berr(rhs), work(4 * n)
  integer :: pivot(n), iwork(n), info, i, j
  integer(8) :: state = 1
  character :: equed
  double precision, external :: dlansy
  real, external :: slange
  complex(8), external :: zladiv

  do j = 1, n
    do i = 1, n
      a(i, j) = draw()
    end do
  end do
  do j = 1, rhs
    do i = 1, n
      b(i, j) = draw()
    end do
  end do
  call dgesvx('E', 'T', n, rhs, a, n, f, n, pivot, equed, r, c, b, n, x, n, &
              rcond, ferr, berr, work, iwork, info)
  print '(a, i0, 1x, z16.16)', 'dgesvx ', info, digest(reshape(x, [n * rhs]))
  print '(a, z16.16)', 'dlansy ', transfer(dlansy('F', 'U', n, a, n, work), 1_8)
  print '(a, z8.8)', 'slange ', transfer(slange('1', 8, 8, real(a(1:8, 1:8)), &
                                                8, real(work)), 1)
  print '(a, 2z17.16)', 'zladiv ', transfer(zladiv((1d0, 2d0), (3d0, -7d0)), &
                                            [1_8, 1_8])
contains
  double precision function draw()
    state = iand(state * 1103515245_8 + 12345_8, 2147483647_8)
    draw = dble(state) / 2147483648d0 - 0.5d0
  end function

  integer(8) function digest(v)
    double precision, intent(in) :: v(:)
    integer :: k

    digest = 0
    do k = 1, size(v)
      digest = ieor(ishftc(digest, 7), transfer(v(k), 1_8))
    end do
  end function
end program
