-- What is measured: rows of about 370 bytes as JSON, free to all and behind row level security; tables to insert into,
-- functions to call, rows that are related.
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
CREATE FUNCTION some_items(n integer) RETURNS SETOF items LANGUAGE sql STABLE AS 'SELECT * FROM items LIMIT n';

-- What is embedded: cities, clients of each, orders of each, lines of each; one owner of very many children.
CREATE TABLE cities (id integer PRIMARY KEY, name text NOT NULL);
CREATE TABLE clients (id integer PRIMARY KEY, city_id integer NOT NULL REFERENCES cities, name text NOT NULL);
CREATE TABLE orders (id integer PRIMARY KEY, client_id integer NOT NULL REFERENCES clients, total numeric(10, 2) NOT NULL);
CREATE TABLE lines (id integer PRIMARY KEY, order_id integer NOT NULL REFERENCES orders, product text NOT NULL, amount integer NOT NULL);
CREATE TABLE owners (id integer PRIMARY KEY);
CREATE TABLE children (id integer PRIMARY KEY, owner_id integer NOT NULL REFERENCES owners, name text NOT NULL);
INSERT INTO cities SELECT n, 'city ' || n FROM generate_series(1, 100) AS n;
INSERT INTO clients SELECT n, n % 100 + 1, 'client ' || n FROM generate_series(1, 1000) AS n;
INSERT INTO orders SELECT n, n % 1000 + 1, n * 1.5 FROM generate_series(1, 10000) AS n;
INSERT INTO lines SELECT n, n % 10000 + 1, 'product ' || n % 50, n % 7 FROM generate_series(1, 50000) AS n;
INSERT INTO owners VALUES (1);
INSERT INTO children SELECT n, 1, 'child ' || n FROM generate_series(1, 10000) AS n;
CREATE INDEX ON clients (city_id);
CREATE INDEX ON orders (client_id);
CREATE INDEX ON lines (order_id);
CREATE INDEX ON children (owner_id);

-- The same rows as one value made by json_agg: what rowgate would serve if PostgreSQL wrote the JSON.
CREATE FUNCTION owned_json() RETURNS json LANGUAGE sql STABLE AS $$SELECT coalesce(json_agg(_), '[]') FROM (SELECT * FROM owned) AS _$$;
CREATE FUNCTION items_json() RETURNS json LANGUAGE sql STABLE AS $$SELECT coalesce(json_agg(_), '[]') FROM (SELECT * FROM items LIMIT 1000) AS _$$;
CREATE FUNCTION clients_json() RETURNS json LANGUAGE sql STABLE AS $$
	SELECT coalesce(json_agg(_), '[]') FROM (SELECT c.id, c.name, (SELECT row_to_json(x) FROM (SELECT t.name FROM cities t WHERE t.id = c.city_id) AS x) AS cities,
		(SELECT coalesce(json_agg(x), '[]') FROM (SELECT o.id, o.total FROM orders o WHERE o.client_id = c.id) AS x) AS orders
		FROM clients c ORDER BY c.id LIMIT 100) AS _ $$;
CREATE FUNCTION cities_json() RETURNS json LANGUAGE sql STABLE AS $$
	SELECT coalesce(json_agg(_), '[]') FROM (SELECT t.id, t.name, (SELECT coalesce(json_agg(x), '[]') FROM (SELECT c.id, c.name,
		(SELECT coalesce(json_agg(y), '[]') FROM (SELECT o.id, (SELECT coalesce(json_agg(z), '[]') FROM (SELECT l.product, l.amount FROM lines l WHERE l.order_id = o.id) AS z) AS lines
		FROM orders o WHERE o.client_id = c.id) AS y) AS orders FROM clients c WHERE c.city_id = t.id) AS x) AS clients
		FROM cities t ORDER BY t.id LIMIT 10) AS _ $$;
CREATE FUNCTION owners_json() RETURNS json LANGUAGE sql STABLE AS $$
	SELECT coalesce(json_agg(_), '[]') FROM (SELECT o.id, (SELECT coalesce(json_agg(x), '[]') FROM (SELECT c.id, c.name FROM children c WHERE c.owner_id = o.id) AS x) AS children
		FROM owners o WHERE o.id = 1) AS _ $$;

GRANT SELECT ON items, owned, cities, clients, orders, lines, owners, children TO web_anon, regular_user;
GRANT INSERT ON events, bulk TO web_anon, regular_user;
ANALYZE;
