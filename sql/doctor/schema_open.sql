-- Callers may create things where requests look for names.
-- SPDX-License-Identifier: MIT
SELECT format('%I: %s', n.nspname, string_agg(quote_ident(r.rolname), ', ' ORDER BY r.rolname)),
	CASE WHEN EXISTS (SELECT FROM pg_namespace AS s, aclexplode(s.nspacl) AS x
			WHERE s.oid = n.oid AND x.grantee = 0 AND x.privilege_type = 'CREATE')
		THEN format('REVOKE CREATE ON SCHEMA %I FROM PUBLIC;', n.nspname)
		ELSE format('REVOKE CREATE ON SCHEMA %I FROM %s;', n.nspname, string_agg(quote_ident(r.rolname), ', ' ORDER BY r.rolname)) END
FROM own_schemas AS n, given AS g, bound AS r
WHERE (n.exposed OR n.nspname = ANY (g.extra_path)) AND n.nspowner <> r.oid AND has_schema_privilege(r.oid, n.oid, 'CREATE')
GROUP BY n.oid, n.nspname
