/* The SQL of embeds: joins of every kind, their filters, order and range, spreads, and what they sit on.
 * SPDX-License-Identifier: MIT */
#include "../plan/fixture.h"

static void to_one(void **state)
{
	(void)state;
	static const struct golden rows[] = {
		{ "GET /orders?select=id,items!orders_item_id_fkey(name)",
			"SELECT `orders`.`id`, `orders_items_1`.* FROM `api`.`orders` LEFT JOIN LATERAL (SELECT true AS `items`, "
			"`items_1`.`name` FROM `api`.`items` AS `items_1` WHERE `items_1`.`id` = `orders`.`item_id`) AS "
			"`orders_items_1` ON true" },
		{ "GET /orders?select=id,item_id(name)&order=item_id(name).desc.nullslast",
			"SELECT `orders`.`id`, `orders_item_id_1`.j AS `item_id` FROM `api`.`orders` LEFT JOIN LATERAL "
			"(SELECT (SELECT pg_catalog.row_to_json(pgrst_row.*) FROM (SELECT `items_1`.`name`) AS pgrst_row) AS "
			"j, `items_1`.`name` AS o1 FROM `api`.`items` AS `items_1` WHERE `items_1`.`id` = `orders`.`item_id`) "
			"AS `orders_item_id_1` ON true ORDER BY `orders_item_id_1`.o1 DESC NULLS LAST" },
		{ "GET /orders?select=id,item_id!inner(name)&item_id.name=eq.x",
			"SELECT `orders`.`id`, `orders_item_id_1`.* FROM `api`.`orders` JOIN LATERAL (SELECT true AS `item_id`, "
			"`items_1`.`name` FROM `api`.`items` AS `items_1` WHERE `items_1`.`id` = `orders`.`item_id` AND "
			"(`items_1`.`name` = $1)) AS `orders_item_id_1` ON true | x" },
		{ "GET /orders?select=id,best_item(id)",
			"SELECT `orders`.`id`, `orders_best_item_1`.* FROM `api`.`orders` LEFT JOIN LATERAL (SELECT true AS "
			"`best_item`, `items_1`.`id` FROM `api`.`best_item`(`orders`.*) AS `items_1`) AS `orders_best_item_1` ON "
			"true" },
	};
	struct conf c = fixture_conf();
	c.db_aggregates_enabled = true;
	fixture_golden(rows, COUNT_OF(rows), &c);
}

static void to_many(void **state)
{
	(void)state;
	static const struct golden rows[] = {
		{ "GET "
		  "/items?select=id,orders!item_id(id)&orders.order=id.desc&orders.limit=2&orders.offset=1&orders.id=gt."
		  "5",
			"SELECT `items`.`id`, (SELECT pg_catalog.concat(pg_catalog.array_agg(pgrst_row.c1)) FROM (SELECT "
			"`orders_1`.`id` AS c1 FROM `api`.`orders` AS `orders_1` WHERE `orders_1`.`item_id` = `items`.`id` AND "
			"(`orders_1`.`id` > $1) ORDER BY `orders_1`.`id` DESC LIMIT $2 OFFSET $3) AS pgrst_row) AS `orders`, "
			"(NULL::`api`.`orders`).`id` AS `id` FROM `api`.`items` | 5 | 2 | 1" },
		{ "GET /items?select=id,orders!orders_item_id_fkey!inner(id)",
			"SELECT `items`.`id`, (SELECT pg_catalog.concat(pg_catalog.array_agg(pgrst_row.c1)) FROM (SELECT "
			"`orders_1`.`id` AS c1 FROM `api`.`orders` AS `orders_1` WHERE `orders_1`.`item_id` = `items`.`id`) AS "
			"pgrst_row) AS `orders`, (NULL::`api`.`orders`).`id` AS `id` FROM `api`.`items` WHERE EXISTS (SELECT 1 "
			"FROM `api`.`orders` AS `orders_1` WHERE `orders_1`.`item_id` = `items`.`id`)" },
		{ "GET /items?select=id,other:orders!pairs(id)",
			"SELECT `items`.`id`, (SELECT pg_catalog.concat(pg_catalog.array_agg(pgrst_row.c1)) FROM (SELECT "
			"`orders`.`id` AS c1 FROM `api`.`orders` AS `orders`, `api`.`pairs` AS `pairs` WHERE `pairs`.`a` = "
			"`items`.`id` AND `orders`.`id` = `pairs`.`b`) AS pgrst_row) AS `other`, (NULL::`api`.`orders`).`id` AS "
			"`id` FROM `api`.`items`" },
		{ "GET /cheap_items?select=id,orders!orders_item_id_fkey(id)",
			"SELECT `cheap_items`.`id`, (SELECT pg_catalog.concat(pg_catalog.array_agg(pgrst_row.c1)) FROM (SELECT "
			"`orders_1`.`id` AS c1 FROM `api`.`orders` AS `orders_1` WHERE `orders_1`.`item_id` = `cheap_items`.`id`) "
			"AS pgrst_row) AS `orders`, (NULL::`api`.`orders`).`id` AS `id` FROM `api`.`cheap_items`" },
	};
	struct conf c = fixture_conf();
	c.db_aggregates_enabled = true;
	fixture_golden(rows, COUNT_OF(rows), &c);
}

