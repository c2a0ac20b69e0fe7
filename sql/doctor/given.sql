-- What every check is told, and what it looks at. This text stands in front of each other file of the directory.
-- SPDX-License-Identifier: MIT
WITH RECURSIVE given AS MATERIALIZED (
	SELECT $1::text[] AS schemas, $2::text AS anonymous, $3::text AS auth, $4::text AS private,
		$5::text[] AS account_roles, $6::text[] AS extra_path, $7::text[] AS functions
),
connecting AS MATERIALIZED (SELECT r.* FROM pg_roles AS r WHERE r.rolname = session_user),
memberships AS (
	SELECT c.oid FROM connecting AS c
	UNION
	SELECT m.roleid FROM memberships AS s JOIN pg_auth_members AS m ON m.member = s.oid
),
anonymous AS MATERIALIZED (SELECT r.* FROM pg_roles AS r JOIN given AS g ON r.rolname = g.anonymous),
-- Whom a request can become.
callers AS MATERIALIZED (
	SELECT r.* FROM pg_roles AS r, given AS g
	WHERE (r.oid IN (SELECT s.oid FROM memberships AS s) OR r.rolname = g.anonymous)
		AND r.rolname <> session_user AND r.rolname !~ '^pg_'
),
-- Those for whom grants and policies count.
bound AS MATERIALIZED (SELECT * FROM callers WHERE NOT rolsuper AND NOT rolbypassrls),
own_schemas AS MATERIALIZED (
	SELECT n.*, n.nspname = ANY (g.schemas) AS exposed FROM pg_namespace AS n, given AS g
	WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
),
relations AS MATERIALIZED (
	SELECT c.*, n.nspname, n.exposed, format('%I.%I', n.nspname, c.relname) AS name
	FROM pg_class AS c JOIN own_schemas AS n ON n.oid = c.relnamespace
	WHERE NOT EXISTS (
		SELECT FROM pg_depend AS d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
),
tables AS MATERIALIZED (SELECT * FROM relations WHERE relkind IN ('r', 'p')),
routines AS MATERIALIZED (
	SELECT p.*, n.nspname, n.exposed, format('%I.%I', n.nspname, p.proname) AS called,
		format('%I.%I(%s)', n.nspname, p.proname, pg_get_function_identity_arguments(p.oid)) AS name
	FROM pg_proc AS p JOIN own_schemas AS n ON n.oid = p.pronamespace
	WHERE NOT EXISTS (
		SELECT FROM pg_depend AS d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
),
policies AS MATERIALIZED (
	SELECT p.*, t.name AS relation, t.exposed, t.relrowsecurity, format('%s, policy %I', t.name, p.polname) AS name,
		pg_get_expr(p.polqual, p.polrelid) AS qual, pg_get_expr(p.polwithcheck, p.polrelid) AS checked
	FROM pg_policy AS p JOIN tables AS t ON t.oid = p.polrelid
),
-- Conditions with their brackets taken off from the inside. A SELECT without FROM runs once for a statement, so it goes;
-- all other brackets become braces, and what is left in the end runs for each row.
peeled AS (
	SELECT p.oid, regexp_replace(concat_ws(' AND ', p.qual, p.checked), '''([^'']|'''')*''', '''''', 'g') AS text
	FROM policies AS p
	UNION
	SELECT oid, regexp_replace(regexp_replace(text, '\( SELECT ((?!\sFROM\s)[^()])*\)', '', 'g'), '\(([^()]*)\)', '{\1}', 'g')
	FROM peeled WHERE text LIKE '%(%'
),
conditions AS (SELECT p.*, c.text FROM peeled AS c JOIN policies AS p ON p.oid = c.oid WHERE c.text NOT LIKE '%(%')
