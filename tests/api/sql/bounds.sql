-- Rows and related rows of which a client can ask in many ways.
-- SPDX-License-Identifier: MIT
CREATE TABLE makers (id integer PRIMARY KEY, name text);
CREATE TABLE things (id integer PRIMARY KEY, name text, price numeric, made date, data jsonb, maker_id integer REFERENCES makers);
INSERT INTO makers VALUES (1, 'one');
INSERT INTO things VALUES (1, 'thing', 5, '2026-01-01', '{"a": 1}', 1);
CREATE SCHEMA hidden;
CREATE TABLE hidden.treasure (id integer PRIMARY KEY);
GRANT USAGE ON SCHEMA public TO web_anon;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO web_anon;
GRANT INSERT ON things TO web_anon;
