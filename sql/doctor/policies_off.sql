-- A table has policies, but row-level security is not switched on.
-- SPDX-License-Identifier: MIT
SELECT format('%s (%s)', t.name, string_agg(quote_ident(p.polname), ', ' ORDER BY p.polname)), format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY;', t.name)
FROM tables AS t JOIN policies AS p ON p.polrelid = t.oid WHERE NOT t.relrowsecurity GROUP BY t.name
