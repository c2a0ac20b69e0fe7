-- A role of the API owns something, so that rights and policies do not bind it.
-- SPDX-License-Identifier: MIT
SELECT format('%I owns %s', r.rolname, string_agg(o.name, ', ' ORDER BY o.name)), format('REASSIGN OWNED BY %I TO ...;', r.rolname)
FROM (SELECT oid, rolname FROM callers WHERE NOT rolsuper UNION SELECT oid, rolname FROM connecting WHERE NOT rolsuper) AS r
JOIN (
	SELECT relowner AS owner, name FROM relations WHERE relkind IN ('r', 'p', 'v', 'm', 'f')
	UNION ALL SELECT proowner, name FROM routines
	UNION ALL SELECT nspowner, format('schema %I', nspname) FROM own_schemas
) AS o ON o.owner = r.oid
GROUP BY r.rolname
