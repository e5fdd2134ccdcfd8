! SPDX-License-Identifier: MIT
! Fortran's random numbers and clocks. With an argument the numbers are seeded;
! a team of threads draws too.
program draws
  implicit none
  real(4) :: r4, times(2)
  real(8) :: r8, row(2, 3), team(4)
  real(10) :: r10
  real(16) :: r16
  integer(4) :: count4, values(8), n
  integer(8) :: count8
  integer, allocatable :: seed(:)
  character(24) :: text
  integer :: i

  if (command_argument_count() > 0) then
    call random_seed(size=n)
    allocate(seed(n))
    seed = 42
    call random_seed(put=seed)
    call srand(7)
  end if
  call random_number(r4)
  call random_number(r8)
  call random_number(r10)
  call random_number(r16)
  call random_number(row(1, :))
  print *, r4, r8, r10, r16, row(1, :)
  print *, rand(), irand(), rand(0), irand(-5), rand(9), irand(1), irand()
  if (command_argument_count() > 0) stop

  !$omp parallel do num_threads(4) schedule(static) private(r8)
  do i = 1, 4
    call random_number(r8)
    team(i) = r8
  end do
  print *, team
  call random_init(.false., .false.)
  call random_number(r8)
  print *, r8
  call system_clock(count4)
  call system_clock(count8)
  call cpu_time(r8)
  call date_and_time(values=values)
  print *, count4, count8, r8, values
  call fdate(text)
  print *, secnds(0.0), second(), etime(times), dtime(times), time(), text
end program
