/* What reading, planning and writing a request as SQL takes, in microseconds, without a database: short and very long
 * URLs, over catalogs of ten and of ten thousand tables.
 * SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "catalog/build.h"
#include "plan/plan.h"
#include "stmt/make.h"

enum { COLUMNS = 10, ROUNDS = 21, FILTERS = 200 };

static const struct catalog *catalog_of(uint32_t tables, struct arena *a)
{
	struct arena *scratch = arena_new((size_t)1 << 30);
	struct cat_builder *b = build_new(scratch, 150000);
	const struct catalog *cat;
	struct fault f = { 0 };
	build_schema(b, STR("api"), STR_NONE);
	for (uint32_t t = 0; t < tables; t++) {
		build_relation(b,
			&(struct cat_relation){ .schema = build_text(b, STR("api")),
				.name = build_text(b, str_printf(scratch, "table_%u", t)),
				.oid = 20000 + t,
				.row_type = 9000000 + t,
				.kind = CAT_TABLE,
				.insertable = 1,
				.updatable = 1,
				.deletable = 1 });
		for (uint32_t c = 0; c < COLUMNS; c++)
			build_column(b, 20000 + t, c + 1,
				&(struct cat_column){ .name = build_text(b, str_printf(scratch, "column_%u", c)),
					.type = 25,
					.full_type_name = build_text(b, STR("text")),
					.nullable = 1 });
		build_primary_key(b, 20000 + t, 1);
	}
	for (uint32_t t = 1; t < tables; t++) {
		build_foreign_key(b, str_printf(scratch, "key_%u", t), 20000 + t, 20000 + t - 1, false);
		build_foreign_key_columns(b, 2, 1);
	}
	build_type(b,
		&(struct cat_type){ .oid = 25,
			.schema = build_text(b, STR("pg_catalog")),
			.name = build_text(b, STR("text")),
			.sql_name = build_text(b, STR("text")),
			.base_type = 25,
			.kind = 'b',
			.category = 'S',
			.encoding = (uint8_t)catalog_encoding_builtin(25) });
	if (!build_finish(b, &cat, a, &f)) {
		fprintf(stderr, "planning: %.*s\n", STR_ARG(f.message));
		exit(EXIT_FAILURE);
	}
	arena_free(scratch);
	return cat;
}

/* FILTERS filters, half of them in a tree four deep. */
static struct str long_query(struct arena *a)
{
	struct buf out = buf_new(a, 1 << 20);
	buf_lit(&out, "select=column_0,column_1");
	for (int i = 0; i < FILTERS / 2; i++)
		buf_printf(&out, "&column_%d=not.eq.value%d", i % COLUMNS, i);
	for (int i = 0; i < FILTERS / 8; i++)
		buf_printf(&out, "&or=(column_%d.eq.a%d,and(column_2.like.b*,not.or(column_3.gt.c,column_4.in.(d,\"e,f\"))))",
			i % COLUMNS, i);
	return str_dup(a, buf_str(&out));
}

static void plan_once(const struct catalog *cat, const struct conf *c, struct str path, struct str query,
	struct arena *a)
{
	const struct request r = { .method = HTTP_GET, .method_text = STR_INIT("GET"), .path = path, .query = query };
	struct query q;
	struct plan p;
	struct stmt_set set;
	struct fault f = { 0 };
	if (!query_read(&q, &r, c, a, &f) || !plan_make(&p, &q, cat, c, a, &f) || !stmt_make(&set, &p, a, &f)) {
		fprintf(stderr, "planning: %.*s\n", STR_ARG(f.message));
		exit(EXIT_FAILURE);
	}
	arena_reset(a);
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static double median_us(const struct catalog *cat, const struct conf *c, struct str path, struct str query, int batch)
{
	struct arena *a = arena_new((size_t)64 << 20);
	double took[ROUNDS];
	for (int round = 0; round < ROUNDS; round++) {
		int64_t began = clock_monotonic_us();
		for (int i = 0; i < batch; i++)
			plan_once(cat, c, path, query, a);
		took[round] = (double)(clock_monotonic_us() - began) / batch;
	}
	arena_free(a);
	qsort(took, ROUNDS, sizeof *took, by_value);
	return took[ROUNDS / 2];
}

int main(void)
{
	static const struct str schemas[] = { STR_INIT("api") }, extra[] = { STR_INIT("public") };
	const struct conf c = {
		.db_schemas = { schemas, 1 },
		.db_extra_search_path = { extra, 1 },
		.db_max_rows = -1,
		.url_max_embeds = 100,
		.db_tx_end = CONF_TX_COMMIT,
	};
	struct arena *forever = arena_new((size_t)1 << 30);
	const struct {
		const char *what;
		struct str path, query;
		int batch;
	} rows[] = {
		{ "one filter", STR("/table_7"), STR("column_0=eq.1"), 2000 },
		{ "an embed, ordered and limited", STR("/table_7"), STR("select=*,table_6(*)&order=column_1.desc&limit=10"),
			1000 },
		{ "200 filters, nested logic", STR("/table_7"), long_query(forever), 100 },
	};
	const struct catalog *small = catalog_of(10, forever), *large = catalog_of(10000, forever);
	printf("%-34s %12s %12s\n", "microseconds of planning", "10 tables", "10,000");
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		printf("%-34s %12.1f %12.1f\n", rows[i].what, median_us(small, &c, rows[i].path, rows[i].query, rows[i].batch),
			median_us(large, &c, rows[i].path, rows[i].query, rows[i].batch));
	arena_free(forever);
	return 0;
}
