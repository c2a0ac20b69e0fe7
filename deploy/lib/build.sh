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
	local build=$1 target=$2 source=$top
	shift 2
	# Who has configured the checkout itself has objects in it, which would be taken for ours.
	if [ -f "$top/config.status" ]; then
		source=$build/source
		copy_source "$source" || return
	fi
	(
		set -e
		# Two builds may share the source tree: only one makes ./configure.
		flock 8
		cd "$source"
		[ -x configure ] || autoreconf -fi
	) 8<"$top/configure.ac" || return
	cd "$build" || return
	[ "$(cat .source 2>/dev/null || echo "$top")" = "$source" ] || rm -f Makefile
	[ -f Makefile ] || "$source/configure" -q "$@" || return
	echo "$source" >.source
	make -s -j "$(nproc)" "$target"
}

# The files of the checkout that were not built: neither by their name, nor by what they are.
list_source() {
	local file magic built
	built=$(find "$top/lib" "$top/app" -name module.am -exec sed -n 's/^BUILT_SOURCES += //p' {} +)
	# Some of these are not there, which find says.
	{ find LICENSE README.md configure.ac Makefile.am configure aclocal.m4 Makefile.in config.h.in build-aux \
		.clang-format app lib sql tests deploy -type f ! -name '*.o' ! -name '*.a' ! -name '*.P[ot]' ! -name '*.Tpo' \
		! -name .dirstamp ! -name '*.log' ! -name '*.trs' ! -name '*.pyc' || true; } | while IFS= read -r file; do
		[[ " ${built//$'\n'/ } " != *" $file "* ]] || continue
		magic=
		[ ! -x "$file" ] || IFS= read -r -n 4 magic <"$file" || true
		[ "$magic" = $'\x7fELF' ] || printf '%s\n' "$file"
	done 2>/dev/null | sort
}

# copy_source DIRECTORY: with the times of the originals, so that only what has changed is built anew.
copy_source() {
	mkdir -p "$1" || return
	(cd "$top" && list_source) >"$1.files" || return
	(cd "$1" && find . -type f | sed 's|^\./||' | sort | comm -13 "$1.files" - | xargs -r -d '\n' rm -f)
	tar -C "$top" --format=posix -cf - --no-recursion -T "$1.files" | tar -C "$1" -xf -
}

# The first start takes a minute: the log is shown when something fails, else kept beside the program.
build_quietly() {
	say "building in $1 (once; about a minute)"
	mkdir -p "$1"
	build_rowgate "$1" rowgate >"$1/build.log" 2>&1 ||
		{ tail -n 40 "$1/build.log" >&2; die "the build failed; all of it is in $1/build.log"; }
}
