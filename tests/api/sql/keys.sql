-- What shows the effect of each key of the configuration.
-- SPDX-License-Identifier: MIT
CREATE SCHEMA other;
CREATE SCHEMA extra;
GRANT USAGE ON SCHEMA public, other, extra TO web_anon, regular_user, other_user;
CREATE TABLE owners (id integer PRIMARY KEY);
CREATE TABLE items (id integer PRIMARY KEY, name text, owner_id integer REFERENCES owners);
INSERT INTO owners VALUES (1), (2);
INSERT INTO items SELECT n, 'item ' || n, n % 2 + 1 FROM generate_series(1, 5) AS n;
CREATE TABLE notes (body text);
CREATE TABLE hidden (id integer);
CREATE TABLE other.only_other (id integer);
GRANT SELECT ON items, owners, other.only_other TO web_anon, regular_user, other_user;
GRANT INSERT, SELECT ON notes TO web_anon, other_user;
CREATE FUNCTION extra.loud(items) RETURNS text LANGUAGE sql STABLE RETURN upper(($1).name);
CREATE FUNCTION work_mem_now(items) RETURNS text LANGUAGE sql VOLATILE RETURN current_setting('work_mem');
CREATE FUNCTION hoisted() RETURNS SETOF items LANGUAGE plpgsql VOLATILE SET work_mem = '1234kB' AS $$ BEGIN RETURN QUERY SELECT * FROM items LIMIT 1; END $$;
CREATE FUNCTION whoami() RETURNS text LANGUAGE sql STABLE RETURN current_user;
CREATE FUNCTION colour() RETURNS text LANGUAGE sql STABLE RETURN current_setting('app.settings.colour', true);
CREATE FUNCTION headers() RETURNS json LANGUAGE sql STABLE RETURN current_setting('request.headers')::json;
CREATE FUNCTION prepared() RETURNS bigint LANGUAGE sql STABLE AS 'SELECT count(*) FROM pg_prepared_statements';
CREATE FUNCTION session_age() RETURNS float8 LANGUAGE sql STABLE SECURITY DEFINER AS
	'SELECT extract(epoch FROM now() - backend_start)::float8 FROM pg_stat_activity WHERE pid = pg_backend_pid()';
CREATE FUNCTION nap(seconds float8) RETURNS float8 LANGUAGE sql VOLATILE AS 'SELECT seconds FROM pg_sleep(seconds)';
CREATE FUNCTION stamp() RETURNS void LANGUAGE sql AS $$ SELECT set_config('response.headers', '[{"X-Stamp": "yes"}]', true) $$;
CREATE FUNCTION root_doc() RETURNS json LANGUAGE sql STABLE AS $$ SELECT '{"mine": true}'::json $$;
-- Made by the tests: what db-pre-config is to set, by the name of the group.
CREATE TABLE wanted (grp text, key text, value text);
GRANT SELECT ON wanted TO PUBLIC;
CREATE FUNCTION pre_first() RETURNS void LANGUAGE sql AS $$ SELECT set_config('pgrst.' || key, value, true) FROM wanted WHERE grp = 'first' $$;
CREATE FUNCTION pre_second() RETURNS void LANGUAGE sql AS $$ SELECT set_config('pgrst.' || key, value, true) FROM wanted WHERE grp = 'second' $$;
CREATE FUNCTION pre_layer() RETURNS void LANGUAGE sql AS $$ SELECT set_config('pgrst.db_max_rows', '3', true) $$;
DO $$
DECLARE
	name text;
BEGIN
	FOREACH name IN ARRAY ARRAY['keys_first', 'keys_second', 'keys_layers'] LOOP
		IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) THEN
			EXECUTE format('CREATE ROLE %I NOINHERIT LOGIN', name);
		END IF;
		EXECUTE format('ALTER ROLE %I RESET ALL', name);
		EXECUTE format('GRANT web_anon, regular_user, other_user TO %I', name);
	END LOOP;
END $$;
