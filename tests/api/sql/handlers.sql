-- Media type handlers: domains named as media types, functions that return them, aggregates that make them of rows.
-- SPDX-License-Identifier: MIT
CREATE SCHEMA api;
CREATE TABLE api.films (id integer PRIMARY KEY, name text);
INSERT INTO api.films VALUES (1, 'Metropolis'), (2, 'M'), (3, NULL);
CREATE TABLE api.books (id integer PRIMARY KEY, title text);
INSERT INTO api.books VALUES (1, 'Ulysses');
CREATE VIEW api.old_films AS SELECT * FROM api.films;

CREATE DOMAIN api."text/html" AS text;
CREATE DOMAIN api."text/csv" AS text;
CREATE DOMAIN api."text/plain" AS text;
CREATE DOMAIN api."text/xml" AS xml;
CREATE DOMAIN api."application/json" AS json;
CREATE DOMAIN api."application/octet-stream" AS bytea;
CREATE DOMAIN api."application/vnd.Shout" AS text;
CREATE DOMAIN api."image/png" AS bytea;
CREATE DOMAIN api."*/*" AS bytea;

-- Of films: a page, and a CSV of one's own.
CREATE FUNCTION api.film_page(state text, film api.films) RETURNS text LANGUAGE sql IMMUTABLE AS
	$$ SELECT state || '<li>' || coalesce(film.name, '?') || '</li>' $$;
CREATE FUNCTION api.page_end(state text) RETURNS api."text/html" LANGUAGE sql IMMUTABLE AS
	$$ SELECT ('<ul>' || state || '</ul>')::api."text/html" $$;
CREATE AGGREGATE api.films_page(api.films) (SFUNC = api.film_page, STYPE = text, FINALFUNC = api.page_end, INITCOND = '');
CREATE FUNCTION api.film_csv(state api."text/csv", film api.films) RETURNS api."text/csv" LANGUAGE sql IMMUTABLE AS
	$$ SELECT (state || film.id || ';')::api."text/csv" $$;
CREATE AGGREGATE api.films_csv(api.films) (SFUNC = api.film_csv, STYPE = api."text/csv", INITCOND = 'ids:');

-- Of anything: shouting.
CREATE FUNCTION api.shout(state api."application/vnd.Shout", item anyelement) RETURNS api."application/vnd.Shout" LANGUAGE sql IMMUTABLE
	AS $$ SELECT (state || upper(item::text) || '!')::api."application/vnd.Shout" $$;
CREATE AGGREGATE api.shout_all(anyelement) (SFUNC = api.shout, STYPE = api."application/vnd.Shout", INITCOND = '');

-- Of books: whatever is asked for, with a Content-Type of its own.
CREATE FUNCTION api.bytes(state bytea, book api.books) RETURNS bytea LANGUAGE sql IMMUTABLE AS
	$$ SELECT state || '\x00ff'::bytea || convert_to(book.title, 'UTF8') $$;
CREATE FUNCTION api.bytes_end(state bytea) RETURNS api."*/*" LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('response.headers', '[{"Content-Type": "application/x-book"}]', true)
		WHERE current_setting('request.headers')::json ->> 'accept' = 'application/x-book';
	RETURN state;
END $$;
CREATE AGGREGATE api.books_bytes(api.books) (SFUNC = api.bytes, STYPE = bytea, FINALFUNC = api.bytes_end, INITCOND = '');

-- Functions.
CREATE FUNCTION api.page() RETURNS api."text/html" LANGUAGE sql IMMUTABLE AS $$ SELECT '<p>hi</p>'::api."text/html" $$;
CREATE FUNCTION api.no_page() RETURNS api."text/html" LANGUAGE sql IMMUTABLE AS $$ SELECT NULL::api."text/html" $$;
CREATE FUNCTION api.plain() RETURNS api."text/plain" LANGUAGE sql IMMUTABLE AS $$ SELECT 'plain, "text"'::api."text/plain" $$;
CREATE FUNCTION api.xml() RETURNS api."text/xml" LANGUAGE sql IMMUTABLE AS $$ SELECT '<a>1</a>'::xml::api."text/xml" $$;
CREATE FUNCTION api.octets() RETURNS api."application/octet-stream" LANGUAGE sql IMMUTABLE AS
	$$ SELECT '\x00ff41'::bytea::api."application/octet-stream" $$;
