-- Rows that belong together, and rows whose every change is written down.
-- SPDX-License-Identifier: MIT
CREATE TABLE batches (batch text, place integer, value integer NOT NULL, PRIMARY KEY (batch, place));
INSERT INTO batches SELECT 'client ' || client, place, -1 FROM generate_series(0, 7) AS client, generate_series(1, 50) AS place;

CREATE TABLE watched (id integer PRIMARY KEY, value integer);
INSERT INTO watched VALUES (1, 10), (2, 20), (3, 30);
CREATE TABLE log (id bigint GENERATED ALWAYS AS IDENTITY, what text);
CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO log (what) VALUES (tg_op);
	PERFORM set_config('work_mem', '77MB', false), pg_advisory_lock(7);
	RETURN NULL;
END $$;
CREATE TRIGGER note AFTER INSERT OR UPDATE OR DELETE ON watched FOR EACH ROW EXECUTE FUNCTION note();
CREATE FUNCTION drop_watched() RETURNS SETOF watched LANGUAGE sql AS 'DELETE FROM watched RETURNING *';
CREATE FUNCTION session() RETURNS json LANGUAGE sql STABLE AS $$
	SELECT json_build_object('role', current_setting('role'), 'work_mem', current_setting('work_mem'), 'locks',
		(SELECT count(*) FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'advisory'), 'backend', pg_backend_pid())
$$;

-- As large as the test wants it.
CREATE TABLE imported (id integer, name text, price numeric(12, 2), at timestamptz, note text);
CREATE TABLE copied (LIKE imported);

GRANT USAGE ON SCHEMA public TO web_anon;
GRANT ALL ON ALL TABLES IN SCHEMA public TO web_anon;
