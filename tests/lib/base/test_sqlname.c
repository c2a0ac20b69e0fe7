/* Identifiers, constants and array literals as PostgreSQL reads them.
 * SPDX-License-Identifier: MIT */
#include "../expect.h"

#include "base/arena.h"
#include "base/sqlname.h"

static void quoting(void **state)
{
	(void)state;
	static const struct {
		struct str text;
		const char *ident, *constant;
	} rows[] = {
		{ STR_INIT(""), "\"\"", "''" },
		{ { NULL, 0 }, "\"\"", "''" },
		{ STR_INIT("films"), "\"films\"", "'films'" },
		{ STR_INIT("a\"b"), "\"a\"\"b\"", "'a\"b'" },
		{ STR_INIT("a'b"), "\"a'b\"", "'a''b'" },
		{ STR_INIT("\"\"'"), "\"\"\"\"\"'\"", "'\"\"'''" },
		{ STR_INIT("a\\"), "\"a\\\"", "'a\\'" },
		{ STR_INIT("\xc3\xa4 ;--"), "\"\xc3\xa4 ;--\"", "'\xc3\xa4 ;--'" },
	};
	struct arena *a = arena_new(1 << 16);
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct buf ident = buf_new(a, 100), constant = buf_new(a, 100);
		sqlname_ident(&ident, rows[i].text);
		sqlname_constant(&constant, rows[i].text);
		expect_text(rows[i].ident, buf_str(&ident), rows[i].ident);
		expect_text(rows[i].constant, buf_str(&constant), rows[i].constant);
	}
	arena_free(a);
}

static void arrays(void **state)
{
	(void)state;
	static const struct {
		struct str texts[3];
		size_t count;
		const char *want;
	} rows[] = {
		{ { STR_INIT("") }, 0, "{}" },
		{ { STR_INIT("") }, 1, "{\"\"}" },
		{ { STR_INIT("1"), STR_INIT("2") }, 2, "{\"1\",\"2\"}" },
		{ { STR_INIT("a,b"), STR_INIT("c\"d"), STR_INIT("e\\f") }, 3, "{\"a,b\",\"c\\\"d\",\"e\\\\f\"}" },
		{ { STR_INIT("\"\\\""), STR_INIT("\\") }, 2, "{\"\\\"\\\\\\\"\",\"\\\\\"}" },
		{ { STR_INIT("NULL"), STR_INIT("{}"), STR_INIT(" ") }, 3, "{\"NULL\",\"{}\",\" \"}" },
	};
	struct arena *a = arena_new(1 << 16);
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct buf out = buf_new(a, 100);
		sqlname_array(&out, rows[i].texts, rows[i].count);
		expect_text(rows[i].want, buf_str(&out), rows[i].want);
	}
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(quoting),
		cmocka_unit_test(arrays),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
