/* The SQL of writes.
 * SPDX-License-Identifier: MIT */
#include "../plan/fixture.h"

static void writes(void **state)
{
	(void)state;
	static const struct golden rows[] = {
		{ "POST /items\nContent-Type: application/json\n\n{`name`:`x`,`price`:1.50}",
			"INSERT INTO `api`.`items`(`name`, `price`) SELECT `name`, `price` FROM pg_catalog."
			"json_to_record($1) AS `pgrst_body`(`name` text, `price` numeric(10,2)) | {`name`:`x`,`price`:1."
			"50} as 114" },
		{ "POST /items?select=id\nContent-Type: application/json\nPrefer: return=representation\n\n"
		  "[{`price`:1,`name`:`x`},{`name`:`y`,`price`:2}]",
			"INSERT INTO `api`.`items`(`name`, `price`) SELECT `name`, `price` FROM pg_catalog."
			"json_to_recordset($1) AS `pgrst_body`(`name` text, `price` numeric(10,2)) RETURNING `items`."
			"`id` | [{`price`:1,`name`:`x`},{`name`:`y`,`price`:2}] as 114" },
		{ "POST /items?select=id,tags,data->a\nPrefer: return=representation\n\n{`name`:`x`,`tags`:[`p`,"
		  "`q`],`data`:{`a`:[1]}}",
			"INSERT INTO `api`.`items`(`data`, `name`, `tags`) SELECT `data`, `name`, `tags` FROM pg_catalog."
			"json_to_record($1) AS `pgrst_body`(`data` jsonb, `name` text, `tags` text[]) RETURNING `items`."
			"`id`, `items`.`tags`, `items`.`data`->$2 AS `a` | {`name`:`x`,"
			"`tags`:[`p`,`q`],`data`:{`a`:[1]}} as 114 | a" },
		{ "POST /items\nPrefer: return=headers-only\n\n{`name`:`x`}",
			"INSERT INTO `api`.`items`(`name`) SELECT `name` FROM pg_catalog.json_to_record($1) AS "
			"`pgrst_body`(`name` text) RETURNING (pg_catalog.to_json(`items`.`id`) #>> '{}') AS `id` | "
			"{`name`:`x`} as 114" },
		{ "POST /log\nPrefer: return=headers-only\n\n{`line`:`x`}",
			"INSERT INTO `api`.`log`(`line`) SELECT `line` FROM pg_catalog.json_to_record($1) AS "
			"`pgrst_body`(`line` text) | {`line`:`x`} as 114" },
		{ "POST /items\n\n{}", "INSERT INTO `api`.`items` SELECT FROM (VALUES (1)) AS `pgrst_body`" },
		{ "POST /items\n\n[]",
			"INSERT INTO `api`.`items` SELECT FROM pg_catalog.json_array_elements($1) AS `pgrst_body` | [] "
			"as 114" },
		{ "POST /items?select=id\nPrefer: return=representation\n\n[{},{}]",
			"INSERT INTO `api`.`items` SELECT FROM pg_catalog.json_array_elements($1) AS `pgrst_body` "
			"RETURNING `items`.`id` | [{},{}] as 114" },
		{ "POST /items?columns=name,price&select=id\nPrefer: return=representation\n\n[{`name`:`a`,"
		  "`price`:3,`zzz`:1},{`name`:`b`}]",
			"INSERT INTO `api`.`items`(`name`, `price`) SELECT `name`, `price` FROM pg_catalog."
			"json_to_recordset($1) AS `pgrst_body`(`name` text, `price` numeric(10,2)) RETURNING `items`."
			"`id` | [{`name`:`a`,`price`:3,`zzz`:1},{`name`:`b`}] as 114" },
		{ "POST /items?columns=name\nPrefer: missing=default\n\n {`name`:`a`}",
			"INSERT INTO `api`.`items`(`name`) SELECT `name` FROM pg_catalog.json_to_record($1) AS "
			"`pgrst_body`(`name` text) |  {`name`:`a`} as 114" },
		{ "POST /items?columns=id,name,price&select=id\nPrefer: missing=default, return=representation\n\n"
		  "[{`name`:`a`},{`name`:`b`,`price`:5}]",
			"INSERT INTO `api`.`items`(`id`, `name`, `price`) SELECT `id`, `name`, `price` FROM pg_catalog."
			"jsonb_to_recordset((SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(E'id', "
			"nextval('api.items_id_seq'::regclass), E'price', 0) || element) FROM pg_catalog."
			"jsonb_array_elements($1::jsonb) AS element)) AS `pgrst_body`(`id` integer, `name` text, `price` "
			"numeric(10,2)) RETURNING `items`.`id` | [{`name`:`a`},{`name`:`b`,`price`:5}] as 114" },
		{ "POST /items?select=id\nPrefer: missing=default, return=representation\n\n{`id`:7,`name`:`z`}",
			"INSERT INTO `api`.`items`(`id`, `name`) SELECT `id`, `name` FROM pg_catalog.json_to_record($1) "
			"AS `pgrst_body`(`id` integer, `name` text) RETURNING `items`.`id` | {`id`:7,`name`:`z`} as 114" },
		{ "POST /orders?columns=id,item_id\nPrefer: missing=default, return=representation\n\n"
		  "[{`item_id`:4}]",
			"INSERT INTO `api`.`orders`(`id`, `item_id`) SELECT `id`, `item_id` FROM "
			"pg_catalog.jsonb_to_recordset((SELECT "
			"pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(E'id', "
			"pg_catalog.nextval(pg_catalog.pg_get_serial_sequence(E'`api`.`orders`', E'id'))) || "
			"element) FROM pg_catalog.jsonb_array_elements($1::jsonb) AS element)) AS `pgrst_body`(`id` "
			"integer, `item_id` integer) RETURNING `orders`.* | [{`item_id`:4}] as 114" },
		{ "POST /items?select=id\nContent-Type: application/x-www-form-urlencoded\nPrefer: "
		  "return=representation\n\nname=a+b&price=4",
			"INSERT INTO `api`.`items`(`name`, `price`) SELECT `name`, `price` FROM pg_catalog."
			"json_to_record($1) AS `pgrst_body`(`name` text, `price` numeric(10,2)) RETURNING `items`.`id` | "
			"{`name`:`a b`,`price`:`4`} as 114" },
		{ "POST /items?select=id\nContent-Type: text/csv\nPrefer: return=representation\n\nprice,name\n1,a\n2,NULL",
			"INSERT INTO `api`.`items`(`name`, `price`) SELECT `name`, `price` FROM ROWS FROM "
			"(pg_catalog.unnest($1::text[]), "
			"pg_catalog.unnest($2::numeric[])) AS `pgrst_body`(`name`, `price`) RETURNING `items`.`id` | {a,NULL} | "
			"{1,2}" },
		{ "POST /items\nContent-Type: text/csv\n\ntags,data,id\n{},x,1\n",
			"INSERT INTO `api`.`items`(`data`, `id`, `tags`) SELECT `data`, `id`, `tags` FROM (SELECT "
			"`data`::jsonb AS `data`, `id`, `tags`::text[] AS `tags` FROM ROWS FROM (pg_catalog."
			"unnest($1::text[]), pg_catalog.unnest($2::integer[]), pg_catalog.unnest($3::text[])) AS "
			"`pgrst_raw`(`data`, `id`, `tags`)) AS `pgrst_body` | {x} | {1} | {`{}`}" },
		{ "PATCH /paints?id=eq.1\n\n{`id`:1,`color`:`#00ff00`}",
			"UPDATE `api`.`paints` SET `color` = `pgrst_body`.`color`, `id` = `pgrst_body`.`id` FROM (SELECT api."
			"color_of_json(`color`) AS `color`, `id` FROM pg_catalog.json_to_record($1) AS `pgrst_raw`(`color` json, "
			"`id` integer)) AS `pgrst_body` WHERE (`paints`.`id` = $2) | {`id`:1,`color`:`#00ff00`} as 114 | 1" },
		{ "POST /paints\nContent-Type: text/csv\n\nid,color\n1,#00ff00\n",
			"INSERT INTO `api`.`paints`(`color`, `id`) SELECT `color`, `id` FROM (SELECT api.color_of_json(CASE "
			"WHEN `color` LIKE ANY (ARRAY['`%`', '{%}', '[%]']) THEN `color`::json ELSE pg_catalog."
			"to_json(`color`) END) AS `color`, `id` FROM ROWS FROM (pg_catalog.unnest($1::text[]), pg_catalog."
			"unnest($2::integer[])) AS `pgrst_raw`(`color`, `id`)) AS `pgrst_body` | {#00ff00} | {1}" },
		{ "PATCH /items?id=eq.1\nContent-Type: text/csv\n\nname\nx\n",
			"UPDATE `api`.`items` SET `name` = `pgrst_body`.`name` FROM ROWS FROM (pg_catalog.unnest($1::text[])) AS "
			"`pgrst_body`(`name`) WHERE (`items`.`id` = $2) | {x} | 1" },
		{ "POST /items?select=id\nPrefer: resolution=merge-duplicates, return=representation\n\n[{`id`:1,"
		  "`name`:`x`}]",
			"INSERT INTO `api`.`items`(`id`, `name`) SELECT `id`, `name` FROM pg_catalog."
			"json_to_recordset($1) AS `pgrst_body`(`id` integer, `name` text) WHERE pg_catalog."
			"set_config('rowgate.inserted', (coalesce(nullif(pg_catalog.current_setting('rowgate.inserted', "
			"true), ''), '0')::int + 1)::text, true) IS NOT NULL ON CONFLICT (`id`) DO UPDATE SET `id` = "
			"`excluded`.`id`, `name` = `excluded`.`name` WHERE pg_catalog.set_config('rowgate.inserted', "
			"(coalesce(nullif(pg_catalog.current_setting('rowgate.inserted', true), ''), '0')::int - "
			"1)::text, true) IS NOT NULL RETURNING `items`.`id` | [{`id`:1,`name`:`x`}] as 114" },
		{ "POST /items\nPrefer: resolution=ignore-duplicates\n\n[{`id`:1,`name`:`x`}]",
			"INSERT INTO `api`.`items`(`id`, `name`) SELECT `id`, `name` FROM pg_catalog."
			"json_to_recordset($1) AS `pgrst_body`(`id` integer, `name` text) ON CONFLICT (`id`) DO NOTHING "
			"| [{`id`:1,`name`:`x`}] as 114" },
		{ "POST /pairs?on_conflict=a,b\nPrefer: resolution=merge-duplicates\n\n{`a`:1,`b`:2,`v`:`q`}",
			"INSERT INTO `api`.`pairs`(`a`, `b`, `v`) SELECT `a`, `b`, `v` FROM pg_catalog."
			"json_to_record($1) AS `pgrst_body`(`a` integer, `b` integer, `v` text) WHERE pg_catalog."
			"set_config('rowgate.inserted', (coalesce(nullif(pg_catalog.current_setting('rowgate.inserted', "
			"true), ''), '0')::int + 1)::text, true) IS NOT NULL ON CONFLICT (`a`, `b`) DO UPDATE SET `a` = "
			"`excluded`.`a`, `b` = `excluded`.`b`, `v` = `excluded`.`v` WHERE pg_catalog.set_config('rowgate."
			"inserted', (coalesce(nullif(pg_catalog.current_setting('rowgate.inserted', true), ''), "
			"'0')::int - 1)::text, true) IS NOT NULL | {`a`:1,`b`:2,`v`:`q`} as 114" },
		{ "POST /log\nPrefer: resolution=merge-duplicates\n\n{`line`:`1`}",
			"INSERT INTO `api`.`log`(`line`) SELECT `line` FROM pg_catalog.json_to_record($1) AS "
			"`pgrst_body`(`line` text) WHERE pg_catalog.set_config('rowgate.inserted', (coalesce(nullif("
			"pg_catalog.current_setting('rowgate.inserted', true), ''), '0')::int + 1)::text, true) IS NOT NULL "
			"| {`line`:`1`} as 114" },
		{ "POST /log?on_conflict=line\nPrefer: resolution=ignore-duplicates\n\n{`line`:`1`}",
			"INSERT INTO `api`.`log`(`line`) SELECT `line` FROM pg_catalog.json_to_record($1) AS "
			"`pgrst_body`(`line` text) ON CONFLICT (`line`) WHERE (line <> ''::text) DO NOTHING | {`line`:`1`} as "
			"114" },
		{ "PATCH /items?id=eq.1&select=id\nPrefer: return=representation\n\n{`name`:`new`,`tags`:[`q`]}",
			"UPDATE `api`.`items` SET `name` = `pgrst_body`.`name`, `tags` = `pgrst_body`.`tags` FROM "
			"pg_catalog.json_to_record($1) AS `pgrst_body`(`name` text, `tags` text[]) WHERE (`items`.`id` = "
			"$2) RETURNING `items`.`id` | {`name`:`new`,`tags`:[`q`]} as 114 | 1" },
		{ "PATCH /items?id=eq.1&name=like.a*\n\n{`name`:`new`}",
			"UPDATE `api`.`items` SET `name` = `pgrst_body`.`name` FROM pg_catalog.json_to_record($1) AS "
			"`pgrst_body`(`name` text) WHERE (`items`.`id` = $2 AND `items`.`name` LIKE $3) | {`name`:`new`} "
			"as 114 | 1 | a%" },
		{ "PATCH /items?id=eq.1\n\n{}", "SELECT NULL FROM `api`.`items` WHERE false" },
		{ "PATCH /items?id=eq.1&select=id,name\nPrefer: return=representation\n\n[]",
			"SELECT `items`.`id`, `items`.`name` FROM `api`.`items` WHERE false" },
		{ "PATCH /items\nPrefer: missing=default\n\n{`price`:3}",
			"UPDATE `api`.`items` SET `price` = `pgrst_body`.`price` FROM pg_catalog.json_to_record($1) AS "
			"`pgrst_body`(`price` numeric(10,2)) | {`price`:3} as 114" },
		{ "PATCH /items?id=eq.1\nPrefer: handling=strict, max-affected=5\n\n{`name`:`new`}",
			"UPDATE `api`.`items` SET `name` = `pgrst_body`.`name` FROM pg_catalog.json_to_record($1) AS "
			"`pgrst_body`(`name` text) WHERE (`items`.`id` = $2) | {`name`:`new`} as 114 | 1" },
		{ "DELETE /items?id=eq.1", "DELETE FROM `api`.`items` WHERE (`items`.`id` = $1) | 1" },
		{ "DELETE /items?or=(id.eq.1,name.eq.b)&select=id,name\nPrefer: return=representation",
			"DELETE FROM `api`.`items` WHERE ((`items`.`id` = $1 OR `items`.`name` = $2)) RETURNING `items`."
			"`id`, `items`.`name` | 1 | b" },
		{ "DELETE /items\nAccept: application/vnd.pgrst.object+json", "DELETE FROM `api`.`items`" },
		{ "PUT /items?id=eq.9&select=id\nPrefer: return=representation\n\n{`id`:9,`name`:`put`}",
			"INSERT INTO `api`.`items`(`id`, `name`) SELECT `id`, `name` FROM pg_catalog.json_to_record($1) "
			"AS `pgrst_body`(`id` integer, `name` text) WHERE (`pgrst_body`.`id` = $2) AND pg_catalog."
			"set_config('rowgate.inserted', (coalesce(nullif(pg_catalog.current_setting('rowgate.inserted', "
			"true), ''), '0')::int + 1)::text, true) IS NOT NULL ON CONFLICT (`id`) DO UPDATE SET `id` = "
			"`excluded`.`id`, `name` = `excluded`.`name` WHERE pg_catalog.set_config('rowgate.inserted', "
			"(coalesce(nullif(pg_catalog.current_setting('rowgate.inserted', true), ''), '0')::int - "
			"1)::text, true) IS NOT NULL RETURNING `items`.`id` | {`id`:9,`name`:`put`} as 114 | 9" },
		{ "PUT /items?id=eq.9\n\n{`id`:8,`name`:`put`}",
			"INSERT INTO `api`.`items`(`id`, `name`) SELECT `id`, `name` FROM pg_catalog.json_to_record($1) "
			"AS `pgrst_body`(`id` integer, `name` text) WHERE (`pgrst_body`.`id` = $2) AND pg_catalog."
			"set_config('rowgate.inserted', (coalesce(nullif(pg_catalog.current_setting('rowgate.inserted', "
			"true), ''), '0')::int + 1)::text, true) IS NOT NULL ON CONFLICT (`id`) DO UPDATE SET `id` = "
			"`excluded`.`id`, `name` = `excluded`.`name` WHERE pg_catalog.set_config('rowgate.inserted', "
			"(coalesce(nullif(pg_catalog.current_setting('rowgate.inserted', true), ''), '0')::int - "
			"1)::text, true) IS NOT NULL | {`id`:8,`name`:`put`} as 114 | 9" },
		{ "PUT /pairs?a=eq.1&b=eq.2\n\n{`a`:1,`b`:2,`v`:`x`}",
			"INSERT INTO `api`.`pairs`(`a`, `b`, `v`) SELECT `a`, `b`, `v` FROM pg_catalog."
			"json_to_record($1) AS `pgrst_body`(`a` integer, `b` integer, `v` text) WHERE (`pgrst_body`.`a` "
			"= $2 AND `pgrst_body`.`b` = $3) AND pg_catalog.set_config('rowgate.inserted', "
			"(coalesce(nullif(pg_catalog.current_setting('rowgate.inserted', true), ''), '0')::int + "
			"1)::text, true) IS NOT NULL ON CONFLICT (`a`, `b`) DO UPDATE SET `a` = `excluded`.`a`, `b` = "
			"`excluded`.`b`, `v` = `excluded`.`v` WHERE pg_catalog.set_config('rowgate.inserted', "
			"(coalesce(nullif(pg_catalog.current_setting('rowgate.inserted', true), ''), '0')::int - "
			"1)::text, true) IS NOT NULL | {`a`:1,`b`:2,`v`:`x`} as 114 | 1 | 2" },
		{ "POST /odd%20%22t%22\nPrefer: return=representation\n\n{`we\\`ird`:`v`}",
			"INSERT INTO `api`.`odd ``t```(`we``ird`) SELECT `we``ird` FROM "
			"pg_catalog.json_to_record($1) AS `pgrst_body`(`we``ird` text) RETURNING `odd ``t```.* | "
			"{`we\\`ird`:`v`} as 114" },
		{ "POST /pairs?select=v&order=b.desc,a\nPrefer: return=representation\n\n{`a`:1,`b`:2}",
			"WITH pgrst_source AS (INSERT INTO `api`.`pairs`(`a`, `b`) SELECT `a`, `b` FROM pg_catalog."
			"json_to_record($1) AS `pgrst_body`(`a` integer, `b` integer) RETURNING `pairs`.`v`, `pairs`.`b`, "
			"`pairs`.`a`) SELECT `pairs`.`v` FROM pgrst_source AS `pairs` ORDER BY `pairs`.`b` DESC, `pairs`.`a` "
			"| {`a`:1,`b`:2} as 114" },
		{ "POST /items?select=name,count()\nPrefer: return=representation\n\n[{`name`:`a`}]",
			"400 PGRST123 Use of aggregate functions is not allowed" },
		{ "POST /items?columns=id,name\nPrefer: missing=default\n\n{`name`:`a`}",
			"INSERT INTO `api`.`items`(`id`, `name`) SELECT `id`, `name` FROM pg_catalog."
			"jsonb_to_record(pg_catalog.jsonb_build_object(E'id', nextval('api.items_id_seq'::regclass)) || "
			"$1::jsonb) AS `pgrst_body`(`id` integer, `name` text) | {`name`:`a`} as 114" },
		{ "POST /pairs\nPrefer: return=headers-only\n\n{`a`:1,`b`:2}",
			"INSERT INTO `api`.`pairs`(`a`, `b`) SELECT `a`, `b` FROM pg_catalog.json_to_record($1) AS "
			"`pgrst_body`(`a` integer, `b` integer) RETURNING (pg_catalog.to_json(`pairs`.`a`) #>> '{}') AS "
			"`a`, (pg_catalog.to_json(`pairs`.`b`) #>> '{}') AS `b` | {`a`:1,`b`:2} as 114" },
		{ "POST /items\n\n7",
			"INSERT INTO `api`.`items` SELECT FROM pg_catalog.json_array_elements($1) AS `pgrst_body` | [] "
			"as 114" },
		{ "PUT /items?id=eq.1\n\n{}",
			"INSERT INTO `api`.`items` SELECT FROM (VALUES (1)) AS `pgrst_body` WHERE (`pgrst_body`.`id` = "
			"$1) AND pg_catalog.set_config('rowgate.inserted', (coalesce(nullif(pg_catalog."
			"current_setting('rowgate.inserted', true), ''), '0')::int + 1)::text, true) IS NOT NULL ON "
			"CONFLICT (`id`) DO NOTHING | 1" },
	};
	struct conf c = fixture_conf();
	fixture_golden(rows, COUNT_OF(rows), &c);
}

