-- The connection goes over a network without TLS.
-- SPDX-License-Identifier: MIT
SELECT format('%s from %s', session_user, host(inet_client_addr())), NULL::text
FROM pg_stat_ssl AS s
WHERE s.pid = pg_backend_pid() AND NOT s.ssl AND inet_client_addr() IS NOT NULL
	AND NOT inet_client_addr() <<= '127.0.0.0/8'::inet AND inet_client_addr() <> '::1'::inet
