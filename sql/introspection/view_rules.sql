-- The parsed definitions of views in the exposed schemas and the extra search path ($1): they say which column of
-- which relation each column of a view is.
SELECT c.oid, w.ev_action
FROM pg_catalog.pg_class AS c
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_rewrite AS w ON w.ev_class = c.oid AND w.rulename = '_RETURN'
WHERE c.relkind IN ('v', 'm') AND n.nspname = ANY ($1::text[])
	AND n.nspname NOT IN ('pg_catalog', 'information_schema')
ORDER BY c.oid
