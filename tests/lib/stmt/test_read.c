/* The SQL of reads: select lists, filters, order and range.
 * SPDX-License-Identifier: MIT */
#include "../plan/fixture.h"

/* What an execution plan shows around the rows of a source: `before` the body there are counts, and the header. */
#define EXPLAINED_AS(before, body, rows)                                                                               \
	" SELECT " before body                                                                                             \
	" AS body, NULLIF(pg_catalog.current_setting('response.headers', true), '') AS response_headers, "                 \
	"NULLIF(pg_catalog.current_setting('response.status', true), '') AS response_status, '' AS response_inserted "     \
	"FROM (" rows ") AS _postgrest_t"
#define SOURCE(rows) "WITH pgrst_source AS (" rows ")"
#define SOURCE_AND_ALL(rows, all) SOURCE(rows) ", pgrst_source_count AS (" all ")"
#define COUNTED " AS total_result_set, pg_catalog.count(_postgrest_t) AS page_total, "
#define EXPLAINED(body, rows) SOURCE(rows) EXPLAINED_AS("NULL::bigint" COUNTED, body, "SELECT * FROM pgrst_source")
#define WRITTEN(body, rows) EXPLAINED_AS("''" COUNTED "ARRAY[]::text[] AS header, ", body, rows)

static void select_lists(void **state)
{
	(void)state;
	static const struct golden rows[] = {
		{ "GET /items", "SELECT `items`.*, pg_catalog.to_json(`items`.`place`) AS `place` FROM `api`.`items`" },
		{ "GET /items?select=id,name", "SELECT `items`.`id`, `items`.`name` FROM `api`.`items`" },
		{ "GET /items?select=", "SELECT `items`.*, pg_catalog.to_json(`items`.`place`) AS `place` FROM `api`.`items`" },
		{ "GET /log?select=*,l:line", "SELECT `log`.*, `log`.`line` AS `l` FROM `api`.`log`" },
		{ "GET /items?select=n:name,p:price::text,id::int",
			"SELECT `items`.`name` AS `n`, CAST(`items`.`price` AS text) AS `p`, CAST(`items`.`id` AS int) "
			"AS `id` FROM `api`.`items`" },
		{ "GET /items?select=data->a->>b,data->-1,data->x->0,meta->>k,tags->0,place->>street,q:data->z",
			"SELECT `items`.`data`->$1->>$2 AS `b`, `items`.`data`->$3::int AS `data`, `items`."
			"`data`->$4->$5::int AS `x`, `items`.`meta`->>$6 AS `k`, pg_catalog.to_jsonb(`items`."
			"`tags`)->$7::int AS `tags`, pg_catalog.to_jsonb(`items`.`place`)->>$8 AS `street`, `items`."
			"`data`->$9 AS `q` FROM `api`.`items` | a | b | -1 | x | 0 | k | 0 | street | z" },
		{ "GET /items?select=tags::text,name::mood,id::double precision",
			"SELECT CAST(`items`.`tags` AS text) AS `tags`, pg_catalog.to_json(CAST(`items`.`name` AS mood)) "
			"AS `name`, CAST(`items`.`id` AS double precision) AS `id` FROM `api`.`items`" },
		{ "GET /items?select=id::int drop table",
			"SELECT pg_catalog.to_json(CAST(`items`.`id` AS int drop table)) AS `id` FROM `api`.`items`" },
		{ "GET /items?select=full_name,id",
			"SELECT pg_catalog.to_json(`items`.`full_name`) AS `full_name`, `items`.`id` FROM `api`.`items`" },
		{ "GET /cheap_items", "SELECT `cheap_items`.* FROM `api`.`cheap_items`" },
		{ "GET /odd%20%22t%22", "SELECT `odd ``t```.* FROM `api`.`odd ``t```" },
		{ "HEAD /items?select=id", "SELECT `items`.`id` FROM `api`.`items`" },
		{ "GET /items?select=id,tags\nAccept: text/csv", "SELECT `items`.`id`, `items`.`tags` FROM `api`.`items`" },
	};
	struct conf c = fixture_conf();
	fixture_golden(rows, COUNT_OF(rows), &c);
}

