# The address that the web server is to have: free, or it is an error before anything is started. Sourced, not run.
# $host, $port, $socket say what it is.
# SPDX-License-Identifier: MIT

# Fails, and says why, when a port cannot be had: it is somebody else's, or the address is none of this machine's.
try_port() {
	perl -MIO::Socket::IP -e '
		my ($host, $port) = @ARGV;
		IO::Socket::IP->new(LocalHost => $host, LocalPort => $port, Listen => 1, ReuseAddr => 1, V6Only => 1)
			or print "$@" and exit 1' "${1//[\[\]]/}" "$2"
}

# Whether nobody listens on the unix socket, or none is there: a refused connection says so, and nothing else does.
is_free() {
	[ ! -e "$1" ] && return
	[ -S "$1" ] && perl -MIO::Socket::UNIX -e '
		my $there = IO::Socket::UNIX->new(Peer => $ARGV[0], Blocking => 0);
		exit !(!$there && $!{ECONNREFUSED})' "$1"
}

take_address() {
	local address why
	if [ -n "$socket" ]; then
		# Of two who start together one waits here, and then finds the socket of the other. Anybody may hold the lock.
		exec 6<"$(dirname "$socket")"
		flock -w 10 6 || true
		is_free "$socket" || die "server-unix-socket $socket: somebody else listens there, or it is no socket"
		rm -f "$socket"
	elif [ "$port" != 0 ]; then
		for address in $(front_addresses); do
			why=$(try_port "$address" "$port") || die "cannot listen on $address:$port (PGRST_SERVER_HOST," \
				"PGRST_SERVER_PORT): $why"
		done
	fi
}

# The socket is ours from now on.
made_address() {
	[ -n "$socket" ] || return 0
	chmod "$socket_mode" "$socket"
	made_socket=yes
	exec 6<&-
}

# Whether the port belongs to our web server, and not to somebody who was quicker. Where its descriptors cannot be seen
# (it has changed its user, and we may not trace others) the word of the port has to do.
holds_port() {
	local inode held
	held=$($(run_as "$(front_account)") sh -c 'readlink /proc/$0/fd/*' "${child[front]}") || true
	[[ $held == *socket:* ]] || return 0
	for inode in $(awk -v port="$(printf ':%04X' "$port")" '$4 == "0A" && $2 ~ port "$" { print $10 }' \
		/proc/net/tcp /proc/net/tcp6); do
		[[ $held != *"socket:[$inode]"* ]] || return 0
	done
	return 1
} 2>/dev/null

leave_address() {
	[ -z "${made_socket:-}" ] || ! is_free "$socket" || rm -f "$socket"
}
