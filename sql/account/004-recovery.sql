-- Accounts: what an outsider cannot stop, keep or take. Each section stands for itself.
--
-- A function that is written anew here takes the place of the one in an earlier file.
-- SPDX-License-Identifier: MIT

SET LOCAL ROLE @owner@;

-- ==== Recovery ====

-- ==== Networks ====

-- The part of an address that one customer of a provider has. An IPv4 address written as IPv6 is IPv4: of these a /64
-- holds all there are.
CREATE OR REPLACE FUNCTION @private@.network(ip inet) RETURNS inet
	LANGUAGE sql IMMUTABLE PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
	RETURN CASE WHEN family(ip) = 4 THEN ip
		WHEN ip <<= '::ffff:0.0.0.0/96'::inet THEN '0.0.0.0'::inet + (ip - '::ffff:0.0.0.0'::inet)
		ELSE network(set_masklen(ip, 64))::inet END;

-- As before, but that an account at a network it is known at has a bucket of its own and no other: what neighbours try
-- there does not keep its owner out.
CREATE OR REPLACE FUNCTION @private@.begin_login(email_key text, ip inet, ip_tries integer, ip_period integer, tries integer,
	period integer, OUT wait integer, OUT user_id integer, OUT password_hash text, OUT decoy text, OUT buckets text[])
	LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	place CONSTANT inet := @private@.network(ip);
BEGIN
	SELECT c.user_id, c.password_hash INTO user_id, password_hash
	FROM @private@.credentials AS c WHERE c.email_key = begin_login.email_key;
	IF EXISTS (SELECT FROM @private@.known_networks AS k
		WHERE k.user_id = begin_login.user_id AND k.network = place AND k.seen_at > now() - interval '90 days') THEN
		buckets := ARRAY['login as ' || user_id || ' from ' || place];
		wait := @private@.take(buckets[1], tries, period);
	ELSE
		buckets := ARRAY['login from ' || place, 'login as ' || encode(sha256(convert_to(email_key, 'UTF8')), 'hex')];
		wait := @private@.take(buckets[1], ip_tries, ip_period);
		IF wait = 0 THEN
			wait := @private@.take(buckets[2], tries, period);
		END IF;
	END IF;
	SELECT c.password_hash INTO decoy FROM @private@.credentials AS c
	WHERE c.password_hash NOT LIKE '$argon2%' ORDER BY c.user_id LIMIT 1;
END $$;


-- ==== Who ends sessions: a new sign-in in the same browser, their owner, admins ====

-- Whose session this is and how long ago they signed in; no row: it has ended.
CREATE FUNCTION @private@.session_began(session uuid, OUT user_id integer, OUT seconds_ago bigint) RETURNS SETOF record
	LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
	BEGIN ATOMIC
		SELECT s.user_id, floor(extract(epoch FROM clock_timestamp() - s.created_at))::bigint
		FROM @auth@.sessions AS s WHERE s.id = session AND s.ended_at IS NULL;
	END;

-- Ends the session that a sign-in came with: of the account whose hash has just fitted, or, from its browser, anybody's.
CREATE FUNCTION @private@.replace_session(user_id integer, password_hash text, activation boolean, victim uuid,
	anybodys boolean, ip inet, user_agent text) RETURNS void
	LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	owner integer;
BEGIN
	PERFORM FROM @auth@.users AS u JOIN @private@.credentials AS c ON c.user_id = u.id
	WHERE u.id = replace_session.user_id AND u.active AND c.password_hash = replace_session.password_hash
		AND @private@.assignable(u.role) AND (NOT activation OR u.email_confirmed_at IS NOT NULL);
	IF NOT FOUND THEN
		RETURN;
	END IF;
	UPDATE @auth@.sessions AS s SET ended_at = clock_timestamp()
	WHERE s.id = victim AND s.ended_at IS NULL AND (anybodys OR s.user_id = replace_session.user_id)
	RETURNING s.user_id INTO owner;
	IF FOUND THEN
		PERFORM @private@.log(owner, victim, 'logout', true, ip, user_agent, '{"scope": "replaced"}');
	END IF;
END $$;

-- An admin ends the sessions of an account. What the token says of the role is not asked. ended is NULL when there is no
-- such account. Its owner hears who did it, not from where.
CREATE FUNCTION @private@.end_sessions_of(admin integer, session uuid, victim integer, ip inet, user_agent text,
	OUT allowed boolean, OUT ended integer)
	LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	allowed := EXISTS (
		SELECT FROM @auth@.sessions AS s JOIN @auth@.users AS u ON u.id = s.user_id JOIN pg_roles AS r ON r.rolname = u.role
		WHERE s.id = session AND s.ended_at IS NULL AND u.id = admin AND u.active AND pg_has_role(r.oid, @'admin_user@, 'USAGE'));
	IF allowed AND EXISTS (SELECT FROM @auth@.users AS u WHERE u.id = victim AND u.deleted_at IS NULL) THEN
		ended := @private@.end_sessions(victim);
		IF victim <> admin THEN
			PERFORM @private@.log(victim, NULL, 'end_sessions', true, NULL, NULL, jsonb_build_object('by', admin, 'ended', ended));
		END IF;
	END IF;
	PERFORM @private@.log(admin, session, 'end_sessions', ended IS NOT NULL, ip, user_agent, jsonb_build_object('user_id', victim));
END $$;

GRANT EXECUTE ON FUNCTION
	@private@.session_began(uuid),
	@private@.replace_session(integer, text, boolean, uuid, boolean, inet, text),
	@private@.end_sessions_of(integer, uuid, integer, inet, text)
TO @account@;

-- ==== The end: nobody calls what is not granted above ====

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA @private@ FROM PUBLIC;

RESET ROLE;