static void representations(void **state)
{
	(void)state;
	static const struct golden rows[] = {
		{ "GET /paints", "SELECT `paints`.`id`, api.color_json(`paints`.`color`) AS `color` FROM `api`.`paints`" },
		{ "GET /paints?select=c:color,color::text,color->r\nAccept: text/csv",
			"SELECT api.color_json(`paints`.`color`) AS `c`, CAST(api.color_json(`paints`.`color`) AS text) AS "
			"`color`, pg_catalog.to_jsonb(`paints`.`color`)->$1 AS `r` FROM `api`.`paints` | r" },
		{ "GET /paints?select=id&color=eq.red&color=lt(any).{red,blue}&color=adj.x&order=color",
			"SELECT `paints`.`id` FROM `api`.`paints` WHERE (`paints`.`color` = api.color_of($1) AND "
			"`paints`.`color` < "
			"ANY (api.color_of($2)) AND `paints`.`color` -|- api.color_of($3)) ORDER BY `paints`.`color` | red | "
			"{red,blue} | x" },
		{ "GET /paints?select=id&color=in.(red,blue)&or=(color.like.r*,color.is.null,color.isdistinct.3)",
			"SELECT `paints`.`id` FROM `api`.`paints` WHERE ((`paints`.`color` LIKE $1 OR `paints`.`color` IS NULL OR "
			"`paints`.`color` IS DISTINCT FROM $2) AND `paints`.`color` = ANY (SELECT api.color_of(pg_catalog.unnest("
			"$3::text[])))) | r% | 3 | {\"red\",\"blue\"}" },
		{ "GET /paints?select=color,count()",
			"SELECT api.color_json(`paints`.`color`) AS `color`, count(*) AS `count` FROM `api`.`paints` GROUP BY "
			"`paints`.`color`" },
	};
	struct conf c = fixture_conf();
	c.db_aggregates_enabled = true;
	fixture_golden(rows, COUNT_OF(rows), &c);
}

static void handlers(void **state)
{
	(void)state;
	static const struct golden rows[] = {
		{ "GET /log\nAccept: text/html",
			"SELECT api.log_page(_postgrest_t::`api`.`log`), pg_catalog.count(_postgrest_t) FROM (SELECT "
			"`log`.* FROM `api`.`log`) AS _postgrest_t" },
		{ "GET /log?select=*&line=eq.x&limit=2\nAccept: TEXT/html",
			"SELECT api.log_page(_postgrest_t::`api`.`log`), pg_catalog.count(_postgrest_t) FROM (SELECT "
			"`log`.* FROM `api`.`log` WHERE (`log`.`line` = $1) LIMIT $2) AS _postgrest_t | x | 2" },
		{ "GET /log?select=line\nAccept: text/html",
			"406 PGRST107 None of these media types are available: text/html" },
		{ "HEAD /log\nAccept: text/html", "SELECT `log`.* FROM `api`.`log`" },
		{ "GET /paints?select=id\nAccept: text/tab-separated-values",
			"SELECT api.tabs(_postgrest_t), pg_catalog.count(_postgrest_t) FROM (SELECT `paints`.`id` FROM "
			"`api`.`paints`) AS _postgrest_t" },
		{ "POST /log\nPrefer: return=minimal\nAccept: text/html\n\n{}",
			"INSERT INTO `api`.`log` SELECT FROM (VALUES (1)) AS `pgrst_body`" },
		{ "GET /log\nAccept: application/geo+json",
			"SELECT CASE WHEN true THEN pg_catalog.json_build_object('type', 'Feature', 'geometry', "
			"NULL, 'properties', pg_catalog.row_to_json(_postgrest_t)) ELSE "
			"ST_AsGeoJSON(_postgrest_t)::pg_catalog.json END FROM (SELECT `log`.* FROM `api`.`log`) AS "
			"_postgrest_t" },
		{ "GET /log?select=line,spot\nAccept: application/geo+json",
			"SELECT ST_AsGeoJSON(_postgrest_t)::pg_catalog.json FROM (SELECT `log`.`line`, `log`.`spot` FROM "
			"`api`.`log`) AS _postgrest_t" },
		{ "GET /log\nAccept: application/vnd.pgrst.plan; for=`text/html`",
			"EXPLAIN (FORMAT TEXT) " EXPLAINED("api.log_page(_postgrest_t::`api`.`log`)",
				"SELECT `log`.* FROM `api`.`log`") },
	};
	struct conf c = fixture_conf();
	c.db_plan_enabled = true;
	fixture_golden(rows, COUNT_OF(rows), &c);
}

