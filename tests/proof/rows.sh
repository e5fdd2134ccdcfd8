# SPDX-License-Identifier: MIT
# What the proofs share: programs as rows. Sourced, with $here (the directory of
# the rows), $root (the tree) and $place (where each has its directory) set; and
# `names`, the rows that are wanted. A row may use these, $work (a directory of
# its own) and $python, and sets
#   needs=(...)    Debian packages
#   pip=(...)      packages from PyPI; $python has them
#   prepare() {..} makes inputs and compiles, into $work
#   command=(...)  the program
#   options=(...)  further options of samebits run
#   limit=SECONDS  that a run may take (default 300)
venv=${XDG_CACHE_HOME:-$HOME/.cache}/samebits-tests/venv

die() {
	echo "${0##*/}: $*" >&2
	exit 2
}

all_rows() {
	(cd "$here" && ls -- *.sh | sed 's/\.sh$//')
}

# read_row NAME: in a subshell, as rows share their names.
read_row() {
	needs=() pip=() command=() options=() limit=300
	home=$place/$1 work=$place/$1/work python=python3
	prepare() { :; }
	. "$here/$1.sh" || die "$1: $here/$1.sh failed"
	if [ ${#pip[@]} -gt 0 ]; then
		python=$venv/bin/python3
	fi
}

# list_of needs|pip: of all rows.
list_of() {
	local name
	for name in "${names[@]}"; do
		(
			read_row "$name"
			declare -n list=$1
			[ ${#list[@]} -eq 0 ] || printf '%s\n' "${list[@]}"
		)
	done | sort -u
}

install_needs() {
	local packages
	packages=$(list_of needs)
	bash "$root/tests/deps.sh" these $packages >&2 ||
		die "without these packages the proof cannot run"
}

install_pip() {
	local wanted missing
	wanted=$(list_of pip)
	[ -n "$wanted" ] || return 0
	bash "$root/tests/deps.sh" these python3-venv >&2 || exit 2
	[ -x "$venv/bin/pip" ] || python3 -m venv "$venv" || exit 2
	touch "$venv/installed"
	missing=$(grep -vxFf "$venv/installed" <<<"$wanted")
	[ -n "$missing" ] || return 0
	"$venv/bin/pip" install -q --no-cache-dir --only-binary :all: \
		--disable-pip-version-check $missing >&2 ||
		die "pip could not install what stands above"
	echo "$missing" >>"$venv/installed"
}

# Of this tree, unless SAMEBITS_BIN names another.
build_samebits() {
	samebits=${SAMEBITS_BIN:-$root/build/samebits}
	[ -z "${SAMEBITS_BIN:-}" ] || return 0
	bash "$root/tests/deps.sh" build >&2 || exit 2
	[ -f "$root/build/build.ninja" ] ||
		meson setup "$root/build" "$root" >&2 || exit 2
	ninja -C "$root/build" samebits shim/libsamebits.so >&2 || exit 2
}

# All that rows need, and an empty home for each.
get_ready() {
	local name
	install_needs
	install_pip
	build_samebits
	for name in "${names[@]}"; do
		rm -rf "${place:?}/$name"
		mkdir -p "$place/$name"
	done
}

# Sets `command`, so in no subshell; the first command that fails ends the row.
prepare_row() {
	rm -rf "$work"
	mkdir -p "$work"
	trap 'tail -n 20 "$home/prepared" >&2
		die "${home##*/}: could not be prepared, see above"' EXIT
	set -e
	prepare >"$home/prepared" 2>&1
	set +e
	trap - EXIT
	[ ${#command[@]} -gt 0 ] || die "${home##*/}: its row sets no command"
}
