-- Accounts: mails to be sent, and what those who get them can prove.
--
-- A row of the outbox is written with the fact that it tells. Who sends it makes the token and keeps its hash, so no
-- token is ever here. A row is lent to one sender at a time; one that dies in the middle has only borrowed it.
-- SPDX-License-Identifier: MIT

SET LOCAL ROLE @owner@;

-- address NULL: for nobody. A stranger's address costs the same writes as an account's.
CREATE TABLE @private@.outbox (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	user_id integer REFERENCES @auth@.users ON DELETE CASCADE,
	template text NOT NULL,
	purpose text CHECK (purpose IN ('activate', 'reset', 'confirm')),
	address text,
	detail jsonb,
	created_at timestamptz NOT NULL DEFAULT now(),
	due_at timestamptz NOT NULL DEFAULT now(),
	tries integer NOT NULL DEFAULT 0,
	done_at timestamptz,
	sent boolean NOT NULL DEFAULT false,
	reason text
);
CREATE INDEX outbox_due ON @private@.outbox (due_at) WHERE done_at IS NULL;
CREATE INDEX outbox_user_id ON @private@.outbox (user_id);

-- One for an account and a purpose: the newest. detail is the mail's.
CREATE TABLE @private@.purpose_tokens (
	user_id integer NOT NULL REFERENCES @auth@.users ON DELETE CASCADE,
	purpose text NOT NULL,
	token_hash bytea NOT NULL UNIQUE,
	mail bigint NOT NULL,
	detail jsonb,
	expires_at timestamptz NOT NULL,
	PRIMARY KEY (user_id, purpose)
);
ALTER TABLE @private@.outbox ENABLE ROW LEVEL SECURITY;
ALTER TABLE @private@.purpose_tokens ENABLE ROW LEVEL SECURITY;

-- Who is here already had to prove nothing.
UPDATE @auth@.users AS u SET email_confirmed_at = u.created_at WHERE u.email_confirmed_at IS NULL AND u.deleted_at IS NULL;

