# Bare Debians, as debootstrap makes them, with the way to packages that this machine has; each runs in namespaces of
# its own, as root. Sourced, not run: it wants $top, the parts common, packages and children, nullglob, and ROOM (GB).
# SPDX-License-Identifier: MIT

declare -A suite_of=([12]=bookworm [13]=trixie) number_of=([bookworm]=12 [trixie]=13)
# What of the machine's settings says how to reach the network, packages and npm's.
NETWORK_VARIABLES='^((https?|all|no)_proxy|npm_config_(.*registry|(https?_)?proxy|no_?proxy|ca|cafile|strict_ssl)'
NETWORK_VARIABLES+='|node_extra_ca_certs|ssl_cert_file|ssl_cert_dir|curl_ca_bundle)$'
APT_OPTIONS='^Acquire::(.*::)?(Proxy|CAInfo|CAPath|CRLFile|Verify-(Peer|Host)|Ssl(Cert|Key)'
APT_OPTIONS+='|Check-(Valid-Until|Date)|Max-FutureTime|Retries|Timeout)[: ]'
NPM_OPTIONS='^ *((@[^:]*:)?registry|//.*|(https?-)?proxy|no-?proxy|cafile|ca(\[\])?|cert|key|strict-ssl) *='
passed=0 failed=0
summary=()

# Nothing has been shown either way.
cannot() {
	say "no bare Debian can be made here: $*"
	exit 77
}

# In namespaces of its own for mounts and processes, without a terminal: whatever was mounted or started there ends
# with its first process, and that with us.
apart() { unshare --mount --propagation private --pid --fork --kill-child setsid "$@"; }

# find_place: a directory with room for a system with everything installed and built.
find_place() {
	local parent
	for parent in "${ROWGATE_FRESH_DIR:-/var/tmp}" ${ROWGATE_FRESH_DIR:-/tmp "$top/.."}; do
		[ "$(df --output=avail -BG "$parent" 2>/dev/null | tr -cd 0-9)" -ge "$ROOM" ] 2>/dev/null || continue
		work=$(mktemp -d "$parent/rowgate-bare.XXXXXX") && chmod 755 "$work" && return
	done
	cannot "no place has $ROOM GB of room"
}

check_possible() {
	apart mount -t tmpfs tmpfs "$work" || cannot "unshare and mount are not allowed"
	(need_packages debootstrap curl git) || cannot "debootstrap, curl and git are needed"
	here rev-parse -q --verify HEAD >/dev/null || cannot "$top is no checkout that could be cloned"
}

# git may refuse root what belongs to somebody else.
here() { git -c safe.directory='*' -C "$top" "$@"; }

# --- what this machine says of the way to packages ---

