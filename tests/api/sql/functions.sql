-- Functions of every shape, and what SQL may say about the answer, for test_calls.py and test_sessions.py.
-- SPDX-License-Identifier: MIT
CREATE SCHEMA api;
CREATE SCHEMA other;
CREATE SCHEMA private;

CREATE TABLE api.films (id integer PRIMARY KEY, title text NOT NULL, year integer);
INSERT INTO api.films VALUES (1, 'Metropolis', 1927), (2, 'Stalker', 1979), (3, 'Ran', 1985), (4, 'Solaris', 1972);
CREATE TYPE api.pair AS (a integer, b text);
CREATE DOMAIN api.good_pair AS api.pair CHECK ((VALUE).a > 0);
CREATE DOMAIN api.small AS integer CHECK (VALUE < 100);
CREATE TYPE api.color AS ENUM ('red', 'green');

-- Arguments.
CREATE FUNCTION api.text_of(v text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT v $$;
CREATE FUNCTION api.type_of(v json) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT json_typeof(v) $$;
CREATE FUNCTION api.numeric_of(v numeric) RETURNS numeric LANGUAGE sql IMMUTABLE AS $$ SELECT v $$;
CREATE FUNCTION api.small_of(v api.small) RETURNS api.small LANGUAGE sql IMMUTABLE AS $$ SELECT v $$;
CREATE FUNCTION api.color_of(v api.color) RETURNS api.color LANGUAGE sql IMMUTABLE AS $$ SELECT v $$;
CREATE FUNCTION api.char_of(v character(3)) RETURNS integer LANGUAGE sql IMMUTABLE AS $$ SELECT length(v::text) $$;
CREATE FUNCTION api.bits_of(v bit(3)) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT v::text $$;
CREATE FUNCTION api.pair_of(v api.pair) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT (v).a || (v).b $$;
CREATE FUNCTION api.pairs_of(v api.pair[]) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$ SELECT sum(a) FROM unnest(v) $$;
CREATE FUNCTION api.film_title(v api.films) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT (v).title $$;
CREATE FUNCTION api.matrix(v integer[][]) RETURNS integer LANGUAGE sql IMMUTABLE AS $$ SELECT v[2][1] $$;
CREATE FUNCTION api.many(a integer, b integer DEFAULT 10, c integer DEFAULT 100) RETURNS integer LANGUAGE sql IMMUTABLE
	AS $$ SELECT a + b + c $$;
CREATE FUNCTION api."Odd name"("the arg" text, "select" text) RETURNS text LANGUAGE sql IMMUTABLE AS
	$$ SELECT "the arg" || "select" $$;
CREATE FUNCTION api.join_all(sep text, VARIADIC parts text[] DEFAULT '{}') RETURNS text LANGUAGE sql IMMUTABLE AS
	$$ SELECT array_to_string(parts, sep) $$;
CREATE FUNCTION api.count_json(VARIADIC v json[]) RETURNS integer LANGUAGE sql IMMUTABLE AS $$ SELECT cardinality(v) $$;
CREATE FUNCTION api.is_null(v text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$ SELECT v IS NULL $$;
CREATE FUNCTION api.in_out(a integer, INOUT b integer, OUT c text) LANGUAGE sql IMMUTABLE AS $$ SELECT a + b, 'x'::text $$;
CREATE FUNCTION api.only_out(OUT answer integer) LANGUAGE sql IMMUTABLE AS $$ SELECT 42 $$;
CREATE FUNCTION api.set_of_out(n integer, OUT i integer) RETURNS SETOF integer LANGUAGE sql IMMUTABLE AS
	$$ SELECT generate_series(1, n) $$;

-- The whole body.
CREATE FUNCTION api.body_json(json) RETURNS json LANGUAGE sql IMMUTABLE AS $$ SELECT $1 $$;
CREATE FUNCTION api.body_jsonb(jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$ SELECT $1 $$;
CREATE FUNCTION api.body_text(text) RETURNS integer LANGUAGE sql IMMUTABLE AS $$ SELECT octet_length($1) $$;
CREATE FUNCTION api.body_xml(xml) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT $1::text $$;
CREATE FUNCTION api.body_bytes(bytea) RETURNS integer LANGUAGE sql IMMUTABLE AS $$ SELECT octet_length($1) $$;
CREATE FUNCTION api.body_named(v json) RETURNS json LANGUAGE sql IMMUTABLE AS $$ SELECT v $$;
-- One name, every kind of body, and arguments by name before all of them.
CREATE FUNCTION api.body_any(json) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT 'json'::text $$;
CREATE FUNCTION api.body_any(text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT 'text'::text $$;
CREATE FUNCTION api.body_any(bytea) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT 'bytea'::text $$;
CREATE FUNCTION api.body_any(xml) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT 'xml'::text $$;
CREATE FUNCTION api.body_any(x integer, y integer) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT 'named'::text $$;
CREATE FUNCTION api.body_any() RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT 'none'::text $$;
CREATE FUNCTION api.body_tie(json) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT 'json'::text $$;
CREATE FUNCTION api.body_tie(jsonb) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT 'jsonb'::text $$;

-- Overloads that names cannot tell apart, made in another order than they are listed in.
CREATE FUNCTION api.tied(a text, b api.color) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT 'color'::text $$;
CREATE FUNCTION api.tied(a character(5), b text DEFAULT '', c bit(2) DEFAULT NULL) RETURNS text LANGUAGE sql IMMUTABLE AS
	$$ SELECT 'text'::text $$;
CREATE FUNCTION api.tied(a integer, b integer) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT 'integer'::text $$;

-- Results.
CREATE FUNCTION api.no_film() RETURNS api.films LANGUAGE sql STABLE AS $$ SELECT * FROM api.films WHERE false $$;
CREATE FUNCTION api.one_film(n integer) RETURNS api.films LANGUAGE sql STABLE AS $$ SELECT * FROM api.films WHERE id = n $$;
CREATE FUNCTION api.films_since(y integer) RETURNS SETOF api.films LANGUAGE sql STABLE AS
	$$ SELECT * FROM api.films WHERE year >= y $$;
CREATE FUNCTION api.films_made(y integer) RETURNS SETOF api.films LANGUAGE plpgsql VOLATILE AS
	$$ BEGIN RETURN QUERY SELECT * FROM api.films WHERE year >= y ORDER BY id; END $$;
CREATE FUNCTION api.a_pair() RETURNS api.pair LANGUAGE sql IMMUTABLE AS $$ SELECT (1, 'x')::api.pair $$;
CREATE FUNCTION api.null_pair() RETURNS api.pair LANGUAGE sql IMMUTABLE AS $$ SELECT NULL::api.pair $$;
CREATE FUNCTION api.a_good_pair() RETURNS api.good_pair LANGUAGE sql IMMUTABLE AS $$ SELECT (1, 'x')::api.good_pair $$;
CREATE FUNCTION api.good_pairs() RETURNS SETOF api.good_pair LANGUAGE sql IMMUTABLE AS
	$$ VALUES ((1, 'x')::api.good_pair), ((2, 'y')::api.good_pair) $$;
CREATE FUNCTION api.records() RETURNS SETOF record LANGUAGE sql IMMUTABLE AS $$ VALUES (1, 'a'::text), (2, 'b') $$;
CREATE FUNCTION api.bare_text(text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT $1 $$;
CREATE FUNCTION api.bare_default(text DEFAULT 'given') RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT $1 $$;
CREATE FUNCTION api.bare_xml(xml) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT $1::text $$;
CREATE FUNCTION api.bare_bytes(bytea) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT convert_from($1, 'UTF8') $$;
CREATE FUNCTION api.bare_json(jsonb) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT $1::text $$;
CREATE FUNCTION api.bare_number(integer, OUT twice integer) LANGUAGE sql IMMUTABLE AS $$ SELECT 2 * $1 $$;
CREATE FUNCTION api.bare_over() RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT 'none' $$;
CREATE FUNCTION api.bare_over(a integer) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT 'named' $$;
CREATE FUNCTION api.bare_over(text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT 'bare' $$;
CREATE FUNCTION api.bare_tie(text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT $1 $$;
CREATE FUNCTION api.bare_tie(xml) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT $1::text $$;
CREATE FUNCTION api.half_named(a integer, integer, c json DEFAULT '0') RETURNS text LANGUAGE sql IMMUTABLE AS
	$$ SELECT concat_ws(' ', $1, $2, $3) $$;
CREATE FUNCTION api.all_named(a integer, b integer, c json DEFAULT '0') RETURNS text LANGUAGE sql IMMUTABLE AS
	$$ SELECT concat_ws(' ', $1, $2, $3) $$;
CREATE FUNCTION api.half_default(text DEFAULT 'given', b integer DEFAULT 1) RETURNS text LANGUAGE sql IMMUTABLE AS
	$$ SELECT $1 || b $$;
CREATE FUNCTION api.half_variadic(a integer, VARIADIC integer[]) RETURNS integer LANGUAGE sql IMMUTABLE AS
	$$ SELECT a + cardinality($2) $$;
CREATE FUNCTION api.two_bare(integer, integer, c integer) RETURNS integer LANGUAGE sql IMMUTABLE AS $$ SELECT c $$;
CREATE SEQUENCE api.up MINVALUE 0 START 0;
CREATE FUNCTION api.count_up() RETURNS void LANGUAGE sql VOLATILE AS $$ SELECT nextval('api.up') $$;
CREATE FUNCTION api.ups() RETURNS bigint LANGUAGE sql VOLATILE AS $$ SELECT last_value FROM api.up $$;
GRANT ALL ON SEQUENCE api.up TO web_anon;
CREATE FUNCTION api.voids() RETURNS SETOF void LANGUAGE sql IMMUTABLE AS $$ VALUES (NULL), (NULL) $$;
CREATE FUNCTION api.no_values() RETURNS SETOF text LANGUAGE sql IMMUTABLE AS $$ VALUES ('a'), (NULL) $$;
CREATE FUNCTION api.jsons() RETURNS SETOF json LANGUAGE sql IMMUTABLE AS $$ VALUES ('{"a": 1}'::json), ('[2]') $$;
CREATE FUNCTION api.colors() RETURNS SETOF api.color LANGUAGE sql IMMUTABLE AS $$ VALUES ('red'::api.color), ('green') $$;
CREATE FUNCTION api.one_column(n integer) RETURNS TABLE (i integer) LANGUAGE sql IMMUTABLE AS $$ SELECT generate_series(1, n) $$;
CREATE FUNCTION api.infinite() RETURNS double precision LANGUAGE sql IMMUTABLE AS $$ SELECT 'Infinity'::float8 $$;
CREATE FUNCTION api.when_it_was() RETURNS timestamptz LANGUAGE sql STABLE AS $$ SELECT '2020-06-01 12:00+00'::timestamptz $$;
CREATE FUNCTION api.a_polymorph(v anyelement) RETURNS anyelement LANGUAGE sql IMMUTABLE AS $$ SELECT v $$;
CREATE PROCEDURE api.a_procedure(a integer) LANGUAGE sql AS $$ $$;
CREATE FUNCTION api.a_trigger() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN new; END $$;
CREATE AGGREGATE api.an_aggregate(integer) (SFUNC = int4pl, STYPE = integer);

-- Each call leaves a row: a function that may write runs once, however much of it is asked for.
CREATE TABLE api.calls (id integer GENERATED ALWAYS AS IDENTITY);
CREATE FUNCTION api.counted(n integer) RETURNS SETOF integer LANGUAGE plpgsql VOLATILE AS $$
BEGIN
	INSERT INTO api.calls DEFAULT VALUES;
	RETURN QUERY SELECT generate_series(1, n);
END $$;

-- Who may do what: grants and SECURITY DEFINER alone decide.
CREATE TABLE private.secrets (id integer);
INSERT INTO private.secrets VALUES (1);
CREATE FUNCTION api.by_invoker() RETURNS SETOF integer LANGUAGE sql STABLE AS $$ SELECT id FROM private.secrets $$;
CREATE FUNCTION api.by_definer() RETURNS SETOF integer LANGUAGE sql STABLE SECURITY DEFINER AS $$ SELECT id FROM private.secrets $$;
CREATE FUNCTION api.add_by_invoker() RETURNS void LANGUAGE sql VOLATILE AS $$ INSERT INTO private.secrets VALUES (2) $$;
CREATE FUNCTION api.add_by_definer() RETURNS void LANGUAGE sql VOLATILE SECURITY DEFINER AS $$ INSERT INTO private.secrets VALUES (2) $$;
CREATE FUNCTION api.members_definer() RETURNS integer LANGUAGE sql STABLE SECURITY DEFINER AS $$ SELECT 1 $$;
CREATE FUNCTION api.whoami() RETURNS json LANGUAGE sql STABLE AS $$ SELECT json_build_array(current_user, current_setting('role')) $$;
CREATE FUNCTION api.whoami_definer() RETURNS text LANGUAGE sql STABLE SECURITY DEFINER AS $$ SELECT current_user::text $$;

-- What a request is seen as from SQL.
CREATE FUNCTION api.seen(name text) RETURNS text LANGUAGE sql STABLE AS $$ SELECT current_setting(name, true) $$;
CREATE FUNCTION api."größe %"(name text) RETURNS text LANGUAGE sql STABLE AS $$ SELECT current_setting(name, true) $$;
CREATE FUNCTION api.seen_writing(name text) RETURNS text LANGUAGE sql VOLATILE AS $$ SELECT current_setting(name, true) $$;
CREATE FUNCTION api.hoisted(name text) RETURNS text LANGUAGE sql STABLE SET statement_timeout = '7s' SET work_mem = '8MB' AS
	$$ SELECT current_setting(name, true) $$;
CREATE FUNCTION api.repeatable() RETURNS text LANGUAGE sql STABLE SET default_transaction_isolation = 'repeatable read' AS
	$$ SELECT current_setting('transaction_isolation') || ' ' || current_setting('transaction_read_only') $$;
CREATE FUNCTION api.brief() RETURNS void LANGUAGE sql STABLE SET statement_timeout = '100ms' AS $$ SELECT pg_sleep(0.5) $$;
CREATE FUNCTION api.isolation() RETURNS text LANGUAGE sql STABLE AS $$ SELECT current_setting('transaction_isolation') $$;
CREATE FUNCTION other.root() RETURNS json LANGUAGE sql STABLE AS $$ SELECT '{"root": "other"}'::json $$;
CREATE FUNCTION api.root() RETURNS json LANGUAGE sql STABLE AS
	$$ SELECT json_build_object('root', current_setting('request.path')) $$;

-- What SQL says about the answer.
CREATE FUNCTION api.say(headers text DEFAULT NULL, status text DEFAULT NULL, body text DEFAULT 'said') RETURNS text
	LANGUAGE plpgsql VOLATILE AS $$
BEGIN
	IF headers IS NOT NULL THEN
		PERFORM set_config('response.headers', headers, true);
	END IF;
	IF status IS NOT NULL THEN
		PERFORM set_config('response.status', status, true);
	END IF;
	RETURN body;
END $$;
CREATE FUNCTION api.say_many(n integer) RETURNS integer LANGUAGE plpgsql VOLATILE AS $$
BEGIN
	PERFORM set_config('response.headers',
		(SELECT json_agg(json_build_object('X-' || i, repeat('v', 8)))::text FROM generate_series(1, n) AS i), true);
	RETURN n;
END $$;
CREATE FUNCTION api.raise_it(state text, says text, detail text DEFAULT NULL, hint text DEFAULT NULL) RETURNS void
	LANGUAGE plpgsql VOLATILE AS $$
BEGIN
	IF detail IS NULL THEN
		RAISE EXCEPTION USING ERRCODE = state, MESSAGE = says;
	END IF;
	RAISE EXCEPTION USING ERRCODE = state, MESSAGE = says, DETAIL = detail, HINT = coalesce(hint, '');
END $$;

-- db-pre-request.
CREATE FUNCTION private.check_request() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	headers json := current_setting('request.headers')::json;
BEGIN
	IF headers ->> 'x-refuse' IS NOT NULL THEN
		RAISE SQLSTATE 'PT429' USING MESSAGE = 'Slow Down', DETAIL = 'too many', HINT = 'later';
	END IF;
	PERFORM set_config('response.headers', '[{"X-Checked": "' || current_user || ' ' || current_setting('request.method') || '"}]', true);
	PERFORM set_config('app.checked', current_setting('request.path'), true);
	IF headers ->> 'x-become' IS NOT NULL THEN
		PERFORM set_config('role', headers ->> 'x-become', true);
	END IF;
	IF headers ->> 'x-status' IS NOT NULL THEN
		PERFORM set_config('response.status', headers ->> 'x-status', true);
	END IF;
END $$;

CREATE FUNCTION api.sleep_long() RETURNS void LANGUAGE sql STABLE AS $$ SELECT pg_sleep(30) $$;

-- A session's state, and ways to leave something behind in it.
CREATE FUNCTION api.run(statement text) RETURNS text LANGUAGE plpgsql VOLATILE AS $$ BEGIN EXECUTE statement; RETURN 'done'; END $$;
CREATE TABLE api.formulas (id integer PRIMARY KEY, formula text);
CREATE VIEW api.evaluated AS SELECT id, api.run(formula) AS value FROM api.formulas;
CREATE FUNCTION api.dump() RETURNS json LANGUAGE sql VOLATILE AS $$
	SELECT json_build_object(
		'settings', (SELECT json_object_agg(name, setting ORDER BY name) FROM pg_settings WHERE name NOT IN ('transaction_read_only')),
		'own', (SELECT json_object_agg(name, nullif(current_setting(name, true), '') ORDER BY name) FROM (VALUES ('a.b'),
			('app.user'), ('request.method'), ('request.headers'), ('request.jwt.claims'), ('request.cookies'), ('request.path'),
			('response.headers'), ('response.status'), ('app.checked')) AS s(name)),
		'locks', (SELECT json_agg(objid) FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'advisory'),
		'channels', (SELECT json_agg(c) FROM pg_listening_channels() AS c),
		'cursors', (SELECT json_agg(name) FROM pg_cursors WHERE name <> '' AND is_holdable),
		'prepared', (SELECT json_agg(name) FROM pg_prepared_statements WHERE from_sql),
		'user', current_user, 'session', session_user, 'role', current_setting('role'),
		'temp', (SELECT json_agg(relname) FROM pg_class WHERE relnamespace = pg_my_temp_schema()),
		'films', (SELECT relnamespace::regnamespace FROM pg_class WHERE oid = to_regclass('films')), 'pid', pg_backend_pid())
$$;

GRANT USAGE ON SCHEMA api, other TO web_anon, regular_user, other_user;
GRANT USAGE ON SCHEMA private TO web_anon, regular_user, other_user;
GRANT ALL ON ALL TABLES IN SCHEMA api TO web_anon, regular_user, other_user;
GRANT SELECT, INSERT ON private.secrets TO regular_user;
REVOKE EXECUTE ON FUNCTION api.members_definer FROM public;
GRANT EXECUTE ON FUNCTION api.members_definer TO regular_user;
