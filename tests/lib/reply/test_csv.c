/* Records as text/csv.
 * SPDX-License-Identifier: MIT */
#include "reply/csv.h"

#include "../expect.h"
#include "base/arena.h"
#include "fake_row.h"

/* In both dialects. */
#define SAME NULL

static const struct {
	const char *value, *csv, *record;
} values[] = {
	{ "plain", "plain", SAME },
	{ NULL, "", SAME },
	{ "NULL", "\"NULL\"", "NULL" },
	{ "null", "null", SAME },
	{ "", "\"\"", SAME },
	{ "two words", "\"two words\"", SAME },
	{ "a,b", "\"a,b\"", SAME },
	{ "say \"hi\"", "\"say \"\"hi\"\"\"", SAME },
	{ "\\x00", "\"\\x00\"", "\"\\\\x00\"" },
	{ "(1)", "\"(1)\"", SAME },
	{ "a\nb", "\"a\nb\"", SAME },
	{ "a\vb", "\"a\vb\"", SAME },
	{ "\"", "\"\"\"\"", SAME },
	{ "\\\"", "\"\\\"\"\"", "\"\\\\\"\"\"" },
	{ "Grüße\xc2\xa0", "Grüße\xc2\xa0", SAME },
	{ "{1,2}", "\"{1,2}\"", SAME },
	{ "t", "t", SAME },
	{ "a;b'c", "a;b'c", SAME },
};

static void expect_row(const char *name, const char *value, enum conf_csv dialect, const char *header, const char *csv)
{
	struct arena *a = arena_new(1 << 20);
	struct fake_column columns[] = { { name, T_TEXT, value, 0 }, { "b b", T_INT4, "1", 0 } };
	struct row r = { columns, 2 };
	struct spool out = spool_new(a, 4096, STR_NONE, 1 << 20);
	csv_header(&out, &r, dialect);
	spool_put(&out, STR("\n"));
	csv_row(&out, &r, dialect);
	expect_text(csv, fake_text(&out, a), str_printf(a, "%s,b b\n%s,1", header, csv).p);
	arena_free(a);
}

static void quotes_values(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(values); i++) {
		const char *record = values[i].record ? values[i].record : values[i].csv;
		expect_row("a", values[i].value, CONF_CSV_RFC4180, "a", values[i].csv);
		expect_row("a", values[i].value, CONF_CSV_POSTGREST, "a", record);
	}
}

static void quotes_names(void **state)
{
	(void)state;
	static const struct {
		const char *name, *header;
	} names[] = { { "a", "a" }, { "a b", "a b" }, { "a,b", "\"a,b\"" }, { "a\"b", "\"a\"\"b\"" }, { "\n", "\"\n\"" },
		{ "\r", "\"\r\"" }, { "a\\", "a\\" }, { "\\,", "\"\\,\"" }, { "", "\"\"" } };
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		expect_row(names[i].name, "x", CONF_CSV_RFC4180, names[i].header, "x");
		expect_row(names[i].name, "x", CONF_CSV_POSTGREST, names[i].name, "x");
	}
}

/* A blank line would be skipped by who reads it. */
static void shows_a_row_of_one_null(void **state)
{
	(void)state;
	struct arena *a = arena_new(1 << 20);
	struct fake_column column = { "a", T_TEXT, NULL, 0 };
	struct row r = { &column, 1 };
	struct spool out = spool_new(a, 4096, STR_NONE, 1 << 20);
	csv_row(&out, &r, CONF_CSV_RFC4180);
	spool_put(&out, STR("|"));
	csv_row(&out, &r, CONF_CSV_POSTGREST);
	expect_text("one null", fake_text(&out, a), "NULL|");
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(quotes_values),
		cmocka_unit_test(quotes_names),
		cmocka_unit_test(shows_a_row_of_one_null),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
