# A table in libsvm's form: 3000 rows of 12 numbers, and a label of 0 or 1.
function draw() {
	state = (state * 16807) % 2147483647
	return state / 2147483647
}
BEGIN {
	state = 7
	for (r = 0; r < 3000; r++) {
		sum = 0
		line = ""
		for (c = 1; c <= 12; c++) {
			x = draw()
			sum += (c % 3 - 1) * x
			line = line " " c ":" sprintf("%.6f", x)
		}
		print (sum + draw() / 2 > 0) line
	}
}
