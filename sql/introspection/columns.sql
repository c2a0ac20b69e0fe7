-- Columns of the relations ($1: OIDs). A column's own default goes before that of its domain; an identity that may
-- be overridden shows its sequence; the value of a generated column is no default. A default names no columns, so
-- it is read without its table: with it PostgreSQL goes over all of the table's columns for each of them, which takes
-- seconds where there are 1,500. NOT NULL of any domain in a chain of domains binds.
WITH RECURSIVE domains(oid, base, not_null) AS (
	SELECT t.oid, t.typbasetype, t.typnotnull FROM pg_catalog.pg_type AS t WHERE t.typtype = 'd'
	UNION ALL
	SELECT d.oid, t.typbasetype, t.typnotnull
	FROM domains AS d
	JOIN pg_catalog.pg_type AS t ON t.oid = d.base AND t.typtype = 'd'
)
SELECT a.attrelid, a.attnum, a.attname, d.description,
	CASE WHEN a.attgenerated <> '' THEN NULL
		WHEN a.attidentity = 'd' THEN (
			SELECT pg_catalog.format('nextval(%L::regclass)', pg_catalog.format('%I.%I', sn.nspname, s.relname))
			FROM pg_catalog.pg_depend AS sd
			JOIN pg_catalog.pg_class AS s ON s.oid = sd.objid AND s.relkind = 'S'
			JOIN pg_catalog.pg_namespace AS sn ON sn.oid = s.relnamespace
			WHERE sd.refclassid = 'pg_catalog.pg_class'::regclass AND sd.refobjid = a.attrelid
				AND sd.refobjsubid = a.attnum AND sd.deptype = 'i'
				AND sd.classid = 'pg_catalog.pg_class'::regclass
			LIMIT 1)
		ELSE coalesce(pg_catalog.pg_get_expr(f.adbin, 0), pg_catalog.pg_get_expr(t.typdefaultbin, 0))
	END AS default_value,
	NOT (a.attnotnull OR (t.typtype = 'd' AND a.atttypid IN (SELECT oid FROM domains WHERE not_null))) AS nullable,
	a.attgenerated, a.attidentity, a.atttypid,
	pg_catalog.format_type(a.atttypid, a.atttypmod) AS full_type_name,
	CASE WHEN m.typmod < 0 THEN 0
		WHEN m.type IN ('bpchar'::regtype, 'varchar'::regtype) THEN m.typmod - 4
		WHEN m.type IN ('bit'::regtype, 'varbit'::regtype) THEN m.typmod
		ELSE 0 END AS max_length
FROM pg_catalog.unnest($1::oid[]) AS r(oid)
JOIN pg_catalog.pg_attribute AS a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_catalog.pg_type AS t ON t.oid = a.atttypid
CROSS JOIN LATERAL (SELECT
	CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE t.oid END,
	CASE WHEN t.typtype = 'd' THEN t.typtypmod ELSE a.atttypmod END) AS m(type, typmod)
LEFT JOIN pg_catalog.pg_attrdef AS f ON f.adrelid = a.attrelid AND f.adnum = a.attnum
LEFT JOIN pg_catalog.pg_description AS d ON d.classoid = 'pg_catalog.pg_class'::regclass AND d.objoid = a.attrelid
	AND d.objsubid = a.attnum
ORDER BY a.attrelid, a.attnum
