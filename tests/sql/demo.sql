-- The demo's permissions, role by role: what the grants and policies of sql/demo let each caller do.
-- SPDX-License-Identifier: MIT
\set ON_ERROR_STOP on
\set QUIET on
BEGIN;
CREATE SCHEMA tap;
CREATE EXTENSION pgtap SCHEMA tap;
GRANT USAGE ON SCHEMA tap TO PUBLIC;
\ir ../../sql/demo/10-roles.sql
\ir ../../sql/demo/20-auth.sql
\ir ../../sql/demo/30-workshops.sql
\ir ../../sql/demo/40-accounts.sql
-- A second load changes nothing and fails nowhere.
\ir ../../sql/demo/10-roles.sql
\ir ../../sql/demo/20-auth.sql
\ir ../../sql/demo/30-workshops.sql
\ir ../../sql/demo/40-accounts.sql
SET search_path = public, tap;
SELECT set_config('app.jwt_secret', 'a secret of the tests, longer than 32 characters', true) \gset ignored_

-- Makes the session a caller's, as a request would.
CREATE FUNCTION tap.become(name text, number integer DEFAULT NULL) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('role', 'none', true);
	PERFORM set_config('request.jwt.claims', json_build_object('role', name, 'user_id', number)::text, true);
	PERFORM set_config('role', name, true);
END $$;

INSERT INTO auth.users (id, email, password_hash, role) VALUES
	(101, 'ada@example.com', auth.hash_password('correct'), 'regular_user'),
	(102, 'bob@example.com', auth.hash_password('correct'), 'regular_user'),
	(103, 'eve@example.com', auth.hash_password('correct'), 'admin_user');
INSERT INTO workshops (id, title, owner_id) VALUES (101, 'Ada''s', 101), (102, 'Bob''s', 102);
INSERT INTO participants (id, workshop_id, user_id, name) VALUES (101, 101, 101, 'Ada'), (102, 101, 102, 'Bob');
INSERT INTO auth.sessions (user_id) VALUES (101), (102);

SELECT no_plan();
SELECT is(count(*)::integer, 3, 'three workshops to start with, also after a second load') FROM workshops WHERE id < 100;

-- Nobody in particular.
SELECT tap.become('web_anon') \gset ignored_
SELECT isnt_empty('SELECT * FROM workshops', 'web_anon reads workshops');
SELECT throws_ok($$INSERT INTO workshops (title) VALUES ('x')$$, '42501', NULL, 'web_anon offers none');
SELECT throws_ok($$UPDATE workshops SET title = 'x'$$, '42501', NULL, 'web_anon changes none');
SELECT throws_ok($$DELETE FROM workshops$$, '42501', NULL, 'web_anon deletes none');
SELECT throws_ok('SELECT * FROM participants', '42501', NULL, 'web_anon sees no registrations');
SELECT throws_ok('SELECT id FROM auth.users', '42501', NULL, 'web_anon sees no accounts');
SELECT throws_ok('SELECT auth.current_user()', '42501', NULL, 'web_anon is nobody');
SELECT throws_ok($$SELECT public.register_user('x@example.com', 'secret', 'admin_user')$$, 'PT403', NULL, 'web_anon becomes no admin');
SELECT throws_ok($$SELECT auth.register_user('x@example.com', 'secret', 'postgres')$$, 'PT403', NULL, 'nor a superuser');
SELECT is(public.register_user('x@example.com', 'secret') ->> 'role', 'regular_user', 'but a regular user');
SELECT is(public.login('ada@example.com', 'wrong')::text, '{"error" : "Invalid credentials"}', 'a wrong password');
SELECT is(public.login('ada@example.com', NULL)::text, '{"error" : "Invalid credentials"}', 'no password');
SELECT is(public.login(NULL, NULL)::text, '{"error" : "Invalid credentials"}', 'nothing at all');
SELECT ok((public.login('ada@example.com', 'correct') ->> 'token') IS NOT NULL, 'the right password');

