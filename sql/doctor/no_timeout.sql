-- Statements of callers may run for ever.
-- SPDX-License-Identifier: MIT
SELECT string_agg(quote_ident(r.rolname), ', ' ORDER BY r.rolname), format('ALTER ROLE %I SET statement_timeout = ''10s'';', session_user)
FROM bound AS r
WHERE (SELECT s.reset_val FROM pg_settings AS s WHERE s.name = 'statement_timeout') = '0'
	AND NOT EXISTS (
		SELECT FROM pg_db_role_setting AS s, unnest(s.setconfig) AS item
		WHERE s.setrole = r.oid AND s.setdatabase IN (0, (SELECT d.oid FROM pg_database AS d WHERE d.datname = current_database()))
			AND item ~ '^statement_timeout=' AND item !~ '=0[a-z]*$')
HAVING count(*) > 0
