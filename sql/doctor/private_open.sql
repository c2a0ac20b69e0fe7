-- Callers may use the private schema of accounts.
-- SPDX-License-Identifier: MIT
SELECT format('%I: %I', n.nspname, r.rolname), format('REVOKE ALL ON SCHEMA %I FROM %I, PUBLIC;', n.nspname, r.rolname)
FROM own_schemas AS n JOIN given AS g ON n.nspname = g.private, bound AS r WHERE has_schema_privilege(r.oid, n.oid, 'USAGE')
