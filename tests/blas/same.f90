! SPDX-License-Identifier: MIT
! What Fortran gets from BLAS: results through arguments, and real, complex and
! integer values of functions. Prints their bits.
program same
  implicit none
  integer, parameter :: n = 210
  real :: sa(n, n), sb(n, n), sc(n, n)
  double precision :: da(n, n), db(n, n), dc(n, n)
  complex :: ca(n, n), cb(n, n), cc(n, n)
  complex(kind(1d0)) :: za(n, n), zb(n, n), zc(n, n)
  real, external :: sdot, snrm2, sasum, scnrm2, scasum
  double precision, external :: ddot, dnrm2, dasum, dznrm2, dzasum
  complex, external :: cdotu, cdotc
  complex(kind(1d0)), external :: zdotu, zdotc
  integer, external :: isamax, idamax, icamax, izamax
  integer :: i, j

  do j = 1, n
     do i = 1, n
        da(i, j) = sin(dble(i * 7 + j * 3)) / (i + j)
        db(i, j) = cos(dble(i - 2 * j)) * 3
     end do
  end do
  sa = real(da)
  sb = real(db)
  za = cmplx(da, db, kind(1d0))
  zb = cmplx(db, -da, kind(1d0))
  ca = cmplx(za)
  cb = cmplx(zb)
  sc = 0
  dc = 0
  cc = 0
  zc = 0

  call sgemm('n', 't', n, n, n, 1.5, sa, n, sb, n, 0.0, sc, n)
  call say(transfer(sc, [0]))
  call dgemm('T', 'N', n, n, n, -1d0, da, n, db, n, 1d0, dc, n)
  call say(transfer(dc, [0]))
  call cgemm('C', 'N', n, n, n, (1.0, 2.0), ca, n, cb, n, (0.0, 0.0), cc, n)
  call say(transfer(cc, [0]))
  call zherk('U', 'C', n, n, 0.5d0, za, n, 2d0, zc, n)
  call say(transfer(zc, [0]))
  call dtrsm('L', 'U', 'N', 'U', n, n, 1d0, da, n, dc, n)
  call say(transfer(dc, [0]))
  call zgemv('C', n, n, (1d0, 1d0), za, n, zb, 2, (0d0, 0d0), zc, 1)
  call say(transfer(zc, [0]))

  call say(transfer([sdot(n * n, sa, 1, sb, 1), snrm2(n * n, sa, 1), &
       sasum(n * n, sa, 1), scnrm2(n * n, ca, 1), scasum(n * n, ca, 1)], [0]))
  call say(transfer([ddot(n * n, da, 1, db, 1), dnrm2(n * n, da, 1), &
       dasum(n * n, da, 1), dznrm2(n * n, za, 1), dzasum(n * n, za, 1)], [0]))
  call say(transfer([cdotu(n * n, ca, 1, cb, 1), cdotc(n, ca, n, cb, -1)], [0]))
  call say(transfer([zdotu(n * n, za, 1, zb, 1), zdotc(n, za, n, zb, -1)], [0]))
  print '(4i8)', isamax(n * n, sa, 1), idamax(n, da, 3), icamax(n * n, ca, 1), &
       izamax(n, zb, n)

contains

  subroutine say(bits)
    integer, intent(in) :: bits(:)
    integer(8) :: sum
    integer :: k

    sum = 0
    do k = 1, size(bits)
       sum = mod(sum * 31 + iand(int(bits(k), 8), 4294967295_8), &
            1000000000000007_8)
    end do
    print '(i16)', sum
  end subroutine say
end program same
