-- Columns of tables ($1: OIDs) that are unique among some rows only: by partial indexes, none of which is for all rows,
-- one row a column. The conditions of all indexes of the same columns hold together, so that ON CONFLICT finds each.
WITH keys AS (
	SELECT i.indrelid,
		(SELECT pg_catalog.array_agg(c.attnum ORDER BY c.attnum)
			FROM pg_catalog.unnest(i.indkey) WITH ORDINALITY AS c(attnum, position)
			WHERE c.position <= i.indnkeyatts) AS columns,
		pg_catalog.pg_get_expr(i.indpred, i.indrelid) AS condition
	FROM pg_catalog.pg_index AS i
	WHERE i.indrelid = ANY ($1::oid[]) AND i.indisunique AND i.indisvalid AND i.indimmediate AND i.indexprs IS NULL
), partial AS (
	SELECT k.indrelid, k.columns, pg_catalog.string_agg(k.condition, ' AND ' ORDER BY k.condition) AS condition
	FROM keys AS k
	GROUP BY k.indrelid, k.columns
	HAVING pg_catalog.bool_and(k.condition IS NOT NULL)
)
SELECT p.indrelid, c.position, c.attnum, p.condition
FROM partial AS p
CROSS JOIN LATERAL pg_catalog.unnest(p.columns) WITH ORDINALITY AS c(attnum, position)
ORDER BY p.indrelid, p.columns, c.position
