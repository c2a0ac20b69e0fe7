-- What takes long, what counts, and what is large.
-- SPDX-License-Identifier: MIT
CREATE TABLE things (id integer PRIMARY KEY, name text);
INSERT INTO things SELECT n, 'thing ' || n FROM generate_series(1, 100) AS n;
CREATE TABLE events (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, sender text NOT NULL, number integer NOT NULL);
CREATE TABLE notes (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body text);
CREATE VIEW many AS
	SELECT n AS id, md5(n::text) AS digest, repeat('x', 200) AS filler FROM generate_series(1, 100000) AS n;
CREATE FUNCTION wait(seconds float8) RETURNS float8 LANGUAGE plpgsql AS $$
BEGIN
	PERFORM pg_sleep(seconds);
	RETURN seconds;
END $$;
GRANT USAGE ON SCHEMA public TO web_anon;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO web_anon;
GRANT INSERT ON events, notes TO web_anon;
CREATE FUNCTION end_own_session() RETURNS boolean LANGUAGE sql SECURITY DEFINER AS 'SELECT pg_terminate_backend(pg_backend_pid())';
