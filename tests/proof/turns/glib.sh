# GLib: a pool of threads, tasks, a main loop with timeouts and files.
needs=(gcc pkg-config libglib2.0-dev)
prepare() {
	gcc -O2 "$here/glib.c" $(pkg-config --cflags --libs gio-2.0) -o "$work/glib"
}
command=("$work/glib")
