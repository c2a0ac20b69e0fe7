-- Callers have rights on a table that the API never uses.
-- SPDX-License-Identifier: MIT
SELECT format('%s: %s to %s', t.name, string_agg(DISTINCT x.privilege_type, ', '), quote_ident(r.rolname)),
	format('REVOKE TRUNCATE, REFERENCES, TRIGGER ON %s FROM %I;', t.name, r.rolname)
FROM tables AS t, aclexplode(t.relacl) AS x JOIN bound AS r ON r.oid = x.grantee
WHERE t.exposed AND t.relowner <> r.oid AND x.privilege_type IN ('TRUNCATE', 'REFERENCES', 'TRIGGER') GROUP BY t.name, r.rolname
