# fastText's word vectors by skipgram: 4 threads, weights without locks.
needs=(fasttext)
prepare() {
	awk -v lines=1500 -f "$here/corpus.awk" >"$work/text"
}
command=(fasttext skipgram -input "$work/text" -output model -thread 4
	-dim 16 -epoch 2 -minCount 1 -bucket 2000)
