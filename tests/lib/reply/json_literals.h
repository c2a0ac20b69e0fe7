/* Literals for json_equality: for each type what is plain, what is empty, and what is odd about it. They are quoted
 * there; NULL is added to each.
 * SPDX-License-Identifier: MIT */
#ifndef ROWGATE_TESTS_JSON_LITERALS_H
#define ROWGATE_TESTS_JSON_LITERALS_H

#include <stddef.h>

struct literals {
	const char *type;
	const char *texts[24];
};

/* Text of all kinds, for every type that holds text: quotes, blanks, every control byte but NUL, DEL, composed and
 * decomposed and astral characters, what is special in HTML and JavaScript, what looks like JSON. */
#define TEXTS                                                                                                          \
	"", " ", "plain", "say \"hi\"", "back\\slash", "\\u0041 \\n", "/slash/", "tab\tnew\nline\rfeed\f\b",               \
		"\x01\x02\x03\x04\x05\x06\x07\x0b\x0e\x0f\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1a\x1b\x1c\x1d\x1e\x1f",    \
		"\x7f", "Grüße, 世界", "e\xcc\x81", "🙂𝄞", "\xe2\x80\xa8\xe2\x80\xa9", "</script>&amp;", "null",          \
		"{\"a\": 1}", "[1]", "'"

