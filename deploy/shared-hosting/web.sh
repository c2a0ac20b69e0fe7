# What setup writes for the web server: a part of .htaccess and two programs, or a lighttpd of one's own. Sourced.
# SPDX-License-Identifier: MIT

BEGIN_MARK='# BEGIN rowgate (written by setup, anew each time it runs)'
END_MARK='# END rowgate'

# foreign_lines FILE: without our part. Fails where the marks are no pair. A mark is known by its first words, also with
# the line end of another system.
foreign_lines() {
	[ ! -f "$1" ] || awk -v first="${BEGIN_MARK% (*}" -v last="$END_MARK" '
		{ line = $0; sub(/[ \t\r]+$/, "", line) }
		index(line " ", first " ") == 1 { wrong += ours; ours = 1 }
		!ours { print }
		line == last { wrong += !ours; ours = 0 }
		END { exit (wrong + ours > 0) }' "$1"
}

# check_part FILE: whether it can be told which lines are ours. Where one of the marks is gone, others would be lost.
check_part() {
	foreign_lines "$1" >/dev/null || die "$1: '${BEGIN_MARK% (*}' and '$END_MARK' must stand around setup's lines." \
		"Take those lines and both marks out, then run this again"
}

# htaccess_part OPTIONS: the template without its comments, for Options that the host may not allow.
htaccess_part() {
	printf '%s\n' "$BEGIN_MARK" &&
		htaccess_lines "$1" &&
		printf '%s\n' "$END_MARK"
}

htaccess_lines() {
	grep -v '^#' "$here/../apache/shared-hosting/htaccess" | sed -e '/^$/d' -e '/^Options /d' |
		if [ "$accounts" = yes ]; then cat; else grep -v rowgate-accounts.fcgi; fi |
		sed -e "1i\\${1:+Options $1}" | sed -e '/^$/d'
}

# htaccess OPTIONS FILE: all lines that the file is to have.
htaccess() { htaccess_part "$1" && foreign_lines "$2"; }

# write_htaccess OPTIONS: our part stands first, so that lines of others do not take our addresses.
write_htaccess() {
	local file=$web_directory/.htaccess new=$directory/tmp/htaccess
	write_file "$new" 600 htaccess "$1" "$file"
	cmp -s "$new" "$file" || write_file "$file" 644 cat "$new"
	rm -f -- "$new"
}

# write_starter FILE WORD: what the web server starts. There is no secret in it. It is a new file each time,
# so mod_fcgid starts new processes.
write_starter() {
	write_file "$web_directory/$1" 755 printf '%s\n' '#!/bin/sh' '# Written by setup: what the web server starts.' \
		"exec '$program' $2 '$directory/rowgate.conf'"
}

# Visible to the web server, and as suexec wants it: nobody else may write there.
write_web_directory() {
	chmod u=rwx,go+x,go-w -- "$web_directory" || die "$web_directory is not yours"
	write_starter rowgate.fcgi --worker
	if [ "$accounts" = yes ]; then
		write_starter rowgate-accounts.fcgi --worker=account
	else
		rm -f -- "$web_directory/rowgate-accounts.fcgi"
	fi
	write_htaccess +ExecCGI
	done_with "web server: .htaccess and what it starts, in $web_directory"
}

# What of the Options the host allows is found by trying: a line that it does not allow is 500 for everything. Without
# any the answer says what is wrong.
find_htaccess() {
	local options
	for options in +ExecCGI "+ExecCGI +SymLinksIfOwnerMatch" ""; do
		write_htaccess "$options"
		fetch GET / || return 1
		case $status in
		500 | 403) ;;
		*) return 0 ;;
		esac
	done
}

remove_from_web() {
	local file=$web_directory/.htaccess
	check_part "$file"
	rm -f -- "$web_directory/rowgate.fcgi" "$web_directory/rowgate-accounts.fcgi"
	[ -f "$file" ] || return 0
	if [ -n "$(foreign_lines "$file")" ]; then
		write_file "$file" 644 foreign_lines "$file"
		say "Taken out of $file; the lines of others stay."
	else
		rm -f -- "$file"
	fi
	rmdir -- "$web_directory" 2>/dev/null
	say "Removed from $web_directory."
}

# --- a lighttpd of one's own ---

# Names that stand in sed's commands, in lighttpd's strings, or in a shell's, and are written there as they are.
check_lighttpd() {
	local path
	path=$(url_path)
	[[ $path != *[^/a-zA-Z0-9_-]* ]] || die "$path: only letters, digits, _ and - can be in the path behind lighttpd"
	for path in "$directory" "$program" "$here"; do
		[[ $path != *[\"\'\|\\\&\ ]* ]] || die "$path: such a name cannot be used here"
	done
	[[ $listen$lighttpd != *[\"\'\\]* ]] || die "$listen, $lighttpd: such a name cannot be used here"
}

proxies_of_lighttpd() {
	if [[ $listen == unix:* ]]; then printf unix; else printf 127.0.0.1; fi
	[ -z "$proxies" ] || printf ', %s' "$proxies"
}

lighttpd_listen() {
	if [[ $listen == unix:* ]]; then
		printf 'server.bind = "%s"\nserver.socket-perms = "0770"\n' "${listen#unix:}"
	else
		printf 'server.bind = "%s"\nserver.port = %s\n' "${listen%:*}" "${listen##*:}"
	fi
}

# lighttpd_part NAME: one of the shipped files with our paths. lighttpd itself starts rowgate, and again if it ends.
lighttpd_part() {
	local path errors start="\"bin-path\" => \"$directory/start-rowgate\", \"max-procs\" => 1,"
	start="$start \"socket\" => \"$directory/run/rowgate.sock\","
	path=$(url_path)
	errors=$(cd "$here/../lighttpd/errors" && pwd)
	grep -v '^#' "$here/../lighttpd/$1.conf" | sed -e "s|\"socket\" => \"/run/rowgate/rowgate.sock\",|$start|" \
		-e "s|/run/rowgate/accounts.sock|$directory/state/accounts.sock|" \
		-e "s|/usr/share/rowgate/lighttpd/errors/|$errors/|" \
		-e "s|( \"/\" => ((|( \"$path/\" => ((|" -e "s|\"^/(rpc|\"^$path/(rpc|" -e "s|\"^/+account|\"^$path/+account|"
}

lighttpd_configuration() {
	printf '# Written by setup, anew each time it runs.\n'
	printf 'server.modules = ( "mod_rewrite", "mod_setenv", "mod_fastcgi", "mod_accesslog" )\n'
	printf 'server.document-root = "%s"\nserver.upload-dirs = ( "%s" )\n' "$directory/run/empty" "$directory/tmp"
	printf 'server.feature-flags += ( "server.graceful-shutdown-timeout" => 10 )\n'
	lighttpd_listen
	lighttpd_part rowgate
	[ "$accounts" = no ] || lighttpd_part accounts
}

write_lighttpd() {
	local file=$directory/lighttpd.conf
	mkdir -p -- "$directory/run" "$directory/run/empty" || die "$directory/run cannot be made"
	write_file "$file" 600 lighttpd_configuration
	write_file "$directory/start-rowgate" 700 printf '%s\n' '#!/bin/sh' "exec '$program' '$directory/rowgate.conf'"
	write_file "$directory/start" 700 printf '%s\n' '#!/bin/sh' \
		"# Written by setup: what the host's supervisor is to run. It stays in the foreground, and ends on SIGTERM." \
		'PATH=$PATH:/usr/sbin:/sbin' "exec '$lighttpd' -D -f '$file'"
	done_with "web server: $directory/start runs lighttpd on $listen, which runs rowgate"
}
