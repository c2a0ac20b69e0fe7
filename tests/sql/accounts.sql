-- The account schema's permissions: every table, role and verb, what a caller cannot reach by any way round, and a lint
-- of all we install. The schema is there already.
-- SPDX-License-Identifier: MIT
\set ON_ERROR_STOP on
\set QUIET on
BEGIN;
CREATE SCHEMA tap;
CREATE EXTENSION pgtap SCHEMA tap;
GRANT USAGE ON SCHEMA tap TO PUBLIC;
SET search_path = public, tap;

\ir shared/become.sql

INSERT INTO auth.users (id, email, role) VALUES
	(101, 'ada@example.com', 'regular_user'), (102, 'bob@example.com', 'regular_user'), (103, 'eve@example.com', 'admin_user'),
	(104, 'max@example.com', 'admin_user');
INSERT INTO auth.profiles (user_id, name) SELECT id, email FROM auth.users;
INSERT INTO auth.preferences (user_id, name, value) SELECT id, 'theme', '"dark"' FROM auth.users;
INSERT INTO auth.sessions (id, user_id, expires_at)
	SELECT ('00000000-0000-4000-8000-000000000' || id)::uuid, id, now() + interval '1 day' FROM auth.users;
INSERT INTO auth.activity_log (user_id, action, success) SELECT id, 'login', true FROM auth.users;
INSERT INTO auth_private.credentials (user_id, email_key, password_hash) SELECT id, email, 'a hash' FROM auth.users;
INSERT INTO auth_private.session_state (session_id, absolute_end) SELECT id, now() + interval '1 day' FROM auth.sessions;

SELECT no_plan();

-- Who may do what at all, as a table: s, i, u, d for a whole table, c where UPDATE is on some columns only.
CREATE TABLE tap.expected (relation text, role text, verbs text);
INSERT INTO tap.expected
SELECT relation, role, CASE
	WHEN role IN ('web_anon', 'authenticator', 'rowgate_account', 'rowgate_mail') THEN ''
	WHEN relation IN ('profiles', 'preferences') THEN 'siud'
	WHEN relation = 'user_overview' THEN CASE role WHEN 'admin_user' THEN 's' ELSE '' END
	WHEN relation = 'users' AND role = 'admin_user' THEN 'sc'
	ELSE 's' END
FROM unnest(ARRAY['users', 'sessions', 'profiles', 'preferences', 'activity_log', 'user_overview']) AS relation,
	unnest(ARRAY['web_anon', 'authenticated', 'regular_user', 'editor', 'viewer', 'admin_user', 'authenticator',
		'rowgate_account', 'rowgate_mail']) AS role;
SELECT is(
	CASE WHEN has_table_privilege(role, 'auth.' || relation, 'SELECT') THEN 's' ELSE '' END
	|| CASE WHEN has_table_privilege(role, 'auth.' || relation, 'INSERT') THEN 'i' ELSE '' END
	|| CASE WHEN has_table_privilege(role, 'auth.' || relation, 'UPDATE') THEN 'u'
		WHEN has_any_column_privilege(role, 'auth.' || relation, 'UPDATE') THEN 'c' ELSE '' END
	|| CASE WHEN has_table_privilege(role, 'auth.' || relation, 'DELETE') THEN 'd' ELSE '' END
	|| CASE WHEN has_table_privilege(role, 'auth.' || relation, 'TRUNCATE, REFERENCES, TRIGGER') THEN '!' ELSE '' END,
	verbs, role || ' on ' || relation)
FROM tap.expected ORDER BY relation, role;
SELECT bag_eq($$SELECT relname::text FROM pg_class WHERE relnamespace = 'auth'::regnamespace AND relkind IN ('r', 'v', 'm', 'f', 'p')$$,
	'SELECT DISTINCT relation FROM tap.expected', 'and there is no other table');
-- Nobody but the owner has a right on a private table, and only three connecting roles may enter.
SELECT is_empty($$SELECT c.relname, a.grantee::regrole FROM pg_class AS c, aclexplode(c.relacl) AS a
	WHERE c.relnamespace = 'auth_private'::regnamespace AND a.grantee <> c.relowner$$, 'private tables are the owner''s alone');
