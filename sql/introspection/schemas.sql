-- Schemas by name ($1), with their comments: the first line of it titles the OpenAPI document.
SELECT n.nspname, pg_catalog.obj_description(n.oid, 'pg_namespace')
FROM pg_catalog.pg_namespace AS n
WHERE n.nspname = ANY ($1::text[])