/* Every field is a JSON string. */
static void csv_of_postgrest(void **state)
{
	(void)state;
	static const struct golden rows[] = {
		{ "POST /items\nContent-Type: text/csv\n\ntags,data,id\n{},x,1\n",
			"INSERT INTO `api`.`items`(`data`, `id`, `tags`) SELECT `data`, `id`, `tags` FROM (SELECT pg_catalog."
			"to_json(`data`)::jsonb AS `data`, `id`, `tags`::text[] AS `tags` FROM ROWS FROM (pg_catalog."
			"unnest($1::text[]), pg_catalog.unnest($2::integer[]), pg_catalog.unnest($3::text[])) AS "
			"`pgrst_raw`(`data`, `id`, `tags`)) AS `pgrst_body` | {x} | {1} | {`{}`}" },
		{ "POST /paints\nContent-Type: text/csv\n\nid,color\n1,#00ff00\n",
			"INSERT INTO `api`.`paints`(`color`, `id`) SELECT `color`, `id` FROM (SELECT api.color_of_json(pg_catalog."
			"to_json(`color`)) AS `color`, `id` FROM ROWS FROM (pg_catalog.unnest($1::text[]), pg_catalog."
			"unnest($2::integer[])) AS `pgrst_raw`(`color`, `id`)) AS `pgrst_body` | {#00ff00} | {1}" },
	};
	struct conf c = fixture_conf();
	c.csv_dialect = CONF_CSV_POSTGREST;
	fixture_golden(rows, COUNT_OF(rows), &c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes),
		cmocka_unit_test(csv_of_postgrest),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