static void filters(void **state)
{
	(void)state;
	static const struct golden rows[] = {
		{ "GET /items?select=id&id=eq.1", "SELECT `items`.`id` FROM `api`.`items` WHERE (`items`.`id` = $1) | 1" },
		{ "GET /items?select=id&id=eq.'%20or%201=1",
			"SELECT `items`.`id` FROM `api`.`items` WHERE (`items`.`id` = $1) | ' or 1=1" },
		{ "GET /items?select=id&id=not.eq.1&name=neq.a",
			"SELECT `items`.`id` FROM `api`.`items` WHERE (NOT `items`.`id` = $1 AND `items`.`name` <> $2) | "
			"1 | a" },
		{ "GET /items?select=id&id=gt.1&id=gte.2&id=lt.3&id=lte.4",
			"SELECT `items`.`id` FROM `api`.`items` WHERE (`items`.`id` > $1 AND `items`.`id` >= $2 AND "
			"`items`.`id` < $3 AND `items`.`id` <= $4) | 1 | 2 | 3 | 4" },
		{ "GET /items?select=id&name=like.*a*&name=ilike.b%25&name=match.^x&name=imatch.y",
			"SELECT `items`.`id` FROM `api`.`items` WHERE (`items`.`name` LIKE $1 AND `items`.`name` ILIKE "
			"$2 AND `items`.`name` ~ $3 AND `items`.`name` ~* $4) | %a% | b% | ^x | y" },
		{ "GET /items?select=id&id=in.(1,2,3)",
			"SELECT `items`.`id` FROM `api`.`items` WHERE (`items`.`id` = ANY ($1)) | {`1`,`2`,`3`}" },
		{ "GET /items?select=id&id=in.(4)",
			"SELECT `items`.`id` FROM `api`.`items` WHERE (`items`.`id` = ANY ($1)) | {`4`}" },
		{ "GET /items?select=id&name=in.(`a,b`,`c\\`d`,e\\f)",
			"SELECT `items`.`id` FROM `api`.`items` WHERE (`items`.`name` = ANY ($1)) | {`a,b`,`c\\`d`,"
			"`e\\\\f`}" },
		{ "GET /items?select=id&id=in.()",
			"SELECT `items`.`id` FROM `api`.`items` WHERE (`items`.`id` = ANY ($1)) | {}" },
		{ "GET /items?select=id&id=not.in.(1)",
			"SELECT `items`.`id` FROM `api`.`items` WHERE (NOT `items`.`id` = ANY ($1)) | {`1`}" },
		{ "GET /items?select=id&id=is.null&name=is.not_null&name=not.is.null",
			"SELECT `items`.`id` FROM `api`.`items` WHERE (`items`.`id` IS NULL AND `items`.`name` IS NOT "
			"NULL AND NOT `items`.`name` IS NULL)" },
		{ "GET /items?select=id&id=is.true&id=is.false&id=is.unknown",
			"SELECT `items`.`id` FROM `api`.`items` WHERE (`items`.`id` IS TRUE AND `items`.`id` IS FALSE "
			"AND `items`.`id` IS UNKNOWN)" },
		{ "GET /items?select=id&id=isdistinct.3",
			"SELECT `items`.`id` FROM `api`.`items` WHERE (`items`.`id` IS DISTINCT FROM $1) | 3" },
		{ "GET /items?select=id&words=fts.cat&words=plfts(english).cat&name=phfts(german).hund&data=wfts.x",
			"SELECT `items`.`id` FROM `api`.`items` WHERE (`items`.`words` @@ pg_catalog.to_tsquery ($1) AND "
			"`items`.`words` @@ pg_catalog.plainto_tsquery ($2, $3) AND to_tsvector($4, `items`."
			"`name`) @@ pg_catalog.phraseto_tsquery ($5, $6) AND to_tsvector(`items`.`data`) @@ "
			"pg_catalog.websearch_to_tsquery ($7)) | cat | english | cat | german | german | hund | x" },
		{ "GET /items?select=id&unknown=fts.cat",
			"SELECT `items`.`id` FROM `api`.`items` WHERE (`items`.`unknown` @@ pg_catalog.to_tsquery ($1)) "
			"| cat" },
		{ "GET /items?select=id&tags=cs.{a,b}&tags=cd.{a}&tags=ov.{c}",
			"SELECT `items`.`id` FROM `api`.`items` WHERE (`items`.`tags` @> $1 AND `items`.`tags` <@ $2 AND "
			"`items`.`tags` && $3) | {a,b} | {a} | {c}" },
		{ "GET /items?select=id&span=sl.[1,2]&span=sr.[1,2]&span=nxr.[1,2]&span=nxl.[1,2]&span=adj.[1,2]",
			"SELECT `items`.`id` FROM `api`.`items` WHERE (`items`.`span` << $1 AND `items`.`span` >> $2 AND "
			"`items`.`span` &< $3 AND `items`.`span` &> $4 AND `items`.`span` -|- $5) | [1,2] | [1,2] | [1,"
			"2] | [1,2] | [1,2]" },
		{ "GET /items?select=id&id=eq(any).{1,2}&name=like(all).{a*,*b}&id=gt(any).{3}",
			"SELECT `items`.`id` FROM `api`.`items` WHERE (`items`.`id` = ANY ($1) AND `items`.`name` LIKE "
			"ALL ($2) AND `items`.`id` > ANY ($3)) | {1,2} | {a%,%b} | {3}" },
		{ "GET /items?select=id&or=(id.eq.1,and(name.eq.a,price.gt.3),not.or(id.lt.4,id.gt.9))",
			"SELECT `items`.`id` FROM `api`.`items` WHERE ((`items`.`id` = $1 OR (`items`.`name` = $2 AND "
			"`items`.`price` > $3) OR NOT (`items`.`id` < $4 OR `items`.`id` > $5))) | 1 | a | 3 | 4 | 9" },
		{ "GET /items?select=id&not.and=(id.eq.1,id.eq.2)&name=eq.x",
			"SELECT `items`.`id` FROM `api`.`items` WHERE (NOT (`items`.`id` = $1 AND `items`.`id` = $2) AND "
			"`items`.`name` = $3) | 1 | 2 | x" },
		{ "GET /items?select=id&data->>a=eq.b&data->b->0=cs.1&tags->>0=eq.x",
			"SELECT `items`.`id` FROM `api`.`items` WHERE (`items`.`data`->>$1 = $2 AND `items`."
			"`data`->$3->$4::int @> $5 AND pg_catalog.to_jsonb(`items`.`tags`)->>$6::int = $7) | a | b | b | "
			"0 | 1 | 0 | x" },
		{ "GET /items?select=id&nope=eq.1", "SELECT `items`.`id` FROM `api`.`items` WHERE (`items`.`nope` = $1) | 1" },
		{ "GET /odd%20%22t%22?%22we%5C%22ird%22=eq.x",
			"SELECT `odd ``t```.* FROM `api`.`odd ``t``` WHERE (`odd ``t```.`we``ird` = $1) | x" },
	};
	struct conf c = fixture_conf();
	fixture_golden(rows, COUNT_OF(rows), &c);
}

