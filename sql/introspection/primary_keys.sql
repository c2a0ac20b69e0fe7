-- Primary keys of tables ($1: OIDs), one row a column, in the order of the key.
SELECT k.conrelid, c.attnum
FROM pg_catalog.pg_constraint AS k
CROSS JOIN LATERAL pg_catalog.unnest(k.conkey) WITH ORDINALITY AS c(attnum, position)
WHERE k.contype = 'p' AND k.conrelid = ANY ($1::oid[])
ORDER BY k.conrelid, c.position
