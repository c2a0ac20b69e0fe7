# The place of a run: a directory that goes with it, and in it what rowgate's account could not read elsewhere. Sourced,
# not run. $run is the directory, $web_user and $app_user the accounts, $config the configuration file.
# SPDX-License-Identifier: MIT

# $run holds sockets and the web server's files while we run: in a place where the web server's account can go,
# and short, since a unix socket's path has at most 107 bytes. Only that account's group reaches rowgate's socket.
make_run_directory() {
	local parent
	for parent in "${TMPDIR:-/tmp}" /tmp; do
		run=$(mktemp -d "$parent/rowgate.XXXXXX")
		chmod 711 "$run"
		[ ${#run} -gt 80 ] || ! $(run_as "$web_user") test -x "$run" || break
		rmdir "$run"
		run=
	done
	[ -n "$run" ] || die "no directory for sockets that $web_user can enter, not even under /tmp"
	mkdir "$run/empty"
	install -d -m 750 -o "$app_user" -g "$(id -gn "$web_user")" "$run/app"
	install -d -m 700 -o "$web_user" "$run/front"
	# What root writes for rowgate's account to read lies where that account can put no link in its way.
	install -d -m 711 "$run/lent"
}

# Values of these keys may be "@path".
AT_FILE_KEYS="db-uri jwt-secret auth-signing-key auth-db-uri mail-db-uri mail-password"
# Variables of libpq's that name files.
LIBPQ_FILES="PGPASSFILE PGSERVICEFILE PGSSLCERT PGSSLKEY PGSSLROOTCERT PGSSLCRL"
declare -A lent=() # copy -> what it is a copy of

# lend FILE COPY: gives rowgate's account a copy of a file that it cannot read and root can. Fails where none is needed.
lend() {
	[ -f "$1" ] && [ -r "$1" ] && ! $(run_as "$app_user") test -r "$1" || return 1
	lent[$2]=$1
	copy_file "$1" "$2"
}

# copy_file FILE COPY: whole or not at all. A file that is being replaced may be away for a moment.
copy_file() {
	install -m 600 -o "$app_user" /dev/null "$2.new" && cat "$1" >"$2.new" && mv "$2.new" "$2"
}

# Copies are made anew for each reload.
copy_lent() {
	local copy
	for copy in "${!lent[@]}"; do
		copy_file "${lent[$copy]}" "$copy" || say "cannot read ${lent[$copy]}: the copy from before stays"
	done
}

# A configuration that comes through a pipe can be read only once.
place_config() {
	told=$config # what messages name
	[ -n "$config" ] || return 0
	if [ ! -f "$config" ]; then
		copy_file "$config" "$run/lent/config" || die "cannot read the configuration $told"
		config=$run/lent/config
		told=$config
	elif lend "$config" "$run/lent/config"; then
		config=$run/lent/config
	fi
}

# raw_value KEY: what the environment or the file say, not what is read in its place.
raw_value() {
	local name=${1^^} value
	name=${name//-/_}
	for value in "ROWGATE_$name" "PGRST_$name"; do
		[ -z "${!value:-}" ] || { printf '%s' "${!value}"; return; }
	done
	[ -z "$config" ] || sed -En "s/^[[:space:]]*$1[[:space:]]*=[[:space:]]*\"([^\"]*)\".*/\1/p" "$config" | tail -n 1
}

# Secrets in files that only root can read, and what libpq looks for at home: rowgate's account has a home of its own
# here, and its temporary files too where it may not write to TMPDIR.
place_secrets() {
	[ "$app_user" != "$(id -un)" ] || return 0
	local key value file
	for key in $AT_FILE_KEYS; do
		value=$(raw_value "$key")
		[[ $value == @* ]] && lend "${value#@}" "$run/lent/$key" || continue
		key=${key^^}
		export "ROWGATE_${key//-/_}=@$run/lent/${key,,}"
	done
	for key in $LIBPQ_FILES; do
		[ -n "${!key:-}" ] && lend "${!key}" "$run/lent/$key" && export "$key=$run/lent/$key"
	done
	install -d -m 711 "$run/home" "$run/home/.postgresql"
	for file in .pgpass .pg_service.conf .postgresql/{root.crt,root.crl,postgresql.crt,postgresql.key}; do
		[ ! -f "${HOME:-/}/$file" ] || copy_file "${HOME:-/}/$file" "$run/home/$file" ||
			die "cannot read ${HOME:-/}/$file"
	done
	export HOME=$run/home
	$(run_as "$app_user") test -w "${TMPDIR:-/tmp}" || export TMPDIR=$run/app
}

# What is too large to be lent, or is to be written to: said now, not by the first request that misses it.
check_reach() {
	[ "$app_user" != "$(id -un)" ] || return 0
	local key path
	for key in auth-password-breached mail-ca-file mail-templates server-spool-dir state-dir; do
		path=$(setting "$key")
		[ ! -e "$path" ] || $(run_as "$app_user") test -r "$path" ||
			die "$app_user, whom rowgate runs as, cannot read $key $path (ROWGATE_USER names another user)"
	done
}

# A secret may come by standard input ("@/dev/stdin"), which can be read once, but rowgate reads it now, at its start
# and for each reload. The copy has lost its name when they do.
keep_input() {
	grep -Eqs '@/dev/(stdin|fd/0)' <(printenv) ${config:+"$config"} || return 0
	input=$run/lent/input
	install -m 600 -o "$app_user" /dev/null "$input"
	cat >"$input"
	exec <"$input"
	rm "$input"
	input=/dev/stdin
}