# own_sources: where it gets packages from, a line "URI SUITE KEYRING" each.
own_sources() {
	local file
	for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
		[ ! -r "$file" ] || awk '
			$1 == "deb" {
				key = ""
				if (match($0, /\[[^]]*\]/)) {
					options = substr($0, RSTART + 1, RLENGTH - 2)
					$0 = substr($0, 1, RSTART - 1) " " substr($0, RSTART + RLENGTH)
					if (match(options, /signed-by=[^ ]*/)) key = substr(options, RSTART + 10, RLENGTH - 10)
				}
				print $2, $3, key
			}' "$file"
	done
	for file in /etc/apt/sources.list.d/*.sources; do
		awk '
			function stanza(  i, j, uris, suites) {
				if (value["types:"] ~ /(^| )deb( |$)/ && value["enabled:"] !~ /no/) {
					split(value["uris:"], uris, " ")
					split(value["suites:"], suites, " ")
					key = value["signed-by:"] ~ /^ *\// ? value["signed-by:"] : ""
					for (i in uris) for (j in suites) print uris[i], suites[j], key
				}
				split("", value)
			}
			/^#/ { next }
			/^[ \t]*$/ { stanza(); next }
			/^[^ \t]/ { field = tolower($1); $1 = "" }
			{ value[field] = value[field] " " $0 }
			END { stanza() }' "$file"
	done
}

# of_suite NAME SUITE: what NAME, a suite of the Debian that this machine has, is called for SUITE; of others nothing.
of_suite() {
	local own
	for own in "$(. /etc/os-release && echo "${VERSION_CODENAME:-stable}")" stable; do
		case $1 in
		"$own" | "$own-updates" | "$own-security") echo "$2${1#"$own"}"; return ;;
		esac
	done
}

# is_debian URI SUITE: whether Debian's own packages are to be had there, by the ways of apt on this machine.
is_debian() {
	local file=$work/release
	rm -f "$file"
	/usr/lib/apt/apt-helper download-file "$1/dists/$2/InRelease" "$file" >/dev/null 2>&1 &&
		grep -q '^Origin: Debian$' "$file"
}

# find_sources SUITE: sets mirror, and sources to the lines of a sources.list.
find_sources() {
	local uri name key seen=' '
	mirror= sources=
	while read -r uri name key; do
		uri=${uri%/} name=$(of_suite "$name" "$1")
		[ -n "$name" ] && [[ $seen != *" $uri,$name "* ]] || continue
		seen+="$uri,$name "
		is_debian "$uri" "$name" || { say "there is no $name"; continue; }
		[ "$name" != "$1" ] || [ -n "$mirror" ] || mirror=$uri
		sources+="deb ${key:+[signed-by=$key] }$uri $name main"$'\n'
	done < <(own_sources)
	[ -n "$mirror" ] || cannot "where this machine gets its packages there is no $1"
}

# copy_into ROOT FILE: to the same place, where nothing is yet.
copy_into() { [ ! -f "$2" ] || [ -e "$1$2" ] || install -D -m 644 "$2" "$1$2"; }

# Copies what the options on standard input name. /etc/ssl/certs is made by the package ca-certificates, of
# this machine's own certificates too.
copy_named_files() {
	local file
	for file in $(grep -o '/[^" =;]*'); do
		[[ $file == /etc/ssl/certs* ]] || copy_into "$1" "$file"
	done
}

# network_settings ROOT: the way to packages, told to the bare system.
network_settings() {
	local root=$1 file
	for file in /etc/resolv.conf /etc/hosts; do
		rm -f "$root$file"
		copy_into "$root" "$file"
	done
	printf '%s' "$sources" >"$root/etc/apt/sources.list"
	for file in $(sed -n 's/.*signed-by=\([^]]*\).*/\1/p' <<<"$sources") /etc/apt/trusted.gpg.d/* /etc/apt/auth.conf \
		/etc/apt/auth.conf.d/* /usr/local/share/ca-certificates/*.crt; do
		copy_into "$root" "$file"
	done
	install -m 600 /dev/null "$root/root/.npmrc"
	npm_settings >"$root/root/.npmrc"
	apt-config dump | grep -Ei "$APT_OPTIONS" >"$root/etc/apt/apt.conf.d/50machine"
	{ cat "$root/etc/apt/apt.conf.d/50machine" "$root/root/.npmrc"; network_environment; } | copy_named_files "$root"
	[ ! -x "$root/usr/sbin/update-ca-certificates" ] || chroot "$root" update-ca-certificates >/dev/null 2>&1
}

npm_settings() {
	local files=(/etc/npmrc ~/.npmrc)
	! command -v npm >/dev/null || mapfile -t files < <(npm config get globalconfig; npm config get userconfig)
	cat "${files[@]}" 2>/dev/null | grep -E "$NPM_OPTIONS"
}

network_environment() {
	local name
	for name in $(compgen -e); do
		[[ ! ${name,,} =~ $NETWORK_VARIABLES ]] || printf '%s=%s\n' "$name" "${!name}"
	done
	# What the tests start is never behind a proxy.
	[ -z "$(compgen -e | grep -i '^https\?_proxy$')" ] ||
		printf '%s=127.0.0.1,localhost%s\n' no_proxy "${no_proxy:+,$no_proxy}" NO_PROXY "${NO_PROXY:+,$NO_PROXY}"
}

# --- the systems ---

