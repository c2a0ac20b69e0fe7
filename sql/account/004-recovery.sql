-- Accounts: what an outsider cannot stop, keep or take. Each section stands for itself.
--
-- A function that is written anew here takes the place of the one in an earlier file.
-- SPDX-License-Identifier: MIT

SET LOCAL ROLE @owner@;

-- ==== Recovery ====

-- pending: registered where an address must be proven, and not yet in force: a later registration takes its place. An
-- account of before, whose address nobody had to prove, is in force.
ALTER TABLE @private@.credentials ADD COLUMN pending boolean NOT NULL DEFAULT false;
-- used: when the tokens before this one were used, the newest first.
ALTER TABLE @private@.session_state ADD COLUMN used timestamptz[] NOT NULL DEFAULT '{}';
ALTER TABLE @private@.outbox
	DROP CONSTRAINT outbox_purpose_check,
	ADD CONSTRAINT outbox_purpose_check CHECK (purpose IN ('activate', 'reset', 'confirm', 'undo'));
-- Every link that was sent is good until its time is over or something has revoked it: with the newest only, a stranger
-- who goes on asking could keep all of them from working. Used ones stay for a while, to be told from those that never
-- were.
ALTER TABLE @private@.purpose_tokens
	DROP CONSTRAINT purpose_tokens_pkey,
	DROP CONSTRAINT purpose_tokens_token_hash_key,
	ADD CONSTRAINT purpose_tokens_pkey PRIMARY KEY (token_hash),
	ADD COLUMN used_at timestamptz;
CREATE INDEX purpose_tokens_user_id ON @private@.purpose_tokens (user_id, purpose);

UPDATE @private@.credentials AS c SET pending = true FROM @auth@.users AS u
WHERE u.id = c.user_id AND u.email_confirmed_at IS NULL AND u.deleted_at IS NULL;
-- What was set at registration, or when mails came, proves nothing.
ALTER TABLE @auth@.users DISABLE TRIGGER user_changes;
UPDATE @auth@.users AS u SET email_confirmed_at = NULL
WHERE u.email_confirmed_at <= u.created_at + interval '1 second' AND NOT EXISTS (
	SELECT FROM @auth@.activity_log AS l
	WHERE l.user_id = u.id AND l.success AND l.action IN ('activate_account', 'reset_password', 'confirm_email'));
ALTER TABLE @auth@.users ENABLE TRIGGER user_changes;

-- Whether an address may get one more mail. limits: mails in a period, its seconds, mails in a day.
CREATE FUNCTION @private@.may_mail(email_key text, limits integer[], kind text DEFAULT 'mail') RETURNS boolean
	LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	address CONSTANT text := encode(sha256(convert_to(email_key, 'UTF8')), 'hex');
BEGIN
	RETURN @private@.take(kind || ' to ' || address, limits[1], limits[2]) = 0
		AND @private@.take(kind || ' in a day to ' || address, limits[3], 86400) = 0;
END $$;

-- A notice, to an address that was proven.
CREATE FUNCTION @private@.notify(user_id integer, template text, limits integer[], detail jsonb DEFAULT NULL) RETURNS void
	LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	account record;
BEGIN
	SELECT u.email, c.email_key INTO account
	FROM @auth@.users AS u JOIN @private@.credentials AS c ON c.user_id = u.id
	WHERE u.id = notify.user_id AND u.email_confirmed_at IS NOT NULL;
	IF FOUND THEN
		PERFORM @private@.mail(user_id, template, NULL, CASE WHEN @private@.may_mail(account.email_key, limits) THEN account.email END, detail);
	END IF;
END $$;

-- A notice of a change, with a link that undoes it: to the address that the account had then. It counts as any mail, but
-- has a bucket of its own beside, which only such changes empty: strangers who ask for mails cannot keep it from coming.
CREATE FUNCTION @private@.notify_change(user_id integer, template text, limits integer[], email text, email_key text,
	detail jsonb DEFAULT '{}') RETURNS void
	LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	PERFORM @private@.may_mail(email_key, limits);
	PERFORM @private@.mail(user_id, template, 'undo', CASE WHEN @private@.may_mail(email_key, limits, 'notice') THEN email END,
		detail || jsonb_build_object('undo', template, 'back', jsonb_build_object('email', email, 'email_key', email_key)));
END $$;

-- What was mailed, or waits to be, and would still do something. Links that undo stay: whoever has taken an account over
-- could end them by the next change. First the mails: one that is being sent writes its token down meanwhile.
CREATE FUNCTION @private@.revoke_mails(user_id integer) RETURNS void
	LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	DELETE FROM @private@.outbox AS o
	WHERE o.user_id = revoke_mails.user_id AND o.done_at IS NULL AND o.purpose <> 'undo';
	DELETE FROM @private@.purpose_tokens AS t
	WHERE t.user_id = revoke_mails.user_id AND t.used_at IS NULL AND t.purpose <> 'undo';
END $$;

-- Whoever ends sessions ends what was mailed, too: so do role and active, by user_changes().
CREATE OR REPLACE FUNCTION @private@.end_sessions(user_id integer, but uuid DEFAULT NULL) RETURNS integer
	LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	ended integer;
BEGIN
	UPDATE @auth@.sessions AS s SET ended_at = clock_timestamp()
	WHERE s.user_id = end_sessions.user_id AND s.ended_at IS NULL AND s.id IS DISTINCT FROM but;
	GET DIAGNOSTICS ended = ROW_COUNT;
	PERFORM @private@.revoke_mails(user_id);
	RETURN ended;
END $$;