static void order_and_range(void **state)
{
	(void)state;
	static const struct golden rows[] = {
		{ "GET /items?select=id&order=id", "SELECT `items`.`id` FROM `api`.`items` ORDER BY `items`.`id`" },
		{ "GET /items?select=id&order=name.desc.nullslast,data->>a.asc.nullsfirst,place->x",
			"SELECT `items`.`id` FROM `api`.`items` ORDER BY `items`.`name` DESC NULLS LAST, `items`."
			"`data`->>$1 ASC NULLS FIRST, pg_catalog.to_jsonb(`items`.`place`)->$2 | a | x" },
		{ "GET /items?select=id&limit=10", "SELECT `items`.`id` FROM `api`.`items` LIMIT 10" },
		{ "GET /items?select=id&limit=10&offset=20",
			"SELECT `items`.`id` FROM `api`.`items` LIMIT $1 OFFSET $2 | 10 | 20" },
		{ "GET /items?select=id&offset=20", "SELECT `items`.`id` FROM `api`.`items` OFFSET $1 | 20" },
		{ "GET /items?select=id&limit=200000", "SELECT `items`.`id` FROM `api`.`items` LIMIT $1 | 200000" },
		{ "GET /items?select=id&limit=0", "SELECT `items`.`id` FROM `api`.`items` LIMIT 0" },
		{ "GET /items?select=id\nRange: 5-9", "SELECT `items`.`id` FROM `api`.`items` LIMIT $1 OFFSET $2 | 5 | 5" },
	};
	struct conf c = fixture_conf();
	fixture_golden(rows, COUNT_OF(rows), &c);
}

/* A limit stands in the text where many ask for it and no value decides what PostgreSQL expects: then the statement's
 * plan is kept. */
