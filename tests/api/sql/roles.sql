-- The roles of the tests: authenticator connects and becomes one of the others. Roles belong to the cluster, so they
-- may be there already.
-- SPDX-License-Identifier: MIT
DO $$
DECLARE
	name text;
BEGIN
	FOREACH name IN ARRAY ARRAY['web_anon', 'regular_user', 'other_user'] LOOP
		IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) THEN
			EXECUTE format('CREATE ROLE %I NOLOGIN', name);
		END IF;
	END LOOP;
	IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'authenticator') THEN
		CREATE ROLE authenticator NOINHERIT LOGIN;
	END IF;
END $$;
GRANT web_anon, regular_user, other_user TO authenticator;
