# SQLite: four connections of threads to one database, which wait for its locks
# by sleeping.
needs=(gcc libsqlite3-dev)
prepare() {
	gcc -O2 -pthread "$here/sqlite.c" -lsqlite3 -o "$work/sqlite"
}
command=("$work/sqlite")
