-- The connecting role may not become the anonymous one.
-- SPDX-License-Identifier: MIT
SELECT format('%I cannot become %I', session_user, a.rolname), format('GRANT %I TO %I;', a.rolname, session_user)
FROM anonymous AS a
WHERE a.rolname <> session_user AND NOT pg_has_role(session_user, a.oid,
	CASE WHEN current_setting('server_version_num')::int >= 160000 THEN 'SET' ELSE 'MEMBER' END)
