# What every script here needs: words to the user, retries, the ways to other users. Sourced, not run.
# SPDX-License-Identifier: MIT

PATH=$PATH:/usr/sbin:/sbin

say() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }
die() { say "$@"; exit 1; }

is_root() { [ "$(id -u)" = 0 ]; }

# retry TIMES COMMAND...: mirrors and locks fail for moments.
retry() {
	local left=$1
	shift
	until "$@"; do
		left=$((left - 1))
		[ "$left" -gt 0 ] || return 1
		sleep 2
	done
}

# wait_for SECONDS TEST...: asks every 10 ms. Fails when the time is over.
wait_for() {
	local until=$((${EPOCHREALTIME/[^0-9]/} + $1 * 1000000))
	shift
	until "$@"; do
		[ "${EPOCHREALTIME/[^0-9]/}" -lt "$until" ] || return 1
		sleep 0.01
	done
}

# The account that runs what root should not: the web server's workers and, with our own cluster, rowgate.
web_user() {
	is_root || { id -un; return; }
	local user
	for user in www-data http nginx apache nobody; do
		id "$user" >/dev/null 2>&1 && { echo "$user"; return; }
	done
	die "no unprivileged user to run as (www-data or nobody)"
}

# Prints the words to put in front of a command that another user is to run; nothing when we are that user.
# Replaces the process instead of waiting beside it, so that the process id stays the command's.
run_as() {
	[ "$(id -un)" = "$1" ] || printf '%s\n' setpriv --reuid "$1" --regid "$(id -gn "$1")" --init-groups
}
