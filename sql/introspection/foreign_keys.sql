-- Foreign keys among the relations ($1: OIDs), one row a pair of columns. A key that a partition has from its parent
-- is the parent's. One to one: the referencing columns are a primary key or unique by a constraint, in any order.
SELECT k.conname, k.conrelid, k.confrelid, c.position, c.attnum, c.target,
	EXISTS (
		SELECT FROM pg_catalog.pg_constraint AS u
		WHERE u.conrelid = k.conrelid AND u.contype IN ('p', 'u') AND u.conkey @> k.conkey AND u.conkey <@ k.conkey
	) AS one_to_one
FROM pg_catalog.pg_constraint AS k
CROSS JOIN LATERAL ROWS FROM (pg_catalog.unnest(k.conkey), pg_catalog.unnest(k.confkey))
	WITH ORDINALITY AS c(attnum, target, position)
WHERE k.contype = 'f' AND k.conparentid = 0 AND k.conrelid = ANY ($1::oid[]) AND k.confrelid = ANY ($1::oid[])
ORDER BY k.conrelid, k.conname, c.position