SELECT bag_eq($$SELECT a.grantee::regrole::text FROM pg_namespace AS n, aclexplode(n.nspacl) AS a
	WHERE n.nspname = 'auth_private' AND a.grantee <> n.nspowner$$, ARRAY['authenticator', 'rowgate_account', 'rowgate_mail'],
	'who enters the private schema');
SELECT bag_eq($$SELECT p.proname::text FROM pg_proc AS p WHERE p.pronamespace = 'auth_private'::regnamespace
	AND has_function_privilege('authenticator', p.oid, 'EXECUTE')$$, ARRAY['check_session'], 'the authenticator calls the session check alone');
SELECT is_empty($$SELECT p.proname, r.rolname FROM pg_proc AS p, pg_roles AS r WHERE p.pronamespace = 'auth_private'::regnamespace
	AND r.rolname IN ('web_anon', 'authenticated', 'regular_user', 'editor', 'viewer', 'admin_user')
	AND has_function_privilege(r.oid, p.oid, 'EXECUTE')$$, 'callers call none of the private functions');
-- The owner cannot be become, and neither it nor what connects has attributes.
SELECT is_empty($$SELECT m.member::regrole FROM pg_auth_members AS m WHERE m.roleid = 'auth_owner'::regrole$$, 'nobody is the owner');
SELECT is_empty($$SELECT rolname FROM pg_roles WHERE (rolsuper OR rolcreaterole OR rolcreatedb OR rolbypassrls OR rolreplication)
	AND rolname IN (SELECT role FROM tap.expected UNION SELECT 'auth_owner')$$, 'nobody has attributes');
SELECT is_empty($$SELECT rolname FROM pg_roles WHERE rolcanlogin AND rolname IN ('auth_owner', 'web_anon', 'authenticated', 'regular_user',
	'editor', 'viewer', 'admin_user')$$, 'callers and the owner do not log in');

-- Row by row: everyone's own, and what an admin sees and does.
CREATE FUNCTION tap.rows_of(name text, number integer) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM tap.become(name, number);
	RETURN QUERY SELECT 'users ' || coalesce(string_agg(id::text, ',' ORDER BY id), '-') FROM auth.users;
	RETURN QUERY SELECT 'profiles ' || coalesce(string_agg(user_id::text, ',' ORDER BY user_id), '-') FROM auth.profiles;
	RETURN QUERY SELECT 'preferences ' || coalesce(string_agg(user_id::text, ',' ORDER BY user_id), '-') FROM auth.preferences;
	RETURN QUERY SELECT 'sessions ' || coalesce(string_agg(user_id::text, ',' ORDER BY user_id), '-') FROM auth.sessions;
	RETURN QUERY SELECT 'log ' || coalesce(string_agg(user_id::text, ',' ORDER BY user_id), '-') FROM auth.activity_log;
	PERFORM set_config('role', 'none', true);
END $$;
SELECT results_eq(format('SELECT tap.rows_of(%L, 101)', name),
	ARRAY['users 101', 'profiles 101', 'preferences 101', 'sessions 101', 'log 101'], name || ' sees the own rows')
FROM unnest(ARRAY['authenticated', 'regular_user', 'editor', 'viewer']) AS name;
SELECT results_eq($$SELECT tap.rows_of('admin_user', 103)$$,
	ARRAY['users 101,102,103,104', 'profiles 103', 'preferences 103', 'sessions 101,102,103,104', 'log 101,102,103,104'],
	'an admin sees accounts, sessions and log of all, profile and preferences of none other');
SELECT results_eq($$SELECT tap.rows_of('regular_user', NULL)$$, ARRAY['users -', 'profiles -', 'preferences -', 'sessions -', 'log -'],
	'a token without a user sees nothing');

