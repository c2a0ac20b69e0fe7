-- A table that every example of deploy/docs/reference/operators.md can be asked of.
-- SPDX-License-Identifier: MIT
CREATE TABLE things (id integer PRIMARY KEY, name text, state text, price numeric, age integer, done boolean,
	retired boolean, text text, tags text[], values integer[], range int4range, period daterange, data jsonb);
INSERT INTO things VALUES
	(1, 'A', 'done', 20, 30, true, false, 'a fat cat', '{a,b}', '{1,2}', '[1,10)', '[2026-01-05,2026-01-06)', '{"a":1}'),
	(7, 'b', NULL, 5, 70, false, NULL, 'a dog', '{c}', '{9}', '[20,30)', '[2026-03-01,2026-03-02)', '{}');
CREATE FUNCTION all_things() RETURNS SETOF things LANGUAGE sql VOLATILE AS 'SELECT * FROM things';
CREATE FUNCTION broken() RETURNS void LANGUAGE plpgsql AS $$ BEGIN RAISE 'no' USING ERRCODE = 'XX000'; END $$;
CREATE DOMAIN "text/plain" AS text;
CREATE DOMAIN "text/xml" AS xml;
CREATE DOMAIN "application/octet-stream" AS bytea;
CREATE FUNCTION plain() RETURNS "text/plain" LANGUAGE sql STABLE AS $$ SELECT 'hi'::"text/plain" $$;
CREATE FUNCTION markup() RETURNS "text/xml" LANGUAGE sql STABLE AS $$ SELECT '<a/>'::xml::"text/xml" $$;
CREATE FUNCTION octets() RETURNS "application/octet-stream" LANGUAGE sql STABLE AS
	$$ SELECT '\x00ff'::bytea::"application/octet-stream" $$;
GRANT USAGE ON SCHEMA public TO web_anon;
GRANT ALL ON things TO web_anon;