static void nested(void **state)
{
	(void)state;
	static const struct golden rows[] = {
		{ "GET /items?select=id,orders!orders_item_id_fkey(id,pairs(v))&limit=3&order=id",
			"SELECT `items`.`id`, (SELECT coalesce(pg_catalog.json_agg(pgrst_row.*), '[]') AS j FROM (SELECT "
			"`orders_1`.`id`, (SELECT coalesce(pg_catalog.json_agg(pgrst_row.*), '[]') AS j FROM (SELECT "
			"`pairs_2`.`v` FROM `api`.`pairs` AS `pairs_2` WHERE `pairs_2`.`b` = `orders_1`.`id`) AS pgrst_row) "
			"AS `pairs` FROM `api`.`orders` AS `orders_1` WHERE `orders_1`.`item_id` = `items`.`id`) AS "
			"pgrst_row) AS `orders` FROM `api`.`items` ORDER BY `items`.`id` LIMIT 3" },
		{ "GET /orders?select=id,item_id(n:count())&order=item_id(name)",
			"SELECT `orders`.`id`, `orders_item_id_1`.j AS `item_id` FROM `api`.`orders` LEFT JOIN LATERAL (SELECT "
			"(SELECT pg_catalog.row_to_json(pgrst_row.*) FROM (SELECT pgrst_group.c1 AS `n`) AS pgrst_row) AS j, "
			"pgrst_group.o1 FROM (SELECT count(*) AS c1, pg_catalog.mode() WITHIN GROUP (ORDER BY `items_1`.`name`) "
			"AS o1 FROM `api`.`items` AS `items_1` WHERE `items_1`.`id` = `orders`.`item_id`) AS pgrst_group) AS "
			"`orders_item_id_1` ON true ORDER BY `orders_item_id_1`.o1" },
		{ "GET /orders?select=item_id,count(),item_id()&order=item_id(name)",
			"SELECT `orders`.`item_id`, count(*) AS `count` FROM `api`.`orders` LEFT JOIN LATERAL (SELECT "
			"`items_1`.`name` AS o1 FROM `api`.`items` AS `items_1` WHERE `items_1`.`id` = `orders`.`item_id`) AS "
			"`orders_item_id_1` ON true GROUP BY `orders`.`item_id`, `orders_item_id_1`.o1 ORDER BY "
			"`orders_item_id_1`.o1" },
		{ "GET /pairs?select=orders(item_id(name))&orders.item_id=is.null",
			"SELECT `pairs_orders_1`.* FROM `api`.`pairs` LEFT JOIN LATERAL (SELECT true AS `orders`, "
			"`orders_item_id_2`.* FROM `api`.`orders` AS `orders_1` LEFT JOIN LATERAL (SELECT true AS `item_id`, "
			"`items_2`.`name` FROM `api`.`items` AS `items_2` WHERE `items_2`.`id` = `orders_1`.`item_id`) AS "
			"`orders_item_id_2` ON true WHERE `orders_1`.`id` = `pairs`.`b` AND (NOT EXISTS (SELECT 1 FROM "
			"`api`.`items` AS `items_2` WHERE `items_2`.`id` = `orders_1`.`item_id`))) AS `pairs_orders_1` ON true" },
	};
	struct conf c = fixture_conf();
	c.db_aggregates_enabled = true;
	fixture_golden(rows, COUNT_OF(rows), &c);
}

