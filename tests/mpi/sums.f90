! SPDX-License-Identifier: MIT
! Sums over ranks, as Fortran calls for them.
program sums
  include 'mpif.h'
  integer, parameter :: n = 20000
  real :: mine(n), total(n), again(n), first(n)
  integer :: rank, ierror, i
  double precision :: start
  call MPI_INIT(ierror)
  call MPI_COMM_RANK(MPI_COMM_WORLD, rank, ierror)
  start = MPI_WTIME()
  do i = 1, n
    mine(i) = real(mod(i * 7919 + rank * 104729, 10007) - 5003) * &
              2.0 ** mod(i + rank * 5, 21) * 0.3
  end do
  call MPI_ALLREDUCE(mine, total, n, MPI_REAL, MPI_SUM, MPI_COMM_WORLD, ierror)
  again = mine
  call MPI_ALLREDUCE(MPI_IN_PLACE, again, n, MPI_REAL, MPI_SUM, MPI_COMM_WORLD, ierror)
  first = total
  call MPI_REDUCE(mine, first, n, MPI_REAL, MPI_SUM, 0, MPI_COMM_WORLD, ierror)
  if (rank == 0) then
    print '(A,3(1X,Z16.16))', 'sums', sum(transfer(total, [1_8])), &
      sum(transfer(again, [1_8])), sum(transfer(first, [1_8]))
    print '(A,L2,L2)', 'equal', all(total == again), all(total == first)
    print '(A,F12.9)', 'seconds', MPI_WTIME() - start
  end if
  call MPI_FINALIZE(ierror)
end program
