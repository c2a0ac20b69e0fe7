# What setup writes outside of the web server's directory: configuration, keys, places to work in. Sourced, not run.
# SPDX-License-Identifier: MIT

# absolute PATH: without links, also of what is not there yet.
absolute() { readlink -m -- "$1" 2>/dev/null || readlink -f -- "$1" || printf %s "$1"; }

# write_file FILE MODE COMMAND...: what the command prints, whole or not at all: quotas end, and processes are killed.
# Not at the end of a pipe: that would be a process of its own, which die cannot end us from.
write_file() {
	local file=$1 mode=$2 new=$1.new.$$
	shift 2
	(set -e; "$@") >"$new" # errexit counts for nothing within a condition
	if [ $? = 0 ] && chmod "$mode" "$new" && mv -f -- "$new" "$file"; then
		return
	fi
	rm -f -- "$new"
	die "$file cannot be written: is the disk or your quota full?"
}

# find_program: sets program and version. In a tree of make dist-static it lies beside share.
find_program() {
	take program ""
	if [ -z "$program" ]; then
		program=$here/../../../bin/rowgate
		[ -x "$program" ] || program=$(command -v rowgate) || die "--program: where is rowgate?"
	fi
	program=$(cd "$(dirname "$program")" && pwd)/${program##*/}
	[ -x "$program" ] || die "$program cannot be run"
	version=$("$program" --version 2>&1) ||
		die "$program does not run here: ${version:-no word of it}. Is this place mounted noexec?"
	version=${version#rowgate }
}

make_directory() {
	local part
	[[ $directory != *[\'$'\n']* ]] || die "$directory: such a name cannot be used here"
	for part in "$directory" "$directory/state" "$directory/tmp"; do
		mkdir -p -- "$part" && chmod 700 "$part" || die "$part cannot be made"
	done
	# What several runs would write at once.
	if command -v flock >/dev/null; then
		exec 9>"$directory/setup.lock" && flock -n 9 || die "another setup is running"
	fi
}

# Keys must not lie where the web server looks, by whatever name.
check_outside_of_web() {
	local shown=
	mkdir -p -- "$web_directory" || die "$web_directory cannot be made"
	web_directory=$(cd "$web_directory" && pwd) || die "$web_directory cannot be entered"
	shown=$(document_root)
	case "$directory/" in
	"$shown"/*) die "$directory is within $shown, which the web server shows: choose another with --directory" ;;
	esac
}

# document_root: the directory that is shown as the site, from that of the API and the path of its URL.
document_root() {
	local path=${url#*://} root
	root=$(absolute "$web_directory")
	path=${path#"${path%%/*}"}
	[ -z "$path" ] || [ "$root" = "${root%"$path"}" ] || root=${root%"$path"}
	printf %s "$root"
}

# quoted TEXT: as the configuration wants it.
quoted() {
	local text=${1//\\/\\\\}
	text=${text//\"/\\\"}
	printf '"%s"' "${text//\$/\$\$}"
}

key() { printf '%s = %s\n' "$1" "$2"; }

url_path() {
	local path=${url#*://}
	printf %s "${path#"${path%%/*}"}"
}

# Of the connections one loads the catalog and one is cron's. Behind a web server of one's own the master has one that
# listens, too, and accounts have theirs.
share_connections() {
	local workers=$((connections - 2))
	if [ "$front" = lighttpd ]; then
		workers=$((connections - 3))
		[ "$workers" -gt 0 ] || workers=1
		key server-trusted-proxies "$(quoted "$(proxies_of_lighttpd)")"
		key auth-listen "$(quoted "unix:$directory/state/accounts.sock")"
		key auth-workers 1
	elif [ -n "$proxies" ]; then
		key server-trusted-proxies "$(quoted "$proxies")"
	fi
	key db-pool "$workers"
	[ "$front" = lighttpd ] || key db-channel-enabled false
}

account_keys() {
	if [ "$accounts" = no ]; then
		key db-anon-role "$(quoted "$anon_role")"
		return
	fi
	key db-anon-role "$(quoted "${role_prefix}web_anon")"
	key auth-enabled true
	key auth-role-prefix "$(quoted "$role_prefix")"
	key auth-site-url "$(quoted "$url")"
	key jwt-secret "$(quoted "@$directory/key")"
	[ -z "$mail_from" ] || { key mail-from "$(quoted "$mail_from")"; key mail-transport "$(quoted "$mail_transport")"; }
	[ -n "$mail_from" ] && [ -r "$CA_FILE" ] && key mail-ca-file "$(quoted "$CA_FILE")"
	return 0
}

# Where a host keeps its certificates; the program's own libraries know one place.
CA_FILE=/etc/ssl/certs/ca-certificates.crt
[ -r "$CA_FILE" ] || CA_FILE=/etc/pki/tls/certs/ca-bundle.crt

configuration() {
	local path
	path=$(url_path)
	printf '# Written by setup, anew each time it runs. Settings of your own belong into own.conf.\n'
	key db-uri "$(quoted "@$directory/database")"
	key db-schemas "$(quoted "$schemas")"
	key db-single-role true
	share_connections
	account_keys
	[ -z "$path" ] || key server-path-prefix "$(quoted "$path")"
	key server-spool-dir "$(quoted "$directory/tmp")"
	key state-dir "$(quoted "$directory/state")"
	printf 'import "own.conf"\n'
}

write_configuration() {
	if [ "$accounts" = yes ] && [ ! -s "$directory/key" ]; then
		rm -f -- "$directory/key"
		run_rowgate keygen --alg EdDSA --out "$directory/key" >/dev/null || die "no key could be made"
		done_with "key that signs tokens: $directory/key"
	fi
	[ -e "$directory/own.conf" ] ||
		write_file "$directory/own.conf" 600 \
			printf '# Settings of your own: they win over rowgate.conf. setup leaves them.\n'
	write_file "$directory/rowgate.conf" 600 configuration
	write_command
	run_rowgate --dump-config "$directory/rowgate.conf" >/dev/null 2>"$directory/tmp/said" ||
		die "the configuration is not right: $(words_of "$directory/tmp/said")"
	done_with "configuration: $directory/rowgate.conf (yours: own.conf)"
}

# write_command: rowgate by a name that no upgrade changes, for cron and for who types it.
write_command() {
	[[ $program != *\'* ]] || die "$program: such a name cannot be used here"
	write_file "$directory/rowgate" 700 printf '%s\n' '#!/bin/sh' '# Written by setup, anew each time it runs.' \
		"exec '$program' \"\$@\""
}

# run_rowgate ARGUMENT...: nothing in the caller's environment changes what is configured.
run_rowgate() { env -i HOME="$HOME" PATH="$PATH" TMPDIR="$directory/tmp" "$program" "$@"; }

# words_of FILE: what a command said, on one line without the time.
words_of() {
	sed -e 's/^[^ ]* [^ ]* \[[0-9]*\] *//' -e 's/^rowgate: //' "$1" | grep -v '^$' | tail -n 3 | tr '\n' ' ' |
		sed 's/ $//'
}

# end_processes: those that serve by this configuration; the web server starts new ones, of the program as it is now.
# What they have begun they finish.
end_processes() {
	local process words pids= last=$'\n'$directory/rowgate.conf$'\n'
	for process in /proc/[0-9]*; do
		words=$'\n'$(tr '\0' '\n' <"$process/cmdline")$'\n' 2>/dev/null
		case $words in
		*$'\n--worker'"$last" | *$'\n--worker=account'"$last") pids="$pids ${process#/proc/}" ;;
		esac
	done 2>/dev/null
	[ -z "$pids" ] || kill -s TERM $pids 2>/dev/null || true
}

remove_files() {
	if [ -n "$all" ]; then
		rm -rf -- "$directory"
		say "Removed: $directory. The database is as it was."
	else
		rm -rf -- "$directory/state" "$directory/tmp" "$directory/run"
		say "Left: $directory, with the key and your settings (--remove --all takes it away), and the database."
	fi
	say "Take the lines out of cron that name $directory."
	[ "$accounts" = no ] || say "The accounts are in the schemas auth and auth_private, and the roles $role_prefix*."
}
