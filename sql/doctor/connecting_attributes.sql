-- The connecting role has attributes that it needs for nothing.
-- SPDX-License-Identifier: MIT
SELECT format('%I: %s', c.rolname, string_agg(a.word, ', ' ORDER BY a.word)),
	format('ALTER ROLE %I %s;', c.rolname, string_agg('NO' || a.word, ' ' ORDER BY a.word))
FROM connecting AS c,
	LATERAL (VALUES (c.rolcreaterole, 'CREATEROLE'), (c.rolcreatedb, 'CREATEDB'), (c.rolreplication, 'REPLICATION'),
		(c.rolbypassrls, 'BYPASSRLS')) AS a (held, word)
WHERE a.held AND NOT c.rolsuper
GROUP BY c.rolname