static void spreads(void **state)
{
	(void)state;
	static const struct golden rows[] = {
		{ "GET /orders?select=id,...item_id(name,price)&order=item_id(name).desc",
			"SELECT `orders`.`id`, `orders_item_id_1`.c1 AS `name`, `orders_item_id_1`.c2 AS `price` FROM "
			"`api`.`orders` LEFT JOIN LATERAL (SELECT `items_1`.`name` AS c1, `items_1`.`price` AS c2, "
			"`items_1`.`name` AS o1 FROM `api`.`items` AS `items_1` WHERE `items_1`.`id` = `orders`.`item_id`) AS "
			"`orders_item_id_1` ON true ORDER BY `orders_item_id_1`.o1 DESC" },
		{ "GET /items?select=id,...orders!orders_item_id_fkey(order_ids:id)&orders.order=id",
			"SELECT `items`.`id`, `items_orders_1`.c1 AS `order_ids` FROM `api`.`items` LEFT JOIN LATERAL (SELECT "
			"coalesce(pg_catalog.json_agg(pgrst_row.c1), '[]') AS c1 FROM (SELECT `orders_1`.`id` AS c1 FROM "
			"`api`.`orders` AS `orders_1` WHERE `orders_1`.`item_id` = `items`.`id` ORDER BY `orders_1`.`id`) AS "
			"pgrst_row) AS `items_orders_1` ON true" },
		{ "GET /orders?select=...item_id(name),id.sum()",
			"SELECT sum(`orders`.`id`) AS `sum`, `orders_item_id_1`.c1 AS `name` FROM `api`.`orders` LEFT JOIN "
			"LATERAL (SELECT `items_1`.`name` AS c1 FROM `api`.`items` AS `items_1` WHERE `items_1`.`id` = "
			"`orders`.`item_id`) AS `orders_item_id_1` ON true GROUP BY `orders_item_id_1`.c1" },
		{ "GET /items?select=id,...orders!orders_item_id_fkey(id.sum())",
			"400 PGRST127 Feature not implemented | Aggregates are not implemented for one-to-many or "
			"many-to-many spreads." },
	};
	struct conf c = fixture_conf();
	c.db_aggregates_enabled = true;
	fixture_golden(rows, COUNT_OF(rows), &c);
}

static void without_output(void **state)
{
	(void)state;
	static const struct golden rows[] = {
		{ "GET /items?select=id,orders!orders_item_id_fkey()&orders=is.null",
			"SELECT `items`.`id` FROM `api`.`items` WHERE (NOT EXISTS (SELECT 1 FROM `api`.`orders` AS `orders_1` "
			"WHERE `orders_1`.`item_id` = `items`.`id`))" },
		{ "GET /items?select=id,orders!orders_item_id_fkey()&or=(id.eq.1,orders.not.is.null)",
			"SELECT `items`.`id` FROM `api`.`items` WHERE ((`items`.`id` = $1 OR EXISTS (SELECT 1 FROM "
			"`api`.`orders` AS `orders_1` WHERE `orders_1`.`item_id` = `items`.`id`))) | 1" },
		{ "GET /items?select=id,orders!orders_item_id_fkey()&orders=eq.1",
			"400 PGRST120 Bad operator on the 'orders' embedded resource | Only is null or not is null filters "
			"are allowed on embedded resources" },
	};
	struct conf c = fixture_conf();
	c.db_aggregates_enabled = true;
	fixture_golden(rows, COUNT_OF(rows), &c);
}

