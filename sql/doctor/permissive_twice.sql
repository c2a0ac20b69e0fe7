-- Several permissive policies are judged for one role and one kind of statement.
-- SPDX-License-Identifier: MIT
SELECT format('%s: %s for %s: %s', p.relation, v.verb, CASE role WHEN 0 THEN 'everybody' ELSE quote_ident(pg_get_userbyid(role)) END,
	string_agg(quote_ident(p.polname), ', ' ORDER BY p.polname)), NULL::text
FROM policies AS p
JOIN (VALUES ('r', 'SELECT'), ('a', 'INSERT'), ('w', 'UPDATE'), ('d', 'DELETE')) AS v (letter, verb) ON p.polcmd::text IN (v.letter, '*')
JOIN LATERAL (SELECT unnest(p.polroles) UNION SELECT r.oid FROM bound AS r WHERE 0 = ANY (p.polroles)) AS named (role) ON true
WHERE p.exposed AND p.polpermissive AND p.relrowsecurity
GROUP BY p.polrelid, p.relation, v.verb, role
HAVING count(*) > 1 AND (role = 0 OR count(*) FILTER (WHERE role = ANY (p.polroles)) > 0)
