# fd: files found by four threads, and a program run for each.
needs=(fd-find)
prepare() {
	for i in $(seq 120); do
		mkdir -p "$work/tree/$((i % 7))"
		echo "$i" >"$work/tree/$((i % 7))/$i"
	done
}
command=(fdfind -I -j 4 . "$work/tree" -x echo)