static void over_something_else(void **state)
{
	(void)state;
	static const struct golden rows[] = {
		{ "GET /rpc/find_items?word=x&select=id,orders!orders_item_id_fkey(id)",
			"SELECT `items`.`id`, (SELECT coalesce(pg_catalog.json_agg(pgrst_row.*), '[]') AS j FROM (SELECT "
			"`orders_1`.`id` FROM `api`.`orders` AS `orders_1` WHERE `orders_1`.`item_id` = `items`.`id`) AS "
			"pgrst_row) AS `orders` FROM `api`.`find_items`(`word` := $1::text) AS `items` | x" },
		{ "POST /orders?select=id,item_id(name)\nPrefer: return=representation\n\n{`item_id`:1}",
			"WITH pgrst_source AS (INSERT INTO `api`.`orders`(`item_id`) SELECT `item_id` FROM "
			"pg_catalog.json_to_record($1) AS `pgrst_body`(`item_id` integer) RETURNING `orders`.`id`, "
			"`orders`.`item_id`) SELECT `orders`.`id`, `orders_item_id_1`.* FROM pgrst_source AS `orders` LEFT JOIN "
			"LATERAL (SELECT true AS `item_id`, `items_1`.`name` FROM `api`.`items` AS `items_1` WHERE `items_1`.`id` "
			"= `orders`.`item_id`) AS `orders_item_id_1` ON true | {`item_id`:1} as 114" },
		{ "PATCH /orders?select=id,item_id(name)&item_id.name=eq.x&id=eq.1\nPrefer: "
		  "return=representation\n\n{`item_id`:1}",
			"WITH pgrst_source AS (UPDATE `api`.`orders` SET `item_id` = `pgrst_body`.`item_id` FROM "
			"pg_catalog.json_to_record($1) AS `pgrst_body`(`item_id` integer) WHERE (`orders`.`id` = $2) RETURNING "
			"`orders`.`id`, `orders`.`item_id`) SELECT `orders`.`id`, `orders_item_id_1`.* FROM pgrst_source AS "
			"`orders` LEFT JOIN LATERAL (SELECT true AS `item_id`, `items_1`.`name` FROM `api`.`items` AS `items_1` "
			"WHERE `items_1`.`id` = `orders`.`item_id` AND (`items_1`.`name` = $3)) AS `orders_item_id_1` ON true | "
			"{`item_id`:1} as 114 | 1 | x" },
	};
	struct conf c = fixture_conf();
	c.db_aggregates_enabled = true;
	fixture_golden(rows, COUNT_OF(rows), &c);
}

static void aggregates(void **state)
{
	(void)state;
	static const struct golden rows[] = {
		{ "GET /items?select=name,orders!orders_item_id_fkey(count(),id.max())",
			"SELECT `items`.`name`, (SELECT coalesce(pg_catalog.json_agg(pgrst_row.*), '[]') AS j FROM (SELECT "
			"count(*) AS `count`, max(`orders_1`.`id`) AS `max` FROM `api`.`orders` AS `orders_1` WHERE "
			"`orders_1`.`item_id` = `items`.`id`) AS pgrst_row) AS `orders` FROM `api`.`items`" },
	};
	struct conf c = fixture_conf();
	c.db_aggregates_enabled = true;
	fixture_golden(rows, COUNT_OF(rows), &c);
}

static void not_possible(void **state)
{
	(void)state;
	static const struct golden rows[] = {
		{ "GET /orders?select=id,items(name)",
			"300 PGRST201 Could not embed because more than one relationship was found for 'orders' and 'items' | "
			"[{`cardinality`:`many-to-one`,`embedding`:`orders with items`,`relationship`:`orders_item_id_fkey "
			"using orders(item_id) and items(id)`},{`cardinality`:`many-to-many`,`embedding`:`orders with "
			"items`,`relationship`:`pairs using pairs_b_fkey(b) and pairs_a_fkey(a)`}] | Try changing 'items' to "
			"one of the following: 'items!orders_item_id_fkey', 'items!pairs'. Find the desired relationship in "
			"the 'details' key." },
		{ "GET /items?select=id,log(line)",
			"400 PGRST200 Could not find a relationship between 'items' and 'log' in the schema cache | Searched "
			"for a foreign key relationship between 'items' and 'log' in the schema 'api', but no matches were "
			"found." },
		{ "GET /items?select=id,orders!pairs(id)&order=orders(id)",
			"400 PGRST118 A related order on 'orders' is not possible | 'items' and 'orders' do not form a "
			"many-to-one or one-to-one relationship" },
	};
	struct conf c = fixture_conf();
	c.db_aggregates_enabled = true;
	fixture_golden(rows, COUNT_OF(rows), &c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(to_one),
		cmocka_unit_test(to_many),
		cmocka_unit_test(nested),
		cmocka_unit_test(spreads),
		cmocka_unit_test(without_output),
		cmocka_unit_test(over_something_else),
		cmocka_unit_test(aggregates),
		cmocka_unit_test(not_possible),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
