# Word vectors as word2vec trains them: 4 threads read parts of a file, and share
# weights and learning rate without locks.
needs=(gcc)
prepare() {
	awk -v lines=2000 -f "$here/corpus.awk" >"$work/text"
	gcc -O2 -pthread "$here/word2vec.c" -lm -o "$work/word2vec"
}
command=("$work/word2vec" "$work/text" vectors)