-- A regular user.
SELECT tap.become('regular_user', 101) \gset ignored_
SELECT is(auth.uid(), 101, 'uid is the caller''s');
SELECT lives_ok($$INSERT INTO workshops (title) VALUES ('new')$$, 'offers a workshop');
SELECT results_eq($$SELECT owner_id FROM workshops WHERE title = 'new'$$, ARRAY[101], 'and owns it');
SELECT throws_ok($$INSERT INTO workshops (title, owner_id) VALUES ('x', 102)$$, '42501', NULL, 'not in another''s name');
SELECT throws_ok($$INSERT INTO workshops (title, owner_id) VALUES ('x', NULL)$$, '42501', NULL, 'nor in nobody''s');
SELECT results_eq($$UPDATE workshops SET title = 'changed' WHERE id IN (101, 102) RETURNING id$$, ARRAY[101], 'changes the own one only');
SELECT throws_ok($$UPDATE workshops SET owner_id = 102 WHERE id = 101$$, '42501', NULL, 'and cannot give it away');
SELECT throws_ok($$DELETE FROM workshops WHERE id = 101$$, '42501', NULL, 'deletes none');
SELECT results_eq($$SELECT id FROM participants$$, ARRAY[101], 'sees the own registration only');
SELECT results_eq($$UPDATE participants SET name = 'A.' RETURNING id$$, ARRAY[101], 'changes the own registration only');
SELECT throws_ok($$UPDATE participants SET user_id = 102$$, '42501', NULL, 'and cannot give it away');
SELECT throws_ok($$INSERT INTO participants (workshop_id, user_id, name) VALUES (101, 102, 'Bob')$$, '42501', NULL, 'registers nobody else');
SELECT results_eq($$DELETE FROM participants RETURNING id$$, ARRAY[101], 'cancels the own registration only');
SELECT results_eq('SELECT email::text FROM auth.users', ARRAY['ada@example.com'], 'sees the own account only');
SELECT throws_ok('SELECT password_hash FROM auth.users', '42501', NULL, 'but not its password');
SELECT throws_ok($$UPDATE auth.users SET role = 'admin_user'$$, '42501', NULL, 'nor does it change its role');
SELECT throws_ok('SELECT id FROM auth.sessions', '42501', NULL, 'sees no session''s token');
SELECT results_eq('SELECT user_id FROM auth.sessions', ARRAY[101], 'sees that it has a session');
SELECT throws_ok('SELECT * FROM auth.password_reset_tokens', '42501', NULL, 'sees no reset tokens');
SELECT throws_ok($$SELECT auth.hash_password('x')$$, '42501', NULL, 'hashes no passwords');
SELECT throws_ok($$SELECT auth.verify_password('x', 'y')$$, '42501', NULL, 'verifies none');
SELECT throws_ok($$SELECT extensions.sign('{}'::json, 'x')$$, '42501', NULL, 'signs no tokens');
SELECT throws_ok($$CREATE TABLE public.mine ()$$, '42501', NULL, 'makes no tables');
SELECT throws_ok($$CREATE TEMP TABLE mine ()$$, '42501', NULL, 'not even temporary ones');

-- Others.
SELECT tap.become('viewer', 101) \gset ignored_
SELECT isnt_empty('SELECT * FROM workshops', 'a viewer reads workshops');
SELECT throws_ok($$INSERT INTO workshops (title) VALUES ('x')$$, '42501', NULL, 'a viewer offers none');
SELECT throws_ok($$UPDATE workshops SET title = 'x'$$, '42501', NULL, 'a viewer changes none');
SELECT results_eq('SELECT email::text FROM auth.users', ARRAY['ada@example.com'], 'a viewer sees the own account');
SELECT tap.become('editor', 102) \gset ignored_
SELECT lives_ok($$UPDATE workshops SET title = 'edited' WHERE id IN (101, 102)$$, 'an editor may change workshops');
SELECT results_eq($$SELECT id FROM workshops WHERE title = 'edited' ORDER BY id$$, ARRAY[101, 102], 'every one of them');
SELECT throws_ok($$DELETE FROM workshops WHERE id = 101$$, '42501', NULL, 'an editor deletes none');
SELECT results_eq('SELECT id FROM participants', ARRAY[102], 'an editor sees the own registration only');
SELECT tap.become('admin_user', 103) \gset ignored_
SELECT results_eq('SELECT id FROM participants ORDER BY id', ARRAY[102], 'an admin sees every registration');
SELECT results_eq($$UPDATE workshops SET owner_id = 103 WHERE id = 101 RETURNING owner_id$$, ARRAY[103], 'an admin gives workshops away');
SELECT results_eq($$DELETE FROM workshops WHERE id = 102 RETURNING id$$, ARRAY[102], 'an admin deletes them');
SELECT results_eq('SELECT count(id)::integer FROM auth.users', ARRAY[4], 'an admin sees all accounts');
SELECT throws_ok('SELECT password_hash FROM auth.users', '42501', NULL, 'but no passwords');
SELECT lives_ok($$UPDATE auth.users SET role = 'editor', active = false WHERE id = 102$$, 'an admin gives roles');
SELECT throws_ok($$UPDATE auth.users SET role = 'postgres' WHERE id = 102$$, '23514', NULL, 'of those there are');
SELECT tap.become('web_anon') \gset ignored_
SELECT is(public.login('bob@example.com', 'correct')::text, '{"error" : "Invalid credentials"}', 'a deactivated user gets no token');

SELECT * FROM finish();
ROLLBACK;
