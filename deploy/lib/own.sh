# Our own cluster: whether it is wanted, what it keeps, and how rowgate serves it. Sourced, not run.
# SPDX-License-Identifier: MIT

# Whether somebody says where the database is: db-uri, or libpq's variables, which stand for what that leaves out.
names_database() {
	local variable
	! given db-uri || return 0
	for variable in PGSERVICE PGHOST PGHOSTADDR PGPORT PGDATABASE PGUSER; do
		[ -z "${!variable:-}" ] || return 0
	done
	return 1
}

# What our own cluster keeps: one serve at a time, in a place where the accounts that run it can go.
take_state() {
	pg_user=$(is_root && echo postgres || id -un)
	mkdir -p "$state"
	state=$(cd "$state" && pwd -P)
	if ! $(run_as "$pg_user") test -x "$state"; then
		say "$pg_user cannot enter $state: everything is kept in /var/lib/rowgate$state instead"
		state=/var/lib/rowgate$state
		mkdir -p "$state"
	fi
	exec 9>>"$state/lock"
	flock -n 9 || die "already running on $state (process $(cat "$state/pid")): stop that first, or set ROWGATE_STATE"
	echo $$ >"$state/pid"
}

# What the user did not say is set for our own cluster: the database, the schemas, the anonymous role, the secret, the
# address.
own_settings() {
	export PGRST_DB_URI="host='$run/db' port=5432 user=authenticator dbname=workshop"
	given db-schemas || given db-schema || export PGRST_DB_SCHEMAS=public,auth
	[ -n "$(setting db-anon-role)" ] || export PGRST_DB_ANON_ROLE=web_anon
	given server-host || export PGRST_SERVER_HOST=127.0.0.1
	jwt_secret=$(setting jwt-secret)
	[ -z "$jwt_secret" ] || return 0
	if [ ! -s "$state/jwt-secret" ]; then
		install -m 600 -o "$app_user" /dev/null "$state/jwt-secret.new"
		head -c 48 /dev/urandom | base64 -w 0 >"$state/jwt-secret.new"
		mv "$state/jwt-secret.new" "$state/jwt-secret"
	fi
	jwt_secret=$(<"$state/jwt-secret")
	export PGRST_JWT_SECRET=$jwt_secret
}

own_cluster() {
	local variable
	for variable in $(compgen -e PG); do
		[[ $variable == PGRST_* ]] || unset "$variable"
	done
	find_postgres
	install -d -m 750 -o "$pg_user" -g "$(id -gn "$app_user")" "$run/db"
	run_step cluster_make
	cluster_start
	own_settings
	cluster_load
	own_admin
}

# The demo has an admin from the start, whose password is made once and kept where only its owner can read it.
own_admin() {
	[ -n "$accounts" ] && [ ! -s "$state/admin-password" ] || return 0
	local password
	password=$(head -c 15 /dev/urandom | base64 | tr '+/' 'xz')
	"$rowgate" user add admin@example.com --role admin_user ${config:+"$config"} <<<"$password" >/dev/null || return 0
	install -m 600 /dev/null "$state/admin-password.new"
	echo "$password" >"$state/admin-password.new"
	mv "$state/admin-password.new" "$state/admin-password"
	admin_made=yes
}

# What is printed may be kept in a log: the password is, once.
own_admin_told() {
	[ -s "$state/admin-password" ] || return 0
	if [ -n "${admin_made:-}" ]; then
		echo "The admin is admin@example.com, by the password $(<"$state/admin-password") (of $state/admin-password)"
	else
		echo "The admin is admin@example.com, by the password in $state/admin-password"
	fi
}

