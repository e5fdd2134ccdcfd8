# Rust: bounded channels, Mutex, Condvar, RwLock, Barrier, park, thread_local,
# Once, panics, and data that is shared against all rules.
command -v rustc >/dev/null || needs=(rustc)
prepare() {
	rustc -O -o "$work/threads" "$here/rust_threads.rs"
}
command=("$work/threads")
