# POSIX threads: the races of tests/turns/stress one after the other; lost
# updates, order of arrival, lines of output, addresses, timers, timed waits,
# sums.
needs=(gcc)
prepare() {
	local race
	for race in addresses arrival lines lost sums ticks timed; do
		gcc -O2 -pthread "$root/tests/turns/stress/$race.c" -lm \
			-o "$work/$race"
	done
}
command=(sh -c 'for race; do "$race" || exit; done' sh
	"$work/"{addresses,arrival,lines,lost,sums,ticks,timed})
