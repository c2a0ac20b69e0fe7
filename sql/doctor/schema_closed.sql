-- No caller may use a schema that is exposed.
-- SPDX-License-Identifier: MIT
SELECT quote_ident(n.nspname), format('GRANT USAGE ON SCHEMA %I TO %s;', n.nspname,
	coalesce((SELECT quote_ident(a.rolname) FROM anonymous AS a), '...'))
FROM own_schemas AS n
WHERE n.exposed AND NOT EXISTS (SELECT FROM callers AS r WHERE has_schema_privilege(r.oid, n.oid, 'USAGE'))
