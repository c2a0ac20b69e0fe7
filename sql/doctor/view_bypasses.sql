-- A view shows rows that policies hide.
-- SPDX-License-Identifier: MIT
SELECT format('%s reads %s', v.name, string_agg(DISTINCT t.name, ', ')),
	CASE WHEN current_setting('server_version_num')::int >= 150000 THEN format('ALTER VIEW %s SET (security_invoker = true);', v.name) END
FROM relations AS v
JOIN pg_rewrite AS w ON w.ev_class = v.oid
JOIN pg_depend AS d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid AND d.refclassid = 'pg_class'::regclass
JOIN tables AS t ON t.oid = d.refobjid AND t.relrowsecurity
JOIN pg_roles AS o ON o.oid = v.relowner
WHERE v.relkind = 'v' AND v.exposed
	AND NOT EXISTS (SELECT FROM unnest(v.reloptions) AS item WHERE item ~* '^security_invoker=(true|on|yes|1|t)$')
	AND (o.rolsuper OR o.rolbypassrls OR (NOT t.relforcerowsecurity AND pg_has_role(o.oid, t.relowner, 'USAGE')))
	AND EXISTS (SELECT FROM bound AS r WHERE has_any_column_privilege(r.oid, v.oid, 'SELECT, INSERT, UPDATE'))
GROUP BY v.name
