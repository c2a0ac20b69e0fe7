-- The demo's permissions, role by role: what the grants and policies of sql/demo let each caller do. The account schema
-- is there already.
-- SPDX-License-Identifier: MIT
\set ON_ERROR_STOP on
\set QUIET on
BEGIN;
CREATE SCHEMA tap;
CREATE EXTENSION pgtap SCHEMA tap;
GRANT USAGE ON SCHEMA tap TO PUBLIC;
\ir ../../sql/demo/10-roles.sql
\ir ../../sql/demo/20-workshops.sql
-- A second load changes nothing and fails nowhere.
\ir ../../sql/demo/10-roles.sql
\ir ../../sql/demo/20-workshops.sql
SET search_path = public, tap;

\ir shared/become.sql

INSERT INTO auth.users (id, email, role) VALUES
	(101, 'ada@example.com', 'regular_user'), (102, 'bob@example.com', 'regular_user'), (103, 'eve@example.com', 'admin_user');
INSERT INTO workshops (id, title, owner_id) VALUES (101, 'Ada''s', 101), (102, 'Bob''s', 102);
INSERT INTO participants (id, workshop_id, user_id, name) VALUES (101, 101, 101, 'Ada'), (102, 101, 102, 'Bob');
INSERT INTO auth.sessions (id, user_id, expires_at)
SELECT gen_random_uuid(), n, now() + interval '1 day' FROM (VALUES (101), (102)) AS v (n);

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
SELECT throws_ok('SELECT * FROM auth_private.credentials', '42501', NULL, 'but not its password');
SELECT throws_ok($$UPDATE auth.users SET role = 'admin_user'$$, '42501', NULL, 'nor does it change its role');
SELECT results_eq('SELECT user_id FROM auth.sessions', ARRAY[101], 'sees that it has a session');
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
SELECT results_eq('SELECT count(id)::integer FROM auth.users', ARRAY[3], 'an admin sees all accounts');
SELECT throws_ok('SELECT * FROM auth_private.credentials', '42501', NULL, 'but no passwords');
SELECT lives_ok($$UPDATE auth.users SET role = 'editor', active = false WHERE id = 102$$, 'an admin gives roles');
SELECT throws_ok($$UPDATE auth.users SET role = 'postgres' WHERE id = 102$$, 'PT403', NULL, 'of those there are');

SELECT * FROM finish();
ROLLBACK;
