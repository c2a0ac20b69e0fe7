/* A catalog whose relation has other columns now.
 * SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "../expect.h"
#include "base/arena.h"
#include "catalog/amend.h"
#include "sample.h"

static struct amend_column column(const char *name, uint32_t type, const char *default_value)
{
	return (struct amend_column){ .name = str_of(name),
		.type = type,
		.full_type_name = STR("full"),
		.default_value = str_of(default_value) };
}

static uint32_t index_of(const struct catalog *cat, const char *name)
{
	return catalog_relation_index(cat, catalog_relation(cat, STR("api"), str_of(name)));
}

/* Every column as `name type_name`, in their order, and by their names. */
static struct str columns_of(const struct catalog *cat, const char *relation, struct arena *a)
{
	const struct cat_relation *rel = catalog_relation(cat, STR("api"), str_of(relation));
	const struct cat_column *columns = catalog_columns(cat, rel->columns);
	struct buf out = buf_new(a, 4096);
	for (uint32_t i = 0; i < rel->columns.count; i++) {
		struct str name = catalog_text(cat, columns[i].name);
		assert_ptr_equal(catalog_column(cat, rel, name), &columns[i]);
		buf_printf(&out, "%.*s %.*s;", STR_ARG(name), STR_ARG(catalog_text(cat, columns[i].type_name)));
	}
	return buf_str(&out);
}

static void notices_what_differs(void **state)
{
	const struct catalog *cat = sample_catalog(*state);
	struct amend_column same[] = { column("id", 23, NULL), column("workshop_id", 23, NULL), column("more", 25, NULL) };
	struct amend_relation now = { index_of(cat, "participants"), same, 2 };
	assert_false(amend_differs(cat, &now));
	now.count = 1;
	assert_true(amend_differs(cat, &now));
	now.count = 3;
	assert_true(amend_differs(cat, &now));
	now.count = 2;
	same[1].type = 25;
	assert_true(amend_differs(cat, &now));
	same[1] = column("workshop_id", 23, "1");
	assert_true(amend_differs(cat, &now));
	now.relation = CAT_NONE;
	assert_false(amend_differs(cat, &now));
}

static void gives_columns_to_relations(void **state)
{
	struct fault f = { 0 };
	const struct catalog *cat = sample_catalog(*state), *amended;
	struct amend_column columns[] = { column("zone", 1042, NULL), column("workshop_id", 25, NULL),
		column("id", 23, NULL), column("odd", 99999, "7") };
	struct amend_relation now[] = { { index_of(cat, "participants"), columns, COUNT_OF(columns) },
		{ CAT_NONE, NULL, 0 } };
	assert_true(amend_make(&amended, cat, now, COUNT_OF(now), *state, &f));
	expect_text("amended", columns_of(amended, "participants", *state),
		"zone bpchar;workshop_id text;id integer;odd full;");
	expect_text("others", columns_of(amended, "workshops", *state), "id integer;title bpchar;mood mood;");
	expect_text("before", columns_of(cat, "participants", *state), "id integer;workshop_id integer;");
	sample_walk(amended);
}

static void keys_follow_their_columns(void **state)
{
	struct fault f = { 0 };
	const struct catalog *cat = sample_catalog(*state), *amended;
	struct amend_column columns[] = { column("new", 25, NULL), column("id", 23, NULL),
		column("workshop_id", 23, NULL) };
	struct amend_relation now = { index_of(cat, "participants"), columns, COUNT_OF(columns) };
	size_t count = 0;
	assert_true(amend_make(&amended, cat, &now, 1, *state, &f));
	const struct cat_relation *rel = catalog_relation(amended, STR("api"), STR("participants"));
	const struct cat_column *found = catalog_columns(amended, rel->columns);
	assert_false(catalog_in_primary_key(amended, rel, &found[0]));
	assert_true(catalog_in_primary_key(amended, rel, &found[1]));
	assert_true(catalog_in_primary_key(amended, rel, &found[2]));
	const struct cat_foreign_key *keys = catalog_foreign_keys_of(amended, rel, &count);
	assert_int_equal(count, 2);
	assert_ptr_equal(catalog_column_at(amended, *catalog_key_columns(amended, keys[1].columns)), &found[2]);
}

static int set_up(void **state)
{
	*state = arena_new((size_t)1 << 24);
	return 0;
}

static int tear_down(void **state)
{
	arena_free(*state);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(notices_what_differs, set_up, tear_down),
		cmocka_unit_test_setup_teardown(gives_columns_to_relations, set_up, tear_down),
		cmocka_unit_test_setup_teardown(keys_follow_their_columns, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
