-- A policy lets anonymous callers change every row.
-- SPDX-License-Identifier: MIT
SELECT p.name, format('DROP POLICY %I ON %s;', p.polname, p.relation)
FROM policies AS p, anonymous AS a
WHERE p.relrowsecurity AND p.polpermissive AND p.exposed AND p.polcmd IN ('w', 'd', '*')
	AND (0 = ANY (p.polroles) OR EXISTS (SELECT FROM unnest(p.polroles) AS o WHERE o <> 0 AND pg_has_role(a.oid, o, 'USAGE')))
	AND p.qual = 'true' AND coalesce(p.checked, 'true') = 'true'
	AND (has_any_column_privilege(a.oid, p.polrelid, 'UPDATE') OR has_table_privilege(a.oid, p.polrelid, 'DELETE'))
