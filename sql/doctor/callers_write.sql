-- Callers who are signed in may change a table that has no row-level security.
-- SPDX-License-Identifier: MIT
SELECT format('%s (%s)', t.name, string_agg(DISTINCT quote_ident(r.rolname), ', ')), format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY;', t.name)
FROM tables AS t, bound AS r, given AS g
WHERE t.exposed AND NOT t.relrowsecurity AND r.rolname IS DISTINCT FROM g.anonymous
	AND has_schema_privilege(r.oid, t.relnamespace, 'USAGE')
	AND (has_any_column_privilege(r.oid, t.oid, 'INSERT, UPDATE') OR has_table_privilege(r.oid, t.oid, 'DELETE'))
	AND NOT EXISTS (SELECT FROM anonymous AS a
		WHERE has_any_column_privilege(a.oid, t.oid, 'INSERT, UPDATE') OR has_table_privilege(a.oid, t.oid, 'DELETE'))
GROUP BY t.name
