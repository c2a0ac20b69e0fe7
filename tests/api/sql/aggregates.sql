-- Sales of shops in cities of countries, to be grouped and ordered.
-- SPDX-License-Identifier: MIT
CREATE SCHEMA api;
CREATE TYPE api.mood AS ENUM ('sad', 'happy');
CREATE TABLE api.countries (id integer PRIMARY KEY, name text);
CREATE TABLE api.cities (id integer PRIMARY KEY, name text, country_id integer REFERENCES api.countries);
CREATE TABLE api.shops (id integer PRIMARY KEY, label text, city_id integer REFERENCES api.cities);
CREATE TABLE api.sales (
	id integer PRIMARY KEY,
	shop_id integer REFERENCES api.shops,
	at timestamp,
	amount integer,
	doc jsonb,
	raw json,
	mood text
);
INSERT INTO api.countries VALUES (1, 'DE'), (2, 'FR');
INSERT INTO api.cities VALUES (1, 'Bonn', 1), (2, 'Paris', 2), (3, 'Aachen', 1);
INSERT INTO api.shops VALUES (1, 'zeta', 1), (2, 'alpha', 2), (3, 'mid', 3), (4, 'none', NULL);
INSERT INTO api.sales VALUES
	(1, 1, '2020-01-01 10:00', 5, '{"k": 2}', '{"a":2}', 'sad'),
	(2, 1, '2020-01-01 11:00', 7, '{"k": 1}', '{"a": 10}', 'happy'),
	(3, 2, '2020-01-02 10:00', 1, '{"k": 1}', '{"a":1}', 'sad'),
	(4, 3, '2020-01-03 10:00', 2, '{"k": 10}', NULL, 'happy'),
	(5, NULL, '2020-01-03 12:00', 9, NULL, '{"a":  2}', NULL);
CREATE FUNCTION api.all_sales() RETURNS SETOF api.sales LANGUAGE sql STABLE AS $$ SELECT * FROM api.sales $$;
GRANT USAGE ON SCHEMA api TO web_anon;
GRANT ALL ON ALL TABLES IN SCHEMA api TO web_anon;
