/* Records as text/csv.
 * SPDX-License-Identifier: MIT */
#include "reply/csv.h"

#include "../expect.h"
#include "base/arena.h"
#include "fake_row.h"

static const struct {
	const char *value, *csv;
} values[] = {
	{ "plain", "plain" },
	{ NULL, "" },
	{ "", "\"\"" },
	{ "two words", "\"two words\"" },
	{ "a,b", "\"a,b\"" },
	{ "say \"hi\"", "\"say \"\"hi\"\"\"" },
	{ "\\x00", "\"\\\\x00\"" },
	{ "(1)", "\"(1)\"" },
	{ "a\nb", "\"a\nb\"" },
	{ "a\vb", "\"a\vb\"" },
	{ "\"", "\"\"\"\"" },
	{ "\\\"", "\"\\\\\"\"\"" },
	{ "Grüße\xc2\xa0", "Grüße\xc2\xa0" },
	{ "{1,2}", "\"{1,2}\"" },
	{ "t", "t" },
	{ "a;b'c", "a;b'c" },
};

static void quotes_as_records_do(void **state)
{
	struct arena *a = arena_new(1 << 20);
	(void)state;
	for (size_t i = 0; i < COUNT_OF(values); i++) {
		struct fake_column columns[] = { { "a", T_TEXT, values[i].value, 0 }, { "b \"q\"", T_INT4, "1", 0 } };
		struct row r = { columns, 2 };
		struct spool out = spool_new(a, 4096, STR_NONE, 1 << 20);
		csv_header(&out, &r);
		spool_put(&out, STR("\n"));
		csv_row(&out, &r);
		struct str want = str_printf(a, "a,b \"q\"\n%s,1", values[i].csv);
		expect_text(values[i].csv, fake_text(&out, a), want.p);
	}
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(quotes_as_records_do) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
