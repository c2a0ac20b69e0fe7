-- SET clauses of functions ($1: OIDs).
SELECT p.oid, pg_catalog.split_part(s.setting, '=', 1),
	pg_catalog.substr(s.setting, pg_catalog.strpos(s.setting, '=') + 1)
FROM pg_catalog.pg_proc AS p
CROSS JOIN LATERAL pg_catalog.unnest(p.proconfig) WITH ORDINALITY AS s(setting, position)
WHERE p.oid = ANY ($1::oid[])
ORDER BY p.oid, s.position
