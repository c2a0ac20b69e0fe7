-- Media type handlers: aggregates of the exposed schemas ($1) over the rows of one relation, or over anyelement, that
-- return a domain named as a media type.
SELECT pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(p.proname) AS function,
	pg_catalog.lower(t.typname) AS media_type,
	CASE t.typname WHEN '*/*' THEN 'application/octet-stream' ELSE t.typname END AS answered,
	CASE WHEN p.proargtypes[0] = 'pg_catalog.anyelement'::regtype THEN 0 ELSE p.proargtypes[0] END AS row_type
FROM pg_catalog.pg_proc AS p
JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
JOIN pg_catalog.pg_type AS t ON t.oid = p.prorettype
LEFT JOIN pg_catalog.pg_class AS c ON c.reltype = p.proargtypes[0]
WHERE n.nspname = ANY ($1::text[]) AND p.prokind = 'a' AND p.pronargs = 1
	AND t.typtype = 'd' AND (t.typname = '*/*' OR t.typname ~ '^[A-Za-z0-9.-]+/[A-Za-z0-9.+-]+$')
	AND (p.proargtypes[0] = 'pg_catalog.anyelement'::regtype OR c.relkind IN ('r', 'v', 'm', 'f', 'p'))
ORDER BY p.oid
