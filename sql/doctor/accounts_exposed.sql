-- Anonymous callers can read accounts.
-- SPDX-License-Identifier: MIT
SELECT t.name, format('REVOKE SELECT ON %s FROM %I;', t.name, a.rolname)
FROM relations AS t, anonymous AS a, given AS g
WHERE t.nspname = g.auth AND t.relname IN ('users', 'user_overview', 'sessions', 'identities') AND has_any_column_privilege(a.oid, t.oid, 'SELECT')
UNION ALL
SELECT DISTINCT format('%s reads %s', v.name, t.name), format('REVOKE SELECT ON %s FROM %I;', v.name, a.rolname)
FROM relations AS v
JOIN pg_rewrite AS w ON w.ev_class = v.oid
JOIN pg_depend AS d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid AND d.refclassid = 'pg_class'::regclass
JOIN tables AS t ON t.oid = d.refobjid AND t.oid <> v.oid, anonymous AS a, given AS g
WHERE v.relkind IN ('v', 'm') AND v.nspname <> g.auth AND (t.nspname, t.relname) IN ((g.auth, 'users'), (g.private, 'credentials'))
	AND NOT EXISTS (SELECT FROM unnest(v.reloptions) AS item WHERE item ~* '^security_invoker=(true|on|yes|1|t)$')
	AND has_any_column_privilege(a.oid, v.oid, 'SELECT')