static void kept_limits(void **state)
{
	(void)state;
#define ITEMS "SELECT `items`.`id` FROM `api`.`items`"
	static const struct golden rows[] = {
		{ "GET /items?select=id&limit=9", ITEMS " LIMIT 9" },
		{ "GET /items?select=id&limit=25", ITEMS " LIMIT 25" },
		{ "GET /items?select=id&limit=3000", ITEMS " LIMIT 3000" },
		{ "GET /items?select=id&limit=11", ITEMS " LIMIT $1 | 11" },
		{ "GET /items?select=id&limit=110", ITEMS " LIMIT $1 | 110" },
		{ "GET /items?select=id&limit=4321", ITEMS " LIMIT 4321" },
		{ "GET /items?select=id&limit=9999", ITEMS " LIMIT 4321" },
		{ "GET /items?select=id", ITEMS " LIMIT 4321" },
		{ "GET /items?select=id&id=eq.7&limit=5", ITEMS " WHERE (`items`.`id` = $1) LIMIT 5 | 7" },
		{ "GET /items?select=id&price=gt.2&id=eq.7&limit=5",
			ITEMS " WHERE (`items`.`price` > $1 AND `items`.`id` = $2) LIMIT 5 | 2 | 7" },
		{ "GET /items?select=id&name=is.null&limit=5", ITEMS " WHERE (`items`.`name` IS NULL) LIMIT 5" },
		{ "GET /items?select=id&id=not.eq.7&limit=5", ITEMS " WHERE (NOT `items`.`id` = $1) LIMIT $2 | 7 | 5" },
		{ "GET /items?select=id&id=eq(any).{7}&limit=5", ITEMS " WHERE (`items`.`id` = ANY ($1)) LIMIT $2 | {7} | 5" },
		{ "GET /items?select=id&or=(id.eq.7,name.eq.x)&limit=5",
			ITEMS " WHERE ((`items`.`id` = $1 OR `items`.`name` = $2)) LIMIT $3 | 7 | x | 5" },
		{ "GET /items?select=id&name=eq.x&limit=5", ITEMS " WHERE (`items`.`name` = $1) LIMIT $2 | x | 5" },
		{ "GET /items?select=id&data->a=is.null&limit=5",
			ITEMS " WHERE (`items`.`data`->$1 IS NULL) LIMIT $2 | a | 5" },
		{ "GET /items?select=id&order=data->a&limit=5", ITEMS " ORDER BY `items`.`data`->$1 LIMIT $2 | a | 5" },
		{ "GET /items?select=id,data->a&limit=5",
			"SELECT `items`.`id`, `items`.`data`->$1 AS `a` FROM `api`.`items` LIMIT 5 | a" },
		{ "GET /items?select=data->a,id.count()&limit=5",
			"SELECT `items`.`data`->$1 AS `a`, count(`items`.`id`) AS `count` FROM `api`.`items` GROUP BY "
			"`items`.`data`->$1 LIMIT $2 | a | 5" },
		{ "GET /pairs?select=a&a=eq.1&limit=5",
			"SELECT `pairs`.`a` FROM `api`.`pairs` WHERE (`pairs`.`a` = $1) LIMIT $2 | 1 | 5" },
		{ "GET /pairs?select=a&b=eq.2&a=eq.1&limit=5",
			"SELECT `pairs`.`a` FROM `api`.`pairs` WHERE (`pairs`.`b` = $1 AND `pairs`.`a` = $2) LIMIT 5 | 2 | 1" },
		{ "GET /items?select=orders!item_id(id)&orders.id=gt.7&limit=5",
			"SELECT (SELECT pg_catalog.concat(pg_catalog.array_agg(pgrst_row.c1)) FROM (SELECT `orders_1`.`id` AS c1 "
			"FROM `api`.`orders` AS `orders_1` WHERE `orders_1`.`item_id` = `items`.`id` AND (`orders_1`.`id` > $1) "
			"LIMIT $2) AS pgrst_row) AS `orders`, (NULL::`api`.`orders`).`id` AS `id` FROM `api`.`items` LIMIT $3 | 7 "
			"| 4321 | 5" },
	};
	struct conf c = fixture_conf();
	c.db_max_rows = 4321;
	c.db_aggregates_enabled = true;
	fixture_golden(rows, COUNT_OF(rows), &c);
#undef ITEMS
}

