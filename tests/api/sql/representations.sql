-- A domain that PostgreSQL keeps as a number, and that is read, written and filtered by as #rrggbb.
-- SPDX-License-Identifier: MIT
CREATE SCHEMA api;
CREATE SCHEMA private;
CREATE DOMAIN api.color AS integer CHECK (VALUE BETWEEN 0 AND 16777215);

CREATE FUNCTION private.json(value api.color) RETURNS json LANGUAGE sql IMMUTABLE AS
	$$ SELECT to_json('#' || lpad(to_hex(value::integer), 6, '0')) $$;
CREATE FUNCTION private.color(value text) RETURNS api.color LANGUAGE sql IMMUTABLE AS
	$$ SELECT ('x' || lpad(ltrim(value, '#'), 8, '0'))::bit(32)::integer::api.color $$;
CREATE FUNCTION private.color(value json) RETURNS api.color LANGUAGE sql IMMUTABLE AS
	$$ SELECT CASE json_typeof(value) WHEN 'number' THEN (value #>> '{}')::integer ELSE private.color(value #>> '{}') END $$; -- a column's default comes as it is
SET client_min_messages = error; -- PostgreSQL warns that it will ignore casts of domains: they are for us
CREATE CAST (api.color AS json) WITH FUNCTION private.json(api.color) AS IMPLICIT;
CREATE CAST (json AS api.color) WITH FUNCTION private.color(json) AS IMPLICIT;
CREATE CAST (text AS api.color) WITH FUNCTION private.color(text) AS IMPLICIT;

-- Casts that are not implicit do not represent.
CREATE DOMAIN api.plain AS integer;
CREATE FUNCTION private.json(value api.plain) RETURNS json LANGUAGE sql IMMUTABLE AS $$ SELECT '"no"'::json $$;
CREATE CAST (api.plain AS json) WITH FUNCTION private.json(api.plain) AS ASSIGNMENT;

-- One of a text that may look like anything.
CREATE DOMAIN api.title AS text;
CREATE FUNCTION private.json(value api.title) RETURNS json LANGUAGE sql IMMUTABLE AS $$ SELECT to_json(value::text) $$;
CREATE FUNCTION private.title(value json) RETURNS api.title LANGUAGE sql IMMUTABLE AS $$ SELECT value #>> '{}' $$;
CREATE CAST (api.title AS json) WITH FUNCTION private.json(api.title) AS IMPLICIT;
CREATE CAST (json AS api.title) WITH FUNCTION private.title(json) AS IMPLICIT;
CREATE TABLE api.books (id integer PRIMARY KEY, title api.title);

CREATE TABLE api.paints (id integer PRIMARY KEY, name text, color api.color, plain api.plain);
INSERT INTO api.paints VALUES (1, 'red', 16711680, 1), (2, 'green', 65280, 2), (3, 'blue', 255, 3), (4, 'none', NULL, NULL);
CREATE TABLE api.defaults (id integer PRIMARY KEY, color api.color DEFAULT 255);
CREATE TABLE api.shades (color api.color PRIMARY KEY);
CREATE VIEW api.bright AS SELECT id, color FROM api.paints WHERE color > 1000;
CREATE FUNCTION api.all_paints() RETURNS SETOF api.paints LANGUAGE sql STABLE AS $$ SELECT * FROM api.paints $$;

GRANT USAGE ON SCHEMA api, private TO web_anon;
GRANT ALL ON ALL TABLES IN SCHEMA api TO web_anon;
