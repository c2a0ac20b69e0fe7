-- Row-level security is on and there is no policy, so that callers with a grant see nothing.
-- SPDX-License-Identifier: MIT
SELECT format('%s (%s)', t.name, string_agg(quote_ident(r.rolname), ', ' ORDER BY r.rolname)), NULL::text
FROM tables AS t, bound AS r
WHERE t.exposed AND t.relrowsecurity AND t.relowner <> r.oid AND has_any_column_privilege(r.oid, t.oid, 'SELECT, INSERT, UPDATE')
	AND NOT EXISTS (SELECT FROM pg_policy AS p WHERE p.polrelid = t.oid)
GROUP BY t.name
