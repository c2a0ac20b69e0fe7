-- Callers read all rows of a table: it has no row-level security.
-- SPDX-License-Identifier: MIT
SELECT format('%s (%s)', t.name, string_agg(DISTINCT quote_ident(r.rolname), ', ')), format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY;', t.name)
FROM tables AS t, bound AS r
WHERE t.exposed AND NOT t.relrowsecurity AND has_schema_privilege(r.oid, t.relnamespace, 'USAGE')
	AND has_any_column_privilege(r.oid, t.oid, 'SELECT')
	AND NOT EXISTS (SELECT FROM bound AS b WHERE has_any_column_privilege(b.oid, t.oid, 'INSERT, UPDATE') OR has_table_privilege(b.oid, t.oid, 'DELETE'))
GROUP BY t.name
