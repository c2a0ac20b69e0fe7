-- Functions of the exposed schemas ($1) that can be called: some parameter or column has a name, there is none, or the
-- only parameter takes the body whole. Not procedures, aggregates, window functions and triggers.
WITH RECURSIVE domains(oid, base) AS (
	SELECT t.oid, t.typbasetype FROM pg_catalog.pg_type AS t WHERE t.typtype = 'd'
	UNION ALL
	SELECT d.oid, t.typbasetype FROM domains AS d JOIN pg_catalog.pg_type AS t ON t.oid = d.base AND t.typtype = 'd'
)
SELECT p.oid, n.nspname, p.proname, c.description, p.prorettype, b.typrelid, p.proretset, p.provolatile,
	p.provariadic <> 0 AS is_variadic,
	p.prorettype = 'pg_catalog.void'::regtype AS returns_void,
	b.typtype = 'c' OR coalesce(p.proargmodes::text[] && '{o,b,t}', false) AS returns_composite,
	p.prorettype = 'pg_catalog.record'::regtype AS returns_record
FROM pg_catalog.pg_proc AS p
JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
LEFT JOIN (
	SELECT d.oid, d.base FROM domains AS d JOIN pg_catalog.pg_type AS x ON x.oid = d.base AND x.typtype <> 'd'
) AS d ON d.oid = p.prorettype
JOIN pg_catalog.pg_type AS b ON b.oid = coalesce(d.base, p.prorettype)
LEFT JOIN pg_catalog.pg_description AS c ON c.classoid = 'pg_catalog.pg_proc'::regclass AND c.objoid = p.oid
WHERE n.nspname = ANY ($1::text[]) AND p.prokind = 'f'
	AND p.prorettype NOT IN ('pg_catalog.trigger'::regtype, 'pg_catalog.event_trigger'::regtype)
	AND (p.pronargs = 0
		OR p.proargnames IS NOT NULL
		OR (p.pronargs = 1 AND p.proargtypes[0] IN ('bytea'::regtype, 'json'::regtype, 'jsonb'::regtype,
			'text'::regtype, 'xml'::regtype)))
ORDER BY p.oid
