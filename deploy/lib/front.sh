# The web server in front: lighttpd, nginx or Apache httpd. Sourced, not run.
# deploy/NAME/rowgate.conf is what a host includes; deploy/NAME/serve.conf the rest of a whole configuration.
# $own is not empty with our own cluster, whose things $state keeps; $accounts is not empty when account URLs go to
# account workers. $page is the directory shown at /app/, $run the one for what it writes, $web_user whom it runs as,
# $host, $port, $socket where it listens.
# SPDX-License-Identifier: MIT

declare -A front_package=([lighttpd]=lighttpd [nginx]=nginx [apache]=apache2-bin)
declare -A front_program=([lighttpd]=lighttpd [nginx]=nginx [apache]=apache2)
# How each is told to finish what it is doing and leave.
declare -A front_leave=([lighttpd]=INT [nginx]=QUIT [apache]=WINCH)

front_need() {
	[ -n "${front_package[$front]:-}" ] || die "--front is one of lighttpd, nginx, apache, not '$front'"
	command -v "${front_program[$front]}" >/dev/null || need_packages "${front_package[$front]}"
}

# PostgREST's words for addresses: * any, *4 and !4 any IPv4, *6 and !6 any IPv6.
front_addresses() {
	case $host in
	'*') echo 0.0.0.0; [ ! -s /proc/net/if_inet6 ] || echo '[::]' ;;
	'*4' | '!4' | '') echo 0.0.0.0 ;;
	'*6' | '!6') echo '[::]' ;;
	*:*) echo "[${host//[\[\]]/}]" ;;
	*) echo "$host" ;;
	esac
}

# The lines that say where to listen, in the words of the server.
front_listen() {
	local address addresses
	mapfile -t addresses < <(front_addresses)
	case $front in
	lighttpd)
		if [ -n "$socket" ]; then
			printf 'server.bind = "%s"\nserver.socket-perms = "0%s"\n' "$socket" "$socket_mode"
			return
		fi
		printf 'server.bind = "%s"\nserver.port = %s\n' "${addresses[0]}" "$port"
		for address in "${addresses[@]:1}"; do printf '$SERVER["socket"] == "%s:%s" { }\n' "$address" "$port"; done
		;;
	nginx)
		[ -z "$socket" ] || { printf 'listen unix:%s;\n' "$socket"; return; }
		for address in "${addresses[@]}"; do printf 'listen %s:%s backlog=1024;\n' "$address" "$port"; done
		;;
	apache)
		[ -z "$socket" ] || die "Apache cannot listen on a unix socket: use --front nginx or lighttpd"
		for address in "${addresses[@]}"; do printf 'Listen %s:%s\n' "$address" "$port"; done
		;;
	esac
}

# Root is needed for a port below 1024, to make a socket where only root may, and by Apache, which opens its log by
# name; its workers, and all else, run as an ordinary user.
front_account() {
	if is_root && { [ -n "$socket" ] || [ "$port" -lt 1024 ] || [ "$front" = apache ]; }; then
		echo root
	else
		echo "$web_user"
	fi
}

front_user() {
	[ "$(front_account)" = root ] || return 0
	local group
	group=$(id -gn "$web_user")
	case $front in
	lighttpd) printf 'server.username = "%s"\nserver.groupname = "%s"\n' "$web_user" "$group" ;;
	nginx) printf 'user %s %s;\n' "$web_user" "$group" ;;
	apache) printf 'User %s\nGroup %s\n' "$web_user" "$group" ;;
	esac
}

# Files at /app/ belong to the demo, and to who says which (--page): elsewhere /app/ may be anything.
has_page() {
	[ -n "$page" ]
}

# They must be where the web server's account can read them. Files of somebody's own are shown where they lie, so that
# a change is seen at once.
front_page() {
	has_page || return 0
	rm -rf "$run/page"
	install -d -m 755 "$run/page"
	if [ "$page" != "$top/deploy/page" ] && $(run_as "$web_user") test -r "$page/index.html"; then
		ln -sn "$page" "$run/page/app"
	else
		cp -r "$page" "$run/page/app"
		chmod -R u=rwX,go=rX "$run/page/app"
	fi
}

