# fastText learns to tell three kinds of lines: 4 threads, weights without locks.
needs=(fasttext)
prepare() {
	awk -v lines=2000 -v labels=1 -f "$here/corpus.awk" >"$work/text"
}
command=(fasttext supervised -input "$work/text" -output model -thread 4
	-dim 16 -epoch 5 -wordNgrams 2 -bucket 2000)
