# How setup looks whether everything works, as a visitor sees it, and what it says at the end. Sourced, not run.
# SPDX-License-Identifier: MIT

# fetch METHOD PATH [FIELD]: sets status, and the body in $directory/tmp/body. False: nobody could be asked.
fetch() {
	local body=$directory/tmp/body
	: >"$body"
	if command -v curl >/dev/null; then
		status=$(curl -s -k -m 30 --noproxy '*' -o "$body" -w '%{http_code}' -X "$1" ${3:+-H "$3"} "$url$2")
		[ "$status" != 000 ] && [ -n "$status" ]
	elif command -v wget >/dev/null; then
		status=$(wget -q -S --no-proxy --no-check-certificate --content-on-error -T 30 -t 1 --method="$1" \
			${3:+--header="$3"} -O "$body" "$url$2" 2>&1 | sed -n 's|^ *HTTP/[0-9.]* \([0-9]*\).*|\1|p' | tail -n 1)
		[ -n "$status" ]
	else
		fetch_plainly "$@"
	fi
}

# Where there is neither: by the shell itself, which knows no TLS.
fetch_plainly() {
	local place=${url#http://} host port
	[ "$place" != "$url" ] || return 1
	place=${place%%/*} host=${place%:*} port=${place##*:}
	[ "$host" != "$place" ] || port=80
	exec 8<>"/dev/tcp/$host/$port" || return 1
	printf '%s %s HTTP/1.0\r\nHost: %s\r\n%s\r\n' "$1" "$(url_path)$2" "$place" "${3:+$3$'\r\n'}" >&8
	IFS=' ' read -r -u 8 _ status _ && sed '1,/^\r*$/d' <&8 >"$directory/tmp/body"
	exec 8>&-
	[ -n "$status" ]
} 2>/dev/null

body_has() { grep -q -- "$1" "$directory/tmp/body"; }

wrong() {
	failed=1
	printf '  FAILED  %s\n' "$*"
}

look_at_everything() {
	if [ "$front" = lighttpd ] && [ "$mode" = setup ]; then
		warn "run $directory/start, then look with: $here/setup --check --directory $directory"
	elif [ -n "$no_ask" ]; then
		warn "not asked: $url"
	else
		look_at_api && look_at_authorization && look_at_accounts
	fi
	rm -f -- "$directory/tmp/body"
	[[ $url == https:* ]] || warn "by http:// passwords and tokens can be read on their way: use https://"
}

# look_at_api: false when there is no use in looking on.
look_at_api() {
	local found=0
	if [ "$front" = htaccess ] && [ "$mode" = setup ]; then find_htaccess; else fetch GET /; fi || found=$?
	if [ "$found" != 0 ]; then
		warn "$url cannot be asked from here; look yourself"
		return 1
	fi
	if body_has '^#!/bin/sh'; then
		wrong "the host shows programs instead of running them: it has no mod_fcgid here (see the page)"
		[ "$mode" != setup ] || remove_from_web
	elif body_has '"swagger"' || body_has '"code":"PGRST\(126\|302\)"'; then
		done_with "$url answers"
		return
	else
		wrong "$url: $(explain_status)"
	fi
	return 1
}

explain_status() {
	if body_has '"code"'; then
		printf 'rowgate answers %s: ' "$status"
		head -c 500 "$directory/tmp/body"
		return
	fi
	case $status in
	403) printf '403: the host allows no programs there (Options ExecCGI), or no rewriting (FollowSymLinks)' ;;
	404) printf '404: the web server shows another directory there, or reads no .htaccess (AllowOverride)' ;;
	500) printf '500: a line of .htaccess is not allowed, or the program does not start; the error log tells' ;;
	503) printf '503: the program does not start in time; the error log of the web server tells' ;;
	*) printf '%s, and not from rowgate' "$status" ;;
	esac
}

# A token that is none must be refused: were it not, everybody would be a stranger.
look_at_authorization() {
	fetch GET / "Authorization: Bearer a.b.c"
	if [ "$status" = 401 ] && body_has '"code":"PGRST30'; then
		done_with "tokens reach the API"
	else
		wrong "tokens do not reach the API ($status): the host takes the Authorization field away"
	fi
}

look_at_accounts() {
	[ "$accounts" = yes ] || return 0
	fetch GET /.well-known/jwks.json
	if [ "$status" = 200 ] && body_has '"keys"'; then
		done_with "accounts answer"
	else
		wrong "accounts: $(explain_status)"
	fi
}

say_what_is_next() {
	local quoted="'$directory/rowgate'"
	say
	say "What to do next:"
	if [ "$accounts" = yes ]; then
		say "  Put these lines into cron (crontab -e, or the host's panel):"
		[ -z "$mail_from" ] || say "    */5 * * * * $quoted mail --once '$directory/rowgate.conf'"
		say "    17 4 * * * $quoted purge '$directory/rowgate.conf' >/dev/null"
		[ -n "$mail_from" ] || say "  There are no mails: give --mail-from to have them."
		say "  Give the roles ${role_prefix}web_anon (strangers) and ${role_prefix}authenticated rights on your tables."
		[ -n "$admin" ] || say "  Make an admin: run this again with --admin ADDRESS."
	fi
	say "  After a change of tables or rights: $quoted reload '$directory/rowgate.conf'"
	say "  Keep $directory/key and own.conf in your backup, and the database."
	[ "$failed" = 0 ] || say "Not everything works yet: see FAILED above, then run this again."
}
