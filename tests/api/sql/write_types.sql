-- A column of every built-in type, and of every kind of type that users make, three times over: what is written as JSON,
-- as CSV, and by PostgreSQL itself.
-- SPDX-License-Identifier: MIT
CREATE SCHEMA api;
CREATE TYPE api.mood AS ENUM ('sad', 'ok', 'very happy', 'NULL', '{x}');
CREATE TYPE api.pair AS (n integer, label text);
CREATE TYPE api.floats AS RANGE (subtype = double precision);
CREATE DOMAIN api.email AS varchar(20) CHECK (VALUE LIKE '%@%');
CREATE DOMAIN api.some_numbers AS integer[] CHECK (cardinality(VALUE) < 9);
CREATE DOMAIN api.document AS jsonb;
CREATE TABLE api.by_sql (
	id integer PRIMARY KEY,
	c_smallint smallint, c_integer integer, c_bigint bigint, c_numeric numeric, c_numeric_2 numeric(10, 2), c_real real,
	c_double double precision, c_money money, c_oid oid, c_boolean boolean,
	c_text text, c_varchar varchar(12), c_char char(6), "c_""char""" "char", c_name name, c_bytea bytea, c_xml xml, c_uuid uuid,
	c_date date, c_time time(3), c_timetz timetz, c_timestamp timestamp(0), c_timestamptz timestamptz, c_interval interval,
	c_inet inet, c_cidr cidr, c_macaddr macaddr, c_macaddr8 macaddr8, c_bit bit(5), c_varbit varbit(9),
	c_point point, c_line line, c_lseg lseg, c_box box, c_path path, c_polygon polygon, c_circle circle,
	c_int4range int4range, c_int8range int8range, c_numrange numrange, c_tsrange tsrange, c_tstzrange tstzrange, c_daterange daterange,
	c_int4multirange int4multirange, c_datemultirange datemultirange,
	c_tsvector tsvector, c_tsquery tsquery, c_jsonpath jsonpath, c_pg_lsn pg_lsn, c_xid8 xid8, c_snapshot pg_snapshot,
	c_regclass regclass, c_regtype regtype, c_int2vector int2vector, c_oidvector oidvector,
	c_integers integer[], c_texts text[], c_grid numeric[][], c_boxes box[], c_short varchar(5)[],
	c_mood api.mood, c_moods api.mood[], c_pair api.pair, c_pairs api.pair[], c_floats api.floats, c_email api.email, c_some_numbers api.some_numbers
);
CREATE TABLE api.by_json (LIKE api.by_sql INCLUDING ALL);
CREATE TABLE api.by_csv (LIKE api.by_sql INCLUDING ALL);
CREATE TABLE api.documents (id integer PRIMARY KEY, plain json, binary_form jsonb, domain api.document);
GRANT USAGE ON SCHEMA api TO web_anon;
GRANT ALL ON ALL TABLES IN SCHEMA api TO web_anon;