SELECT tap.become('regular_user', 101) \gset ignored_
SELECT results_eq($$UPDATE auth.profiles SET bio = 'x' RETURNING user_id$$, ARRAY[101], 'changes the own profile only');
SELECT throws_ok($$UPDATE auth.profiles SET user_id = 102$$, '42501', NULL, 'and cannot give it away');
SELECT throws_ok($$INSERT INTO auth.profiles (user_id) VALUES (102)$$, '42501', NULL, 'nor write another''s');
SELECT lives_ok($$INSERT INTO auth.preferences (name, value) VALUES ('size', '1')$$, 'keeps preferences');
SELECT throws_ok($$INSERT INTO auth.preferences (user_id, name, value) VALUES (102, 'size', '1')$$, '42501', NULL, 'not another''s');
SELECT results_eq($$DELETE FROM auth.preferences RETURNING user_id$$, ARRAY[101, 101], 'deletes the own only');
SELECT throws_ok(verb, '42501', NULL, verb)
FROM unnest(ARRAY[
	$$UPDATE auth.users SET role = 'admin_user'$$, $$UPDATE auth.users SET active = true$$, $$UPDATE auth.users SET id = 1$$,
	$$INSERT INTO auth.users (email) VALUES ('x')$$, $$DELETE FROM auth.users$$, $$DELETE FROM auth.sessions$$,
	$$UPDATE auth.sessions SET expires_at = 'infinity'$$, $$DELETE FROM auth.activity_log$$, $$UPDATE auth.activity_log SET success = true$$,
	$$INSERT INTO auth.activity_log (action, success) VALUES ('login', true)$$, $$TRUNCATE auth.profiles$$,
	$$SELECT * FROM auth_private.credentials$$, $$SELECT auth_private.end_sessions(102)$$, $$SELECT nextval('auth.users_id_seq')$$,
	$$CREATE TABLE auth.mine ()$$, $$CREATE FUNCTION auth.uid() RETURNS int LANGUAGE sql RETURN 103$$]) AS verb;

-- Who ends the sessions of others by the account service: whose role in the table is an admin's, in a session of their own.
SELECT set_config('role', 'none', true) \gset ignored_
SELECT is((auth_private.end_sessions_of(caller, ('00000000-0000-4000-8000-000000000' || session)::uuid, 104, NULL, NULL))::text, wanted,
	format('%s in the session of %s ends sessions: %s', caller, session, wanted))
FROM (VALUES (101, 101, '(f,)'), (101, 103, '(f,)'), (103, 101, '(f,)'), (103, 999, '(f,)'), (103, 103, '(t,1)'), (104, 104, '(f,)'),
	(103, 103, '(t,0)')) AS t (caller, session, wanted);
SELECT is((auth_private.end_sessions_of(103, '00000000-0000-4000-8000-000000000103', 999, NULL, NULL))::text, '(t,)', 'nobody has none');

-- An admin.
SELECT tap.become('admin_user', 103) \gset ignored_
SELECT lives_ok($$UPDATE auth.users SET role = 'editor' WHERE id = 101$$, 'an admin sets roles');
SELECT is((SELECT count(*)::integer FROM auth.sessions WHERE user_id = 101 AND ended_at IS NOT NULL), 1, 'which ends that user''s sessions');
SELECT lives_ok($$UPDATE auth.users SET active = false WHERE id = 102$$, 'and deactivates');
SELECT is((SELECT count(*)::integer FROM auth.sessions WHERE user_id = 102 AND ended_at IS NOT NULL), 1, 'which does too');
SELECT is((SELECT detail ->> 'by' FROM auth.activity_log WHERE action = 'role' AND user_id = 101), '103', 'the log says who did');
SELECT throws_ok(format($$UPDATE auth.users SET role = %L WHERE id = 101$$, name), 'PT403', NULL, 'but gives no account the role ' || name)
FROM unnest(ARRAY['postgres', 'authenticator', 'auth_owner', 'rowgate_account', 'nobody']) AS name;
SELECT throws_ok($$UPDATE auth.users SET email = 'x' WHERE id = 101$$, '42501', NULL, 'an admin changes no address');
SELECT throws_ok($$DELETE FROM auth.activity_log$$, '42501', NULL, 'nor the log');
SELECT lives_ok($$UPDATE auth.users SET active = false WHERE id = 104$$, 'one admin of two may go');
SELECT throws_ok($$UPDATE auth.users SET role = 'editor' WHERE id = 103$$, 'PT403', NULL, 'the last one may not');
SELECT throws_ok($$UPDATE auth.users SET active = false WHERE id = 103$$, 'PT403', NULL, 'in no way');
SELECT results_eq('SELECT id, open_sessions::integer FROM auth.user_overview ORDER BY id',
	$$VALUES (101, 0), (102, 0), (103, 1), (104, 0)$$, 'an admin has the overview');