-- Passwords that were changed on purpose, and not for a better hash of the same; other addresses.
DROP TRIGGER password_changes ON @private@.credentials;
DROP FUNCTION @private@.password_changes();
CREATE FUNCTION @private@.credential_changes() RETURNS trigger
	LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	PERFORM @private@.revoke_mails(NEW.user_id);
	RETURN NULL;
END $$;
CREATE TRIGGER credential_changes AFTER UPDATE ON @private@.credentials FOR EACH ROW
	WHEN (NEW.changed_at IS DISTINCT FROM OLD.changed_at OR NEW.email_key IS DISTINCT FROM OLD.email_key)
	EXECUTE FUNCTION @private@.credential_changes();

-- The one place where an address becomes proven.
CREATE FUNCTION @private@.prove_address(user_id integer) RETURNS void
	LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	clock CONSTANT timestamptz := clock_timestamp();
BEGIN
	UPDATE @auth@.users AS u SET email_confirmed_at = clock WHERE u.id = prove_address.user_id AND u.email_confirmed_at IS NULL;
	UPDATE @private@.credentials AS c SET pending = false WHERE c.user_id = prove_address.user_id AND c.pending;
	DELETE FROM @private@.outbox AS o WHERE o.user_id = prove_address.user_id AND o.done_at IS NULL AND o.purpose = 'activate';
	UPDATE @private@.purpose_tokens AS t SET used_at = clock, expires_at = greatest(t.expires_at, clock + interval '30 days')
	WHERE t.user_id = prove_address.user_id AND t.purpose = 'activate' AND t.used_at IS NULL;
END $$;

-- A registration that is not in force gives its address up. heir: who has its log from now on. Where the host refers to
-- the account, its row stays like that of a deleted one.
CREATE FUNCTION @private@.drop_registration(user_id integer, heir integer) RETURNS void
	LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	UPDATE @auth@.activity_log AS l SET user_id = heir WHERE l.user_id = drop_registration.user_id;
	DELETE FROM @auth@.users AS u WHERE u.id = drop_registration.user_id;
EXCEPTION WHEN foreign_key_violation THEN
	DELETE FROM @private@.credentials AS c WHERE c.user_id = drop_registration.user_id;
	DELETE FROM @auth@.profiles AS p WHERE p.user_id = drop_registration.user_id;
	DELETE FROM @auth@.preferences AS p WHERE p.user_id = drop_registration.user_id;
	UPDATE @auth@.users AS u SET email = NULL, active = false, deleted_at = clock_timestamp(), email_confirmed_at = NULL
	WHERE u.id = drop_registration.user_id;
END $$;

-- Whether a profile is within the bounds of its table.
CREATE FUNCTION @private@.profile_fits(profile jsonb) RETURNS boolean
	LANGUAGE sql IMMUTABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
	RETURN coalesce(length(profile ->> 'name'), 0) <= 200 AND coalesce(length(profile ->> 'avatar_url'), 0) <= 2000
		AND coalesce(length(profile ->> 'bio'), 0) <= 10000 AND coalesce(jsonb_typeof(profile -> 'data'), 'null') IN ('object', 'null')
		AND coalesce(pg_column_size(profile -> 'data'), 0) <= 16384;

-- A registration that is not in force loses password and profile.
CREATE FUNCTION @private@.empty_registration(email_key text) RETURNS void
	LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	held integer;
BEGIN
	UPDATE @private@.credentials AS c SET password_hash = '$argon2!'
	WHERE c.email_key = empty_registration.email_key AND c.pending RETURNING c.user_id INTO held;
	UPDATE @auth@.profiles AS p SET name = NULL, avatar_url = NULL, bio = NULL, data = '{}' WHERE p.user_id = held;
END $$;

-- taken: the address has an account that is in force. activation: it is to be proven, and its owner is told where it has
-- one already. What can be refused is refused before the address is looked up. A registration that is not in force gives
-- way to this one, with all that was mailed for it; under activation only if this one has a mail too: the last mail's link
-- is always good, and each such change costs a mail. One without a mail leaves the earlier one nobody's password and no
-- profile: its link proves the address, and no more. No role is named here that strangers may not choose: the worker sees
-- to that.
DROP FUNCTION @private@.register(text, text, text, text, jsonb, inet, text, boolean, integer, integer);
CREATE FUNCTION @private@.register(email text, email_key text, password_hash text, role text, profile jsonb, ip inet,
	user_agent text, activation boolean, mail_limits integer[], OUT user_id integer, OUT taken boolean)
	LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	mailed boolean;
	held record;
