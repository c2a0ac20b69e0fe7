-- OIDs of the relations that now have the names ($1: schemas, $2: names beside them), with their place in the lists.
SELECT r.place, c.oid
FROM ROWS FROM (pg_catalog.unnest($1::text[]), pg_catalog.unnest($2::text[])) WITH ORDINALITY AS r(schema, name, place)
JOIN pg_catalog.pg_namespace AS n ON n.nspname = r.schema
JOIN pg_catalog.pg_class AS c ON c.relnamespace = n.oid AND c.relname = r.name
ORDER BY r.place
