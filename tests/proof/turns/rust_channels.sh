# Rust: channels, scoped threads, locks and barriers; who comes when.
command -v rustc >/dev/null || needs=(rustc)
prepare() {
	rustc -O -o "$work/channels" "$root/tests/turns/scripts/channels.rs"
}
command=("$work/channels")
