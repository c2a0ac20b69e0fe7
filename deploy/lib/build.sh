# Builds a checkout out of tree. Sourced, not run. $top is the checkout.
# SPDX-License-Identifier: MIT

# is_stale BUILD: whether a source is newer than the program. In a checkout that cannot be written nothing is.
is_stale() {
	[ -x "$1/rowgate" ] || return 0
	[ -w "$top" ] || return 1
	[ -n "$(find "$top"/configure.ac "$top"/Makefile.am "$top"/app "$top"/lib "$top"/sql \
		-newer "$1/rowgate" -type f -print -quit)" ]
}

# build_rowgate BUILD [TARGET] [CONFIGURE ARGUMENT...]: configures where needed, then makes TARGET.
build_rowgate() {
	local build=$1 target=${2:-rowgate}
	shift 2 || shift $#
	mkdir -p "$build"
	(
		flock 7
		build_steps "$build" "$target" "$@"
	) 7>"$build/.lock"
}

build_steps() {
	local build=$1 target=$2
	shift 2
	(
		set -e
		# Two builds may share the source tree: only one makes ./configure.
		flock 8
		cd "$top"
		[ -x configure ] || autoreconf -fi
	) 8<"$top/configure.ac" || return
	cd "$build" || return
	[ -f Makefile ] || "$top/configure" -q "$@" || return
	make -s -j "$(nproc)" "$target"
}

# The first start takes a minute: the log is shown when something fails, else kept beside the program.
build_quietly() {
	say "building in $1 (once; about a minute)"
	mkdir -p "$1"
	build_rowgate "$1" rowgate >"$1/build.log" 2>&1 ||
		{ tail -n 40 "$1/build.log" >&2; die "the build failed; all of it is in $1/build.log"; }
}
