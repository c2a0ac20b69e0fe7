-- Accounts: what the account service may do, one function each. Whoever is not superuser calls nothing else.
--
-- Every function runs as @owner@ with a search path of its own. A failure that must be remembered is an outcome, not
-- an exception, which would undo what it counted.
-- SPDX-License-Identifier: MIT

SET LOCAL ROLE @owner@;

-- In the flight of every request: raises when the session has ended. A replica may not have heard of a session that is
-- a few seconds old.
CREATE FUNCTION @private@.check_session(session uuid, issued_at bigint) RETURNS void
	LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	PERFORM FROM @auth@.sessions AS s WHERE s.id = session AND s.ended_at IS NULL;
	IF FOUND THEN
		RETURN;
	END IF;
	IF pg_is_in_recovery() AND issued_at > extract(epoch FROM clock_timestamp()) - 30
		AND NOT EXISTS (SELECT FROM @auth@.sessions AS s WHERE s.id = session) THEN
		RETURN;
	END IF;
	RAISE SQLSTATE 'RGA08' USING MESSAGE = 'The session has ended';
END $$;

CREATE FUNCTION @private@.log(user_id integer, session uuid, action text, success boolean, ip inet, user_agent text,
	detail jsonb DEFAULT NULL) RETURNS void
	LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
	BEGIN ATOMIC
		INSERT INTO @auth@.activity_log (user_id, session_id, action, success, ip, user_agent, detail)
		VALUES (user_id, session, action, success, ip, left(user_agent, 500), detail);
	END;

-- The part of an address that one customer of a provider has.
CREATE FUNCTION @private@.network(ip inet) RETURNS inet
	LANGUAGE sql IMMUTABLE PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
	RETURN CASE WHEN family(ip) = 6 THEN network(set_masklen(ip, 64))::inet ELSE ip END;

-- Takes a token out of a bucket that holds `tries` and fills up in `period` seconds. 0: taken; else the seconds until
-- there is one. A clock that goes back fills nothing.
CREATE FUNCTION @private@.take(bucket text, tries integer, period integer) RETURNS integer
	LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	clock CONSTANT timestamptz := clock_timestamp();
	rate CONSTANT double precision := tries::double precision / period;
	held @private@.limits;
BEGIN
	INSERT INTO @private@.limits AS l (bucket, tokens, at, allowed)
	VALUES (take.bucket, tries - 1, clock, true)
	ON CONFLICT ON CONSTRAINT limits_pkey DO UPDATE SET (tokens, at, allowed) = (
		SELECT CASE WHEN filled >= 1 THEN filled - 1 ELSE filled END, greatest(l.at, clock), filled >= 1
		FROM (SELECT least(tries::double precision, l.tokens + greatest(0, extract(epoch FROM clock - l.at)) * rate)) AS f (filled))
	RETURNING * INTO held;
	RETURN CASE WHEN held.allowed THEN 0 ELSE greatest(1, ceil((1 - held.tokens) / rate)) END;
END $$;

-- Gives a token back to the buckets that a success took it from.
CREATE FUNCTION @private@.give_back(buckets text[]) RETURNS void
	LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
	BEGIN ATOMIC
		UPDATE @private@.limits AS l SET tokens = l.tokens + 1 WHERE l.bucket = ANY (buckets);
	END;

