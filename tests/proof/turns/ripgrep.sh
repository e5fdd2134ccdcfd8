# ripgrep: files searched by four threads, in no order.
needs=(ripgrep)
prepare() {
	for i in $(seq 300); do
		mkdir -p "$work/tree/$((i % 7))"
		seq "$i" "$((i * 7))" >"$work/tree/$((i % 7))/$i"
	done
}
command=(rg -uu -j 4 --no-config -c 7 "$work/tree")
