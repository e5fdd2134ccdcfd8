# SPDX-License-Identifier: MIT
# gensim: vectors of words by four threads without locks
pip=(gensim)
prepare() {
	command=("$python" "$here/vectors.py")
}
