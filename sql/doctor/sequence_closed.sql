-- Callers may insert into a table, but not use the sequence of its key.
-- SPDX-License-Identifier: MIT
SELECT format('%s: %s', t.name, string_agg(DISTINCT quote_ident(r.rolname), ', ')), format('GRANT USAGE ON SEQUENCE %s TO %s;', s.name, string_agg(DISTINCT quote_ident(r.rolname), ', '))
FROM tables AS t
JOIN pg_attrdef AS f ON f.adrelid = t.oid
JOIN pg_depend AS d ON d.classid = 'pg_attrdef'::regclass AND d.objid = f.oid AND d.refclassid = 'pg_class'::regclass
JOIN relations AS s ON s.oid = d.refobjid AND s.relkind = 'S', bound AS r
WHERE t.exposed AND has_schema_privilege(r.oid, t.relnamespace, 'USAGE') AND has_any_column_privilege(r.oid, t.oid, 'INSERT')
	AND NOT has_sequence_privilege(r.oid, s.oid, 'USAGE, UPDATE')
GROUP BY t.name, s.name