static const struct literals literals[] = {
	/* Numbers and truth. */
	{ "boolean", { "t", "f" } },
	{ "smallint", { "0", "-1", "32767", "-32768" } },
	{ "integer", { "0", "-1", "2147483647", "-2147483648" } },
	{ "bigint", { "0", "-1", "9223372036854775807", "-9223372036854775808" } },
	{ "real",
		{ "0", "-0", "1", "1.5", "-1e-20", "1e20", "3.4028235e38", "1e-45", "0.1", "123456.79", "NaN", "Infinity",
			"-Infinity" } },
	{ "double precision",
		{ "0", "-0", "1", "0.1", "1e15", "1e16", "1e-5", "-1.5e-300", "1.7976931348623157e308", "5e-324",
			"123456789012345680", "NaN", "Infinity", "-Infinity", "1e21" } },
	{ "numeric",
		{ "0", "-0", "0.00", "-1.50", "12345678901234567890.123456789", "1e100", "1e-20", ".5", "NaN", "Infinity",
			"-Infinity" } },
	{ "money", { "0", "-1.5", "92233720368547758.07" } },
	{ "oid", { "0", "4294967295" } },
	{ "xid", { "0", "4294967295" } },
	{ "xid8", { "0", "18446744073709551615" } },
	{ "cid", { "0", "4294967295" } },
	{ "tid", { "(0,0)", "(4294967295,65535)" } },

	/* Text. */
	{ "text", { TEXTS } },
	{ "character varying", { TEXTS } },
	{ "character", { TEXTS } },
	{ "character(5)", { "", "a", "a\"b", "Grüß" } },
	{ "character varying(3)", { "", "abc", "\n\"\\" } },
	{ "name", { TEXTS } },
	{ "\"char\"", { "", "a", "\"", "\\", "\n", " ", "\x7f" } },
	{ "refcursor", { TEXTS } },
	{ "xml", { "", "<a/>", "<?xml version=\"1.0\"?><a b=\"c\">\n\t&amp;</a>", "text <b>&#10;</b>" } },
	{ "bytea", { "", "\\x00ff7f2022", "\\\\000\\\\001abc", "plain" } },
	{ "uuid", { "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "00000000-0000-0000-0000-000000000000" } },
	{ "bit(3)", { "101", "000" } },
	{ "bit varying", { "", "1", "10101010101010101" } },
	{ "json",
		{ "null", " null ", "1", "1.0e+5", "\"a\\u0041\"", "{\"a\" : 1,  \"a\":2}", "[1, {\"b\":[]}\n]", "{}",
			"true" } },
	{ "jsonb", { "null", "1", "1.0e+5", "\"a\\u0041\\n\"", "{\"b\":1,\"a\":[1,null]}", "[]", "{}", "false" } },
	{ "jsonpath", { "$", "$.a[*] ? (@ > 1)", "$.\"a\\\"b\"", "strict $.**" } },
	{ "tsvector", { "", "a fat cat", "'say \"hi\"':1A,2B back\\\\slash:3", "'it''s'" } },
	{ "tsquery", { "", "fat & (rat | !cat)", "'say \"hi\"' <-> b:*A", "a <5> b" } },

	/* Time. */
	{ "date",
		{ "2024-02-29", "0001-01-01", "0044-03-15 BC", "4713-01-01 BC", "10000-01-01", "5874897-12-31", "infinity",
			"-infinity" } },
	{ "time without time zone", { "00:00", "23:59:59.999999", "24:00:00", "12:00:00.5" } },
	{ "time with time zone", { "00:00+00", "23:59:59.999999-15:59", "12:00:00+05:30", "12:00:00+05:30:15" } },
	{ "timestamp without time zone",
		{ "2024-02-29 12:00", "2024-02-29 12:00:00.1", "1999-12-31 23:59:59.999999", "0001-01-01 00:00",
			"0044-03-15 12:00 BC", "4714-11-24 00:00 BC", "10000-01-01 00:00", "294276-12-31 23:59:59.999999",
			"infinity", "-infinity", "epoch" } },
	{ "timestamp with time zone",
		{ "2024-02-29 12:00+00", "2024-07-01 12:00:00.1+02", "1999-12-31 23:59:59.999999-08", "1850-01-01 00:00+00",
			"1883-11-18 12:00+00", "1900-01-01 00:00+00", "0001-01-02 00:00+00", "0044-03-15 12:00+00 BC",
			"4714-11-25 00:00+00 BC", "10000-01-01 00:00+00", "294276-12-30 23:59:59.999999+00", "infinity",
			"-infinity", "epoch" } },
	{ "interval",
		{ "0", "1 year 2 months 3 days 04:05:06.789", "-1 day", "-1 month 1 day -1 hour", "178000000 years",
			"1 microsecond", "-00:00:01.5" } },
	{ "timestamp(0) without time zone", { "2024-02-29 12:00:00.6" } },

	/* Places and addresses. */
	{ "point", { "(0,0)", "(-1.5,1e300)", "(NaN,Infinity)" } },
	{ "line", { "{1,-1,0}", "{0.5,1,2}" } },
	{ "lseg", { "[(0,0),(1,1)]" } },
	{ "box", { "(1,1),(0,0)" } },
	{ "path", { "[(0,0),(1,1)]", "((0,0),(1,1),(2,0))" } },
	{ "polygon", { "((0,0),(1,1),(2,0))" } },
	{ "circle", { "<(0,0),1.5>" } },
	{ "inet", { "127.0.0.1", "10.0.0.1/8", "::1", "2001:db8::/32" } },
	{ "cidr", { "10.0.0.0/8", "2001:db8::/32" } },
	{ "macaddr", { "08:00:2b:01:02:03" } },
	{ "macaddr8", { "08:00:2b:01:02:03:04:05" } },

	/* Ranges and multiranges. */
	{ "int4range", { "empty", "[1,5)", "(,)", "[1,)" } },
	{ "int8range", { "empty", "[1,5)", "(,9223372036854775807)" } },
	{ "numrange", { "empty", "[1.5,5.5]", "(,NaN)" } },
	{ "tsrange", { "empty", "[2024-01-01 12:00, 2024-01-02 12:00)", "(,infinity)", "[0044-03-15 12:00 BC,)" } },
	{ "tstzrange",
		{ "empty", "[2024-01-01 12:00+00, 2024-01-02 12:00+00)", "(-infinity,)", "[1850-01-01 00:00+00,)" } },
	{ "daterange", { "empty", "[2024-01-01,2024-01-05)", "(,)" } },
	{ "int4multirange", { "{}", "{[1,5),[7,9)}" } },
	{ "int8multirange", { "{}", "{[1,5),[7,9)}" } },
	{ "nummultirange", { "{}", "{[1.5,5.5],(7,)}" } },
	{ "tsmultirange", { "{}", "{[2024-01-01 12:00, 2024-01-02 12:00)}" } },
	{ "tstzmultirange", { "{}", "{[2024-01-01 12:00+00, 2024-01-02 12:00+00)}" } },
	{ "datemultirange", { "{}", "{[2024-01-01,2024-01-05)}" } },

	/* What PostgreSQL calls its own things. */
	{ "regproc", { "now", "-", "0" } },
	{ "regprocedure", { "now()", "sum(integer)", "-" } },
	{ "regoper", { "pg_catalog.||/", "0" } },
	{ "regoperator", { "+(integer,integer)", "0" } },
	{ "regclass", { "pg_class", "\"equality\".\"a \"\"b\"\"\"", "-", "1" } },
	{ "regtype", { "integer", "\"char\"", "timestamp with time zone", "-" } },
	{ "regconfig", { "simple", "-" } },
	{ "regdictionary", { "simple", "-" } },
	{ "regnamespace", { "pg_catalog", "-" } },
	{ "regrole", { "pg_monitor", "-" } },
	{ "regcollation", { "\"C\"", "-" } },
	{ "aclitem", { "=r/pg_monitor", "pg_monitor=arwdDxt*/pg_monitor" } },
	{ "pg_lsn", { "0/0", "FFFFFFFF/FFFFFFFF" } },
	{ "pg_snapshot", { "10:20:10,14,15" } },
	{ "txid_snapshot", { "10:20:10,14,15" } },
	{ "int2vector", { "", "1 2 3" } },
	{ "oidvector", { "", "1 2 3" } },
	{ "information_schema.cardinal_number", { "1" } },
	{ "information_schema.character_data", { TEXTS } },
	{ "information_schema.sql_identifier", { "a\"b" } },
	{ "information_schema.time_stamp", { "2024-02-29 12:00:00.5+00" } },
	{ "information_schema.yes_or_no", { "YES" } },

	/* Types of users: made by json_equality in the schema equality. */
	{ "equality.mood", { "fine", "so \"so\"", "back\\slash", "ü" } },
	{ "equality.span", { "empty", "[a,\"b \"\"c\"\"\")", "(,)" } },
	{ "equality.multispan", { "{}", "{[a,b),[d,e]}" } },
	{ "equality.positive", { "1", "1.50" } },
	{ "equality.positive_too", { "1", "1.50" } },
	{ "equality.moment", { "2024-02-29 12:00+00", "infinity", "0044-03-15 12:00+00 BC" } },
	{ "equality.document", { "{\"a\" : 1}", "null" } },
	{ "equality.list", { "{}", "{1,NULL,3}", "{{1,2},{3,4}}" } },
	{ "equality.pair", { "(1,)", "(,\"a \"\"b\"\" \\\\ c\")", "(,)" } },
	{ "equality.nested", { "(\"(1,x)\",\"{NaN,2}\",\"{\"\"a\"\" : null}\")", "(,,)" } },
	{ "equality.pair_domain", { "(1,x)" } },
	{ "equality.mood_domain", { "fine" } },
	/* Of extensions: skipped where an extension is not installed. */
	{ "equality.hstore", { "", "a=>1, \"b c\"=>NULL, d=>\"say \\\"hi\\\"\"" } },
	{ "equality.citext", { TEXTS } },
	{ "equality.cube", { "(1,2)", "(0,0),(1,1)" } },
	{ "equality.ltree", { "", "a.b.c" } },
	{ "equality.lquery", { "*.a|b.*{1,2}" } },
	{ "equality.ltxtquery", { "a & b*@" } },
	{ "equality.seg", { "1.5 .. 2", "<1", "~6.5" } },
	{ "equality.isbn13", { "978-0-393-04002-9" } },
	{ "equality.lo", { "0" } },
	{ "equality.query_int", { "1&(2|3)" } },
};

#endif