BEGIN
	IF NOT @private@.assignable(role) THEN
		RAISE SQLSTATE 'RGA04' USING MESSAGE = 'This role cannot be chosen';
	END IF;
	IF NOT @private@.profile_fits(profile) THEN
		RAISE check_violation USING MESSAGE = 'The profile is out of bounds';
	END IF;
	mailed := activation AND @private@.may_mail(email_key, mail_limits, 'activation');
	IF activation AND NOT mailed THEN
		PERFORM @private@.empty_registration(register.email_key);
	END IF;
	user_id := nextval(pg_get_serial_sequence(quote_ident(@'auth@) || '.users', 'id'));
	SELECT c.user_id AS id INTO held FROM @private@.credentials AS c JOIN @auth@.users AS u ON u.id = c.user_id
	WHERE c.email_key = register.email_key AND c.pending AND u.active AND (mailed OR NOT activation) FOR UPDATE OF c;
	BEGIN
		INSERT INTO @auth@.users (id, email, role) VALUES (user_id, email, role);
		IF held.id IS NOT NULL THEN
			PERFORM @private@.drop_registration(held.id, user_id);
		END IF;
		INSERT INTO @private@.credentials (user_id, email_key, password_hash, pending) VALUES (user_id, email_key, password_hash, activation);
		INSERT INTO @auth@.profiles (user_id, name, avatar_url, bio, data)
		VALUES (user_id, profile ->> 'name', profile ->> 'avatar_url', profile ->> 'bio',
			coalesce(nullif(profile -> 'data', 'null'), '{}'::jsonb));
		IF activation THEN
			PERFORM @private@.mail(user_id, 'activate', 'activate', CASE WHEN mailed THEN email END);
		END IF;
		taken := false;
	EXCEPTION WHEN unique_violation THEN
		taken := true;
	END;
	IF taken AND activation THEN
		SELECT u.id, CASE WHEN mailed AND u.email_confirmed_at IS NOT NULL THEN u.email END AS address INTO held
		FROM @private@.credentials AS c JOIN @auth@.users AS u ON u.id = c.user_id WHERE c.email_key = register.email_key;
		PERFORM @private@.mail(held.id, 'registered', NULL, held.address);
	END IF;
	PERFORM @private@.log(CASE WHEN NOT taken THEN user_id END, NULL, 'register', NOT taken, ip, user_agent);
END $$;

-- After the password was right: a session; or unconfirmed, and no session: the registration is not in force. No row:
-- account or hash have changed meanwhile.
DROP FUNCTION @private@.finish_login(integer, text, text, uuid, inet, text, interval, interval, text[], boolean);
CREATE FUNCTION @private@.finish_login(user_id integer, password_hash text, new_hash text, session uuid, ip inet,
	user_agent text, idle interval, absolute interval, buckets text[], activation boolean, mail_limits integer[],
	OUT email text, OUT role text, OUT unconfirmed boolean) RETURNS SETOF record
	LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	clock CONSTANT timestamptz := clock_timestamp();
	place CONSTANT inet := @private@.network(ip);
BEGIN
	SELECT u.email, u.role, activation AND c.pending INTO email, role, unconfirmed
	FROM @auth@.users AS u JOIN @private@.credentials AS c ON c.user_id = u.id
	WHERE u.id = finish_login.user_id AND u.active AND c.password_hash = finish_login.password_hash AND @private@.assignable(u.role)
	FOR UPDATE OF c FOR SHARE OF u;
	IF NOT FOUND THEN
		RETURN;
	END IF;
	PERFORM @private@.give_back(buckets);
	IF unconfirmed THEN
		PERFORM @private@.log(finish_login.user_id, NULL, 'login', false, ip, user_agent, '{"unconfirmed": true}');
		RETURN NEXT;
		RETURN;
	END IF;
	-- Whoever has signed in is in force, though activation should be turned on later.
	UPDATE @private@.credentials AS c SET password_hash = coalesce(new_hash, c.password_hash), pending = false
	WHERE c.user_id = finish_login.user_id AND (new_hash IS NOT NULL OR c.pending);
	INSERT INTO @auth@.sessions (id, user_id, created_at, refreshed_at, expires_at, ip, user_agent)
	VALUES (session, finish_login.user_id, clock, clock, clock + least(idle, absolute), ip, left(user_agent, 500));
	INSERT INTO @private@.session_state (session_id, rotated_at, absolute_end) VALUES (session, clock, clock + absolute);
	IF ip IS NOT NULL THEN
		-- The first place of all is no news.
		IF EXISTS (SELECT FROM @private@.known_networks AS k WHERE k.user_id = finish_login.user_id)
			AND NOT EXISTS (SELECT FROM @private@.known_networks AS k WHERE k.user_id = finish_login.user_id AND k.network = place) THEN
			PERFORM @private@.notify(finish_login.user_id, 'new-sign-in', mail_limits,
				jsonb_build_object('ip', host(ip), 'agent', left(user_agent, 500)));
		END IF;
		INSERT INTO @private@.known_networks VALUES (finish_login.user_id, place, clock)
		ON CONFLICT ON CONSTRAINT known_networks_pkey DO UPDATE SET seen_at = clock;
	END IF;
	PERFORM @private@.log(finish_login.user_id, session, 'login', true, ip, user_agent);
	RETURN NEXT;
END $$;

-- A mail that a stranger asks for; purpose: 'reset', or 'activate' where that is still to be done.
DROP FUNCTION @private@.request_mail(text, text, inet, text, integer, integer);
DROP FUNCTION @private@.may_mail(text, integer, integer);
CREATE FUNCTION @private@.request_mail(purpose text, email_key text, ip inet, user_agent text, mail_limits integer[]) RETURNS void
	LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	-- What strangers use up of one kind leaves the other: a reset always comes.
	mailed CONSTANT boolean := @private@.may_mail(email_key, mail_limits, CASE purpose WHEN 'activate' THEN 'activation' ELSE 'mail' END);
	account record;
BEGIN
	SELECT u.id, u.email INTO account
	FROM @private@.credentials AS c JOIN @auth@.users AS u ON u.id = c.user_id
	WHERE c.email_key = request_mail.email_key AND u.active AND (purpose <> 'activate' OR u.email_confirmed_at IS NULL);
	PERFORM @private@.mail(account.id, purpose, purpose, CASE WHEN mailed THEN account.email END);
	PERFORM @private@.log(account.id, NULL, 'mail_' || purpose, account.id IS NOT NULL AND mailed, ip, user_agent);
END $$;

-- Whose token this is, without using it up; no row: nobody's.
CREATE OR REPLACE FUNCTION @private@.token_owner(purpose text, token_hash bytea, OUT user_id integer, OUT email text)
	RETURNS SETOF record
	LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
	BEGIN ATOMIC
		SELECT u.id, u.email
		FROM @private@.purpose_tokens AS t JOIN @auth@.users AS u ON u.id = t.user_id
		WHERE t.purpose = token_owner.purpose AND t.token_hash = token_owner.token_hash AND t.expires_at > clock_timestamp()
			AND t.used_at IS NULL AND u.active;
	END;

-- Uses a token up; NULL: it is nobody's. What is changed by one is locked first, so that two of an account do not wait for
-- each other.
DROP FUNCTION @private@.use_token(text, bytea);
CREATE FUNCTION @private@.use_token(purpose text, token_hash bytea, OUT user_id integer, OUT detail jsonb, OUT mail bigint)
	LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	PERFORM FROM @private@.credentials AS c
	WHERE c.user_id = (SELECT o.user_id FROM @private@.token_owner(use_token.purpose, use_token.token_hash) AS o) FOR UPDATE;
	UPDATE @private@.purpose_tokens AS t SET used_at = clock_timestamp() FROM @auth@.users AS u
	WHERE t.purpose = use_token.purpose AND t.token_hash = use_token.token_hash AND t.expires_at > clock_timestamp()
		AND t.used_at IS NULL AND u.id = t.user_id AND u.active
	RETURNING t.user_id, t.detail, t.mail INTO user_id, detail, mail;
END $$;

-- Whether hash and session are still as they were when the password was found right; they stay so to the end of the
-- transaction.
CREATE FUNCTION @private@.may_change(user_id integer, session uuid, password_hash text) RETURNS boolean
	LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	PERFORM FROM @private@.credentials AS c
	WHERE c.user_id = may_change.user_id AND c.password_hash = may_change.password_hash FOR UPDATE;
	IF NOT FOUND THEN
		RETURN false;
	END IF;
	PERFORM FROM @auth@.sessions AS s JOIN @auth@.users AS u ON u.id = s.user_id
	WHERE s.id = session AND s.user_id = may_change.user_id AND s.ended_at IS NULL AND u.active FOR SHARE OF s;
	RETURN FOUND;
END $$;

-- False: hash or session have changed since they were looked at.
DROP FUNCTION @private@.change_password(integer, uuid, text, text, inet, text);
CREATE FUNCTION @private@.change_password(user_id integer, session uuid, password_hash text, new_hash text, ip inet,
	user_agent text, mail_limits integer[]) RETURNS boolean
	LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	IF NOT @private@.may_change(user_id, session, password_hash) THEN
		RETURN false;
	END IF;
	UPDATE @private@.credentials AS c SET password_hash = new_hash, changed_at = clock_timestamp()
	WHERE c.user_id = change_password.user_id;
	PERFORM @private@.end_sessions(user_id, session);
	PERFORM @private@.notify_change(u.id, 'password-changed', mail_limits, u.email, c.email_key)
	FROM @auth@.users AS u JOIN @private@.credentials AS c ON c.user_id = u.id
	WHERE u.id = change_password.user_id AND u.email_confirmed_at IS NOT NULL;
	PERFORM @private@.log(user_id, session, 'change_password', true, ip, user_agent);
	RETURN true;
END $$;

-- As before, while hash and session are as they were.
CREATE OR REPLACE FUNCTION @private@.delete_account(user_id integer, session uuid, password_hash text, ip inet, user_agent text) RETURNS boolean
	LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	IF NOT @private@.may_change(user_id, session, password_hash) THEN
		RETURN false;
	END IF;
	DELETE FROM @private@.credentials AS c WHERE c.user_id = delete_account.user_id;
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

-- Whoever reads the account's mail has proven the address, too. All sessions end.
DROP FUNCTION @private@.reset_password(bytea, text, inet, text);
CREATE FUNCTION @private@.reset_password(token_hash bytea, new_hash text, ip inet, user_agent text, mail_limits integer[])
	RETURNS boolean
	LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	owner CONSTANT integer := (@private@.use_token('reset', token_hash)).user_id;
BEGIN
	PERFORM @private@.log(owner, NULL, 'reset_password', owner IS NOT NULL, ip, user_agent);
	IF owner IS NULL THEN
		RETURN false;
	END IF;
	PERFORM @private@.prove_address(owner);
	UPDATE @private@.credentials AS c SET password_hash = new_hash, changed_at = clock_timestamp() WHERE c.user_id = owner;
	PERFORM @private@.end_sessions(owner);
	DELETE FROM @private@.known_networks AS k WHERE k.user_id = owner;
	PERFORM @private@.notify_change(u.id, 'password-changed', mail_limits, u.email, c.email_key)
	FROM @auth@.users AS u JOIN @private@.credentials AS c ON c.user_id = u.id WHERE u.id = owner;
	RETURN true;
END $$;

-- 'done'; 'again': the link was used before and the account is active; NULL: it is nobody's.
DROP FUNCTION @private@.activate(bytea, inet, text);
CREATE FUNCTION @private@.activate(token_hash bytea, ip inet, user_agent text) RETURNS text
	LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	owner integer := (@private@.use_token('activate', token_hash)).user_id;
	outcome text := CASE WHEN owner IS NOT NULL THEN 'done' END;
BEGIN
	IF owner IS NOT NULL THEN
		PERFORM @private@.prove_address(owner);
	ELSE
		SELECT u.id, 'again' INTO owner, outcome
		FROM @private@.purpose_tokens AS t JOIN @auth@.users AS u ON u.id = t.user_id
		WHERE t.purpose = 'activate' AND t.token_hash = activate.token_hash AND t.used_at IS NOT NULL
			AND t.expires_at > clock_timestamp() AND u.active AND u.email_confirmed_at IS NOT NULL;
	END IF;
	PERFORM @private@.log(owner, NULL, 'activate_account', outcome IS NOT NULL, ip, user_agent,
		CASE WHEN outcome = 'again' THEN '{"again": true}'::jsonb END);
	RETURN outcome;
END $$;

-- The new address is asked, the old one is told. Whether the new one has an account is told to that account alone; a
-- registration that is not in force is none. Links to other addresses that were asked for before are good no more: they
-- were mistakes. False: hash or session have changed since they were looked at.
DROP FUNCTION @private@.change_email(integer, uuid, text, text, text, inet, text, integer, integer);
CREATE FUNCTION @private@.change_email(user_id integer, session uuid, password_hash text, email text, email_key text, ip inet,
	user_agent text, mail_limits integer[]) RETURNS boolean
	LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	mailed CONSTANT boolean := @private@.may_mail(email_key, mail_limits, 'activation');
	other record;
BEGIN
	IF NOT @private@.may_change(user_id, session, password_hash) THEN
		RETURN false;
	END IF;
	DELETE FROM @private@.outbox AS o WHERE o.user_id = change_email.user_id AND o.done_at IS NULL AND o.purpose = 'confirm'
		AND o.detail ->> 'email_key' <> change_email.email_key;
	DELETE FROM @private@.purpose_tokens AS t WHERE t.user_id = change_email.user_id AND t.purpose = 'confirm'
		AND t.detail ->> 'email_key' <> change_email.email_key;
	SELECT u.id, CASE WHEN mailed AND u.email_confirmed_at IS NOT NULL THEN u.email END AS address INTO other
	FROM @private@.credentials AS c JOIN @auth@.users AS u ON u.id = c.user_id
	WHERE c.email_key = change_email.email_key AND u.id <> change_email.user_id AND NOT c.pending;
	IF other.id IS NOT NULL THEN
		PERFORM @private@.mail(other.id, 'registered', NULL, other.address);
	ELSE
		PERFORM @private@.mail(user_id, 'confirm', 'confirm', CASE WHEN mailed THEN email END,
			jsonb_build_object('email', email, 'email_key', email_key, 'session', session));
	END IF;
	PERFORM @private@.notify(user_id, 'email-change', mail_limits, jsonb_build_object('email', email));
	PERFORM @private@.log(user_id, session, 'change_email', true, ip, user_agent);
	RETURN true;
END $$;

-- Gives an account an address that was just proven; false: another account has it. A registration that never proved it, or
-- where the account had the address before one that never proved it either, does not keep it.
CREATE FUNCTION @private@.take_address(user_id integer, email text, email_key text, had_it boolean) RETURNS boolean
	LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	PERFORM @private@.drop_registration(u.id, take_address.user_id)
	FROM @private@.credentials AS c JOIN @auth@.users AS u ON u.id = c.user_id
	WHERE c.email_key = take_address.email_key AND u.id <> take_address.user_id
		AND (c.pending OR (u.email_confirmed_at IS NULL AND had_it));
	UPDATE @private@.credentials AS c SET email_key = take_address.email_key WHERE c.user_id = take_address.user_id;
	UPDATE @auth@.users AS u SET email = take_address.email, email_confirmed_at = clock_timestamp() WHERE u.id = take_address.user_id;
	PERFORM @private@.prove_address(user_id);
	RETURN true;
EXCEPTION WHEN unique_violation THEN
	RETURN false;
END $$;

-- All sessions end but the one that asked.
DROP FUNCTION @private@.confirm_email(bytea, inet, text);
CREATE FUNCTION @private@.confirm_email(token_hash bytea, ip inet, user_agent text, mail_limits integer[]) RETURNS boolean
	LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	token record;
	old record;
	good boolean;
BEGIN
	token := @private@.use_token('confirm', token_hash);
	SELECT u.email, c.email_key, u.email_confirmed_at IS NOT NULL AS proven INTO old
	FROM @auth@.users AS u JOIN @private@.credentials AS c ON c.user_id = u.id WHERE u.id = token.user_id;
	good := FOUND AND @private@.take_address(token.user_id, token.detail ->> 'email', token.detail ->> 'email_key', false);
	IF good THEN
		PERFORM @private@.end_sessions(token.user_id, (token.detail ->> 'session')::uuid);
	END IF;
	IF good AND old.proven AND old.email_key <> token.detail ->> 'email_key' THEN
		PERFORM @private@.notify_change(token.user_id, 'email-changed', mail_limits, old.email, old.email_key,
			jsonb_build_object('email', token.detail ->> 'email'));
	END IF;
	PERFORM @private@.log(token.user_id, NULL, 'confirm_email', good, ip, user_agent);
	RETURN good;
END $$;

-- "This was not me": the address of then comes back, all sessions and all that was mailed end, and a link to a new
-- password goes to that address. The password is good no more: whoever changed anything knew it. The account had the key
-- of that address until the change, so who has it and never proved it came since. Links that undo what came later go with
-- it, so that they cannot undo this; those of earlier changes stay.
CREATE FUNCTION @private@.undo_change(token_hash bytea, ip inet, user_agent text) RETURNS boolean
	LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	token record;
	clock CONSTANT timestamptz := clock_timestamp();
	address text;
	good boolean;
BEGIN
	token := @private@.use_token('undo', token_hash);
	address := token.detail #>> '{back,email}';
	good := token.user_id IS NOT NULL AND @private@.take_address(token.user_id, address, token.detail #>> '{back,email_key}', true);
	IF good THEN
		UPDATE @private@.credentials AS c SET password_hash = '$argon2!', changed_at = clock WHERE c.user_id = token.user_id;
		PERFORM @private@.end_sessions(token.user_id);
		DELETE FROM @private@.known_networks AS k WHERE k.user_id = token.user_id;
		DELETE FROM @private@.outbox AS o
		WHERE o.user_id = token.user_id AND o.done_at IS NULL AND o.purpose = 'undo' AND o.id >= token.mail;
		DELETE FROM @private@.purpose_tokens AS t
		WHERE t.user_id = token.user_id AND t.purpose = 'undo' AND t.used_at IS NULL AND t.mail >= token.mail;
		PERFORM @private@.mail(token.user_id, 'reset', 'reset', address);
	END IF;
	PERFORM @private@.log(token.user_id, NULL, 'undo_change', good, ip, user_agent,
		jsonb_build_object('undo', token.detail ->> 'undo'));
	RETURN good;
END $$;

-- The next mail that is due, lent for a while, with the hash of the token that it will carry, if it is to carry one. tokens:
-- for each purpose the hash, which depends on it, and the seconds for which it is good.
DROP FUNCTION @private@.next_mail(bytea, bytea, bytea, interval, interval, interval);
CREATE FUNCTION @private@.next_mail(lease interval, tokens jsonb, OUT id bigint, OUT template text, OUT purpose text,
	OUT address text, OUT language text, OUT email text, OUT ip text, OUT agent text, OUT written_at text) RETURNS SETOF record
	LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	clock CONSTANT timestamptz := clock_timestamp();
	lent @private@.outbox;
BEGIN
	LOOP
		SELECT o.* INTO lent FROM @private@.outbox AS o WHERE o.done_at IS NULL AND o.due_at <= clock
		ORDER BY o.due_at LIMIT 1 FOR UPDATE SKIP LOCKED;
		IF NOT FOUND THEN
			RETURN;
		END IF;
		-- A link for the account goes to the address that it has by now, or not at all.
		EXIT WHEN lent.purpose IS NULL OR lent.purpose NOT IN ('activate', 'reset')
			OR lent.address = (SELECT u.email FROM @auth@.users AS u WHERE u.id = lent.user_id);
		UPDATE @private@.outbox AS o SET done_at = clock, reason = 'the account has another address' WHERE o.id = lent.id;
	END LOOP;
	UPDATE @private@.outbox AS o SET due_at = clock + lease, tries = o.tries + 1 WHERE o.id = lent.id;
	IF lent.purpose IS NOT NULL THEN
		-- Of one mail only the last try's is good.
		DELETE FROM @private@.purpose_tokens AS t WHERE t.user_id = lent.user_id AND t.purpose = lent.purpose AND t.mail = lent.id;
		INSERT INTO @private@.purpose_tokens (user_id, purpose, token_hash, mail, detail, expires_at)
		VALUES (lent.user_id, lent.purpose, (tokens #>> ARRAY[lent.purpose, 'hash'])::bytea, lent.id, lent.detail,
			clock + make_interval(secs => (tokens #>> ARRAY[lent.purpose, 'ttl'])::double precision));
	END IF;
	id := lent.id;
	template := lent.template;
	purpose := lent.purpose;
	address := lent.address;
	language := (SELECT p.value #>> '{}' FROM @auth@.preferences AS p WHERE p.user_id = lent.user_id AND p.name = 'language');
	email := coalesce(lent.detail ->> 'email', lent.address);
	ip := lent.detail ->> 'ip';
	agent := lent.detail ->> 'agent';
	written_at := to_char(lent.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI "UTC"');
	RETURN NEXT;
END $$;

-- One refresh. outcome: 'rotated' (counter is the successor's), 'repeated' (the newest again), 'replayed' (the session was
-- ended), 'gone' (there is none, or it had ended). While the newest was not used, the answer that brought it may have been
-- lost: the one before it gets it at any time. An older one gets it for the grace, counted from its own use: two tabs.
-- A clock that goes back gives nobody more time.
CREATE OR REPLACE FUNCTION @private@.refresh(session uuid, presented integer, grace interval, idle interval, ip inet, user_agent text,
	OUT outcome text, OUT user_id integer, OUT email text, OUT role text, OUT counter integer, OUT ends_at bigint)
	LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	remembered CONSTANT integer := 16;
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
		UPDATE @private@.session_state AS t SET counter = refresh.counter, rotated_at = rotated,
			used = CASE WHEN presented = state.counter THEN (clock || state.used)[:remembered] ELSE ARRAY[clock] END
		WHERE t.session_id = session;
		UPDATE @auth@.sessions AS s SET refreshed_at = rotated, expires_at = least(clock + idle, state.absolute_end),
			ip = coalesce(refresh.ip, s.ip), user_agent = left(refresh.user_agent, 500)
		WHERE s.id = session;
		PERFORM @private@.log(user_id, session, 'refresh', true, ip, user_agent);
	ELSIF presented = state.counter - 1 OR clock - state.used[state.counter - presented] BETWEEN interval '0' AND grace THEN
		outcome := 'repeated';
		counter := state.counter;
		PERFORM @private@.log(user_id, session, 'refresh', true, ip, user_agent, '{"repeated": true}');
	ELSE
		outcome := 'replayed';
		UPDATE @auth@.sessions AS s SET ended_at = clock WHERE s.id = session;
		PERFORM @private@.log(user_id, session, 'refresh', false, ip, user_agent, '{"replayed": true}');
	END IF;
END $$;

-- scope: local, others or global; the latter two end what was mailed, too. user_id NULL: the session is proof enough.
-- False: it had ended, and nothing was done.
CREATE OR REPLACE FUNCTION @private@.logout(user_id integer, session uuid, scope text, ip inet, user_agent text) RETURNS boolean
	LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	owner integer;
BEGIN
	SELECT s.user_id INTO owner FROM @auth@.sessions AS s
	WHERE s.id = session AND s.user_id = coalesce(logout.user_id, s.user_id) AND s.ended_at IS NULL FOR UPDATE;
	IF NOT FOUND THEN
		RETURN false;
	END IF;
	IF scope IN ('global', 'others') THEN
		PERFORM @private@.end_sessions(owner, CASE scope WHEN 'others' THEN session END);
	ELSE
		UPDATE @auth@.sessions AS s SET ended_at = clock_timestamp() WHERE s.id = session;
	END IF;
	PERFORM @private@.log(owner, session, 'logout', true, ip, user_agent, jsonb_build_object('scope', scope));
	RETURN true;
END $$;

GRANT EXECUTE ON FUNCTION
	@private@.finish_login(integer, text, text, uuid, inet, text, interval, interval, text[], boolean, integer[]),
	@private@.register(text, text, text, text, jsonb, inet, text, boolean, integer[]),
	@private@.request_mail(text, text, inet, text, integer[]),
	@private@.change_password(integer, uuid, text, text, inet, text, integer[]),
	@private@.reset_password(bytea, text, inet, text, integer[]),
	@private@.activate(bytea, inet, text),
	@private@.change_email(integer, uuid, text, text, text, inet, text, integer[]),
	@private@.confirm_email(bytea, inet, text, integer[]),
	@private@.undo_change(bytea, inet, text)
TO @account@;
GRANT EXECUTE ON FUNCTION @private@.next_mail(interval, jsonb) TO @mail@;


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
		AND @private@.assignable(u.role) AND NOT (activation AND c.pending);
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

-- ==== Identity ====

-- How an address is found that has a key of earlier rules: ASCII's upper case and the domain as it was typed.
CREATE INDEX users_address ON @auth@.users USING hash (lower(email COLLATE "C"));

-- What a hash is told by, with its cost: everything in front of the salt.
CREATE FUNCTION @private@.hash_class(password_hash text) RETURNS text
	LANGUAGE sql IMMUTABLE PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
	RETURN coalesce(substring(password_hash FROM '^([$]2[abxy][$]..|[$][156][$](?:rounds=[0-9]+)?|[$]y[$][^$]*|[$]7[$].{11}|'
		'[$](?:pbkdf2|scrypt)[^$]*[$][^$]*|pbkdf2[_:][a-z0-9]+[$:][0-9]+|scrypt:[^$]*|scrypt[$][0-9]+)'), left(password_hash, 4));
CREATE INDEX credentials_hash_class ON @private@.credentials (@private@.hash_class(password_hash))
	WHERE password_hash NOT LIKE '$argon2%';

-- Whose an address is: the account that has it literally, else the one with this key. email_key: that account's, or the
-- one asked for where there is none. decoys: one hash of each class that is neither ours nor this account's, each on a
-- line, so that every try can cost as much; there is hardly ever more than a class or two.
CREATE FUNCTION @private@.look_up(wanted text, address text, OUT email_key text, OUT decoys text)
	LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	own text;
BEGIN
	SELECT c.email_key INTO email_key FROM @auth@.users AS u JOIN @private@.credentials AS c ON c.user_id = u.id
	WHERE lower(u.email COLLATE "C") = address ORDER BY u.id LIMIT 1;
	email_key := coalesce(email_key, wanted);
	own := (SELECT @private@.hash_class(c.password_hash) FROM @private@.credentials AS c WHERE c.email_key = look_up.email_key);
	WITH RECURSIVE classes AS (
		(SELECT @private@.hash_class(c.password_hash) AS class, c.password_hash AS sample
		FROM @private@.credentials AS c WHERE c.password_hash NOT LIKE '$argon2%'
		ORDER BY @private@.hash_class(c.password_hash) LIMIT 1)
		UNION ALL
		SELECT n.class, n.sample FROM classes AS k CROSS JOIN LATERAL (
			SELECT @private@.hash_class(c.password_hash) AS class, c.password_hash AS sample
			FROM @private@.credentials AS c
			WHERE c.password_hash NOT LIKE '$argon2%' AND @private@.hash_class(c.password_hash) > k.class
			ORDER BY @private@.hash_class(c.password_hash) LIMIT 1) AS n)
	SELECT string_agg(k.sample, chr(10)) INTO decoys
	FROM (SELECT * FROM classes LIMIT 8) AS k WHERE k.class IS DISTINCT FROM own;
END $$;

-- Accounts whose key other rules would make, perhaps: `rowgate migrate` and `rowgate purge` look.
CREATE FUNCTION @private@.keys_beyond_ascii(OUT user_id integer, OUT email text, OUT email_key text) RETURNS SETOF record
	LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
	BEGIN ATOMIC
		SELECT u.id, u.email, c.email_key FROM @auth@.users AS u JOIN @private@.credentials AS c ON c.user_id = u.id
		WHERE octet_length(u.email) <> length(u.email) ORDER BY u.id;
	END;

-- False: another account has that key, and this one keeps its own; both are found by their addresses.
CREATE FUNCTION @private@.fold_key(user_id integer, email_key text) RETURNS boolean
	LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	UPDATE @private@.credentials AS c SET email_key = fold_key.email_key WHERE c.user_id = fold_key.user_id;
	RETURN true;
EXCEPTION WHEN unique_violation THEN
	RETURN false;
END $$;

-- ==== Quotas ====

CREATE FUNCTION @private@.limit_preferences() RETURNS trigger
	LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	owner integer;
BEGIN
	FOR owner IN SELECT DISTINCT f.user_id FROM fresh AS f ORDER BY f.user_id LOOP
		PERFORM pg_advisory_xact_lock(hashtext(@'private@ || '.preferences'), owner);
		IF (SELECT count(*) FROM @auth@.preferences AS p WHERE p.user_id = owner) > 1000 THEN
			RAISE SQLSTATE 'PT403' USING MESSAGE = 'Nobody has more than 1,000 preferences';
		END IF;
	END LOOP;
	RETURN NULL;
END $$;
CREATE TRIGGER limit_preferences AFTER INSERT ON @auth@.preferences REFERENCING NEW TABLE AS fresh
	FOR EACH STATEMENT EXECUTE FUNCTION @private@.limit_preferences();

-- Ends the oldest of an account's sessions beyond `most`; `session` stays, and what is newer: of two that sign in at once
-- each ends only what came before it.
CREATE FUNCTION @private@.limit_sessions(user_id integer, session uuid, most integer) RETURNS integer
	LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	ended integer;
BEGIN
	PERFORM FROM @private@.credentials AS c WHERE c.user_id = limit_sessions.user_id FOR UPDATE;
	UPDATE @auth@.sessions AS s SET ended_at = clock_timestamp() WHERE s.id IN (
		SELECT o.id FROM @auth@.sessions AS o
		WHERE o.user_id = limit_sessions.user_id AND o.ended_at IS NULL AND o.expires_at > clock_timestamp()
		ORDER BY o.created_at DESC, o.id DESC OFFSET most)
		AND (s.created_at, s.id) < (SELECT own.created_at, own.id FROM @auth@.sessions AS own WHERE own.id = session);
	GET DIAGNOSTICS ended = ROW_COUNT;
	IF ended > 0 THEN
		PERFORM @private@.log(user_id, session, 'limit_sessions', true, NULL, NULL, jsonb_build_object('ended', ended));
	END IF;
	RETURN ended;
END $$;

-- Lines that an action of an account, or of a network's strangers, has had today. line: the one that counts the rest.
CREATE UNLOGGED TABLE @private@.activity_counts (
	subject text PRIMARY KEY,
	day date NOT NULL,
	lines integer NOT NULL,
	line bigint
);
ALTER TABLE @private@.activity_counts ENABLE ROW LEVEL SECURITY;

-- Beyond 1,000 lines a day of one action they are counted in one more line, and not written. Successes have their own
-- count: failures hide none.
CREATE OR REPLACE FUNCTION @private@.log(user_id integer, session uuid, action text, success boolean, ip inet, user_agent text,
	detail jsonb DEFAULT NULL) RETURNS void
	LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	today CONSTANT date := (clock_timestamp() AT TIME ZONE 'UTC')::date;
	most CONSTANT integer := 1000;
	held @private@.activity_counts;
BEGIN
	INSERT INTO @private@.activity_counts AS n (subject, day, lines)
	VALUES (concat_ws(' ', action, success, coalesce(user_id::text, 'from ' || @private@.network(ip))), today, 1)
	ON CONFLICT ON CONSTRAINT activity_counts_pkey DO UPDATE SET day = excluded.day,
		lines = CASE n.day WHEN excluded.day THEN n.lines + 1 ELSE 1 END,
		line = CASE n.day WHEN excluded.day THEN n.line END
	RETURNING * INTO held;
	IF held.line IS NOT NULL THEN
		UPDATE @auth@.activity_log AS l SET detail = jsonb_build_object('more', held.lines - most) WHERE l.id = held.line;
		RETURN;
	END IF;
	INSERT INTO @auth@.activity_log AS l (user_id, session_id, action, success, ip, user_agent, detail)
	-- An account may be gone by now: a registration that gave way.
	VALUES ((SELECT u.id FROM @auth@.users AS u WHERE u.id = log.user_id FOR KEY SHARE), session, action, success, ip,
		left(user_agent, 500), CASE WHEN held.lines > most THEN '{"more": 1}' ELSE detail END)
	RETURNING l.id INTO held.line;
	IF held.lines > most THEN
		UPDATE @private@.activity_counts AS n SET line = held.line WHERE n.subject = held.subject;
	END IF;
END $$;

CREATE FUNCTION @private@.forget_counts(after interval) RETURNS bigint
	LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	removed bigint;
BEGIN
	DELETE FROM @private@.activity_counts AS n WHERE n.day < ((clock_timestamp() - after) AT TIME ZONE 'UTC')::date;
	GET DIAGNOSTICS removed = ROW_COUNT;
	RETURN removed;
END $$;

GRANT EXECUTE ON FUNCTION
	@private@.look_up(text, text),
	@private@.keys_beyond_ascii(),
	@private@.fold_key(integer, text),
	@private@.limit_sessions(integer, uuid, integer),
	@private@.forget_counts(interval)
TO @account@;

-- ==== The end: nobody calls what is not granted above ====

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA @private@ FROM PUBLIC;

RESET ROLE;
