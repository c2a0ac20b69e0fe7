-- The demo: workshops and who takes part in them, with accounts. It is the database of the tutorial "Advanced
-- PostgREST authentication" with its permissions closed. The files are loaded in order, in one transaction, and may
-- be loaded again at any time. Roles belong to the whole cluster.
-- SPDX-License-Identifier: MIT
SET client_min_messages = warning;

DO $$
DECLARE
	name text;
BEGIN
	-- auth_owner owns everything here; no caller is it or can become it. The others are the callers.
	FOREACH name IN ARRAY ARRAY['auth_owner', 'web_anon', 'authenticated', 'regular_user', 'editor', 'viewer', 'admin_user'] LOOP
		IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) THEN
			EXECUTE format('CREATE ROLE %I NOLOGIN', name);
		END IF;
	END LOOP;
	-- rowgate connects as this role. It owns nothing and may do nothing but become one of the callers.
	IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'authenticator') THEN
		CREATE ROLE authenticator NOINHERIT LOGIN;
	END IF;
	-- Temporary tables of one caller would shadow the tables of the next on the same connection.
	EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', current_database());
END $$;

GRANT authenticated TO regular_user, editor, admin_user;
GRANT web_anon, authenticated, regular_user, editor, viewer, admin_user TO authenticator;

REVOKE CREATE ON SCHEMA public FROM PUBLIC;
REVOKE USAGE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO auth_owner, web_anon, authenticated, viewer;