/* What is more than columns stands above LIMIT and OFFSET, where the rows of a page and their order stay the same. */
static void above(void **state)
{
	(void)state;
	static const struct golden rows[] = {
		{ "GET /items?offset=5",
			"SELECT `items`.*, pg_catalog.to_json(`items`.`place`) AS `place` FROM (SELECT `items`.* FROM "
			"`api`.`items` OFFSET $1) AS `items` | 5" },
		{ "GET /items?select=place,data->a,name::text&name=eq.x&order=price.desc&limit=3",
			"SELECT pg_catalog.to_json(`items`.`place`) AS `place`, `items`.`data`->$1 AS `a`, "
			"CAST(`items`.`name` AS text) AS `name` FROM (SELECT `items`.`place`, `items`.`data`, `items`.`name` "
			"FROM `api`.`items` WHERE (`items`.`name` = $2) ORDER BY `items`.`price` DESC LIMIT $3) AS `items` | "
			"a | x | 3" },
		{ "GET /items?select=id,place&limit=3",
			"SELECT `items`.`id`, pg_catalog.to_json(`items`.`place`) AS `place` FROM `api`.`items` LIMIT 3" },
		{ "GET /items?select=id,place&order=id",
			"SELECT `items`.`id`, pg_catalog.to_json(`items`.`place`) AS `place` FROM `api`.`items` ORDER BY "
			"`items`.`id`" },
		{ "GET /items?select=id,full_name,place&offset=5",
			"SELECT `items`.`id`, pg_catalog.to_json(`items`.`full_name`) AS `full_name`, "
			"pg_catalog.to_json(`items`.`place`) AS `place` FROM `api`.`items` OFFSET $1 | 5" },
		{ "GET /items?select=place.max(),name&offset=5",
			"SELECT pg_catalog.to_json(max(`items`.`place`)) AS `max`, `items`.`name` FROM `api`.`items` GROUP "
			"BY `items`.`name` OFFSET $1 | 5" },
		{ "GET /items?select=*\nAccept: text/csv\nRange: 5-9",
			"SELECT `items`.* FROM `api`.`items` LIMIT $1 OFFSET $2 | 5 | 5" },
		{ "GET /items?select=name,orders!item_id!inner(id)&orders.id=gt.7&place->a=eq.x&order=full_name&offset=5",
			"SELECT `items`.`name`, (SELECT pg_catalog.concat(pg_catalog.array_agg(pgrst_row.c1)) FROM (SELECT "
			"`orders_1`.`id` AS c1 FROM `api`.`orders` AS `orders_1` WHERE `orders_1`.`item_id` = `items`.`id` AND "
			"(`orders_1`.`id` > $1)) AS pgrst_row) AS `orders`, (NULL::`api`.`orders`).`id` AS `id` FROM (SELECT "
			"`items`.`name`, `items`.`id` FROM `api`.`items` WHERE (pg_catalog.to_jsonb(`items`.`place`)->$2 = $3) "
			"AND EXISTS (SELECT 1 FROM `api`.`orders` AS `orders_1` WHERE `orders_1`.`item_id` = `items`.`id` AND "
			"(`orders_1`.`id` > $4)) ORDER BY `items`.`full_name` OFFSET $5) AS `items` | 7 | a | x | 7 | 5" },
		{ "GET /items?select=name,orders!item_id(id)&order=name&limit=5",
			"SELECT `items`.`name`, (SELECT pg_catalog.concat(pg_catalog.array_agg(pgrst_row.c1)) FROM (SELECT "
			"`orders_1`.`id` AS c1 FROM `api`.`orders` AS `orders_1` WHERE `orders_1`.`item_id` = `items`.`id`) AS "
			"pgrst_row) AS `orders`, (NULL::`api`.`orders`).`id` AS `id` FROM `api`.`items` ORDER BY `items`.`name` "
			"LIMIT 5" },
		{ "GET /orders?select=id,item_id(name)&order=id&limit=5&offset=5",
			"SELECT `orders`.`id`, (SELECT pg_catalog.row_to_json(pgrst_row.*) AS j FROM (SELECT "
			"`items_1`.`name` FROM `api`.`items` AS `items_1` WHERE `items_1`.`id` = `orders`.`item_id`) AS "
			"pgrst_row) AS `item_id` FROM (SELECT `orders`.`id`, `orders`.`item_id` FROM `api`.`orders` ORDER BY "
			"`orders`.`id` LIMIT $1 OFFSET $2) AS `orders` | 5 | 5" },
		{ "GET /orders?select=id,item_id(name)&order=id&limit=9&offset=5",
			"SELECT `orders`.`id`, `orders_item_id_1`.* FROM `api`.`orders` LEFT JOIN LATERAL (SELECT true AS "
			"`item_id`, `items_1`.`name` FROM `api`.`items` AS `items_1` WHERE `items_1`.`id` = `orders`.`item_id`) "
			"AS `orders_item_id_1` ON true ORDER BY `orders`.`id` LIMIT $1 OFFSET $2 | 9 | 5" },
		{ "GET /orders?select=item_id(name)&order=id&limit=5",
			"SELECT `orders_item_id_1`.* FROM `api`.`orders` LEFT JOIN LATERAL (SELECT true AS `item_id`, "
			"`items_1`.`name` FROM `api`.`items` AS `items_1` WHERE `items_1`.`id` = `orders`.`item_id`) AS "
			"`orders_item_id_1` ON true ORDER BY `orders`.`id` LIMIT 5" },
		{ "GET /orders?select=id,item_id!inner(name)&offset=5",
			"SELECT `orders`.`id`, `orders_item_id_1`.* FROM `api`.`orders` JOIN LATERAL (SELECT true AS `item_id`, "
			"`items_1`.`name` FROM `api`.`items` AS `items_1` WHERE `items_1`.`id` = `orders`.`item_id`) AS "
			"`orders_item_id_1` ON true OFFSET $1 | 5" },
		{ "GET /orders?select=id,...item_id(place)&offset=5",
			"SELECT `orders`.`id`, pg_catalog.to_json(`orders_item_id_1`.c1) AS `place` FROM `api`.`orders` LEFT "
			"JOIN LATERAL (SELECT `items_1`.`place` AS c1 FROM `api`.`items` AS `items_1` WHERE `items_1`.`id` = "
			"`orders`.`item_id`) AS `orders_item_id_1` ON true OFFSET $1 | 5" },
		{ "GET /orders?select=id,best_item(id)&offset=5",
			"SELECT `orders`.`id`, `orders_best_item_1`.* FROM `api`.`orders` LEFT JOIN LATERAL (SELECT true AS "
			"`best_item`, `items_1`.`id` FROM `api`.`best_item`(`orders`.*) AS `items_1`) AS `orders_best_item_1` ON "
			"true OFFSET $1 | 5" },
		{ "GET /orders?select=id,item_id(name)&order=item_id(name)&offset=5",
			"SELECT `orders`.`id`, `orders_item_id_1`.j AS `item_id` FROM `api`.`orders` LEFT JOIN LATERAL "
			"(SELECT (SELECT pg_catalog.row_to_json(pgrst_row.*) FROM (SELECT `items_1`.`name`) AS pgrst_row) AS "
			"j, `items_1`.`name` AS o1 FROM `api`.`items` AS `items_1` WHERE `items_1`.`id` = "
			"`orders`.`item_id`) AS `orders_item_id_1` ON true ORDER BY `orders_item_id_1`.o1 OFFSET $1 | 5" },
	};
	struct conf c = fixture_conf();
	c.db_aggregates_enabled = true;
	fixture_golden(rows, COUNT_OF(rows), &c);
}

