-- Relations of the exposed schemas ($1), those their functions return, those their views are made of (through any
-- number of views, in any schema), and what the foreign keys of all these refer to. Partitions are no relations of
-- the interface: their parent is. But those with a foreign key of their own can be embedded, and composite types with
-- functions over them can embed; they are not listed.
-- Reading one may run code of users when it is a view or a foreign table, or when one of its policies for that
-- calls a function that is not built in, or built in and volatile (set_config) or one that runs a query (table_to_xml),
-- or uses a type of users that is no enum, or reads elsewhere.
WITH RECURSIVE domains(oid, base) AS (
	SELECT t.oid, t.typbasetype FROM pg_catalog.pg_type AS t WHERE t.typtype = 'd'
	UNION ALL
	SELECT d.oid, t.typbasetype FROM domains AS d JOIN pg_catalog.pg_type AS t ON t.oid = d.base AND t.typtype = 'd'
), reached(oid) AS (
	SELECT c.oid
	FROM pg_catalog.pg_class AS c
	JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
	WHERE n.nspname = ANY ($1::text[]) AND c.relkind IN ('r', 'v', 'm', 'f', 'p')
	UNION
	SELECT t.typrelid
	FROM pg_catalog.pg_proc AS p
	JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
	LEFT JOIN domains AS d ON d.oid = p.prorettype
	JOIN pg_catalog.pg_type AS t ON t.oid = coalesce(d.base, p.prorettype)
	WHERE n.nspname = ANY ($1::text[]) AND t.typtype = 'c'
	UNION
	SELECT d.refobjid
	FROM reached
	JOIN pg_catalog.pg_rewrite AS w ON w.ev_class = reached.oid AND w.rulename = '_RETURN'
	JOIN pg_catalog.pg_depend AS d ON d.classid = 'pg_catalog.pg_rewrite'::regclass AND d.objid = w.oid
		AND d.refclassid = 'pg_catalog.pg_class'::regclass
), wanted AS (
	SELECT oid FROM reached
	UNION
	SELECT k.confrelid
	FROM reached
	JOIN pg_catalog.pg_constraint AS k ON k.conrelid = reached.oid AND k.contype = 'f' AND k.conparentid = 0
)
SELECT c.oid, n.nspname, c.relname, d.description, c.relkind, c.reltype,
	CASE WHEN c.relkind IN ('r', 'p') THEN 28 WHEN c.relkind = 'm' THEN 0
		ELSE pg_catalog.pg_relation_is_updatable(c.oid, true) END AS writable,
	c.relkind IN ('v', 'f') OR (c.relrowsecurity AND EXISTS (
		SELECT FROM pg_catalog.pg_policy AS o
		WHERE o.polrelid = c.oid AND o.polcmd IN ('r', '*') AND (EXISTS (
			SELECT FROM pg_catalog.pg_depend AS d
			LEFT JOIN pg_catalog.pg_type AS t ON d.refclassid = 'pg_catalog.pg_type'::regclass AND t.oid = d.refobjid
			LEFT JOIN pg_catalog.pg_type AS e ON e.oid = t.typelem
			WHERE d.classid = 'pg_catalog.pg_policy'::regclass AND d.objid = o.oid AND d.refobjid <> c.oid
				AND (coalesce(e.typtype, t.typtype) <> 'e' OR d.refclassid IN ('pg_catalog.pg_proc'::regclass,
					'pg_catalog.pg_operator'::regclass, 'pg_catalog.pg_class'::regclass))
		) OR EXISTS (
			SELECT FROM pg_catalog.regexp_matches(o.polqual::text, ':(?:op|agg|win|elem)?f(?:unc|no)id ([0-9]+)', 'g')
				AS f(id)
			JOIN pg_catalog.pg_proc AS p ON p.oid = f.id[1]::oid
			WHERE p.provolatile = 'v' OR p.proname ~ '_to_xml'
		))
	)) AS runs_code,
	c.relispartition OR c.relkind = 'c' AS unlisted,
	c.relkind = 'r' AND c.relhassubclass AS inherited
FROM wanted AS w
JOIN pg_catalog.pg_class AS c ON c.oid = w.oid
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_description AS d ON d.classoid = 'pg_catalog.pg_class'::regclass AND d.objoid = c.oid
	AND d.objsubid = 0
WHERE CASE
		WHEN c.relispartition THEN EXISTS (
			SELECT FROM pg_catalog.pg_constraint AS k
			WHERE k.contype = 'f' AND k.conparentid = 0 AND (k.conrelid = c.oid OR k.confrelid = c.oid))
		WHEN c.relkind = 'c' THEN c.reltype IN (
			SELECT p.proargtypes[0]
			FROM pg_catalog.pg_proc AS p
			JOIN pg_catalog.pg_namespace AS f ON f.oid = p.pronamespace
			WHERE p.pronargs = 1 AND p.prokind = 'f' AND f.nspname = ANY ($1::text[]))
		ELSE c.relkind IN ('r', 'v', 'm', 'f', 'p')
	END
	AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
ORDER BY c.oid