CREATE FUNCTION api.image() RETURNS api."image/png" LANGUAGE sql IMMUTABLE AS $$ SELECT '\x89504e47'::bytea::api."image/png" $$;
CREATE FUNCTION api.own_json() RETURNS api."application/json" LANGUAGE sql IMMUTABLE AS
	$$ SELECT '{"as":   "it is"}'::json::api."application/json" $$;
CREATE FUNCTION api.anything() RETURNS api."*/*" LANGUAGE plpgsql AS $$
BEGIN
	IF current_setting('request.headers')::json ->> 'accept' LIKE 'image/%' THEN
		PERFORM set_config('response.headers', '[{"Content-Type": "image/gif"}]', true);
	END IF;
	RETURN 'any'::bytea;
END $$;
CREATE FUNCTION api.all_films() RETURNS SETOF api.films LANGUAGE sql STABLE AS $$ SELECT * FROM api.films $$;
CREATE FUNCTION api.word() RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT 'word'::text $$;
CREATE FUNCTION api.add_films() RETURNS SETOF api.films LANGUAGE sql VOLATILE AS $$ SELECT * FROM api.films $$;

-- What PostGIS has, for those who have no PostGIS: enough of ST_AsGeoJSON to see it called as it wants to be.
DO $$
BEGIN
	IF EXISTS (SELECT FROM pg_available_extensions WHERE name = 'postgis') THEN
		CREATE EXTENSION postgis SCHEMA public;
	ELSE
		CREATE TYPE public.geometry AS (x integer, y integer);
		CREATE FUNCTION public.st_makepoint(x integer, y integer) RETURNS public.geometry LANGUAGE sql IMMUTABLE AS
			'SELECT (x, y)::public.geometry';
		CREATE FUNCTION public.st_asgeojson(r record, geom_column text DEFAULT '', maxdecimaldigits integer DEFAULT 15,
			pretty_bool boolean DEFAULT false) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $f$ BEGIN
			IF NOT EXISTS (SELECT FROM json_each(to_json(r)) WHERE json_typeof(value) = 'object') THEN
				RAISE 'geometry column is missing' USING ERRCODE = '22023';
			END IF;
			RETURN json_build_object('type', 'Feature',
				'geometry', (SELECT json_build_object('type', 'Point', 'coordinates', json_build_array(value -> 'x', value -> 'y'))
					FROM json_each(to_json(r)) WHERE json_typeof(value) = 'object'),
				'properties', (SELECT json_object_agg(key, value) FROM json_each(to_json(r)) WHERE json_typeof(value) <> 'object'))::text;
		END $f$;
	END IF;
END $$;
CREATE TABLE api.shops (id integer PRIMARY KEY, name text, place public.geometry);
INSERT INTO api.shops VALUES (1, 'Corner', public.st_makepoint(1, 2)), (2, 'Market', public.st_makepoint(-3, 4));

-- Rows of no type in particular, one a line; and what is related, to be embedded in them.
CREATE DOMAIN api."text/lines" AS text;
CREATE FUNCTION api.add_line(state api."text/lines", item anyelement) RETURNS api."text/lines" LANGUAGE sql IMMUTABLE
	AS $$ SELECT (state || item::text || E'\n')::api."text/lines" $$;
CREATE AGGREGATE api.lines(anyelement) (SFUNC = api.add_line, STYPE = api."text/lines", INITCOND = '');
CREATE TABLE api.owners (id integer PRIMARY KEY, name text);
CREATE TABLE api.stalls (id integer PRIMARY KEY, owner_id integer REFERENCES api.owners, place public.geometry);
INSERT INTO api.owners VALUES (1, 'ann');
INSERT INTO api.stalls VALUES (1, 1, public.st_makepoint(5, 6)), (2, 1, NULL);

GRANT USAGE ON SCHEMA api TO web_anon;
GRANT ALL ON ALL TABLES IN SCHEMA api TO web_anon;
