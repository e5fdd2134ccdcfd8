# OCaml's threads: a list in the order in which they add to it, and a channel.
needs=(ocaml-nox)
prepare() {
	cp "$here/threads.ml" "$work/"
	(cd "$work" && ocamlopt -I +threads unix.cmxa threads.cmxa threads.ml -o threads)
}
command=("$work/threads")
