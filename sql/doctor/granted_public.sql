-- A table of the API is granted to PUBLIC: to every role, later ones too.
-- SPDX-License-Identifier: MIT
SELECT format('%s (%s)', t.name, string_agg(DISTINCT x.privilege_type, ', ')), format('REVOKE ALL ON %s FROM PUBLIC;', t.name)
FROM relations AS t, aclexplode(t.relacl) AS x
WHERE t.exposed AND t.relkind IN ('r', 'p', 'v', 'm', 'f') AND x.grantee = 0 GROUP BY t.name