CREATE FUNCTION @private@.mail(user_id integer, template text, purpose text, address text, detail jsonb DEFAULT NULL) RETURNS void
	LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	INSERT INTO @private@.outbox (user_id, template, purpose, address, detail, done_at)
	VALUES (user_id, template, purpose, address, detail, CASE WHEN address IS NULL THEN clock_timestamp() END);
	PERFORM pg_notify(@'channel@, '');
END $$;

-- Whether an address may get one more mail that strangers can ask for.
CREATE FUNCTION @private@.may_mail(email_key text, tries integer, period integer) RETURNS boolean
	LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
	RETURN @private@.take('mail to ' || encode(sha256(convert_to(email_key, 'UTF8')), 'hex'), tries, period) = 0;

-- Passwords that were changed on purpose, and not for a better hash of the same.
CREATE FUNCTION @private@.password_changes() RETURNS trigger
	LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	PERFORM @private@.mail(NEW.user_id, 'password-changed', NULL, (SELECT u.email FROM @auth@.users AS u WHERE u.id = NEW.user_id));
	DELETE FROM @private@.purpose_tokens AS t WHERE t.user_id = NEW.user_id AND t.purpose = 'reset';
	RETURN NULL;
END $$;
CREATE TRIGGER password_changes AFTER UPDATE ON @private@.credentials FOR EACH ROW
	WHEN (NEW.changed_at IS DISTINCT FROM OLD.changed_at) EXECUTE FUNCTION @private@.password_changes();

-- Nothing is sent to who has gone, and nothing said of them.
CREATE FUNCTION @private@.forget_mails() RETURNS trigger
	LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	DELETE FROM @private@.outbox AS o WHERE o.user_id = NEW.id;
	DELETE FROM @private@.purpose_tokens AS t WHERE t.user_id = NEW.id;
	RETURN NULL;
END $$;
CREATE TRIGGER forget_mails AFTER UPDATE ON @auth@.users FOR EACH ROW
	WHEN (NEW.deleted_at IS NOT NULL) EXECUTE FUNCTION @private@.forget_mails();

-- After the password was right: a session, unless account or hash have changed meanwhile, or the address is still to be
-- proven (activation): then there is no row.
CREATE FUNCTION @private@.finish_login(user_id integer, password_hash text, new_hash text, session uuid, ip inet,
	user_agent text, idle interval, absolute interval, buckets text[], activation boolean, OUT email text, OUT role text)
	RETURNS SETOF record
	LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	clock CONSTANT timestamptz := clock_timestamp();
	place CONSTANT inet := @private@.network(ip);
BEGIN
	SELECT u.email, u.role INTO email, role
	FROM @auth@.users AS u JOIN @private@.credentials AS c ON c.user_id = u.id
	WHERE u.id = finish_login.user_id AND u.active AND c.password_hash = finish_login.password_hash
		AND @private@.assignable(u.role) AND (NOT activation OR u.email_confirmed_at IS NOT NULL)
	FOR UPDATE OF c FOR SHARE OF u;
	IF NOT FOUND THEN
		RETURN;
	END IF;
	IF new_hash IS NOT NULL THEN
		UPDATE @private@.credentials AS c SET password_hash = new_hash WHERE c.user_id = finish_login.user_id;
	END IF;
	INSERT INTO @auth@.sessions (id, user_id, created_at, refreshed_at, expires_at, ip, user_agent)
	VALUES (session, finish_login.user_id, clock, clock, clock + least(idle, absolute), ip, left(user_agent, 500));
	INSERT INTO @private@.session_state (session_id, rotated_at, absolute_end) VALUES (session, clock, clock + absolute);
	IF ip IS NOT NULL THEN
		-- The first place of all is no news.
		IF EXISTS (SELECT FROM @private@.known_networks AS k WHERE k.user_id = finish_login.user_id)
			AND NOT EXISTS (SELECT FROM @private@.known_networks AS k WHERE k.user_id = finish_login.user_id AND k.network = place) THEN
			PERFORM @private@.mail(finish_login.user_id, 'new-sign-in', NULL, email,
				jsonb_build_object('ip', host(ip), 'agent', left(user_agent, 200)));
		END IF;
		INSERT INTO @private@.known_networks VALUES (finish_login.user_id, place, clock)
		ON CONFLICT ON CONSTRAINT known_networks_pkey DO UPDATE SET seen_at = clock;
	END IF;
	PERFORM @private@.give_back(buckets);
	PERFORM @private@.log(finish_login.user_id, session, 'login', true, ip, user_agent);
	RETURN NEXT;
END $$;

-- taken: the address has an account. activation: it is to be proven, and its owner is told where it has one already. No
-- role is named here that strangers may not choose: the worker sees to that.
CREATE FUNCTION @private@.register(email text, email_key text, password_hash text, role text, profile jsonb, ip inet,
	user_agent text, activation boolean, mail_tries integer, mail_period integer, OUT user_id integer, OUT taken boolean)
	LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	mailed boolean := activation AND @private@.may_mail(email_key, mail_tries, mail_period);
	owner integer;
	address text;
BEGIN
	IF NOT @private@.assignable(role) THEN
		RAISE SQLSTATE 'RGA04' USING MESSAGE = 'This role cannot be chosen';
	END IF;
	taken := false;
	user_id := nextval(pg_get_serial_sequence(quote_ident(@'auth@) || '.users', 'id'));
	BEGIN
		INSERT INTO @auth@.users (id, email, role, email_confirmed_at)
		VALUES (user_id, email, role, CASE WHEN NOT activation THEN clock_timestamp() END);
		INSERT INTO @private@.credentials (user_id, email_key, password_hash) VALUES (user_id, email_key, password_hash);
		INSERT INTO @auth@.profiles (user_id, name, avatar_url, bio, data)
		VALUES (user_id, profile ->> 'name', profile ->> 'avatar_url', profile ->> 'bio',
			coalesce(profile -> 'data', '{}'::jsonb));
		IF activation THEN
			PERFORM @private@.mail(user_id, 'activate', 'activate', CASE WHEN mailed THEN email END);
		END IF;
	EXCEPTION WHEN unique_violation THEN
		taken := true;
	END;
	IF taken AND activation THEN
		SELECT u.id, u.email INTO owner, address
		FROM @private@.credentials AS c JOIN @auth@.users AS u ON u.id = c.user_id WHERE c.email_key = register.email_key;
		PERFORM @private@.mail(owner, 'registered', NULL, CASE WHEN mailed THEN address END);
	END IF;
	PERFORM @private@.log(CASE WHEN NOT taken THEN user_id END, NULL, 'register', NOT taken, ip, user_agent);
END $$;

-- A mail that a stranger asks for; purpose: 'reset', or 'activate' where that is still to be done.
CREATE FUNCTION @private@.request_mail(purpose text, email_key text, ip inet, user_agent text, mail_tries integer,
	mail_period integer) RETURNS void
	LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	mailed CONSTANT boolean := @private@.may_mail(email_key, mail_tries, mail_period);
	account record;
BEGIN
	SELECT u.id, u.email INTO account
	FROM @private@.credentials AS c JOIN @auth@.users AS u ON u.id = c.user_id
	WHERE c.email_key = request_mail.email_key AND u.active AND (purpose <> 'activate' OR u.email_confirmed_at IS NULL);
	PERFORM @private@.mail(account.id, purpose, purpose, CASE WHEN mailed THEN account.email END);
	PERFORM @private@.log(account.id, NULL, 'mail_' || purpose, account.id IS NOT NULL AND mailed, ip, user_agent);
END $$;

-- Whose token this is, without using it up; no row: nobody's.
CREATE FUNCTION @private@.token_owner(purpose text, token_hash bytea, OUT user_id integer, OUT email text)
	RETURNS SETOF record
	LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
	BEGIN ATOMIC
		SELECT u.id, u.email
		FROM @private@.purpose_tokens AS t JOIN @auth@.users AS u ON u.id = t.user_id
		WHERE t.purpose = token_owner.purpose AND t.token_hash = token_owner.token_hash AND t.expires_at > clock_timestamp()
			AND u.active;
	END;

-- Uses a token up; NULL: it is nobody's.
CREATE FUNCTION @private@.use_token(purpose text, token_hash bytea, OUT user_id integer, OUT detail jsonb)
	LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	DELETE FROM @private@.purpose_tokens AS t USING @auth@.users AS u
	WHERE t.purpose = use_token.purpose AND t.token_hash = use_token.token_hash AND t.expires_at > clock_timestamp()
		AND u.id = t.user_id AND u.active
	RETURNING t.user_id, t.detail INTO user_id, detail;
END $$;

-- Whoever reads the account's mail has proven the address, too. All sessions end.
CREATE FUNCTION @private@.reset_password(token_hash bytea, new_hash text, ip inet, user_agent text) RETURNS boolean
	LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	clock CONSTANT timestamptz := clock_timestamp();
	owner CONSTANT integer := (@private@.use_token('reset', token_hash)).user_id;
BEGIN
	PERFORM @private@.log(owner, NULL, 'reset_password', owner IS NOT NULL, ip, user_agent);
	IF owner IS NULL THEN
		RETURN false;
	END IF;
	UPDATE @private@.credentials AS c SET password_hash = new_hash, changed_at = clock WHERE c.user_id = owner;
	UPDATE @auth@.users AS u SET email_confirmed_at = clock WHERE u.id = owner AND u.email_confirmed_at IS NULL;
	PERFORM @private@.end_sessions(owner);
	RETURN true;
END $$;

CREATE FUNCTION @private@.activate(token_hash bytea, ip inet, user_agent text) RETURNS boolean
	LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	owner CONSTANT integer := (@private@.use_token('activate', token_hash)).user_id;
BEGIN
	UPDATE @auth@.users AS u SET email_confirmed_at = clock_timestamp() WHERE u.id = owner;
	PERFORM @private@.log(owner, NULL, 'activate_account', owner IS NOT NULL, ip, user_agent);
	RETURN owner IS NOT NULL;
END $$;

-- The new address is asked, the old one is told. Whether the new one has an account is told to that account alone.
-- False: the hash has changed since it was looked at.
CREATE FUNCTION @private@.change_email(user_id integer, session uuid, password_hash text, email text, email_key text, ip inet,
	user_agent text, mail_tries integer, mail_period integer) RETURNS boolean
	LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	mailed CONSTANT boolean := @private@.may_mail(email_key, mail_tries, mail_period);
	other record;
BEGIN
	PERFORM FROM @private@.credentials AS c
	WHERE c.user_id = change_email.user_id AND c.password_hash = change_email.password_hash FOR UPDATE;
	IF NOT FOUND THEN
		RETURN false;
	END IF;
	SELECT u.id, u.email INTO other
	FROM @private@.credentials AS c JOIN @auth@.users AS u ON u.id = c.user_id
	WHERE c.email_key = change_email.email_key AND u.id <> change_email.user_id;
	IF other.id IS NOT NULL THEN
		PERFORM @private@.mail(other.id, 'registered', NULL, CASE WHEN mailed THEN other.email END);
	ELSE
		PERFORM @private@.mail(user_id, 'confirm', 'confirm', CASE WHEN mailed THEN email END,
			jsonb_build_object('email', email, 'email_key', email_key));
	END IF;
	PERFORM @private@.mail(user_id, 'email-change', NULL, (SELECT u.email FROM @auth@.users AS u WHERE u.id = change_email.user_id),
		jsonb_build_object('email', email));
	PERFORM @private@.log(user_id, session, 'change_email', true, ip, user_agent);
	RETURN true;
END $$;

CREATE FUNCTION @private@.confirm_email(token_hash bytea, ip inet, user_agent text) RETURNS boolean
	LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	token record;
	old text;
	good boolean := true;
BEGIN
	token := @private@.use_token('confirm', token_hash);
	IF token.user_id IS NULL THEN
		good := false;
	ELSE
		old := (SELECT u.email FROM @auth@.users AS u WHERE u.id = token.user_id);
		BEGIN
			UPDATE @private@.credentials AS c SET email_key = token.detail ->> 'email_key' WHERE c.user_id = token.user_id;
			UPDATE @auth@.users AS u SET email = token.detail ->> 'email', email_confirmed_at = clock_timestamp()
			WHERE u.id = token.user_id;
			PERFORM @private@.mail(token.user_id, 'email-changed', NULL, old, jsonb_build_object('email', token.detail ->> 'email'));
		EXCEPTION WHEN unique_violation THEN
			good := false;
		END;
	END IF;
	PERFORM @private@.log(token.user_id, NULL, 'confirm_email', good, ip, user_agent);
	RETURN good;
END $$;

-- The next mail that is due, lent for a while, with the hash of the token that it will carry, if it is to carry one: from
-- now on that is the account's only one for the purpose. The hash depends on the purpose, so there is one for each.
CREATE FUNCTION @private@.next_mail(activate_hash bytea, reset_hash bytea, confirm_hash bytea, lease interval, reset_ttl interval, other_ttl interval, OUT id bigint,
	OUT template text, OUT purpose text, OUT address text, OUT language text, OUT email text, OUT ip text, OUT agent text,
	OUT written_at text) RETURNS SETOF record
	LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	clock CONSTANT timestamptz := clock_timestamp();
	mail @private@.outbox;
BEGIN
	SELECT o.* INTO mail FROM @private@.outbox AS o WHERE o.done_at IS NULL AND o.due_at <= clock
	ORDER BY o.due_at LIMIT 1 FOR UPDATE SKIP LOCKED;
	IF NOT FOUND THEN
		RETURN;
	END IF;
	UPDATE @private@.outbox AS o SET due_at = clock + lease, tries = o.tries + 1 WHERE o.id = mail.id;
	IF mail.purpose IS NOT NULL THEN
		INSERT INTO @private@.purpose_tokens AS t (user_id, purpose, token_hash, mail, detail, expires_at)
		VALUES (mail.user_id, mail.purpose,
			CASE mail.purpose WHEN 'activate' THEN activate_hash WHEN 'reset' THEN reset_hash ELSE confirm_hash END, mail.id, mail.detail,
			clock + CASE mail.purpose WHEN 'reset' THEN reset_ttl ELSE other_ttl END)
		ON CONFLICT ON CONSTRAINT purpose_tokens_pkey DO UPDATE
		SET token_hash = excluded.token_hash, mail = excluded.mail, detail = excluded.detail, expires_at = excluded.expires_at;
	END IF;
	id := mail.id;
	template := mail.template;
	purpose := mail.purpose;
	address := mail.address;
	language := (SELECT p.value #>> '{}' FROM @auth@.preferences AS p WHERE p.user_id = mail.user_id AND p.name = 'language');
	email := coalesce(mail.detail ->> 'email', mail.address);
	ip := mail.detail ->> 'ip';
	agent := mail.detail ->> 'agent';
	written_at := to_char(mail.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI "UTC"');
	RETURN NEXT;
END $$;

-- What became of it. Not taken: it is tried again, later each time, and parked when for_good or tried often enough.
CREATE FUNCTION @private@.mail_done(id bigint, taken boolean, for_good boolean, reason text) RETURNS void
	LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
	BEGIN ATOMIC
		UPDATE @private@.outbox AS o SET sent = taken, reason = left(mail_done.reason, 1000),
			done_at = CASE WHEN taken OR for_good OR o.tries >= 12 THEN clock_timestamp() END,
			due_at = clock_timestamp() + least(interval '6 hours', interval '30 seconds' * 2 ^ (o.tries - 1))
		WHERE o.id = mail_done.id AND o.done_at IS NULL;
	END;

-- Seconds until a mail is due, NULL when there is none.
CREATE FUNCTION @private@.mail_wait() RETURNS integer
	LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
	RETURN (SELECT greatest(0, ceil(extract(epoch FROM min(o.due_at) - clock_timestamp())))::integer
		FROM @private@.outbox AS o WHERE o.done_at IS NULL HAVING count(*) > 0);

-- For who runs the host: how many wait, and what was given up.
CREATE FUNCTION @private@.mail_status(OUT waiting bigint, OUT parked bigint, OUT oldest timestamptz, OUT last_reason text)
	LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
	BEGIN ATOMIC
		SELECT count(*) FILTER (WHERE o.done_at IS NULL), count(*) FILTER (WHERE o.done_at IS NOT NULL AND NOT o.sent AND o.address IS NOT NULL),
			min(o.created_at) FILTER (WHERE o.done_at IS NULL),
			(SELECT r.reason FROM @private@.outbox AS r WHERE r.reason IS NOT NULL ORDER BY r.id DESC LIMIT 1)
		FROM @private@.outbox AS o;
	END;

-- Removes what has had its time; returns how many rows.
CREATE FUNCTION @private@.tidy(token_ttl interval, log_retention interval) RETURNS bigint
	LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	removed bigint;
	total bigint := 0;
BEGIN
	DELETE FROM @auth@.sessions AS s WHERE coalesce(s.ended_at, s.expires_at) < now() - token_ttl - interval '1 minute';
	GET DIAGNOSTICS removed = ROW_COUNT;
	total := total + removed;
	DELETE FROM @auth@.activity_log AS l WHERE l.at < now() - log_retention;
	GET DIAGNOSTICS removed = ROW_COUNT;
	total := total + removed;
	DELETE FROM @private@.known_networks AS k WHERE k.seen_at < now() - interval '90 days';
	GET DIAGNOSTICS removed = ROW_COUNT;
	total := total + removed;
	DELETE FROM @private@.limits AS l WHERE l.at < now() - interval '1 day';
	GET DIAGNOSTICS removed = ROW_COUNT;
	total := total + removed;
	DELETE FROM @private@.outbox AS o WHERE o.done_at < now() - interval '30 days';
	GET DIAGNOSTICS removed = ROW_COUNT;
	total := total + removed;
	DELETE FROM @private@.purpose_tokens AS t WHERE t.expires_at < now();
	GET DIAGNOSTICS removed = ROW_COUNT;
	RETURN total + removed;
END $$;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA @private@ FROM PUBLIC;
GRANT EXECUTE ON FUNCTION
	@private@.finish_login(integer, text, text, uuid, inet, text, interval, interval, text[], boolean),
	@private@.register(text, text, text, text, jsonb, inet, text, boolean, integer, integer),
	@private@.request_mail(text, text, inet, text, integer, integer),
	@private@.token_owner(text, bytea),
	@private@.reset_password(bytea, text, inet, text),
	@private@.activate(bytea, inet, text),
	@private@.change_email(integer, uuid, text, text, text, inet, text, integer, integer),
	@private@.confirm_email(bytea, inet, text),
	@private@.tidy(interval, interval)
TO @account@;
GRANT EXECUTE ON FUNCTION
	@private@.next_mail(bytea, bytea, bytea, interval, interval, interval),
	@private@.mail_done(bigint, boolean, boolean, text),
	@private@.mail_wait(),
	@private@.mail_status()
TO @mail@;

RESET ROLE;
