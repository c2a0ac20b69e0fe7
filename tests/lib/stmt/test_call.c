/* The SQL of function calls.
 * SPDX-License-Identifier: MIT */
#include "../plan/fixture.h"

static void calls(void **state)
{
	(void)state;
	static const struct golden rows[] = {
		{ "GET /rpc/add?a=1&b=2",
			"SELECT `pgrst_source`.`pgrst_scalar` FROM (SELECT `api`.`add`(`a` := $1::integer, `b` := "
			"$2::integer) AS `pgrst_scalar`) AS `pgrst_source` | 1 | 2" },
		{ "GET /rpc/add?a=1",
			"SELECT `pgrst_source`.`pgrst_scalar` FROM (SELECT `api`.`add`(`a` := $1::integer) AS "
			"`pgrst_scalar`) AS `pgrst_source` | 1" },
		{ "POST /rpc/add\n\n{`a`:1,`b`:3}",
			"SELECT `pgrst_source`.`pgrst_scalar` FROM (SELECT `api`.`add`(`a` := `pgrst_body`.`a`, `b` := "
			"`pgrst_body`.`b`) AS `pgrst_scalar` FROM pg_catalog.json_to_record($1) AS `pgrst_body`(`a` "
			"integer, `b` integer)) AS `pgrst_source` | {`a`:1,`b`:3} as 114" },
		{ "POST /rpc/add\n\n[{`a`:1,`b`:3}]",
			"SELECT `pgrst_source`.`pgrst_scalar` FROM (SELECT `api`.`add`(`a` := `pgrst_body`.`a`, `b` := "
			"`pgrst_body`.`b`) AS `pgrst_scalar` FROM (SELECT * FROM pg_catalog.json_to_recordset($1) AS "
			"`pgrst_body`(`a` integer, `b` integer) LIMIT 1) AS `pgrst_body`) AS `pgrst_source` | [{`a`:1,"
			"`b`:3}] as 114" },
		{ "POST /rpc/add\nContent-Type: application/x-www-form-urlencoded\n\na=5&b=6",
			"SELECT `pgrst_source`.`pgrst_scalar` FROM (SELECT `api`.`add`(`a` := $1::integer, `b` := "
			"$2::integer) AS `pgrst_scalar`) AS `pgrst_source` | 5 | 6" },
		{ "POST /rpc/add?columns=a\n\n{`a`:1,`b`:3}",
			"SELECT `pgrst_source`.`pgrst_scalar` FROM (SELECT `api`.`add`(`a` := `pgrst_body`.`a`) AS "
			"`pgrst_scalar` FROM pg_catalog.json_to_record($1) AS `pgrst_body`(`a` integer)) AS `pgrst_source` "
			"| {`a`:1,`b`:3} as 114" },
		{ "GET /rpc/now_is",
			"SELECT pg_catalog.to_json(`pgrst_source`.`pgrst_scalar`) AS `pgrst_scalar` FROM (SELECT `api`."
			"`now_is`() AS `pgrst_scalar`) AS `pgrst_source`" },
		{ "GET /rpc/numbers?upto=5&limit=2&offset=1\nPrefer: count=exact",
			"SELECT `pgrst_source`.`pgrst_scalar` FROM (SELECT `api`.`numbers`(`upto` := $1::integer) AS "
			"`pgrst_scalar`) AS `pgrst_source` LIMIT $2 OFFSET $3 | 5 | 2 | 1" },
		{ "GET /rpc/numbers?upto=5\nAccept: application/vnd.pgrst.object+json",
			"SELECT `pgrst_source`.`pgrst_scalar` FROM (SELECT `api`.`numbers`(`upto` := $1::integer) AS "
			"`pgrst_scalar`) AS `pgrst_source` | 5" },
		{ "POST /rpc/restock", "SELECT `api`.`restock`() AS `pgrst_scalar`" },
		{ "POST /rpc/restock\n\n{}", "SELECT `api`.`restock`() AS `pgrst_scalar`" },
		{ "GET /rpc/find_items?word=a&select=id,name,made&price=gte.0&order=id.desc&limit=3\nPrefer: "
		  "count=exact",
			"SELECT `pgrst_call`.`id`, `pgrst_call`.`name`, pg_catalog.to_json(`pgrst_call`.`made`) AS "
			"`made` FROM `api`.`find_items`(`word` := $1::text) AS `pgrst_call` WHERE (`pgrst_call`.`price` "
			">= $2) ORDER BY `pgrst_call`.`id` DESC LIMIT $3 | a | 0 | 3" },
		{ "POST /rpc/find_items?select=id,tags&id=gt.0\n\n{`word`:`a`}",
			"SELECT `pgrst_call`.`id`, pg_catalog.to_json(`pgrst_call`.`tags`) AS `tags` FROM pg_catalog."
			"json_to_record($1) AS `pgrst_body`(`word` text), LATERAL `api`.`find_items`(`word` := "
			"`pgrst_body`.`word`) AS `pgrst_call` WHERE (`pgrst_call`.`id` > $2) | {`word`:`a`} as 114 | 0" },
		{ "POST /rpc/get_item?select=id,made\n\n{`id`:1}",
			"SELECT `pgrst_call`.`id`, pg_catalog.to_json(`pgrst_call`.`made`) AS `made` FROM pg_catalog."
			"json_to_record($1) AS `pgrst_body`(`id` integer), LATERAL `api`.`get_item`(`id` := `pgrst_body`."
			"`id`) AS `pgrst_call` | {`id`:1} as 114" },
		{ "POST /rpc/get_item?select=id,full_name\n\n{`id`:1}",
			"SELECT `pgrst_call`.`id`, pg_catalog.to_json(`pgrst_call`.`full_name`) AS `full_name` FROM "
			"pg_catalog.json_to_record($1) AS `pgrst_body`(`id` integer), LATERAL `api`.`get_item`(`id` := "
			"`pgrst_body`.`id`) AS `pgrst_call` | {`id`:1} as 114" },
		{ "GET /rpc/stats",
			"SELECT `pgrst_source`.`total`, pg_catalog.to_json(`pgrst_source`.`seen`) AS `seen` FROM `api`."
			"`stats`() AS `pgrst_source`" },
		{ "GET /rpc/stats?total=gt.0&select=total",
			"SELECT `pgrst_call`.`total` FROM `api`.`stats`() AS `pgrst_call` WHERE (`pgrst_call`.`total` > "
			"$1) | 0" },
		{ "GET /rpc/join_all?sep=,&parts=a&parts=b",
			"SELECT `pgrst_source`.`pgrst_scalar` FROM (SELECT `api`.`join_all`(`sep` := $1::text, VARIADIC "
			"`parts` := $2::text[]) AS `pgrst_scalar`) AS `pgrst_source` | , | {`a`,`b`}" },
		{ "POST /rpc/join_all\n\n{`sep`:`,`,`parts`:[`x`,`y`]}",
			"SELECT `pgrst_source`.`pgrst_scalar` FROM (SELECT `api`.`join_all`(`sep` := `pgrst_body`.`sep`, "
			"VARIADIC `parts` := `pgrst_body`.`parts`) AS `pgrst_scalar` FROM pg_catalog.json_to_record($1) "
			"AS `pgrst_body`(`sep` text, `parts` text[])) AS `pgrst_source` | {`sep`:`,`,`parts`:[`x`,`y`]} as "
			"114" },
		{ "POST /rpc/join_all\nContent-Type: application/x-www-form-urlencoded\n\nsep=-&parts=a&parts=b",
			"SELECT `pgrst_source`.`pgrst_scalar` FROM (SELECT `api`.`join_all`(`sep` := $1::text, VARIADIC "
			"`parts` := $2::text[]) AS `pgrst_scalar`) AS `pgrst_source` | - | {`a`,`b`}" },
		{ "POST /rpc/take_json\n\n{`any`:[1,2.50]}",
			"SELECT `pgrst_source`.`pgrst_scalar` FROM (SELECT `api`.`take_json`($1::pg_catalog.json) AS "
			"`pgrst_scalar`) AS `pgrst_source` | {`any`:[1,2.50]} as 114" },
		{ "POST /rpc/take_jsonb\n\n{`any`:[1,2.50]}",
			"SELECT `pgrst_source`.`pgrst_scalar` FROM (SELECT `api`.`take_jsonb`($1::pg_catalog.jsonb) AS "
			"`pgrst_scalar`) AS `pgrst_source` | {`any`:[1,2.50]} as 114" },
		{ "POST /rpc/take_text\nContent-Type: text/plain\n\nhi 'there'",
			"SELECT `pgrst_source`.`pgrst_scalar` FROM (SELECT `api`.`take_text`($1::pg_catalog.text) AS "
			"`pgrst_scalar`) AS `pgrst_source` | hi 'there' as 25" },
		{ "POST /rpc/take_xml\nContent-Type: text/xml\n\n<a>1</a>",
			"SELECT `pgrst_source`.`pgrst_scalar` FROM (SELECT `api`.`take_xml`($1::pg_catalog.xml) AS "
			"`pgrst_scalar`) AS `pgrst_source` | <a>1</a> as 25" },
		{ "POST /rpc/take_bytea\nContent-Type: application/octet-stream\n\nbytes",
			"SELECT `pgrst_source`.`pgrst_scalar` FROM (SELECT `api`.`take_bytea`($1::pg_catalog.bytea) AS "
			"`pgrst_scalar`) AS `pgrst_source` | bytes as 17" },
		{ "GET /rpc/picture\nAccept: image/png",
			"SELECT `pgrst_source`.`pgrst_scalar` FROM (SELECT `api`.`picture`() AS `pgrst_scalar`) AS "
			"`pgrst_source`" },
		{ "GET /rpc/picture",
			"SELECT `pgrst_source`.`pgrst_scalar` FROM (SELECT `api`.`picture`() AS `pgrst_scalar`) AS "
			"`pgrst_source`" },
		{ "POST /rpc/slow",
			"SELECT pg_catalog.to_json(`pgrst_source`.`pgrst_scalar`) AS `pgrst_scalar` FROM (SELECT `api`."
			"`slow`() AS `pgrst_scalar`) AS `pgrst_source`" },
		{ "POST /rpc/find_items?select=id\nPrefer: handling=strict, max-affected=1\n\n{`word`:`a`}",
			"SELECT `pgrst_call`.`id` FROM pg_catalog.json_to_record($1) AS `pgrst_body`(`word` text), "
			"LATERAL `api`.`find_items`(`word` := `pgrst_body`.`word`) AS `pgrst_call` | {`word`:`a`} as 114" },
		{ "GET /rpc/add?a=1&b=2&id=eq.5",
			"SELECT `pgrst_source`.`pgrst_scalar` FROM (SELECT `api`.`add`(`a` := $1::integer, `b` := "
			"$2::integer) AS `pgrst_scalar`) AS `pgrst_source` WHERE (`pgrst_source`.`id` = $3) | 1 | 2 | 5" },
		{ "GET /rpc/numbers?upto=3&select=pgrst_scalar&order=pgrst_scalar",
			"SELECT `pgrst_source`.`pgrst_scalar` FROM (SELECT `api`.`numbers`(`upto` := $1::integer) AS "
			"`pgrst_scalar`) AS `pgrst_source` ORDER BY `pgrst_source`.`pgrst_scalar` | 3" },
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
