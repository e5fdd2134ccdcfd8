! SPDX-License-Identifier: MIT
program draws
  implicit none
  real :: x(3)
  double precision :: y
  integer :: count, values(8)
  call random_number(x)
  call random_number(y)
  print *, x, y
  call random_init(.false., .true.)
  call random_number(x)
  print *, x
  call system_clock(count)
  call date_and_time(values=values)
  print *, count, values
end program
