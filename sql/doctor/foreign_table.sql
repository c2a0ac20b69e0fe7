-- Callers read a foreign table, which has no policies.
-- SPDX-License-Identifier: MIT
SELECT format('%s (%s)', v.name, string_agg(quote_ident(r.rolname), ', ' ORDER BY r.rolname)), format('REVOKE ALL ON %s FROM %s;', v.name, string_agg(quote_ident(r.rolname), ', ' ORDER BY r.rolname))
FROM relations AS v, bound AS r
WHERE v.relkind = 'f' AND v.exposed AND has_any_column_privilege(r.oid, v.oid, 'SELECT, INSERT, UPDATE') GROUP BY v.name
