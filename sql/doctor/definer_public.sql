-- Everybody may call a function of the API that has its owner's rights.
-- SPDX-License-Identifier: MIT
SELECT p.name, format('REVOKE EXECUTE ON ROUTINE %s FROM PUBLIC;', p.name)
FROM routines AS p
WHERE p.prosecdef AND p.exposed AND p.prorettype NOT IN ('trigger'::regtype, 'event_trigger'::regtype)
	AND EXISTS (SELECT FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) AS x
		WHERE x.grantee = 0 AND x.privilege_type = 'EXECUTE')
	AND EXISTS (SELECT FROM callers AS r WHERE has_schema_privilege(r.oid, p.pronamespace, 'USAGE'))
