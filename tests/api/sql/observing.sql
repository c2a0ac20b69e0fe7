-- What the tests of the log ask: two tables, a pre-request, and functions that fail in different ways.
-- SPDX-License-Identifier: MIT
CREATE TABLE authors (id int PRIMARY KEY);
CREATE TABLE notes (id int PRIMARY KEY, author_id int REFERENCES authors);
INSERT INTO authors VALUES (1);
INSERT INTO notes VALUES (1, 1), (2, 1);
GRANT SELECT ON authors, notes TO web_anon, regular_user;
CREATE FUNCTION checks() RETURNS void LANGUAGE sql AS '';
CREATE FUNCTION broken() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	RAISE EXCEPTION 'it broke' USING ERRCODE = 'XX001', DETAIL = 'some detail';
END $$;
CREATE FUNCTION refused() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	RAISE EXCEPTION 'not this one';
END $$;
CREATE FUNCTION raised() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	RAISE SQLSTATE 'PGRST' USING MESSAGE = '{"code": "mine", "message": "my error"}', DETAIL = '{"status": 503, "headers": {}}';
END $$;
CREATE FUNCTION bad_headers() RETURNS text LANGUAGE sql AS $$ SELECT set_config('response.headers', 'nonsense', true) $$;
CREATE FUNCTION fails_late() RETURNS int LANGUAGE plpgsql STABLE AS $$
BEGIN
	PERFORM pg_sleep(0.05);
	RAISE EXCEPTION 'too late';
END
$$;
