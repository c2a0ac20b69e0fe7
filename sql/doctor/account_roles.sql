-- A role of auth-roles does not exist, or requests cannot become it.
-- SPDX-License-Identifier: MIT
SELECT format('%I', name), CASE WHEN r.oid IS NULL THEN 'rowgate migrate' ELSE format('GRANT %I TO %I;', name, session_user) END
FROM given AS g, unnest(g.account_roles) AS name LEFT JOIN pg_roles AS r ON r.rolname = name
WHERE r.oid IS NULL OR NOT pg_has_role(session_user, r.oid, CASE WHEN current_setting('server_version_num')::int >= 160000 THEN 'SET' ELSE 'MEMBER' END)
