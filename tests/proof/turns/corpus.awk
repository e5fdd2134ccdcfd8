# Lines of words, frequent and rare ones, of three kinds that prefer other words.
# -v lines=N -v labels=1: each begins with its kind.
function draw(n) {
	state = (state * 16807) % 2147483647
	return state % n
}
BEGIN {
	state = 42
	for (l = 0; l < lines; l++) {
		kind = draw(3)
		line = labels ? "__label__" kind : ""
		for (w = 0; w < 15; w++) {
			a = draw(400)
			b = draw(400)
			line = line " word" kind * 100 + (a < b ? a : b)
		}
		print line
	}
}
