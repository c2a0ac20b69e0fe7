-- Whoever calls may change a table that has no row-level security.
-- SPDX-License-Identifier: MIT
SELECT format('%s (%s)', t.name, string_agg(v.verb, ', ' ORDER BY v.place)), format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY;', t.name)
FROM tables AS t, anonymous AS a, (VALUES (1, 'INSERT'), (2, 'UPDATE'), (3, 'DELETE')) AS v (place, verb)
WHERE t.exposed AND NOT t.relrowsecurity AND NOT a.rolsuper AND has_schema_privilege(a.oid, t.relnamespace, 'USAGE')
	AND CASE v.verb WHEN 'DELETE' THEN has_table_privilege(a.oid, t.oid, 'DELETE') ELSE has_any_column_privilege(a.oid, t.oid, v.verb) END
GROUP BY t.name
