-- Accounts: roles, tables, who may see which row.
--
-- @auth@ is what API roles may see, @private@ what only the account service reaches. Everything belongs to @owner@,
-- which nobody is or can become. @NAME@ stands for a quoted name that the configuration gives (auth-schema,
-- auth-role-prefix), @'NAME@ for the same as a text.
-- SPDX-License-Identifier: MIT

DO $$
DECLARE
	name text;
	own text := current_user;
BEGIN
	FOREACH name IN ARRAY ARRAY[@'owner@, @'web_anon@, @'authenticated@, @'regular_user@, @'editor@, @'viewer@, @'admin_user@] LOOP
		IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = name) THEN
			EXECUTE format('CREATE ROLE %I NOLOGIN', name);
		END IF;
	END LOOP;
	-- What the API connects as. It owns nothing and may do nothing but become one of the callers.
	IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = @'authenticator@) THEN
		CREATE ROLE @authenticator@ NOINHERIT LOGIN;
	END IF;
	-- What the account workers and the mailer connect as.
	FOREACH name IN ARRAY ARRAY[@'account@, @'mail@] LOOP
		IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = name) THEN
			EXECUTE format('CREATE ROLE %I NOINHERIT LOGIN', name);
		END IF;
	END LOOP;
	-- Whoever installs without being superuser must be a member of the owner for the length of this transaction.
	IF NOT pg_has_role(own, @'owner@, 'USAGE') THEN
		EXECUTE format('GRANT %I TO %I', @'owner@, own);
	END IF;
END $$;

GRANT @authenticated@ TO @regular_user@, @editor@, @admin_user@;
GRANT @web_anon@, @authenticated@, @regular_user@, @editor@, @viewer@, @admin_user@ TO @authenticator@;

CREATE SCHEMA IF NOT EXISTS @auth@ AUTHORIZATION @owner@;
CREATE SCHEMA @private@ AUTHORIZATION @owner@;

SET LOCAL ROLE @owner@;

GRANT USAGE ON SCHEMA @auth@ TO @web_anon@, @authenticated@, @viewer@;
GRANT USAGE ON SCHEMA @private@ TO @authenticator@, @account@, @mail@;

-- Which migrations this database has seen.
CREATE TABLE @private@.migrations (
	version integer PRIMARY KEY,
	name text NOT NULL,
	applied_at timestamptz NOT NULL DEFAULT now()
);

-- The roles an account may have: `rowgate migrate` enters auth-roles.
CREATE TABLE @private@.assignable_roles (
	role text PRIMARY KEY
);
INSERT INTO @private@.assignable_roles VALUES (@'regular_user@), (@'editor@), (@'viewer@), (@'admin_user@);

-- id is an int4, as the tutorial's policies expect it. A deleted account keeps its row, so that references hold.
CREATE TABLE IF NOT EXISTS @auth@.users (
	id serial PRIMARY KEY
);
ALTER TABLE @auth@.users
	ADD COLUMN IF NOT EXISTS email text,
	ADD COLUMN IF NOT EXISTS role text NOT NULL DEFAULT @'regular_user@,
	ADD COLUMN IF NOT EXISTS active boolean NOT NULL DEFAULT true,
	ADD COLUMN IF NOT EXISTS created_at timestamptz NOT NULL DEFAULT now(),
	ADD COLUMN IF NOT EXISTS updated_at timestamptz NOT NULL DEFAULT now(),
	ADD COLUMN email_confirmed_at timestamptz,
	ADD COLUMN deleted_at timestamptz,
	ADD CONSTRAINT users_role_assignable FOREIGN KEY (role) REFERENCES @private@.assignable_roles,
	ADD CONSTRAINT users_email_until_deleted CHECK ((email IS NULL) = (deleted_at IS NOT NULL));
COMMENT ON TABLE @auth@.users IS E'Accounts\nEveryone sees their own, admins see all and set role and active.';

CREATE TABLE @auth@.sessions (
	id uuid PRIMARY KEY,
	user_id integer NOT NULL REFERENCES @auth@.users ON DELETE CASCADE,
	created_at timestamptz NOT NULL DEFAULT now(),
	refreshed_at timestamptz NOT NULL DEFAULT now(),
	expires_at timestamptz NOT NULL,
	ended_at timestamptz,
	ip inet,
	user_agent text
);
CREATE INDEX sessions_user_id ON @auth@.sessions (user_id);
COMMENT ON TABLE @auth@.sessions IS E'Sessions\nOne for each sign-in; an ended one stays until no access token can name it.';

-- Who calls, from the token's claims; null for a stranger. In policies as (SELECT auth.uid()): once for a statement,
-- not once for a row.
CREATE OR REPLACE FUNCTION @auth@.uid() RETURNS integer
	LANGUAGE sql STABLE PARALLEL SAFE
	RETURN (nullif(current_setting('request.jwt.claims', true), '')::json ->> 'user_id')::integer;
CREATE OR REPLACE FUNCTION @auth@.role() RETURNS text
	LANGUAGE sql STABLE PARALLEL SAFE
	RETURN nullif(current_setting('request.jwt.claims', true), '')::json ->> 'role';
CREATE OR REPLACE FUNCTION @auth@.session_id() RETURNS uuid
	LANGUAGE sql STABLE PARALLEL SAFE
	RETURN (nullif(current_setting('request.jwt.claims', true), '')::json ->> 'sid')::uuid;

CREATE TABLE @auth@.profiles (
	user_id integer PRIMARY KEY DEFAULT @auth@.uid() REFERENCES @auth@.users ON DELETE CASCADE,
	name text CHECK (length(name) <= 200),
	avatar_url text CHECK (length(avatar_url) <= 2000),
	bio text CHECK (length(bio) <= 10000),
	data jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(data) = 'object' AND pg_column_size(data) <= 16384),
	updated_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE @auth@.profiles IS E'Profiles\nEveryone keeps their own; data holds whatever the application likes.';

CREATE TABLE @auth@.preferences (
	user_id integer NOT NULL DEFAULT @auth@.uid() REFERENCES @auth@.users ON DELETE CASCADE,
	name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
	value jsonb NOT NULL CHECK (pg_column_size(value) <= 16384),
	updated_at timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (user_id, name)
);
COMMENT ON TABLE @auth@.preferences IS E'Preferences\nEveryone keeps their own, one row a name.';

-- Append-only: rows are made by the account service, and nobody has the right to change or delete one.
CREATE TABLE @auth@.activity_log (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	at timestamptz NOT NULL DEFAULT now(),
	user_id integer REFERENCES @auth@.users ON DELETE CASCADE,
	session_id uuid,
	action text NOT NULL,
	success boolean NOT NULL,
	ip inet,
	user_agent text,
	detail jsonb
);
CREATE INDEX activity_log_user_id ON @auth@.activity_log (user_id, at);
CREATE INDEX activity_log_at ON @auth@.activity_log (at);
COMMENT ON TABLE @auth@.activity_log IS E'Account activity\nEvery sign-in, refusal and change. Everyone sees their own, admins see all.';

-- email_key: the address in the form that is unique, folded by the worker.
CREATE TABLE @private@.credentials (
	user_id integer PRIMARY KEY REFERENCES @auth@.users ON DELETE CASCADE,
	email_key text NOT NULL UNIQUE,
	password_hash text NOT NULL,
	changed_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX credentials_foreign ON @private@.credentials (user_id) WHERE password_hash NOT LIKE '$argon2%';

-- The refresh token in force is the one with this counter; the one before it is answered with the same successor until
-- the grace is over.
CREATE TABLE @private@.session_state (
	session_id uuid PRIMARY KEY REFERENCES @auth@.sessions ON DELETE CASCADE,
	counter integer NOT NULL DEFAULT 0,
	rotated_at timestamptz NOT NULL DEFAULT now(),
	absolute_end timestamptz NOT NULL
);

-- Networks from which an account has signed in: their tries have a bucket of their own.
CREATE TABLE @private@.known_networks (
	user_id integer NOT NULL REFERENCES @auth@.users ON DELETE CASCADE,
	network inet NOT NULL,
	seen_at timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (user_id, network)
);

-- Token buckets; empty after a crash.
CREATE UNLOGGED TABLE @private@.limits (
	bucket text PRIMARY KEY,
	tokens double precision NOT NULL,
	at timestamptz NOT NULL,
	allowed boolean NOT NULL
);

-- Who may what.
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA @auth@ FROM PUBLIC;
GRANT EXECUTE ON FUNCTION @auth@.uid(), @auth@.role(), @auth@.session_id() TO @web_anon@, @authenticated@, @viewer@;
GRANT SELECT ON @auth@.users TO @authenticated@, @viewer@;
GRANT UPDATE (role, active) ON @auth@.users TO @admin_user@;
GRANT SELECT ON @auth@.sessions, @auth@.activity_log TO @authenticated@, @viewer@;
GRANT SELECT, INSERT, UPDATE, DELETE ON @auth@.profiles, @auth@.preferences TO @authenticated@, @viewer@;

ALTER TABLE @auth@.users ENABLE ROW LEVEL SECURITY;
ALTER TABLE @auth@.sessions ENABLE ROW LEVEL SECURITY;
ALTER TABLE @auth@.profiles ENABLE ROW LEVEL SECURITY;
ALTER TABLE @auth@.preferences ENABLE ROW LEVEL SECURITY;
ALTER TABLE @auth@.activity_log ENABLE ROW LEVEL SECURITY;
ALTER TABLE @private@.migrations ENABLE ROW LEVEL SECURITY;
ALTER TABLE @private@.assignable_roles ENABLE ROW LEVEL SECURITY;
ALTER TABLE @private@.credentials ENABLE ROW LEVEL SECURITY;
ALTER TABLE @private@.session_state ENABLE ROW LEVEL SECURITY;
ALTER TABLE @private@.known_networks ENABLE ROW LEVEL SECURITY;
ALTER TABLE @private@.limits ENABLE ROW LEVEL SECURITY;

CREATE POLICY users_own ON @auth@.users FOR SELECT TO @authenticated@, @viewer@ USING (id = (SELECT @auth@.uid()));
CREATE POLICY users_admin ON @auth@.users FOR SELECT TO @admin_user@ USING (true);
CREATE POLICY users_admin_update ON @auth@.users FOR UPDATE TO @admin_user@ USING (deleted_at IS NULL) WITH CHECK (true);
CREATE POLICY sessions_own ON @auth@.sessions FOR SELECT TO @authenticated@, @viewer@
	USING (user_id = (SELECT @auth@.uid()) AND ended_at IS NULL AND expires_at > now());
CREATE POLICY sessions_admin ON @auth@.sessions FOR SELECT TO @admin_user@ USING (true);
CREATE POLICY profiles_own ON @auth@.profiles FOR ALL TO @authenticated@, @viewer@
	USING (user_id = (SELECT @auth@.uid())) WITH CHECK (user_id = (SELECT @auth@.uid()));
CREATE POLICY preferences_own ON @auth@.preferences FOR ALL TO @authenticated@, @viewer@
	USING (user_id = (SELECT @auth@.uid())) WITH CHECK (user_id = (SELECT @auth@.uid()));
CREATE POLICY activity_log_own ON @auth@.activity_log FOR SELECT TO @authenticated@, @viewer@
	USING (user_id = (SELECT @auth@.uid()));
CREATE POLICY activity_log_admin ON @auth@.activity_log FOR SELECT TO @admin_user@ USING (true);

-- For admins: every account with its last sign-in and its open sessions.
CREATE VIEW @auth@.user_overview WITH (security_invoker = true) AS
SELECT u.id, u.email, u.role, u.active, u.created_at, u.deleted_at, s.last_sign_in, s.open_sessions
FROM @auth@.users AS u
CROSS JOIN LATERAL (
	SELECT max(s.created_at) AS last_sign_in,
		count(*) FILTER (WHERE s.ended_at IS NULL AND s.expires_at > now()) AS open_sessions
	FROM @auth@.sessions AS s
	WHERE s.user_id = u.id
) AS s;
COMMENT ON VIEW @auth@.user_overview IS E'Accounts with their sessions\nFor admins; everyone else sees their own line.';
GRANT SELECT ON @auth@.user_overview TO @admin_user@;

RESET ROLE;
