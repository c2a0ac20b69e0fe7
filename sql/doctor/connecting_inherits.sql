-- The connecting role has the rights of its callers without becoming them.
-- SPDX-License-Identifier: MIT
SELECT format('%I inherits %s', session_user, string_agg(quote_ident(r.rolname), ', ' ORDER BY r.rolname)),
	CASE WHEN current_setting('server_version_num')::int >= 160000
		THEN string_agg(format('GRANT %I TO %I WITH INHERIT FALSE;', r.rolname, session_user), ' ' ORDER BY r.rolname)
		ELSE format('ALTER ROLE %I NOINHERIT;', session_user) END
FROM callers AS r, connecting AS c
WHERE NOT c.rolsuper AND pg_has_role(session_user, r.oid, 'USAGE')
HAVING count(*) > 0
