-- What a request may leave behind in a session, and what takes long enough to be broken in the middle.
-- SPDX-License-Identifier: MIT
CREATE TABLE things (id integer PRIMARY KEY, name text);
INSERT INTO things SELECT n, 'thing ' || n FROM generate_series(1, 10) AS n;
CREATE FUNCTION backend() RETURNS integer LANGUAGE sql STABLE AS 'SELECT pg_backend_pid()';
CREATE FUNCTION size(text) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT length($1)';

-- Which plan is good for it, the value of a filter decides.
CREATE TABLE uneven (id integer PRIMARY KEY, kind text NOT NULL, made integer NOT NULL);
INSERT INTO uneven SELECT n, CASE WHEN n > 19990 THEN 'rare' ELSE 'frequent' END, n FROM generate_series(1, 20000) AS n;
CREATE INDEX ON uneven (kind);
CREATE INDEX ON uneven (made);
ANALYZE uneven;
-- What the session keeps prepared.
CREATE FUNCTION statements() RETURNS TABLE (name text, statement text, generic bigint, custom bigint) LANGUAGE sql STABLE
	AS 'SELECT name, statement, generic_plans, custom_plans FROM pg_prepared_statements';

-- What a session shows of those before.
CREATE FUNCTION state() RETURNS json LANGUAGE sql VOLATILE AS $$
	SELECT json_build_object(
		'user', current_user, 'session', session_user, 'settings',
		(SELECT json_object_agg(name, setting) FROM pg_settings WHERE source = 'session' AND name NOT LIKE 'transaction\_%'),
		-- PostgreSQL remembers that there was such a name.
		'own', nullif(current_setting('my.own', true), ''),
		'temporary', (SELECT json_agg(relname) FROM pg_class WHERE relnamespace = pg_my_temp_schema()),
		'channels', (SELECT json_agg(channel) FROM pg_listening_channels() AS channel),
		'locks', (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()),
		'prepared', (SELECT json_agg(name) FROM pg_prepared_statements WHERE from_sql),
		'cursors', (SELECT json_agg(name) FROM pg_cursors WHERE is_holdable))
$$;
CREATE FUNCTION leave(what text, fails boolean) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE what;
	IF fails THEN
		RAISE EXCEPTION 'as asked';
	END IF;
	RETURN current_user;
END $$;
-- A read that leaves something, too.
CREATE FUNCTION lock() RETURNS boolean LANGUAGE sql VOLATILE AS 'SELECT pg_advisory_lock(7) IS NULL';
CREATE VIEW locking AS SELECT lock();

CREATE VIEW slow AS SELECT 1 AS id, pg_sleep(1)::text AS slept;
-- Rows that have arrived before it takes long.
CREATE VIEW dripping AS
	SELECT n AS id, CASE WHEN n = 20000 THEN pg_sleep(20)::text ELSE repeat('x', 100) END FROM generate_series(1, 20000) AS n;
CREATE SEQUENCE tries;
CREATE FUNCTION try(seconds float8) RETURNS text LANGUAGE sql VOLATILE AS $$ SELECT nextval('tries') || pg_sleep(seconds)::text $$;
GRANT SELECT, INSERT, UPDATE ON things TO web_anon;
GRANT SELECT ON uneven, locking, slow, dripping TO web_anon;
GRANT USAGE ON tries TO web_anon;
