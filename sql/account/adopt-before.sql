-- Takes the tutorial's schema over, before the first migration: ids are kept, hashes set aside, everything that was
-- granted is revoked, and what is not ours goes. Whoever runs this owns those tables or is superuser.
-- SPDX-License-Identifier: MIT

DO $$
DECLARE
	item record;
	clash text;
BEGIN
	IF to_regclass(quote_ident(@'auth@) || '.users') IS NULL THEN
		RAISE EXCEPTION 'there is no table %.users to adopt', @'auth@;
	END IF;
	IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = @'owner@) THEN
		CREATE ROLE @owner@ NOLOGIN;
	END IF;
	IF NOT pg_has_role(current_user, @'owner@, 'USAGE') THEN
		EXECUTE format('GRANT %I TO %I', @'owner@, current_user);
	END IF;
	SELECT string_agg(u.emails, '; ') INTO clash FROM (
		SELECT string_agg(email, ', ' ORDER BY id) AS emails FROM @auth@.users
		GROUP BY lower(email COLLATE "C") HAVING count(*) > 1) AS u;
	IF clash IS NOT NULL THEN
		RAISE EXCEPTION 'accounts that differ in upper and lower case only: %', clash;
	END IF;

	-- Its functions, and the wrappers around them in public.
	FOR item IN
		SELECT p.oid::regprocedure AS routine
		FROM pg_catalog.pg_proc AS p JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
		WHERE p.proname IN ('register_user', 'login', 'current_user', 'refresh_token', 'request_password_reset',
				'hash_password', 'verify_password', 'access_token')
			AND (n.nspname = @'auth@ OR (n.nspname = 'public' AND p.prokind = 'f'
				AND position(@'auth@ || '.' IN pg_catalog.pg_get_functiondef(p.oid)) > 0))
		ORDER BY n.nspname = @'auth@
	LOOP
		EXECUTE format('DROP FUNCTION %s', item.routine);
	END LOOP;
	FOR item IN SELECT policyname, tablename FROM pg_catalog.pg_policies WHERE schemaname = @'auth@ LOOP
		EXECUTE format('DROP POLICY %I ON @auth@.%I', item.policyname, item.tablename);
	END LOOP;
	-- Their ids were the tokens themselves.
	DROP TABLE IF EXISTS @auth@.sessions, @auth@.password_reset_tokens;
	FOR item IN
		SELECT c.oid::regclass AS relation, a.grantee::regrole AS grantee
		FROM pg_catalog.pg_class AS c CROSS JOIN LATERAL pg_catalog.aclexplode(c.relacl) AS a
		WHERE c.relnamespace = @'auth@::regnamespace AND c.relkind IN ('r', 'S', 'v') AND a.grantee NOT IN (0, c.relowner)
		GROUP BY 1, 2
	LOOP
		EXECUTE format('REVOKE ALL ON %s FROM %s', item.relation, item.grantee);
	END LOOP;
	FOR item IN
		SELECT a.attrelid::regclass AS relation, x.grantee::regrole AS grantee
		FROM pg_catalog.pg_attribute AS a CROSS JOIN LATERAL pg_catalog.aclexplode(a.attacl) AS x
		WHERE a.attrelid = (quote_ident(@'auth@) || '.users')::regclass AND x.grantee <> 0
		GROUP BY 1, 2
	LOOP
		EXECUTE format('REVOKE ALL ON %s FROM %s', item.relation, item.grantee);
	END LOOP;

	CREATE TEMP TABLE adopted ON COMMIT DROP AS
	SELECT id AS user_id, lower(email COLLATE "C") AS email_key, password_hash::text FROM @auth@.users;

	FOR item IN
		SELECT conname FROM pg_catalog.pg_constraint
		WHERE conrelid = (quote_ident(@'auth@) || '.users')::regclass AND contype IN ('u', 'c')
	LOOP
		EXECUTE format('ALTER TABLE @auth@.users DROP CONSTRAINT %I', item.conname);
	END LOOP;
	UPDATE @auth@.users SET role = @'regular_user@
	WHERE role IS NULL OR role NOT IN (@'regular_user@, @'editor@, @'viewer@, @'admin_user@);
	UPDATE @auth@.users SET active = coalesce(active, true), created_at = coalesce(created_at, now()),
		updated_at = coalesce(updated_at, now())
	WHERE active IS NULL OR created_at IS NULL OR updated_at IS NULL;
	ALTER TABLE @auth@.users
		DROP COLUMN password_hash,
		ALTER COLUMN email TYPE text,
		ALTER COLUMN email DROP NOT NULL,
		ALTER COLUMN role DROP DEFAULT,
		ALTER COLUMN role TYPE text,
		ALTER COLUMN role SET DEFAULT @'regular_user@,
		ALTER COLUMN role SET NOT NULL,
		ALTER COLUMN active SET NOT NULL,
		ALTER COLUMN created_at TYPE timestamptz,
		ALTER COLUMN created_at SET DEFAULT now(),
		ALTER COLUMN created_at SET NOT NULL,
		ALTER COLUMN updated_at TYPE timestamptz,
		ALTER COLUMN updated_at SET DEFAULT now(),
		ALTER COLUMN updated_at SET NOT NULL;

	ALTER SCHEMA @auth@ OWNER TO @owner@;
	ALTER TABLE @auth@.users OWNER TO @owner@;
	FOR item IN
		SELECT p.oid::regprocedure AS routine FROM pg_catalog.pg_proc AS p
		WHERE p.pronamespace = @'auth@::regnamespace AND p.proname IN ('uid', 'role', 'session_id') AND p.pronargs = 0
	LOOP
		EXECUTE format('ALTER FUNCTION %s OWNER TO @owner@', item.routine);
	END LOOP;
END $$;
