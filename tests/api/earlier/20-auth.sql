-- Schema auth: the tutorial's tables, out of reach but for a caller's own rows and never a secret column.
-- SPDX-License-Identifier: MIT

-- Extensions and token functions lie in a schema that no API exposes and no caller may use.
CREATE SCHEMA IF NOT EXISTS extensions;
CREATE EXTENSION IF NOT EXISTS pgcrypto SCHEMA extensions;
GRANT USAGE ON SCHEMA extensions TO auth_owner;
SET search_path = extensions;
\ir ../../../sql/compat/pgjwt.sql
RESET search_path;

CREATE SCHEMA IF NOT EXISTS auth AUTHORIZATION auth_owner;
GRANT USAGE ON SCHEMA auth TO web_anon, authenticated, viewer;

CREATE TABLE IF NOT EXISTS auth.users (
	id serial PRIMARY KEY,
	email varchar(255) NOT NULL UNIQUE,
	password_hash varchar(255) NOT NULL,
	role varchar(50) NOT NULL DEFAULT 'regular_user' CHECK (role IN ('regular_user', 'editor', 'viewer', 'admin_user')),
	active boolean NOT NULL DEFAULT true,
	created_at timestamptz NOT NULL DEFAULT now(),
	updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE IF NOT EXISTS auth.sessions (
	id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	user_id integer NOT NULL REFERENCES auth.users ON DELETE CASCADE,
	created_at timestamptz NOT NULL DEFAULT now(),
	expires_at timestamptz NOT NULL DEFAULT now() + interval '7 days'
);
CREATE TABLE IF NOT EXISTS auth.password_reset_tokens (
	id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	user_id integer NOT NULL REFERENCES auth.users ON DELETE CASCADE,
	expires_at timestamptz NOT NULL DEFAULT now() + interval '1 hour',
	used boolean NOT NULL DEFAULT false
);
CREATE INDEX IF NOT EXISTS sessions_user_id ON auth.sessions (user_id);
CREATE INDEX IF NOT EXISTS password_reset_tokens_user_id ON auth.password_reset_tokens (user_id);
ALTER TABLE auth.users OWNER TO auth_owner;
ALTER TABLE auth.sessions OWNER TO auth_owner;
ALTER TABLE auth.password_reset_tokens OWNER TO auth_owner;

-- Who calls, from the token's claims; null for a stranger. In policies as (SELECT auth.uid()): once for a
-- statement, not once for a row.
CREATE OR REPLACE FUNCTION auth.uid() RETURNS integer
	LANGUAGE sql STABLE PARALLEL SAFE
	RETURN (nullif(current_setting('request.jwt.claims', true), '')::json ->> 'user_id')::integer;
CREATE OR REPLACE FUNCTION auth.role() RETURNS text
	LANGUAGE sql STABLE PARALLEL SAFE
	RETURN nullif(current_setting('request.jwt.claims', true), '')::json ->> 'role';

-- A session's id is its refresh token, a reset token's id opens the account: neither they nor password_hash are
-- in a grant. Admins see and change who may do what, not secrets.
GRANT SELECT (id, email, role, active, created_at, updated_at) ON auth.users TO authenticated, viewer;
GRANT UPDATE (role, active) ON auth.users TO admin_user;
GRANT SELECT (user_id, created_at, expires_at) ON auth.sessions TO authenticated, viewer;

ALTER TABLE auth.users ENABLE ROW LEVEL SECURITY;
ALTER TABLE auth.sessions ENABLE ROW LEVEL SECURITY;
ALTER TABLE auth.password_reset_tokens ENABLE ROW LEVEL SECURITY;

DROP POLICY IF EXISTS users_own ON auth.users;
CREATE POLICY users_own ON auth.users FOR SELECT TO authenticated, viewer USING (id = (SELECT auth.uid()));
DROP POLICY IF EXISTS users_admin ON auth.users;
CREATE POLICY users_admin ON auth.users FOR SELECT TO admin_user USING (true);
DROP POLICY IF EXISTS users_admin_update ON auth.users;
CREATE POLICY users_admin_update ON auth.users FOR UPDATE TO admin_user USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS sessions_own ON auth.sessions;
CREATE POLICY sessions_own ON auth.sessions FOR SELECT TO authenticated, viewer USING (user_id = (SELECT auth.uid()));
