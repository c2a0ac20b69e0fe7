-- Parameters of functions ($1: OIDs), then what their composite results are made of, unless that is a relation we
-- have ($2: OIDs): the fields of the type, or the OUT, INOUT and TABLE columns.
WITH RECURSIVE domains(oid, base) AS (
	SELECT t.oid, t.typbasetype FROM pg_catalog.pg_type AS t WHERE t.typtype = 'd'
	UNION ALL
	SELECT d.oid, t.typbasetype FROM domains AS d JOIN pg_catalog.pg_type AS t ON t.oid = d.base AND t.typtype = 'd'
), routines AS (
	SELECT p.oid, p.proallargtypes, p.proargtypes, p.proargmodes, p.proargnames, p.pronargs - p.pronargdefaults AS required,
		coalesce(t.typrelid, d.typrelid) AS returned
	FROM pg_catalog.pg_proc AS p
	LEFT JOIN pg_catalog.pg_type AS t ON t.oid = p.prorettype AND t.typtype = 'c'
	LEFT JOIN (
		SELECT c.oid, x.typrelid FROM domains AS c JOIN pg_catalog.pg_type AS x ON x.oid = c.base AND x.typtype = 'c'
	) AS d ON d.oid = p.prorettype
	WHERE p.oid = ANY ($1::oid[])
), arguments AS (
	SELECT r.oid, r.required, r.returned, u.name, u.type, coalesce(u.mode, 'i') AS mode, u.position
	FROM routines AS r
	CROSS JOIN LATERAL ROWS FROM (
		pg_catalog.unnest(coalesce(r.proallargtypes, r.proargtypes::oid[])),
		pg_catalog.unnest(r.proargmodes),
		pg_catalog.unnest(r.proargnames)) WITH ORDINALITY AS u(type, mode, name, position)
)
SELECT a.oid, false AS is_out, a.position, coalesce(a.name, '') AS name, a.type,
	pg_catalog.row_number() OVER (PARTITION BY a.oid ORDER BY a.position) <= a.required AS required,
	a.mode = 'v' AS variadic
FROM arguments AS a
WHERE a.mode IN ('i', 'b', 'v')
UNION ALL
SELECT a.oid, true, a.position, coalesce(a.name, ''), a.type, false, false
FROM arguments AS a
WHERE a.mode IN ('o', 'b', 't') AND a.returned IS NULL
UNION ALL
SELECT r.oid, true, f.attnum, f.attname, f.atttypid, false, false
FROM routines AS r
JOIN pg_catalog.pg_attribute AS f ON f.attrelid = r.returned AND f.attnum > 0 AND NOT f.attisdropped
WHERE r.returned <> ALL ($2::oid[])
ORDER BY 1, 2, 3
