/* The SQL of function calls.
 * SPDX-License-Identifier: MIT */
#include "../plan/fixture.h"

static void calls(void **state)
{
	(void)state;
	static const struct golden rows[] = {
		{ "GET /rpc/add?a=1&b=2",
			"SELECT `add`.`pgrst_scalar` FROM (SELECT `api`.`add`(`a` := $1::integer, `b` := $2::integer) AS "
			"`pgrst_scalar`) AS `add` | 1 | 2" },
		{ "GET /rpc/add?a=1",
			"SELECT `add`.`pgrst_scalar` FROM (SELECT `api`.`add`(`a` := $1::integer) AS `pgrst_scalar`) AS "
			"`add` | 1" },
		{ "POST /rpc/add\n\n{`a`:1,`b`:3}",
			"SELECT `add`.`pgrst_scalar` FROM (SELECT `api`.`add`(`a` := `pgrst_body`.`a`, `b` := "
			"`pgrst_body`.`b`) AS `pgrst_scalar` FROM pg_catalog.json_to_record($1) AS `pgrst_body`(`a` integer, "
			"`b` integer)) AS `add` | {`a`:1,`b`:3} as 114" },
		{ "POST /rpc/add\n\n[{`a`:1,`b`:3}]",
			"SELECT `add`.`pgrst_scalar` FROM (SELECT `api`.`add`(`a` := `pgrst_body`.`a`, `b` := "
			"`pgrst_body`.`b`) AS `pgrst_scalar` FROM (SELECT * FROM pg_catalog.json_to_recordset($1) AS "
			"`pgrst_body`(`a` integer, `b` integer) LIMIT 1) AS `pgrst_body`) AS `add` | [{`a`:1,`b`:3}] as 114" },
		{ "POST /rpc/add\nContent-Type: application/x-www-form-urlencoded\n\na=5&b=6",
			"SELECT `add`.`pgrst_scalar` FROM (SELECT `api`.`add`(`a` := $1::integer, `b` := $2::integer) AS "
			"`pgrst_scalar`) AS `add` | 5 | 6" },
		{ "POST /rpc/add?columns=a\n\n{`a`:1,`b`:3}",
			"SELECT `add`.`pgrst_scalar` FROM (SELECT `api`.`add`(`a` := `pgrst_body`.`a`) AS `pgrst_scalar` "
			"FROM pg_catalog.json_to_record($1) AS `pgrst_body`(`a` integer)) AS `add` | {`a`:1,`b`:3} as 114" },
		{ "GET /rpc/now_is",
			"SELECT pg_catalog.to_json(`now_is`.`pgrst_scalar`) AS `pgrst_scalar` FROM (SELECT `api`.`now_is`() "
			"AS `pgrst_scalar`) AS `now_is`" },
		{ "GET /rpc/numbers?upto=5&limit=2&offset=1\nPrefer: count=exact",
			"SELECT `numbers`.`pgrst_scalar` FROM (SELECT `api`.`numbers`(`upto` := $1::integer) AS "
			"`pgrst_scalar`) AS `numbers` LIMIT $2 OFFSET $3 | 5 | 2 | 1" },
		{ "GET /rpc/find_items?word=a&select=id&limit=3",
			"SELECT `items`.`id` FROM `api`.`find_items`(`word` := $1::text) AS `items` LIMIT $2 | a | 3" },
		{ "GET /rpc/get_item?id=1&select=id&limit=3",
			"SELECT `items`.`id` FROM `api`.`get_item`(`id` := $1::integer) AS `items` LIMIT 3 | 1" },
		{ "GET /rpc/numbers?upto=5\nAccept: application/vnd.pgrst.object+json",
			"SELECT `numbers`.`pgrst_scalar` FROM (SELECT `api`.`numbers`(`upto` := $1::integer) AS "
			"`pgrst_scalar`) AS `numbers` | 5" },
		{ "POST /rpc/restock", "SELECT `api`.`restock`() AS `pgrst_scalar`" },
		{ "POST /rpc/restock\n\n{}", "SELECT `api`.`restock`() AS `pgrst_scalar`" },
		{ "GET /rpc/find_items?word=a&select=id,name,made&price=gte.0&order=id.desc&limit=3\nPrefer: "
		  "count=exact",
			"SELECT `items`.`id`, `items`.`name`, pg_catalog.to_json(`items`.`made`) AS `made` FROM "
			"`api`.`find_items`(`word` := $1::text) AS `items` WHERE (`items`.`price` >= $2) ORDER BY "
			"`items`.`id` DESC LIMIT $3 | a | 0 | 3" },
		{ "POST /rpc/find_items?select=id,tags&id=gt.0\n\n{`word`:`a`}",
			"SELECT `items`.`id`, `items`.`tags` FROM "
			"pg_catalog.json_to_record($1) AS `pgrst_body`(`word` text), LATERAL `api`.`find_items`(`word` := "
			"`pgrst_body`.`word`) AS `items` WHERE (`items`.`id` > $2) | {`word`:`a`} as 114 | 0" },
		{ "POST /rpc/get_item?select=id,made\n\n{`id`:1}",
			"SELECT `items`.`id`, pg_catalog.to_json(`items`.`made`) AS `made` FROM "
			"pg_catalog.json_to_record($1) AS `pgrst_body`(`id` integer), LATERAL `api`.`get_item`(`id` := "
			"`pgrst_body`.`id`) AS `items` | {`id`:1} as 114" },
		{ "POST /rpc/get_item?select=id,full_name\n\n{`id`:1}",
			"SELECT `pgrst_call`.`id`, pg_catalog.to_json(`pgrst_call`.`full_name`) AS `full_name` FROM "
			"pg_catalog.json_to_record($1) AS `pgrst_body`(`id` integer), LATERAL `api`.`get_item`(`id` := "
			"`pgrst_body`.`id`) AS `pgrst_call` | {`id`:1} as 114" },
		{ "GET /rpc/stats",
			"SELECT `record`.*, pg_catalog.to_json(`record`.`seen`) AS `seen` FROM `api`.`stats`() AS "
			"`record`" },
		{ "GET /rpc/stats?total=gt.0&select=total",
			"SELECT `record`.`total` FROM `api`.`stats`() AS `record` WHERE (`record`.`total` > $1) | 0" },
		{ "GET /rpc/join_all?sep=,&parts=a&parts=b",
			"SELECT `join_all`.`pgrst_scalar` FROM (SELECT `api`.`join_all`(`sep` := $1::text, VARIADIC `parts` "
			":= $2::text[]) AS `pgrst_scalar`) AS `join_all` | , | {`a`,`b`}" },
		{ "POST /rpc/join_all\n\n{`sep`:`,`,`parts`:[`x`,`y`]}",
			"SELECT `join_all`.`pgrst_scalar` FROM (SELECT `api`.`join_all`(`sep` := `pgrst_body`.`sep`, "
			"VARIADIC `parts` := `pgrst_body`.`parts`) AS `pgrst_scalar` FROM pg_catalog.json_to_record($1) AS "
			"`pgrst_body`(`sep` text, `parts` text[])) AS `join_all` | {`sep`:`,`,`parts`:[`x`,`y`]} as 114" },
		{ "POST /rpc/join_all\nContent-Type: application/x-www-form-urlencoded\n\nsep=-&parts=a&parts=b",
			"SELECT `join_all`.`pgrst_scalar` FROM (SELECT `api`.`join_all`(`sep` := $1::text, VARIADIC `parts` "
			":= $2::text[]) AS `pgrst_scalar`) AS `join_all` | - | {`a`,`b`}" },
		{ "POST /rpc/take_json\n\n{`any`:[1,2.50]}",
			"SELECT `take_json`.`pgrst_scalar` FROM (SELECT `api`.`take_json`($1::pg_catalog.json) AS "
			"`pgrst_scalar`) AS `take_json` | {`any`:[1,2.50]} as 114" },
		{ "POST /rpc/take_jsonb\n\n{`any`:[1,2.50]}",
			"SELECT `take_jsonb`.`pgrst_scalar` FROM (SELECT `api`.`take_jsonb`($1::pg_catalog.jsonb) AS "
			"`pgrst_scalar`) AS `take_jsonb` | {`any`:[1,2.50]} as 114" },
		{ "POST /rpc/take_text\nContent-Type: text/plain\n\nhi 'there'",
			"SELECT `take_text`.`pgrst_scalar` FROM (SELECT `api`.`take_text`($1::pg_catalog.text) AS "
			"`pgrst_scalar`) AS `take_text` | hi 'there' as 25" },
		{ "POST /rpc/take_xml\nContent-Type: text/xml\n\n<a>1</a>",
			"SELECT `take_xml`.`pgrst_scalar` FROM (SELECT `api`.`take_xml`($1::pg_catalog.xml) AS "
			"`pgrst_scalar`) AS `take_xml` | <a>1</a> as 25" },
		{ "POST /rpc/take_bytea\nContent-Type: application/octet-stream\n\nbytes",
			"SELECT `take_bytea`.`pgrst_scalar` FROM (SELECT `api`.`take_bytea`($1::pg_catalog.bytea) AS "
			"`pgrst_scalar`) AS `take_bytea` | bytes as 17" },
		{ "GET /rpc/picture\nAccept: image/png",
			"SELECT `picture`.`pgrst_scalar` FROM (SELECT `api`.`picture`() AS `pgrst_scalar`) AS `picture`" },
		{ "GET /rpc/picture",
			"SELECT `picture`.`pgrst_scalar` FROM (SELECT `api`.`picture`() AS `pgrst_scalar`) AS `picture`" },
		{ "POST /rpc/slow",
			"SELECT `slow`.`pgrst_scalar` FROM (SELECT `api`.`slow`() AS "
			"`pgrst_scalar`) AS `slow`" },
		{ "POST /rpc/find_items?select=id\nPrefer: handling=strict, max-affected=1\n\n{`word`:`a`}",
			"SELECT `items`.`id` FROM pg_catalog.json_to_record($1) AS `pgrst_body`(`word` text), LATERAL "
			"`api`.`find_items`(`word` := `pgrst_body`.`word`) AS `items` | {`word`:`a`} as 114" },
		{ "GET /rpc/add?a=1&b=2&id=eq.5",
			"SELECT `add`.`pgrst_scalar` FROM (SELECT `api`.`add`(`a` := $1::integer, `b` := $2::integer) AS "
			"`pgrst_scalar`) AS `add` WHERE (`add`.`id` = $3) | 1 | 2 | 5" },
		{ "GET /rpc/numbers?upto=3&select=pgrst_scalar&order=pgrst_scalar",
			"SELECT `numbers`.`pgrst_scalar` FROM (SELECT `api`.`numbers`(`upto` := $1::integer) AS "
			"`pgrst_scalar`) AS `numbers` ORDER BY `numbers`.`pgrst_scalar` | 3" },
	};
	struct conf c = fixture_conf();
	fixture_golden(rows, COUNT_OF(rows), &c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(calls),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
