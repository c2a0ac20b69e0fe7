-- ALTER ROLE ... SET of every role we may become, as far as anyone may set it (PostgreSQL 14: SET is not granted).
SELECT r.rolname, v.name, pg_catalog.substr(s.setting, pg_catalog.strpos(s.setting, '=') + 1)
FROM pg_catalog.pg_roles AS r
CROSS JOIN LATERAL pg_catalog.unnest(r.rolconfig) WITH ORDINALITY AS s(setting, position)
JOIN pg_catalog.pg_settings AS v ON v.name = pg_catalog.split_part(s.setting, '=', 1)
WHERE pg_catalog.pg_has_role(session_user, r.oid, 'MEMBER') AND v.context = 'user'
ORDER BY r.rolname, s.position