# make_base SUITE: a bare one in $work/SUITE.
make_base() {
	local root=$work/$1 kept=${ROWGATE_FRESH_CACHE:+$ROWGATE_FRESH_CACHE/$1.tar} more= proxy=
	if [ -s "$kept" ]; then
		mkdir "$root" && tar -C "$root" -xpf "$kept" || cannot "$kept holds no system"
		return
	fi
	# apt in there must be able to check who it talks to.
	[[ $mirror != https:* ]] || more=--include=ca-certificates
	local script=/usr/share/debootstrap/scripts/$1
	[ -e "$script" ] || script=${script%/*}/sid
	eval "$(apt-config shell proxy "Acquire::${mirror%%:*}::Proxy")"
	[ -z "$proxy" ] || export http_proxy=$proxy https_proxy=$proxy
	apart debootstrap --variant=minbase $more "$1" "$root" "$mirror" "$script" >"$work/debootstrap.log" 2>&1 || {
		tail -n 20 "$work/debootstrap.log"
		cannot "debootstrap failed"
	}
	[ -z "$kept" ] || { mkdir -p "${kept%/*}" && tar -C "$root" -cpf "$kept.new" . && mv "$kept.new" "$kept"; }
}

# make_system SUITE [PLACE]: in $work/root, with a clone of this checkout in PLACE.
make_system() {
	cp -a --reflink=auto "$work/$1" "$work/root" || return
	[ $# = 2 ] || return 0
	printf '[safe]\n\tdirectory = *\n' >"$work/gitconfig"
	GIT_CONFIG_GLOBAL=$work/gitconfig git clone -q --no-hardlinks "$top" "$work/root$2"
}

# count LABEL SECONDS STATUS: takes the numbers from the closing line of $work/log. One failed where that is missing, or
# says what the status does not.
count() {
	local numbers good=0 bad=0
	numbers=$(tail -n 1 "$work/log" | sed -n 's/^\([0-9]*\) passed, \([0-9]*\) failed$/\1 \2/p')
	[ -z "$numbers" ] || read -r good bad <<<"$numbers"
	[ "$bad" != 0 ] || { [ "$good" != 0 ] && [ "$3" = 0 ]; } || bad=1
	passed=$((passed + good)) failed=$((failed + bad))
	summary+=("$(printf '%-24s %5d passed %5d failed %5d s' "$1" "$good" "$bad" "$2")")
}

remove() { retry 5 rm -rf --one-file-system "$@"; }

clean_up() {
	trap '' TERM INT HUP
	stop_child step KILL 10
	[ -z "${work:-}" ] || remove "$work"
}

# --- what runs as the first process of the namespaces ---

mount_all() {
	local name
	mount -t proc proc "$root/proc" && mount -t tmpfs -o mode=755 tmpfs "$root/dev" || return
	mount -t sysfs -o ro sysfs "$root/sys" || true # nothing needs it
	for name in null zero full random urandom tty; do
		: >"$root/dev/$name"
		mount --bind "/dev/$name" "$root/dev/$name" || return
	done
	mkdir "$root/dev/pts" "$root/dev/shm"
	mount -t devpts -o newinstance,ptmxmode=666,mode=620,gid=5 devpts "$root/dev/pts" || return
	mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm" || return
	ln -s pts/ptmx "$root/dev/ptmx"
	ln -s /proc/self/fd "$root/dev/fd"
	for name in 0:stdin 1:stdout 2:stderr; do ln -s "/proc/self/fd/${name%:*}" "$root/dev/${name#*:}"; done
}

# within VARIABLE=... COMMAND...: in the bare system, with the environment of a login and the signals that one leaves
# to its programs. Replaces the process.
within() {
	local network
	mapfile -t network < <(network_environment)
	exec env -i --default-signal=INT,HUP,TERM,QUIT "${network[@]}" HOME=/root LANG=C.UTF-8 ${CI:+CI="$CI"} \
		PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
		chroot "$root" /bin/sh -c 'cd "$1" && shift && exec env "$@"' sh "$directory" "$@"
}

# check WHAT COMMAND...
check() {
	local what=$1
	shift
	if "$@"; then
		passed=$((passed + 1))
		echo "ok: $what"
	else
		failed=$((failed + 1))
		echo "FAILED: $what"
	fi
}

is_taken() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

is_alone() {
	local process
	for process in /proc/[0-9]*; do
		[ "$process" = /proc/1 ] || return 1
	done
}

# --- the tour of the README ---

# tour_lines README ADDRESS: its lines as they are printed, but for the address; answer() stands for curl.
tour_lines() {
	awk '/^## / { tour = /Five minutes/ } /^```/ { code = !code; next } tour && code' "$1" |
		sed "s|http://127\.0\.0\.1:3000|$2|; s|curl |answer |"
}

# Notes in the file $answers what was asked and the status of the answer.
answer() {
	local status
	status=$(curl --noproxy '*' -sS -m 30 -o "$answers.body" -w '%{http_code}' "$@")
	echo "$status $*" | sed 's/Bearer eyJ[^ ]*/Bearer TOKEN/' >>"$answers"
	cat "$answers.body"
	echo
}

# judge_tour ANSWERS LINES: what the lines were answered.
judge_tour() {
	local status line
	while read -r status line; do
		check "$status for curl $line" is_right "$status" "$line"
	done <"$1"
	check "every line of the tour was answered" [ "$(wc -l <"$1")" = "$(grep -c 'answer ' <<<"$2")" ]
}

# Who has not signed in may not offer a workshop; all else is done.
is_right() {
	if [[ $2 == *POST*/workshops\ * && $2 != *Authorization* ]]; then [ "$1" = 401 ]; else [[ $1 == 2?? ]]; fi
}
