-- Functions of the exposed schemas ($1) that take one row of a relation and return rows of another: relationships.
-- At most one row comes from what returns no set and from what says so (ROWS 1).
SELECT n.nspname, p.proname, a.typrelid, r.typrelid, NOT p.proretset OR p.prorows = 1 AS to_one
FROM pg_catalog.pg_proc AS p
JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
JOIN pg_catalog.pg_type AS a ON a.oid = p.proargtypes[0] AND a.typtype = 'c'
JOIN pg_catalog.pg_type AS r ON r.oid = p.prorettype AND r.typtype = 'c'
WHERE p.pronargs = 1 AND p.prokind = 'f' AND n.nspname = ANY ($1::text[])
ORDER BY a.typrelid, n.nspname, p.proname, p.oid
