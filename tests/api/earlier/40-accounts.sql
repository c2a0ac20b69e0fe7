-- The tutorial's account functions, in SQL, with the shapes of its answers. What a caller reaches are the wrappers
-- in public, since that is the schema served by default. A stand-in until rowgate's own account service takes these
-- URLs over, so passwords are hashed and tokens signed in the database here.
-- Every function that runs as its owner names its search path, and only callers meant to may run it.
-- SPDX-License-Identifier: MIT

CREATE OR REPLACE FUNCTION auth.hash_password(password text) RETURNS text
	LANGUAGE sql VOLATILE
	RETURN extensions.crypt(password, extensions.gen_salt('bf', 8));

-- False, never null, for a missing password or hash.
CREATE OR REPLACE FUNCTION auth.verify_password(password text, hash text) RETURNS boolean
	LANGUAGE sql STABLE
	RETURN coalesce(hash = extensions.crypt(password, hash), false);

CREATE OR REPLACE FUNCTION auth.access_token(account auth.users) RETURNS text
	LANGUAGE sql STABLE
	RETURN extensions.sign(
		json_build_object('role', account.role, 'user_id', account.id, 'email', account.email,
			'exp', extract(epoch FROM now() + interval '7 days')::bigint),
		nullif(current_setting('app.jwt_secret', true), ''));

CREATE OR REPLACE FUNCTION auth.register_user(email text, password text, user_role text DEFAULT 'regular_user') RETURNS json
	LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	new_user auth.users;
BEGIN
	-- Strangers become regular users; every other role is for an admin to give.
	IF coalesce(user_role, 'regular_user') <> 'regular_user' THEN
		RAISE SQLSTATE 'PT403' USING MESSAGE = 'This role cannot be chosen',
			DETAIL = 'Registering makes a regular_user.', HINT = 'Leave user_role out.';
	END IF;
	INSERT INTO auth.users (email, password_hash)
	VALUES (register_user.email, auth.hash_password(password))
	ON CONFLICT DO NOTHING
	RETURNING * INTO new_user;
	IF NOT FOUND THEN
		RETURN json_build_object('error', 'Email already exists');
	END IF;
	RETURN json_build_object('success', true, 'user_id', new_user.id, 'email', new_user.email, 'role', new_user.role);
END $$;

CREATE OR REPLACE FUNCTION auth.login(email text, password text) RETURNS json
	LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	account auth.users;
BEGIN
	SELECT * INTO account FROM auth.users AS u WHERE u.email = login.email AND u.active;
	IF NOT FOUND OR NOT auth.verify_password(password, account.password_hash) THEN
		RETURN json_build_object('error', 'Invalid credentials');
	END IF;
	RETURN json_build_object('token', auth.access_token(account),
		'user', json_build_object('id', account.id, 'email', account.email, 'role', account.role));
END $$;

-- From the token alone, so it needs no rights but the caller's.
CREATE OR REPLACE FUNCTION auth.current_user() RETURNS json
	LANGUAGE sql STABLE
	RETURN json_build_object('user_id', auth.uid(),
		'email', nullif(current_setting('request.jwt.claims', true), '')::json ->> 'email', 'role', auth.role());

CREATE OR REPLACE FUNCTION auth.refresh_token(refresh_token uuid) RETURNS json
	LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	account auth.users;
BEGIN
	SELECT u.* INTO account
	FROM auth.sessions AS s JOIN auth.users AS u ON u.id = s.user_id
	WHERE s.id = refresh_token.refresh_token AND s.expires_at > now() AND u.active;
	IF NOT FOUND THEN
		RETURN json_build_object('error', 'Invalid or expired refresh token');
	END IF;
	UPDATE auth.sessions AS s SET expires_at = now() + interval '7 days' WHERE s.id = refresh_token.refresh_token;
	RETURN json_build_object('token', auth.access_token(account));
END $$;

-- One answer, whether the account exists or not; the token is for a mail, not for whoever asks.
CREATE OR REPLACE FUNCTION auth.request_password_reset(email text) RETURNS json
	LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	INSERT INTO auth.password_reset_tokens (user_id)
	SELECT u.id FROM auth.users AS u WHERE u.email = request_password_reset.email AND u.active;
	RETURN json_build_object('success', true, 'message', 'If email exists, reset link sent');
END $$;

CREATE OR REPLACE FUNCTION public.register_user(email text, password text, user_role text DEFAULT 'regular_user') RETURNS json
	LANGUAGE sql VOLATILE
	RETURN auth.register_user(email, password, user_role);
CREATE OR REPLACE FUNCTION public.login(email text, password text) RETURNS json
	LANGUAGE sql VOLATILE
	RETURN auth.login(email, password);
CREATE OR REPLACE FUNCTION public."current_user"() RETURNS json
	LANGUAGE sql STABLE
	RETURN auth.current_user();
CREATE OR REPLACE FUNCTION public.refresh_token(refresh_token uuid) RETURNS json
	LANGUAGE sql VOLATILE
	RETURN auth.refresh_token(refresh_token);
CREATE OR REPLACE FUNCTION public.request_password_reset(email text) RETURNS json
	LANGUAGE sql VOLATILE
	RETURN auth.request_password_reset(email);

COMMENT ON FUNCTION public.register_user IS 'Make an account';
COMMENT ON FUNCTION public.login IS 'Get a token for an e-mail address and a password';
COMMENT ON FUNCTION public."current_user" IS 'Who the token says you are';
COMMENT ON FUNCTION public.refresh_token IS 'Get a new token for a session';
COMMENT ON FUNCTION public.request_password_reset IS 'Ask for a link to set a new password';

DO $$
DECLARE
	anyone CONSTANT text := 'web_anon, authenticated, viewer';
	signed_in CONSTANT text := 'authenticated, viewer';
	routine regprocedure;
	callers text;
BEGIN
	FOR routine, callers IN
		SELECT p.oid, c.callers
		FROM (VALUES ('register_user', anyone), ('login', anyone), ('refresh_token', anyone),
			('request_password_reset', anyone), ('current_user', signed_in), ('uid', anyone), ('role', anyone),
			('hash_password', NULL), ('verify_password', NULL), ('access_token', NULL)) AS c (name, callers)
		JOIN pg_proc AS p ON p.proname = c.name AND p.pronamespace IN ('auth'::regnamespace, 'public'::regnamespace)
	LOOP
		EXECUTE format('ALTER FUNCTION %s OWNER TO auth_owner', routine);
		EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', routine);
		IF callers IS NOT NULL THEN
			EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO %s', routine, callers);
		END IF;
	END LOOP;
	-- The tools of the trade are their owner's and auth_owner's alone.
	REVOKE ALL ON ALL FUNCTIONS IN SCHEMA extensions FROM PUBLIC;
	GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA extensions TO auth_owner;
END $$;

-- A rowgate that is running already learns of it.
NOTIFY pgrst;