SELECT set_config('role', 'none', true) \gset ignored_

-- The way round: a function of the application with dynamic SQL goes back to the role that connects. It finds nothing.
CREATE FUNCTION public.run(statement text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('role', 'none', true);
	EXECUTE statement;
END $$;
GRANT EXECUTE ON FUNCTION public.run(text) TO PUBLIC;
GRANT USAGE ON SCHEMA public TO PUBLIC;
SET LOCAL SESSION AUTHORIZATION authenticator;
SELECT tap.become('regular_user', 101) \gset ignored_
SELECT throws_ok(format('SELECT public.run(%L)', statement), '42501', NULL, 'as the authenticator: ' || statement)
FROM unnest(ARRAY[
	'SELECT * FROM auth_private.credentials', 'SELECT * FROM auth_private.session_state', 'SELECT * FROM auth_private.limits',
	'SELECT * FROM auth.users', 'UPDATE auth.users SET role = ''admin_user''', 'SELECT auth_private.find_user(''a'')',
	'SELECT auth_private.set_user(101, ''admin_user'', true)', 'SELECT auth_private.end_sessions(102)',
	'SELECT auth_private.end_sessions_of(103, ''00000000-0000-4000-8000-000000000103'', 102, NULL, NULL)',
	'SELECT auth_private.replace_session(102, ''a hash'', false, gen_random_uuid(), true, NULL, NULL)',
	'SELECT auth_private.open_session(102, gen_random_uuid(), ''1 day'', ''1 day'')', 'SELECT auth_private.list_users()',
	'SELECT auth_private.register(''a'', ''a'', ''a'', ''admin_user'', NULL, NULL, NULL, false, ''{1,1,1}'')', 'SET ROLE auth_owner', 'SET ROLE rowgate_account',
	'SET ROLE postgres',
	'ALTER ROLE authenticator SUPERUSER', 'CREATE TABLE auth_private.mine ()', 'DROP TABLE auth.users']) AS statement;
SELECT lives_ok($$SELECT public.run('SELECT auth_private.check_session(''00000000-0000-4000-8000-000000000103'', 0)')$$, 'but for the session check');
SELECT throws_ok($$SELECT public.run('SELECT auth_private.check_session(''00000000-0000-4000-8000-000000000101'', 0)')$$, 'RGA08', NULL, 'which tells that one has ended');
RESET SESSION AUTHORIZATION;

-- The lint, over all that we install; each finding is a line.
CREATE FUNCTION tap.lint() RETURNS SETOF text LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $$
	WITH ours AS (SELECT oid, nspname FROM pg_namespace WHERE nspname IN ('auth', 'auth_private'))
	SELECT 'definer function without search_path: ' || p.oid::regprocedure FROM pg_proc AS p JOIN ours ON ours.oid = p.pronamespace
	WHERE p.prosecdef AND NOT EXISTS (SELECT FROM unnest(p.proconfig) AS c WHERE c LIKE 'search_path=%')
	UNION ALL
	SELECT 'search_path lets callers'' objects in: ' || p.oid::regprocedure FROM pg_proc AS p JOIN ours ON ours.oid = p.pronamespace
	WHERE p.prosecdef AND EXISTS (SELECT FROM unnest(p.proconfig) AS c WHERE c LIKE 'search_path=%' AND c !~ '^search_path=pg_catalog(, *[a-z_]+)*, *pg_temp$')
	UNION ALL
	SELECT 'function open to PUBLIC: ' || p.oid::regprocedure FROM pg_proc AS p JOIN ours ON ours.oid = p.pronamespace
	WHERE EXISTS (SELECT FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) AS a WHERE a.grantee = 0)
	UNION ALL
	SELECT 'table open to PUBLIC: ' || c.oid::regclass FROM pg_class AS c JOIN ours ON ours.oid = c.relnamespace
	WHERE EXISTS (SELECT FROM aclexplode(c.relacl) AS a WHERE a.grantee = 0)
	UNION ALL
	SELECT 'table without row level security: ' || c.oid::regclass FROM pg_class AS c JOIN ours ON ours.oid = c.relnamespace
	WHERE c.relkind IN ('r', 'p') AND NOT c.relrowsecurity
	UNION ALL
	SELECT 'view with its owner''s rights: ' || c.oid::regclass FROM pg_class AS c JOIN ours ON ours.oid = c.relnamespace
	WHERE c.relkind = 'v' AND NOT coalesce(c.reloptions::text[] && ARRAY['security_invoker=true', 'security_invoker=on'], false)
	UNION ALL
	SELECT 'foreign key without an index: ' || c.conname FROM pg_constraint AS c JOIN ours ON ours.oid = c.connamespace
	WHERE c.contype = 'f' AND c.conrelid::regclass::text <> 'auth.users' AND NOT EXISTS (
		SELECT FROM pg_index AS i WHERE i.indrelid = c.conrelid AND i.indpred IS NULL
			AND (i.indkey::int2[])[0:cardinality(c.conkey) - 1] = c.conkey)
	UNION ALL
	SELECT 'policy that asks for each row: ' || p.policyname FROM pg_policies AS p JOIN ours ON ours.nspname = p.schemaname
	WHERE regexp_replace(coalesce(p.qual, '') || coalesce(p.with_check, ''), '\( ?SELECT auth\.uid\(\)', '', 'g') ~ 'auth\.uid\(\)|current_setting'
	UNION ALL
	SELECT 'policy that checks no new row: ' || p.policyname FROM pg_policies AS p JOIN ours ON ours.nspname = p.schemaname
	WHERE p.cmd IN ('ALL', 'UPDATE', 'INSERT') AND p.with_check IS NULL
	UNION ALL
	SELECT 'not the owner''s: ' || c.oid::regclass FROM pg_class AS c JOIN ours ON ours.oid = c.relnamespace
	WHERE c.relowner <> 'auth_owner'::regrole
	UNION ALL
	SELECT 'a time without a zone: ' || a.attrelid::regclass || '.' || a.attname FROM pg_attribute AS a
	JOIN pg_class AS c ON c.oid = a.attrelid JOIN ours ON ours.oid = c.relnamespace WHERE a.atttypid = 'timestamp'::regtype
	UNION ALL
	SELECT 'a secret in sight: ' || a.attrelid::regclass || '.' || a.attname FROM pg_attribute AS a
	JOIN pg_class AS c ON c.oid = a.attrelid JOIN ours ON ours.oid = c.relnamespace
	WHERE ours.nspname = 'auth' AND a.attname ~ 'password|hash|secret|token'
$$;
SELECT is_empty('SELECT * FROM tap.lint()', 'the lint finds nothing');
-- It would find what there was.
CREATE FUNCTION auth.bad() RETURNS void LANGUAGE sql SECURITY DEFINER AS '';
CREATE FUNCTION auth.worse() RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public AS '';
CREATE TABLE auth.bad (user_id integer REFERENCES auth.users, at timestamp, password_hash text);
GRANT SELECT ON auth.bad TO PUBLIC;
CREATE VIEW auth.bad_view AS SELECT 1 AS one;
CREATE POLICY bad ON auth.bad FOR UPDATE USING (user_id = auth.uid());
SELECT bag_eq($$SELECT DISTINCT split_part(l, ':', 1) FROM tap.lint() AS l$$, ARRAY[
	'definer function without search_path', 'search_path lets callers'' objects in', 'function open to PUBLIC', 'table open to PUBLIC',
	'table without row level security', 'view with its owner''s rights', 'foreign key without an index', 'policy that asks for each row',
	'policy that checks no new row', 'not the owner''s', 'a time without a zone', 'a secret in sight'], 'and finds each of its faults');

SELECT * FROM finish();
ROLLBACK;
