-- Types: all but the row types of relations and their arrays, and of those the ones in use ($1: OIDs). Whether
-- to_json() would call a cast is asked of the type behind a domain, as to_json() itself does. How a domain is
-- represented (read as JSON, written from JSON or text) are the functions of its own implicit casts.
WITH RECURSIVE domains(oid, base) AS (
	SELECT t.oid, t.typbasetype FROM pg_catalog.pg_type AS t WHERE t.typtype = 'd'
	UNION ALL
	SELECT d.oid, t.typbasetype FROM domains AS d JOIN pg_catalog.pg_type AS t ON t.oid = d.base AND t.typtype = 'd'
), wanted(oid) AS (
	SELECT t.oid
	FROM pg_catalog.pg_type AS t
	LEFT JOIN pg_catalog.pg_class AS c ON c.oid = t.typrelid
	LEFT JOIN pg_catalog.pg_type AS e ON e.oid = t.typelem
	LEFT JOIN pg_catalog.pg_class AS ec ON ec.oid = e.typrelid
	WHERE (coalesce(c.relkind, 'c') = 'c' AND coalesce(ec.relkind, 'c') = 'c')
	UNION
	SELECT used.oid FROM pg_catalog.unnest($1::oid[]) AS used(oid)
	UNION
	SELECT v.oid
	FROM wanted
	JOIN pg_catalog.pg_type AS t ON t.oid = wanted.oid
	CROSS JOIN LATERAL (VALUES (t.typelem), (t.typbasetype)) AS v(oid)
	WHERE v.oid <> 0
), casts(source, target, function) AS (
	SELECT k.castsource, k.casttarget, pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(p.proname)
	FROM pg_catalog.pg_cast AS k
	JOIN pg_catalog.pg_proc AS p ON p.oid = k.castfunc
	JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
	WHERE k.castcontext = 'i' AND k.castmethod = 'f' AND pg_catalog.has_function_privilege(k.castfunc, 'execute')
)
SELECT t.oid, n.nspname, t.typname, pg_catalog.format_type(t.oid, NULL), b.oid AS base_type,
	CASE WHEN t.typsubscript = 'pg_catalog.array_subscript_handler'::regproc THEN t.typelem ELSE 0 END AS element_type,
	t.typrelid, t.typtype, t.typcategory, b.typtype AS base_kind,
	b.typsubscript = 'pg_catalog.array_subscript_handler'::regproc AS base_is_array,
	EXISTS (
		SELECT FROM pg_catalog.pg_cast AS k
		WHERE k.castsource = b.oid AND k.casttarget = 'json'::regtype AND k.castmethod = 'f'
	) AS has_json_cast,
	t.typtype = 'd' AND (t.typname = '*/*' OR t.typname ~ '^[A-Za-z0-9.-]+/[A-Za-z0-9.+-]+$') AS is_media_type,
	to_json.function AS to_json, from_json.function AS from_json, from_text.function AS from_text
FROM wanted AS w
JOIN pg_catalog.pg_type AS t ON t.oid = w.oid
JOIN pg_catalog.pg_namespace AS n ON n.oid = t.typnamespace
LEFT JOIN (
	SELECT d.oid, d.base FROM domains AS d JOIN pg_catalog.pg_type AS x ON x.oid = d.base AND x.typtype <> 'd'
) AS d ON d.oid = t.oid
JOIN pg_catalog.pg_type AS b ON b.oid = coalesce(d.base, t.oid)
LEFT JOIN casts AS to_json ON d.oid IS NOT NULL AND to_json.source = t.oid AND to_json.target = 'json'::regtype
LEFT JOIN casts AS from_json ON d.oid IS NOT NULL AND from_json.source = 'json'::regtype AND from_json.target = t.oid
LEFT JOIN casts AS from_text ON d.oid IS NOT NULL AND from_text.source = 'text'::regtype AND from_text.target = t.oid
ORDER BY t.oid
