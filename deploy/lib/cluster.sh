# A private PostgreSQL cluster with the demo in it: a unix socket, no TCP, peer authentication. Sourced, not run.
# $state/data is the cluster, $run the directory of its socket, $pg_user whose process it is, $app_user rowgate's.
# SPDX-License-Identifier: MIT

# The newest PostgreSQL on the machine, or on the PATH.
find_postgres() {
	local found
	found=$(printf '%s\n' /usr/lib/postgresql/*/bin/postgres | sort -V | tail -n 1)
	[ -x "$found" ] || found=$(command -v postgres) || die "PostgreSQL's server was not found: install postgresql"
	pg_bin=${found%/*}
}

cluster_make() {
	[ -s "$state/data/PG_VERSION" ] && return
	say "making a PostgreSQL cluster in $state/data"
	rm -rf "$state/data.new" "$state/data"
	install -d -m 700 -o "$pg_user" "$state/data.new"
	(cd / && $(run_as "$pg_user") "$pg_bin/initdb" -D "$state/data.new" -U postgres -A peer \
		-E UTF8 --locale=C.UTF-8 --no-sync) \
		>"$state/initdb.log" 2>&1 || { cat "$state/initdb.log" >&2; die "initdb failed"; }
	mv "$state/data.new" "$state/data"
}

# Who may be whom: root and the cluster's owner the superuser, rowgate's account what it connects as, nobody else
# anyone.
cluster_rules() {
	local user
	echo 'local all all peer map=rowgate' | cluster_write pg_hba.conf
	{
		for user in root "$pg_user"; do echo "rowgate $user postgres"; done
		for user in authenticator rowgate_account rowgate_mail; do
			printf 'rowgate %s %s\n' "$app_user" "$user" root "$user"
		done
	} | cluster_write pg_ident.conf
}

# cluster_write FILE: in the cluster's directory, as its owner, who could have put a link there.
cluster_write() { $(run_as "$pg_user") sh -c 'cat >"$1"' sh "$state/data/$1"; }

cluster_start() {
	local major
	major=$("$pg_bin/postgres" --version)
	[[ $major == *" $(<"$state/data/PG_VERSION")"[.\ a-z]* ]] ||
		die "$state/data was made by PostgreSQL $(<"$state/data/PG_VERSION"), here is $major: install that," \
			"or set ROWGATE_STATE to another directory"
	cluster_rules
	local log=$state/postgres.log
	cd /
	start_child postgres $(run_as "$pg_user") setpriv --pdeathsig INT "$pg_bin/postgres" -D "$state/data" -k "$run/db" \
		-c listen_addresses= -c unix_socket_permissions=0777 -c logging_collector=off -c max_connections=200 \
		>"$log" 2>&1
	cd "$OLDPWD"
	wait_for 60 cluster_answers && is_alive postgres && return
	tail -n 20 "$log" >&2
	die "PostgreSQL did not start; its log is $log"
}

# Ready, or dead. The server writes its state into the last line of its pid file.
cluster_answers() {
	is_alive postgres || return 0
	local line=()
	mapfile -t line <"$state/data/postmaster.pid" 2>/dev/null || return 1
	[ "${line[0]:-}" = "${child[postgres]}" ] && [[ ${line[7]:-} == ready* ]]
} 2>/dev/null

cluster_psql() {
	"$pg_bin/psql" -X -q -v ON_ERROR_STOP=1 -h "$run/db" -p 5432 -U postgres "$@"
}

cluster_migrate() {
	PGRST_DB_URI="host='$run/db' port=5432 user=postgres dbname=workshop" "$rowgate" migrate "$@" ${config:+"$config"} \
		</dev/null >/dev/null
}

# Before rowgate had accounts the demo made the tutorial's tables: they are taken over, ids, hashes and all.
cluster_accounts() {
	local columns
	columns=$(cluster_psql -d workshop -At </dev/null -c "SELECT count(*) FROM information_schema.columns
		WHERE table_schema = 'auth' AND table_name = 'users' AND column_name = 'password_hash'")
	if [ "$columns" = 0 ]; then
		cluster_migrate
		return
	fi
	say "taking the accounts of an earlier version over"
	cluster_migrate --adopt-tutorial &&
		cluster_psql -d workshop -c 'ALTER DATABASE workshop RESET app.jwt_secret' </dev/null
}

# Loads the demo when it is not there yet or has changed; the files may be loaded again at any time. The account schema
# comes between the roles and the tables that refer to it.
cluster_load() {
	local sum
	sum=$(cat "$top"/sql/demo/*.sql "$top"/sql/account/*.sql | sha256sum)
	[ "$sum" != "$(cat "$state/demo.sum" 2>/dev/null)" ] || return 0
	[ -n "$(cluster_psql -d postgres -At -c "SELECT 1 FROM pg_database WHERE datname = 'workshop'" </dev/null)" ] ||
		cluster_psql -d postgres -c 'CREATE DATABASE workshop' </dev/null
	cluster_psql -d workshop -1 -o /dev/null -f "$top/sql/demo/10-roles.sql" </dev/null &&
		cluster_accounts &&
		cluster_psql -d workshop -1 -o /dev/null -f "$top/sql/demo/20-workshops.sql" </dev/null ||
		die "the demo could not be loaded"
	echo "$sum" >"$state/demo.sum"
}