static void aggregates(void **state)
{
	(void)state;
	static const struct golden rows[] = {
		{ "GET /items?select=count()", "SELECT count(*) AS `count` FROM `api`.`items`" },
		{ "GET /items?select=name,price.sum(),m:price.max()",
			"SELECT `items`.`name`, sum(`items`.`price`) AS `sum`, max(`items`.`price`) AS `m` FROM `api`."
			"`items` GROUP BY `items`.`name`" },
		{ "GET /items?select=tags,data->>a,id::text,price::int.avg()::int",
			"SELECT `items`.`tags`, `items`.`data`->>$1 AS `a`, CAST(`items`."
			"`id` AS text) AS `id`, CAST(avg(CAST(`items`.`price` AS int)) AS int) AS `avg` FROM `api`."
			"`items` GROUP BY `items`.`tags`, `items`.`data`->>$1, CAST(`items`.`id` AS text) | a" },
		{ "GET /items?select=tags.max(),place.count(),span.min()::text&order=id",
			"SELECT max(`items`.`tags`) AS `max`, count(`items`.`place`) AS `count`, "
			"CAST(min(`items`.`span`) AS text) AS `min` FROM `api`.`items` ORDER BY `items`.`id`" },
		{ "GET /items?select=*,count()&name=eq.a&limit=3",
			"SELECT `items`.`id`, `items`.`name`, `items`.`price`, `items`.`tags`, "
			"`items`.`data`, (`items`.`meta`)::pg_catalog.jsonb AS `meta`, `items`.`made`, "
			"`items`.`words`, `items`.`mood`, "
			"pg_catalog.to_json(`items`.`place`) AS `place`, `items`.`span`, count(*) AS `count` FROM `api`."
			"`items` WHERE (`items`.`name` = $1) GROUP BY `items`.`id`, `items`.`name`, `items`.`price`, "
			"`items`.`tags`, `items`.`data`, (`items`.`meta`)::pg_catalog.jsonb, `items`.`made`, "
			"`items`.`words`, `items`.`mood`,"
			" `items`.`place`, `items`.`span` LIMIT $2 | a | 3" },
	};
	struct conf c = fixture_conf();
	c.db_aggregates_enabled = true;
	fixture_golden(rows, COUNT_OF(rows), &c);
}

