# What setup does with the database: finds out how to connect, installs the accounts, makes the first admin. Sourced.
# SPDX-License-Identifier: MIT

# conninfo_value TEXT: as libpq wants it behind "key=".
conninfo_value() {
	local text=${1//\\/\\\\}
	printf "'%s'" "${text//\'/\\\'}"
}

# question_database: the connection string, from what is known or asked. One of an earlier run is kept.
question_database() {
	local host=${PGHOST:-} name=${PGDATABASE:-} user=${PGUSER:-} password=${PGPASSWORD:-}
	if [ -n "$database" ]; then
		database_from_environment
		return
	fi
	[ -z "$host$name$user" ] && [ -s "$directory/database" ] && return
	question host "Host of the database, or the directory of its socket" localhost
	question name "Name of the database"
	question user "Role that connects (user of the database)" "$name"
	if [ -z "$password" ] && can_ask; then
		read -r -s -p "Password of $user: " password || exit 1
		say
	fi
	database="host=$(conninfo_value "$host") dbname=$(conninfo_value "$name") user=$(conninfo_value "$user")"
	[ -z "$password" ] || database="$database password=$(conninfo_value "$password")"
	[ -z "${PGPORT:-}" ] || database="$database port=$(conninfo_value "$PGPORT")"
	[ -z "${PGSSLMODE:-}" ] || database="$database sslmode=$(conninfo_value "$PGSSLMODE")"
	[ -z "${PGSSLROOTCERT:-}" ] || database="$database sslrootcert=$(conninfo_value "$PGSSLROOTCERT")"
}

# A string of keywords that says no password is completed; an address (postgresql://) is taken as it is.
database_from_environment() {
	case $database in
	*://* | *password*) ;;
	*) [ -z "${PGPASSWORD:-}" ] || database="$database password=$(conninfo_value "$PGPASSWORD")" ;;
	esac
}

write_database() {
	local file=$directory/database
	[ -n "$database" ] || return 0
	[ -s "$file" ] && [ "$(cat "$file")" = "$database" ] && return
	write_file "$file" 600 printf '%s' "$database"
	done_with "connection string: $file"
}

# Roles belong to all databases of a server, and other customers have theirs: so the names begin with the role's own.
choose_prefix() {
	local user
	[ -z "$role_prefix" ] && [ "$accounts" = yes ] || return 0
	user=$(database_user | tr A-Z a-z | tr -c a-z0-9_ _)
	role_prefix=${user:0:39}_
}

# database_user: who connects, by the connection string.
database_user() {
	local text
	text=$(cat "$directory/database")
	case $text in
	*://*@*)
		text=${text#*://} text=${text%%@*}
		printf %s "${text%%:*}"
		;;
	*user=*) printf %s "$text" | sed -e "s/.*user *= *'\([^']*\)'.*/\1/" -e 's/.*user *= *\([^ ]*\).*/\1/' ;;
	*) id -un ;;
	esac
}

migrate() {
	local said=$directory/tmp/said status=0
	if [ "$accounts" = no ]; then
		run_rowgate --dump-schema "$directory/rowgate.conf" >/dev/null 2>"$said" || cannot_connect
		done_with "the database answers"
		return
	fi
	run_rowgate migrate --status "$directory/rowgate.conf" >"$said" 2>"$said.wrong" || status=$?
	[ ! -s "$said.wrong" ] || { mv "$said.wrong" "$said"; cannot_connect; }
	if [ "$status" = 0 ]; then
		done_with "account schema: up to date"
	elif run_rowgate migrate "$directory/rowgate.conf" >"$said" 2>&1; then
		done_with "account schema: $(words_of "$said")"
	else
		leave_to_host
	fi
}

cannot_connect() {
	local words
	words=$(words_of "$directory/tmp/said")
	say "  FAILED  the database: $words"
	case $words in
	*"no pg_hba.conf entry"*encryption* | *SSL*) say "  Try with sslmode=require in the connection string." ;;
	*"could not translate host"*) say "  Is the host's name right? The host's panel tells it." ;;
	*"authentication failed"*) say "  Role or password are not right. They are in $directory/database." ;;
	*"too many connections"*) say "  The role may have fewer connections: try --connections 3, or end others." ;;
	esac
	exit 1
}

# What takes rights that the role lacks is written down for who has them.
leave_to_host() {
	local file=$directory/for-the-host.sql words
	words=$(words_of "$directory/tmp/said")
	case $words in
	*"permission denied"* | *"must have"* | *"must be"* | *"Only roles with"*) ;;
	*) say "  FAILED  account schema: $words"; exit 1 ;;
	esac
	write_file "$file" 600 run_rowgate migrate --dry-run "$directory/rowgate.conf"
	remember
	say "  WAITS   account schema: $words"
	say
	say "Your database role may not do that. Send this file to your host and ask to have it run in your database"
	say "by somebody who may make roles (psql -v ON_ERROR_STOP=1 -f for-the-host.sql); there is no secret in it:"
	say "  $file"
	say "Then run this script again. Without accounts: --no-accounts --anon-role NAME."
	exit 3
}

# make_admin: unless the address has an account.
make_admin() {
	local password=${ROWGATE_HOSTING_ADMIN_PASSWORD:-} made= said=$directory/tmp/said
	[ -n "$admin" ] && [ "$accounts" = yes ] && [ "$admin" != "${saved_admin:-}" ] || return 0
	if [ -z "$password" ]; then
		password=$(head -c 15 /dev/urandom | od -An -tx1 | tr -d ' \n')
		made=yes
	fi
	if printf '%s\n' "$password" |
		run_rowgate user add "$admin" --role admin_user "$directory/rowgate.conf" >"$said" 2>&1; then
		done_with "admin: $admin${made:+, with the password $password (change it soon)}"
	elif grep -q -i 'already\|taken' "$said"; then
		done_with "admin: $admin has an account; it is as it was"
	else
		wrong "admin: $(words_of "$said")"
		admin=
	fi
}
