-- What is measured: rows of about 370 bytes as JSON, free to all and behind row level security; a table to insert
-- into and a function to call.
-- SPDX-License-Identifier: MIT
CREATE TABLE items (
	id integer PRIMARY KEY,
	owner_id integer NOT NULL,
	name text NOT NULL,
	price numeric(10, 2) NOT NULL,
	weight double precision,
	active boolean NOT NULL,
	created_at timestamptz NOT NULL,
	tags jsonb NOT NULL,
	note text
);
INSERT INTO items
SELECT n, n / 100, 'item number ' || n, n * 0.37, sqrt(n), n % 3 = 0, timestamptz '2024-01-01' + n * interval '17 minutes',
	jsonb_build_object('color', 'green', 'size', n % 40), repeat('some words of no weight ', 7)
FROM generate_series(0, 99999) AS n;
CREATE INDEX ON items (owner_id);

CREATE TABLE owned (LIKE items INCLUDING ALL);
INSERT INTO owned SELECT * FROM items;
ALTER TABLE owned ENABLE ROW LEVEL SECURITY;
CREATE POLICY owners ON owned FOR SELECT
	USING (owner_id = (SELECT (current_setting('request.jwt.claims', true)::json ->> 'user_id')::integer));

CREATE TABLE events (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, kind text NOT NULL, weight integer NOT NULL);
CREATE TABLE bulk (id integer PRIMARY KEY, name text, price numeric(10, 2), active boolean, created_at timestamptz, note text);
CREATE FUNCTION add(a integer, b integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT a + b';

-- The same rows as one value made by json_agg: what rowgate would serve if PostgreSQL wrote the JSON.
CREATE FUNCTION owned_json() RETURNS json LANGUAGE sql STABLE AS $$SELECT coalesce(json_agg(_), '[]') FROM (SELECT * FROM owned) AS _$$;
CREATE FUNCTION items_json() RETURNS json LANGUAGE sql STABLE AS $$SELECT coalesce(json_agg(_), '[]') FROM (SELECT * FROM items LIMIT 1000) AS _$$;

GRANT SELECT ON items, owned TO web_anon, regular_user;
GRANT INSERT ON events, bulk TO web_anon, regular_user;
ANALYZE items;
ANALYZE owned;