-- Whether an account may be given this role: it is on the list, and no role that reaches beyond its policies.
CREATE FUNCTION @private@.assignable(role text) RETURNS boolean
	LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
	RETURN EXISTS (
		SELECT FROM @private@.assignable_roles AS a JOIN pg_roles AS r ON r.rolname = a.role
		WHERE a.role = assignable.role AND NOT r.rolsuper AND NOT r.rolbypassrls AND NOT r.rolcreaterole
			AND r.rolname NOT IN (@'owner@, @'authenticator@, @'account@, @'mail@)
			AND NOT pg_has_role(r.oid, @'owner@, 'MEMBER'));

-- Enters auth-roles; a role that an account still has stays.
CREATE FUNCTION @private@.set_roles(roles text[]) RETURNS void
	LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	name text;
BEGIN
	DELETE FROM @private@.assignable_roles AS a
	WHERE a.role <> ALL (roles) AND NOT EXISTS (SELECT FROM @auth@.users AS u WHERE u.role = a.role);
	INSERT INTO @private@.assignable_roles SELECT r FROM unnest(roles) AS r ON CONFLICT DO NOTHING;
	FOREACH name IN ARRAY roles LOOP
		IF NOT @private@.assignable(name) THEN
			RAISE SQLSTATE 'RGA04' USING MESSAGE = format('auth-roles: "%s" cannot be given to an account', name),
				DETAIL = 'It does not exist, or it is a superuser, bypasses row level security, creates roles, connects or owns.';
		END IF;
	END LOOP;
END $$;

CREATE FUNCTION @private@.end_sessions(user_id integer, but uuid DEFAULT NULL) RETURNS integer
	LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
	BEGIN ATOMIC
		WITH ended AS (
			UPDATE @auth@.sessions AS s SET ended_at = clock_timestamp()
			WHERE s.user_id = end_sessions.user_id AND s.ended_at IS NULL AND s.id IS DISTINCT FROM but
			RETURNING 1)
		SELECT count(*)::integer FROM ended;
	END;

-- What a change of role or active brings with it. One after the other: two admins cannot demote each other.
CREATE FUNCTION @private@.user_changes() RETURNS trigger
	LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	NEW.updated_at := clock_timestamp();
	IF NEW.role IS NOT DISTINCT FROM OLD.role AND NEW.active IS NOT DISTINCT FROM OLD.active THEN
		RETURN NEW;
	END IF;
	IF NOT @private@.assignable(NEW.role) THEN
		RAISE SQLSTATE 'PT403' USING MESSAGE = 'This role cannot be given to an account';
	END IF;
	IF OLD.role = @'admin_user@ AND OLD.active AND NOT (NEW.role = @'admin_user@ AND NEW.active) THEN
		PERFORM pg_advisory_xact_lock(hashtext(@'private@ || '.last admin'));
		PERFORM FROM @auth@.users AS u WHERE u.role = @'admin_user@ AND u.active AND u.id <> OLD.id;
		IF NOT FOUND THEN
			RAISE SQLSTATE 'PT403' USING MESSAGE = 'The last admin cannot be demoted, deactivated or deleted';
		END IF;
	END IF;
	PERFORM @private@.end_sessions(OLD.id);
	PERFORM @private@.log(OLD.id, NULL, CASE WHEN NEW.role <> OLD.role THEN 'role' WHEN NEW.active THEN 'activate' ELSE 'deactivate' END,
		true, NULL, NULL, jsonb_build_object('by', @auth@.uid(), 'role', NEW.role, 'active', NEW.active));
	RETURN NEW;
END $$;
CREATE TRIGGER user_changes BEFORE UPDATE ON @auth@.users FOR EACH ROW EXECUTE FUNCTION @private@.user_changes();

CREATE FUNCTION @private@.stamp() RETURNS trigger
	LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	NEW.updated_at := clock_timestamp();
	RETURN NEW;
END $$;
CREATE TRIGGER stamp BEFORE UPDATE ON @auth@.profiles FOR EACH ROW EXECUTE FUNCTION @private@.stamp();
CREATE TRIGGER stamp BEFORE UPDATE ON @auth@.preferences FOR EACH ROW EXECUTE FUNCTION @private@.stamp();

-- The limits are counted and the hash is looked up, before any is computed. An address that does not exist costs the
-- same writes. decoy: some hash of another kind than ours while there are any, so that every try can cost as much.
CREATE FUNCTION @private@.begin_login(email_key text, ip inet, ip_tries integer, ip_period integer, tries integer,
	period integer, OUT wait integer, OUT user_id integer, OUT password_hash text, OUT decoy text, OUT buckets text[])
	LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	place CONSTANT inet := @private@.network(ip);
	known boolean;
BEGIN
	SELECT c.user_id, c.password_hash INTO user_id, password_hash
	FROM @private@.credentials AS c WHERE c.email_key = begin_login.email_key;
	known := EXISTS (SELECT FROM @private@.known_networks AS k
		WHERE k.user_id = begin_login.user_id AND k.network = place AND k.seen_at > now() - interval '90 days');
	buckets := ARRAY['login from ' || place,
		CASE WHEN known THEN 'login as ' || user_id || ' from ' || place ELSE 'login as ' || encode(sha256(convert_to(email_key, 'UTF8')), 'hex') END];
	wait := @private@.take(buckets[1], ip_tries, ip_period);
	IF wait = 0 THEN
		wait := @private@.take(buckets[2], tries, period);
	END IF;
	SELECT c.password_hash INTO decoy FROM @private@.credentials AS c
	WHERE c.password_hash NOT LIKE '$argon2%' ORDER BY c.user_id LIMIT 1;
END $$;

-- One refresh. outcome: 'rotated' (counter is the successor's), 'repeated' (the same successor again), 'replayed' (the
-- session was ended), 'gone' (there is none, or it had ended).
CREATE FUNCTION @private@.refresh(session uuid, presented integer, grace interval, idle interval, ip inet, user_agent text,
	OUT outcome text, OUT user_id integer, OUT email text, OUT role text, OUT counter integer, OUT ends_at bigint)
	LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	clock CONSTANT timestamptz := clock_timestamp();
	state @private@.session_state;
	rotated timestamptz;
BEGIN
	outcome := 'gone';
	SELECT t.* INTO state FROM @private@.session_state AS t WHERE t.session_id = session FOR UPDATE;
	SELECT s.user_id, u.email, u.role INTO user_id, email, role
	FROM @auth@.sessions AS s JOIN @auth@.users AS u ON u.id = s.user_id
	WHERE s.id = session AND s.ended_at IS NULL AND s.expires_at > clock AND u.active AND @private@.assignable(u.role);
	IF NOT FOUND OR state.session_id IS NULL THEN
		PERFORM @private@.log((SELECT s.user_id FROM @auth@.sessions AS s JOIN @auth@.users AS u ON u.id = s.user_id
			WHERE s.id = session AND u.deleted_at IS NULL), session, 'refresh', false, ip, user_agent);
		RETURN;
	END IF;
	ends_at := extract(epoch FROM state.absolute_end);
	rotated := greatest(state.rotated_at, clock);
	-- A later one than ours is no less genuine: the database has lost its last moments, in a crash or to a backup.
	IF presented >= state.counter THEN
		outcome := 'rotated';
		counter := presented + 1;
		UPDATE @private@.session_state AS t SET counter = refresh.counter, rotated_at = rotated WHERE t.session_id = session;
		UPDATE @auth@.sessions AS s SET refreshed_at = rotated, expires_at = least(clock + idle, state.absolute_end),
			ip = coalesce(refresh.ip, s.ip), user_agent = left(refresh.user_agent, 500)
		WHERE s.id = session;
		PERFORM @private@.log(user_id, session, 'refresh', true, ip, user_agent);
	ELSIF presented = state.counter - 1 AND clock <= state.rotated_at + grace THEN
		outcome := 'repeated';
		counter := state.counter;
	ELSE
		outcome := 'replayed';
		UPDATE @auth@.sessions AS s SET ended_at = clock WHERE s.id = session;
		PERFORM @private@.log(user_id, session, 'refresh', false, ip, user_agent, '{"replayed": true}');
	END IF;
END $$;

-- The caller's hash, while the session is open; no row: it is not.
CREATE FUNCTION @private@.own_credentials(user_id integer, session uuid, OUT password_hash text, OUT email_key text)
	RETURNS SETOF record
	LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
	BEGIN ATOMIC
		SELECT c.password_hash, c.email_key
		FROM @private@.credentials AS c JOIN @auth@.users AS u ON u.id = c.user_id
		WHERE c.user_id = own_credentials.user_id AND u.active AND EXISTS (
			SELECT FROM @auth@.sessions AS s
			WHERE s.id = session AND s.user_id = own_credentials.user_id AND s.ended_at IS NULL);
	END;

-- False: the hash has changed since it was looked at.
CREATE FUNCTION @private@.change_password(user_id integer, session uuid, password_hash text, new_hash text, ip inet,
	user_agent text) RETURNS boolean
	LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	UPDATE @private@.credentials AS c SET password_hash = new_hash, changed_at = clock_timestamp()
	WHERE c.user_id = change_password.user_id AND c.password_hash = change_password.password_hash;
	IF NOT FOUND THEN
		RETURN false;
	END IF;
	PERFORM @private@.end_sessions(user_id, session);
	PERFORM @private@.log(user_id, session, 'change_password', true, ip, user_agent);
	RETURN true;
END $$;

-- scope: local, others or global. False: the caller's own session had ended.
CREATE FUNCTION @private@.logout(user_id integer, session uuid, scope text, ip inet, user_agent text) RETURNS boolean
	LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	PERFORM FROM @auth@.sessions AS s
	WHERE s.id = session AND s.user_id = logout.user_id AND s.ended_at IS NULL FOR UPDATE;
	IF NOT FOUND THEN
		RETURN false;
	END IF;
	UPDATE @auth@.sessions AS s SET ended_at = clock_timestamp()
	WHERE s.user_id = logout.user_id AND s.ended_at IS NULL AND CASE scope
		WHEN 'global' THEN true WHEN 'others' THEN s.id <> session ELSE s.id = session END;
	PERFORM @private@.log(user_id, session, 'logout', true, ip, user_agent, jsonb_build_object('scope', scope));
	RETURN true;
END $$;

CREATE FUNCTION @private@.sessions_of(user_id integer, session uuid) RETURNS json
	LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
	BEGIN ATOMIC
		SELECT coalesce(json_agg(json_build_object('id', s.id, 'created_at', s.created_at, 'refreshed_at', s.refreshed_at,
			'expires_at', s.expires_at, 'ip', s.ip, 'user_agent', s.user_agent, 'current', s.id = session)
			ORDER BY s.created_at DESC), '[]'::json)
		FROM @auth@.sessions AS s
		WHERE s.user_id = sessions_of.user_id AND s.ended_at IS NULL AND s.expires_at > now();
	END;

CREATE FUNCTION @private@.revoke_session(user_id integer, session uuid, victim uuid, ip inet, user_agent text) RETURNS boolean
	LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	UPDATE @auth@.sessions AS s SET ended_at = clock_timestamp()
	WHERE s.id = victim AND s.user_id = revoke_session.user_id AND s.ended_at IS NULL;
	IF NOT FOUND THEN
		RETURN false;
	END IF;
	PERFORM @private@.log(user_id, session, 'revoke_session', true, ip, user_agent, jsonb_build_object('session', victim));
	RETURN true;
END $$;

-- Everything that says who it was goes; the row stays.
CREATE FUNCTION @private@.delete_account(user_id integer, session uuid, password_hash text, ip inet, user_agent text) RETURNS boolean
	LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	DELETE FROM @private@.credentials AS c
	WHERE c.user_id = delete_account.user_id AND c.password_hash = delete_account.password_hash;
	IF NOT FOUND THEN
		RETURN false;
	END IF;
	UPDATE @auth@.users AS u SET email = NULL, active = false, deleted_at = clock_timestamp(), email_confirmed_at = NULL
	WHERE u.id = delete_account.user_id;
	DELETE FROM @auth@.profiles AS p WHERE p.user_id = delete_account.user_id;
	DELETE FROM @auth@.preferences AS p WHERE p.user_id = delete_account.user_id;
	DELETE FROM @private@.known_networks AS k WHERE k.user_id = delete_account.user_id;
	UPDATE @auth@.sessions AS s SET ended_at = coalesce(s.ended_at, clock_timestamp()), ip = NULL, user_agent = NULL
	WHERE s.user_id = delete_account.user_id;
	UPDATE @auth@.activity_log AS l SET ip = NULL, user_agent = NULL WHERE l.user_id = delete_account.user_id;
	PERFORM @private@.log(user_id, session, 'delete_account', true, NULL, NULL);
	RETURN true;
END $$;

-- A session for `rowgate token`, or no row when the account may not have one.
CREATE FUNCTION @private@.open_session(user_id integer, session uuid, idle interval, absolute interval, OUT email text, OUT role text)
	RETURNS SETOF record
	LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	clock CONSTANT timestamptz := clock_timestamp();
BEGIN
	SELECT u.email, u.role INTO email, role FROM @auth@.users AS u
	WHERE u.id = open_session.user_id AND u.active AND @private@.assignable(u.role) FOR SHARE;
	IF NOT FOUND THEN
		RETURN;
	END IF;
	INSERT INTO @auth@.sessions (id, user_id, created_at, refreshed_at, expires_at, user_agent)
	VALUES (session, open_session.user_id, clock, clock, clock + least(idle, absolute), 'rowgate token');
	INSERT INTO @private@.session_state (session_id, rotated_at, absolute_end) VALUES (session, clock, clock + absolute);
	PERFORM @private@.log(user_id, session, 'token', true, NULL, NULL);
	RETURN NEXT;
END $$;

-- For `rowgate user`.
CREATE FUNCTION @private@.list_users(OUT id integer, OUT email text, OUT role text, OUT active boolean, OUT created_at timestamptz,
	OUT sessions bigint) RETURNS SETOF record
	LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
	BEGIN ATOMIC
		SELECT u.id, u.email, u.role, u.active, u.created_at,
			(SELECT count(*) FROM @auth@.sessions AS s WHERE s.user_id = u.id AND s.ended_at IS NULL AND s.expires_at > now())
		FROM @auth@.users AS u WHERE u.deleted_at IS NULL ORDER BY u.id;
	END;

CREATE FUNCTION @private@.find_user(email_key text) RETURNS integer
	LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
	RETURN (SELECT c.user_id FROM @private@.credentials AS c WHERE c.email_key = find_user.email_key);

-- role and active: NULL leaves them as they are.
CREATE FUNCTION @private@.set_user(user_id integer, role text, active boolean) RETURNS boolean
	LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	UPDATE @auth@.users AS u SET role = coalesce(set_user.role, u.role), active = coalesce(set_user.active, u.active)
	WHERE u.id = user_id AND u.deleted_at IS NULL;
	RETURN FOUND;
END $$;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA @private@ FROM PUBLIC;
GRANT EXECUTE ON FUNCTION @private@.check_session(uuid, bigint) TO @authenticator@, @account@;
GRANT EXECUTE ON FUNCTION
	@private@.log(integer, uuid, text, boolean, inet, text, jsonb),
	@private@.network(inet),
	@private@.take(text, integer, integer),
	@private@.begin_login(text, inet, integer, integer, integer, integer),
	@private@.refresh(uuid, integer, interval, interval, inet, text),
	@private@.own_credentials(integer, uuid),
	@private@.change_password(integer, uuid, text, text, inet, text),
	@private@.logout(integer, uuid, text, inet, text),
	@private@.sessions_of(integer, uuid),
	@private@.revoke_session(integer, uuid, uuid, inet, text),
	@private@.delete_account(integer, uuid, text, inet, text),
	@private@.open_session(integer, uuid, interval, interval),
	@private@.list_users(),
	@private@.find_user(text),
	@private@.set_user(integer, text, boolean),
	@private@.end_sessions(integer, uuid)
TO @account@;

RESET ROLE;
