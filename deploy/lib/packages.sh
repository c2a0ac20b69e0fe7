# Installs what is missing, and touches nothing when nothing is. Debian and its derivatives. Sourced, not run.
# SPDX-License-Identifier: MIT

BUILD_PACKAGES="gcc make autoconf automake pkg-config libc6-dev libfcgi-dev libpq-dev
	libjson-c-dev libsodium-dev libcrypt-dev libssl-dev libcurl4-openssl-dev libidn2-dev
	libunistring-dev"
# What makes the documents HTML: nothing is missed without it.
DOCS_PACKAGES="cmark-gfm mandoc"

# missing_packages NAME...: prints those that are not installed.
missing_packages() {
	local have
	have=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "$@" 2>/dev/null || true)
	local name
	for name in "$@"; do
		[[ $'\n'$have$'\n' == *$'\n'"installed $name"$'\n'* ]] || echo "$name"
	done
}

# need_packages NAME...: returns when all are installed.
need_packages() {
	command -v dpkg-query >/dev/null ||
		{ say "this is not a Debian system: $* (or what they are called here) must be there already"; return 0; }
	local missing
	mapfile -t missing < <(missing_packages "$@")
	[ ${#missing[@]} -gt 0 ] || return 0
	is_root || die "missing packages: as root, run  apt-get install ${missing[*]}"
	say "installing ${missing[*]}"
	local before
	before=$(enabled_services)
	keep_services_down
	retry 3 apt_install "${missing[@]}" || { services_again; die "could not install ${missing[*]}"; }
	services_again
	say_enabled "$before"
}

# What starts with the machine, by name.
enabled_services() {
	{ find "${SYSTEM_ROOT:-}"/etc/systemd/system/*.wants "${SYSTEM_ROOT:-}"/etc/rc2.d -maxdepth 1 -type l || true; } \
		2>/dev/null | sed -e 's|.*/||; s|^S[0-9][0-9]||; s|[.]service$||; /^K[0-9][0-9]/d' | sort -u
}

# say_enabled BEFORE: what packages have left behind that starts with the machine, and did not before.
say_enabled() {
	local new
	mapfile -t new < <(comm -13 <(printf '%s\n' "$1") <(enabled_services))
	[ ${#new[@]} = 0 ] || say "from the next start of the machine on these run by themselves: ${new[*]}" \
		"(systemctl disable ${new[*]}, if they should not)"
}

apt_install() {
	local options=(-q -y -o Acquire::Retries=3 -o DPkg::Lock::Timeout=300)
	DEBIAN_FRONTEND=noninteractive apt-get "${options[@]}" --no-install-recommends install "$@" </dev/null >&2 && return
	apt-get "${options[@]}" update </dev/null >&2
	return 1
}

# Debian starts a server as soon as its package is installed: ours run on their own ports, from here, so the
# packages' own must not take port 80 or 5432 meanwhile. A policy that is there already is left alone.
keep_services_down() {
	[ -e /usr/sbin/policy-rc.d ] && return
	printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
	chmod 755 /usr/sbin/policy-rc.d
	made_policy=yes
}

services_again() {
	[ "${made_policy:-}" = yes ] && rm -f /usr/sbin/policy-rc.d
	made_policy=
}

# npm_install DIRECTORY [OPTION...] PACKAGE...: npm would try for minutes to reach a registry that is not there, so it
# is asked once, with little patience, whether it is.
npm_install() {
	local directory=$1
	shift
	if [ -z "${npm_reached:-}" ]; then
		npm_reached=no
		! timeout 20 npm view jose name --fetch-retries=0 --fetch-timeout=10000 >/dev/null 2>&1 || npm_reached=yes
	fi
	[ "$npm_reached" = yes ] || { say "npm's registry cannot be reached: $(npm config get registry)"; return 1; }
	retry 3 npm install --prefix "$directory" --no-audit --no-fund --silent "$@"
}