# The documents go beside it, where there is what makes them HTML.
has_docs() {
	[ -n "$own" ] && has_page && command -v cmark-gfm >/dev/null
}

# They are made once, and again when one has changed.
front_docs() {
	has_docs || return 0
	local made=$state/docs
	if [ ! -d "$made" ] ||
		[ -n "$(find "$top"/deploy/{docs,man,lib/html} -newer "$made" -print -quit)" ]; then
		rm -rf "$made.new" "$made"
		"$top/deploy/lib/html" "$top" "$made.new"
		mv "$made.new" "$made"
		touch "$made"
	fi
	rm -rf "$run/docs"
	cp -r "$made" "$run/docs"
	chmod -R u=rwX,go=rX "$run/docs"
}

# Fills the templates in: the host's socket becomes ours, @NAME@ what we know.
front_write() {
	local template text modules=/usr/lib/apache2/modules
	local listen user
	listen=$(front_listen)
	user=$(front_user)
	[ -d $modules ] || modules=/usr/lib64/httpd/modules
	for template in "$top/deploy/$front"/*.conf; do
		text=$(<"$template")
		[ -n "$accounts" ] || [ "${template##*/}" != accounts.conf ] || text=
		has_page || [ "${template##*/}" != page.conf ] || text=
		has_docs || [ "${template##*/}" != docs.conf ] || text=
		text=${text//\/run\/rowgate\/rowgate.sock/"$run/app/rowgate.sock"}
		text=${text//\/run\/rowgate\/accounts.sock/"$run/app/accounts.sock"}
		text=${text//\/usr\/share\/rowgate\/lighttpd\//"$run/"}
		text=${text//\/usr\/share\/doc\/rowgate\/html/"$run/docs"}
		text=${text//@RUN@/"$run"}
		text=${text//@LISTEN@/"$listen"}
		text=${text//@USER@/"$user"}
		text=${text//@MODULES@/"$modules"}
		printf '%s\n' "$text" >"$run/${template##*/}"
	done
}

# What lighttpd answers where it does not reach rowgate.
front_errors() {
	[ "$front" = lighttpd ] || return 0
	install -d -m 755 "$run/errors"
	install -m 644 "$top"/deploy/lighttpd/errors/*.html "$run/errors"
}

# What the environment says to rowgate may be secret, and is nothing to the web server's account.
without_settings() {
	local variable
	echo env
	for variable in $(compgen -e PG) $(compgen -e ROWGATE_); do
		printf -- '-u %s\n' "$variable"
	done
}

front_start() {
	front_write
	front_errors
	front_page
	front_docs
	# Root puts nothing where the account of the workers could put a link.
	install -d -m 700 -o "$(front_account)" "$run/master"
	local command=($(run_as "$(front_account)") setpriv --pdeathsig TERM $(without_settings) "${front_program[$front]}")
	case $front in
	lighttpd) start_child front "${command[@]}" -D -f "$run/serve.conf" ;;
	nginx) start_child front "${command[@]}" -e stderr -p "$run" -c "$run/serve.conf" ;;
	# Opening standard error by name fails where it is a socket or another user's: Apache is given a pipe.
	apache) start_child front "${command[@]}" -D FOREGROUND -f "$run/serve.conf" 2> >(trap '' INT TERM; exec cat >&2) ;;
	esac
	wait_for 10 front_answers && is_alive front || return 1
	made_address
}

# Ready, or dead.
front_answers() {
	is_alive front || return 0
	if [ -n "$socket" ]; then
		[ -S "$socket" ]
	else
		(exec 3<>"/dev/tcp/$(reach_host)/$port") 2>/dev/null && holds_port
	fi
}

# An address at which this machine reaches the server.
reach_host() {
	local address
	address=$(front_addresses | head -n 1)
	case $address in
	0.0.0.0) echo 127.0.0.1 ;;
	'[::]') echo ::1 ;;
	*) echo "${address//[\[\]]/}" ;;
	esac
}

# A port nobody listens on. Another program may take it before the web server does: the caller then tries again.
free_port() {
	perl -MIO::Socket::INET -e 'print IO::Socket::INET->new(Listen => 1, LocalAddr => "0.0.0.0")->sockport'
}