static void explained(void **state)
{
	(void)state;
	static const struct golden rows[] = {
		{ "GET /log\nAccept: application/vnd.pgrst.plan",
			"EXPLAIN (FORMAT TEXT) " EXPLAINED("COALESCE(pg_catalog.json_agg(_postgrest_t), '[]')",
				"SELECT `log`.* FROM `api`.`log`") },
		{ "GET /log\nAccept: application/vnd.pgrst.plan; for=`application/vnd.pgrst.array;nulls=stripped`",
			"EXPLAIN (FORMAT TEXT) " EXPLAINED(
				"COALESCE(pg_catalog.json_strip_nulls(pg_catalog.json_agg(_postgrest_t)), '[]')",
				"SELECT `log`.* FROM `api`.`log`") },
		{ "GET /log\nAccept: application/vnd.pgrst.plan; for=`text/csv`",
			"EXPLAIN (FORMAT TEXT) " EXPLAINED(
				"(SELECT COALESCE(pg_catalog.string_agg(name, ','), '') FROM (SELECT pg_catalog.json_object_keys("
				"pg_catalog.row_to_json(first)) AS name FROM (SELECT * FROM pgrst_source LIMIT 1) AS first) AS names) "
				"|| E'\\n' || COALESCE(pg_catalog.string_agg(pg_catalog.substring(_postgrest_t::text, 2, "
				"pg_catalog.length(_postgrest_t::text) - 2), E'\\n'), '')",
				"SELECT `log`.* FROM `api`.`log`") },
		{ "GET /log?select=spot\nAccept: application/vnd.pgrst.plan; for=`application/geo+json`",
			"EXPLAIN (FORMAT TEXT) " EXPLAINED(
				"pg_catalog.json_build_object('type', 'FeatureCollection', 'features', "
				"COALESCE(pg_catalog.json_agg(ST_AsGeoJSON(_postgrest_t)::pg_catalog.json), '[]'))",
				"SELECT `log`.`spot` FROM `api`.`log`") },
		{ "GET /log?limit=1\nAccept: application/vnd.pgrst.plan+json; for=`application/vnd.pgrst.object`; "
		  "options=analyze|verbose|buffers|settings|wal",
			"EXPLAIN (FORMAT JSON, ANALYZE, VERBOSE, SETTINGS, BUFFERS, WAL) " EXPLAINED(
				"COALESCE(pg_catalog.json_agg(_postgrest_t) -> 0, 'null')",
				"SELECT `log`.* FROM `api`.`log` LIMIT 1") },
		{ "HEAD /log\nAccept: application/vnd.pgrst.plan",
			"EXPLAIN (FORMAT TEXT) " EXPLAINED("''::text", "SELECT `log`.* FROM `api`.`log`") },
		{ "GET /log?limit=1&line=eq.a\nAccept: application/vnd.pgrst.plan\nPrefer: count=exact",
			"EXPLAIN (FORMAT TEXT) " SOURCE_AND_ALL(
				"SELECT `log`.* FROM `api`.`log` WHERE (`log`.`line` = $1) LIMIT $2",
				"SELECT 1 FROM `api`.`log` WHERE (`log`.`line` = $3)")
				EXPLAINED_AS("(SELECT pg_catalog.count(*) FROM pgrst_source_count)" COUNTED,
					"COALESCE(pg_catalog.json_agg(_postgrest_t), '[]')", "SELECT * FROM pgrst_source") " | a | 1 | a" },
		{ "GET /log\nAccept: application/vnd.pgrst.plan\nPrefer: count=estimated",
			"EXPLAIN (FORMAT TEXT) " SOURCE("SELECT `log`.* FROM `api`.`log`")
				EXPLAINED_AS("pg_catalog.count(_postgrest_t)" COUNTED,
					"COALESCE(pg_catalog.json_agg(_postgrest_t), '[]')", "SELECT * FROM pgrst_source") },
		{ "GET /log?limit=1\nAccept: application/vnd.pgrst.plan\nPrefer: count=planned",
			"EXPLAIN (FORMAT TEXT) " EXPLAINED("COALESCE(pg_catalog.json_agg(_postgrest_t), '[]')",
				"SELECT `log`.* FROM `api`.`log` LIMIT 1") },
		{ "POST /log\nAccept: application/vnd.pgrst.plan\n\n{`line`:`x`}",
			"EXPLAIN (FORMAT TEXT) " SOURCE("INSERT INTO `api`.`log`(`line`) SELECT `line` FROM pg_catalog."
											"json_to_record($1) AS `pgrst_body`(`line` text) RETURNING 1")
				WRITTEN("''::text", "SELECT * FROM pgrst_source") " | {`line`:`x`} as 114" },
		{ "POST /log\nPrefer: return=representation\nAccept: application/vnd.pgrst.plan\n\n{`line`:`x`}",
			"EXPLAIN (FORMAT TEXT) " SOURCE("INSERT INTO `api`.`log`(`line`) SELECT `line` FROM pg_catalog."
											"json_to_record($1) AS `pgrst_body`(`line` text) RETURNING `log`.*")
				WRITTEN("COALESCE(pg_catalog.json_agg(_postgrest_t), '[]')",
					"SELECT `log`.* FROM pgrst_source AS `log`") " | {`line`:`x`} as 114" },
		{ "GET /log\nAccept: application/vnd.pgrst.plan; for=`image/png`",
			"406 PGRST107 None of these media types are available: application/vnd.pgrst.plan+text; "
			"for=`image/png`" },
	};
	struct conf c = fixture_conf();
	c.db_plan_enabled = true;
	fixture_golden(rows, COUNT_OF(rows), &c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(select_lists),
		cmocka_unit_test(representations),
		cmocka_unit_test(handlers),
		cmocka_unit_test(filters),
		cmocka_unit_test(order_and_range),
		cmocka_unit_test(kept_limits),
		cmocka_unit_test(above),
		cmocka_unit_test(aggregates),
		cmocka_unit_test(explained),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
