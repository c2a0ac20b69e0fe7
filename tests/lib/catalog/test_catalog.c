/* The catalog's block: built from a hand-made set, looked up, and damaged byte by byte.
 * SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "catalog/block.h"
#include "sample.h"

static struct arena *arena;
static const struct catalog *cat;

static int setup(void **state)
{
	(void)state;
	arena = arena_new((size_t)1 << 24);
	cat = sample_catalog(arena);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

#define assert_text(text, expected) assert_string_equal(str_cstr(arena, catalog_text(cat, (text))), (expected))

static void test_relations(void **state)
{
	(void)state;
	static const struct {
		const char *schema, *name;
		uint32_t oid;
	} cases[] = {
		{ "api", "workshops", 103 },
		{ "api", "participants", 104 },
		{ "api", "Ünï \"x\"", 107 },
		{ "api", "upcoming", 109 },
		{ "hidden", "secrets", 101 },
		{ "api", "secrets", 0 },
		{ "api", "", 0 },
		{ "", "", 0 },
		{ "api", "zzz", 0 },
		{ "zzz", "workshops", 0 },
		{ "api", "workshop", 0 },
		{ "api", "WORKSHOPS", 0 },
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const struct cat_relation *r = catalog_relation(cat, str_of(cases[i].schema), str_of(cases[i].name));
		assert_int_equal(r ? r->oid : 0, cases[i].oid);
		assert_ptr_equal(catalog_relation_by_oid(cat, cases[i].oid), r);
	}
}

static void test_relations_of_schema(void **state)
{
	(void)state;
	static const struct {
		const char *schema;
		size_t count;
		const char *first;
	} cases[] = {
		{ "api", 4, "participants" },
		{ "hidden", 1, "secrets" },
		{ "ap", 0, NULL },
		{ "zoo", 0, NULL },
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		size_t count;
		const struct cat_relation *first = catalog_relations(cat, str_of(cases[i].schema), &count);
		assert_int_equal(count, cases[i].count);
		if (count)
			assert_text(first->name, cases[i].first);
		else
			assert_null(first);
	}
}

static void test_columns(void **state)
{
	(void)state;
	const struct cat_relation *workshops = catalog_relation(cat, STR("api"), STR("workshops"));
	const struct cat_column *id = catalog_column(cat, workshops, STR("id"));
	const struct cat_column *title = catalog_column(cat, workshops, STR("title"));
	const struct cat_column *mood = catalog_column(cat, workshops, STR("mood"));
	assert_null(catalog_column(cat, workshops, STR("ids")));
	assert_null(catalog_column(cat, workshops, STR("workshop_id")));
	assert_ptr_equal(catalog_columns(cat, workshops->columns), id);
	assert_text(id->default_value, "nextval('s')");
	assert_true(catalog_in_primary_key(cat, workshops, id));
	assert_false(catalog_in_primary_key(cat, workshops, title));
	assert_null(catalog_text(cat, title->default_value).p);
	assert_text(title->type_name, "bpchar");
	assert_text(mood->type_name, "mood");
	assert_int_equal(mood->base_type, 16400);
	assert_int_equal(mood->enum_values.count, 2);
	assert_text(catalog_texts(cat, mood->enum_values)[0], "sad");
	/* An empty text is not an absent one. */
	const struct cat_relation *upcoming = catalog_relation(cat, STR("api"), STR("upcoming"));
	assert_text(catalog_column(cat, upcoming, STR("title"))->default_value, "");
}

static void test_keys(void **state)
{
	(void)state;
	size_t count;
	const struct cat_relation *participants = catalog_relation(cat, STR("api"), STR("participants"));
	const uint32_t *key = catalog_key_columns(cat, participants->primary_key);
	assert_int_equal(participants->primary_key.count, 2);
	assert_text(catalog_column_at(cat, key[0])->name, "workshop_id");
	assert_text(catalog_column_at(cat, key[1])->name, "id");
	struct str partial[] = { STR("workshop_id"), STR("id"), STR("other") };
	assert_true(str_eq(catalog_partial_key(cat, participants, partial, 2), STR("(workshop_id > 1)")));
	assert_true(str_eq(catalog_partial_key(cat, participants, partial, 1), STR("(id > 1)")));
	assert_null(catalog_partial_key(cat, participants, partial + 1, 1).p);
	assert_null(catalog_partial_key(cat, participants, partial, 3).p);
	const struct cat_foreign_key *keys = catalog_foreign_keys_of(cat, participants, &count);
	assert_int_equal(count, 2);
	assert_text(keys[0].name, "a_secret");
	assert_text(keys[1].name, "to_workshop");
	assert_true(keys[0].one_to_one);
	assert_text(catalog_relation_at(cat, keys[1].to)->name, "workshops");
	const uint32_t *pair = catalog_key_columns(cat, keys[1].columns);
	assert_int_equal(keys[1].columns.count, 2);
	assert_ptr_equal(catalog_column_at(cat, pair[0]), catalog_column(cat, participants, STR("workshop_id")));
	assert_text(catalog_column_at(cat, pair[1])->name, "id");
	catalog_foreign_keys(cat, &count);
	assert_int_equal(count, 3);
	assert_null(catalog_foreign_keys_of(cat, catalog_relation(cat, STR("api"), STR("workshops")), &count));
}

static void test_routines(void **state)
{
	(void)state;
	size_t count;
	const struct cat_routine *add = catalog_routines_named(cat, STR("api"), STR("add"), &count);
	assert_int_equal(count, 2);
	assert_int_equal(add[0].oid, 202);
	assert_int_equal(add[0].parameters.count, 2);
	assert_text(catalog_parameters(cat, add[0].parameters)[1].type_name, "bpchar");
	assert_text(catalog_settings(cat, add[0].settings)[0].value, "5s");
	assert_text(catalog_parameters(cat, add[1].parameters)[0].name, "");
	assert_int_equal(catalog_parameters(cat, add[1].parameters)[0].base_type, 16400);
	assert_text(catalog_parameters(cat, add[1].out_columns)[0].name, "sum");
	assert_int_equal(add[1].return_relation, CAT_NONE);
	const struct cat_routine *all = catalog_routines(cat, STR("api"), &count);
	assert_int_equal(count, 3);
	assert_text(catalog_relation_at(cat, all[2].return_relation)->name, "workshops");
	assert_null(catalog_routines_named(cat, STR("api"), STR("ad"), &count));
	assert_int_equal(count, 0);
}

static void test_names(void **state)
{
	(void)state;
	const struct cat_role *role = catalog_role(cat, STR("web_user"));
	assert_text(role->isolation, "serializable");
	assert_int_equal(role->settings.count, 2);
	assert_text(catalog_settings(cat, role->settings)[1].name, "work_mem");
	assert_int_equal(catalog_role(cat, STR("anon"))->settings.count, 0);
	assert_null(catalog_role(cat, STR("root")));
	assert_text(catalog_schema(cat, STR("api"))->comment, "Workshops\nand more");
	assert_int_equal(catalog_type_named(cat, STR("character"))->oid, 1042);
	assert_null(catalog_type_named(cat, STR("nothing")));
	assert_null(catalog_type(cat, 24));
	assert_int_equal(catalog_server_version(cat), 150020);
}

static void test_encodings(void **state)
{
	(void)state;
	static const struct {
		uint32_t oid;
		enum cat_encoding encoding;
	} cases[] = {
		{ 16, CAT_ENCODE_BOOL },
		{ 20, CAT_ENCODE_RAW },
		{ 21, CAT_ENCODE_RAW },
		{ 22, CAT_ENCODE_TO_JSON },
		{ 23, CAT_ENCODE_RAW },
		{ 26, CAT_ENCODE_ESCAPED },
		{ 30, CAT_ENCODE_TO_JSON },
		{ 114, CAT_ENCODE_RAW },
		{ 701, CAT_ENCODE_NUMBER },
		{ 199, CAT_ENCODE_TO_JSON },
		{ 1007, CAT_ENCODE_ARRAY },
		{ 1013, CAT_ENCODE_TO_JSON },
		{ 1114, CAT_ENCODE_TIMESTAMP },
		{ 1184, CAT_ENCODE_TIMESTAMPTZ },
		{ 1700, CAT_ENCODE_NUMBER },
		{ 2249, CAT_ENCODE_TO_JSON },
		{ 3905, CAT_ENCODE_ARRAY },
		{ 4533, CAT_ENCODE_ESCAPED },
		{ 5069, CAT_ENCODE_ESCAPED },
		{ 0, CAT_ENCODE_TO_JSON },
		{ 99999, CAT_ENCODE_TO_JSON },
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		assert_int_equal(catalog_encoding_builtin(cases[i].oid), cases[i].encoding);
}

static void test_handlers(void **state)
{
	(void)state;
	static const struct {
		const char *media_type;
		uint32_t row_type;
		const char *function;
	} cases[] = {
		{ "text/html", 0, "api.any_page" },
		{ "text/html", 9103, "api.page" },
		{ "*/*", 9103, "api.anything" },
		{ "*/*", 0, NULL },
		{ "text/html", 9104, NULL },
		{ "text/htm", 0, NULL },
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const struct cat_handler *h = catalog_handler(cat, str_of(cases[i].media_type), cases[i].row_type);
		if (cases[i].function)
			assert_text(h->function, cases[i].function);
		else
			assert_null(h);
	}
	assert_text(catalog_type(cat, 16500)->to_json, "api.shown");
	assert_int_equal(catalog_type(cat, 16400)->to_json.offset, 0);
}

static void test_order_is_checked(void **state)
{
	(void)state;
	struct fault f = { 0 };
	const struct catalog *made;
	struct cat_builder *b = build_new(arena, 0);
	build_relation(b, &(struct cat_relation){ .oid = 7 });
	build_relation(b, &(struct cat_relation){ .oid = 7 });
	assert_false(build_finish(b, &made, arena, &f));
	b = build_new(arena, 0);
	build_relation(b, &(struct cat_relation){ .oid = 7 });
	build_primary_key(b, 7, 1);
	assert_false(build_finish(b, &made, arena, &f));
	b = build_new(arena, 0);
	assert_true(build_finish(b, &made, arena, &f));
	assert_null(catalog_relation(made, STR("api"), STR("x")));
}

/* A copy of exactly its size, so that a sanitizer sees a read behind it; the file it came from may lie anywhere. */
static void test_copy_opens(void **state)
{
	(void)state;
	struct fault f = { 0 };
	struct str block = catalog_block(cat);
	const struct catalog *copy;
	void *bytes = malloc(block.n);
	memcpy(bytes, block.p, block.n);
	assert_true(catalog_open(&copy, bytes, block.n, arena, &f));
	assert_int_equal(sample_walk(copy), sample_walk(cat));
	assert_false(catalog_open(&copy, bytes, block.n - 1, arena, &f));
	assert_false(catalog_open(&copy, bytes, 0, arena, &f));
	assert_false(catalog_open(&copy, bytes, sizeof(struct cat_header) - 1, arena, &f));
	free(bytes);
}

/* Opens a damaged copy; when it still opens, every look-up must stay inside. */
static bool survives(char *bytes, size_t size)
{
	struct fault f = { 0 };
	const struct catalog *damaged;
	struct arena *a = arena_new(4096);
	bool opened = catalog_open(&damaged, bytes, size, a, &f);
	if (opened)
		sample_walk(damaged);
	else
		assert_int_equal(f.http_status, 503);
	arena_free(a);
	return opened;
}

static void test_damage(void **state)
{
	(void)state;
	static const unsigned char values[] = { 0x00, 0x01, 0x7f, 0x80, 0xff };
	struct str block = catalog_block(cat);
	char *bytes = malloc(block.n);
	for (size_t i = 0; i < block.n; i++)
		for (size_t v = 0; v < sizeof values; v++) {
			memcpy(bytes, block.p, block.n);
			bytes[i] = (char)values[v];
			survives(bytes, block.n);
		}
	free(bytes);
}

/* Words anywhere set to what breaks arithmetic: ends, sums past 32 bits, CAT_NONE. */
static void test_damaged_words(void **state)
{
	(void)state;
	struct str block = catalog_block(cat);
	const uint32_t values[] = { 1, 0x7fffffff, 0x80000000, 0xfffffff8, UINT32_MAX, (uint32_t)block.n };
	char *bytes = malloc(block.n);
	srand(1);
	for (int round = 0; round < 20000; round++) {
		memcpy(bytes, block.p, block.n);
		for (int hits = rand() % 4; hits >= 0; hits--) {
			size_t at = (size_t)rand() % (block.n / 4) * 4;
			memcpy(bytes + at, &values[(size_t)rand() % COUNT_OF(values)], 4);
		}
		survives(bytes, block.n);
	}
	free(bytes);
}

static void test_damaged_header_is_refused(void **state)
{
	(void)state;
	static const size_t members[] = {
		offsetof(struct cat_header, magic),
		offsetof(struct cat_header, version),
		offsetof(struct cat_header, size),
		offsetof(struct cat_header, tables[TABLE_RELATIONS].count),
		offsetof(struct cat_header, tables[TABLE_POOL].offset),
		offsetof(struct cat_header, tables[TABLE_TYPES].record),
	};
	struct str block = catalog_block(cat);
	char *bytes = malloc(block.n);
	for (size_t i = 0; i < COUNT_OF(members); i++) {
		memcpy(bytes, block.p, block.n);
		bytes[members[i] + 1] ^= 0x55;
		assert_false(survives(bytes, block.n));
	}
	free(bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_relations),
		cmocka_unit_test(test_relations_of_schema),
		cmocka_unit_test(test_columns),
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_routines),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_encodings),
		cmocka_unit_test(test_handlers),
		cmocka_unit_test(test_order_is_checked),
		cmocka_unit_test(test_copy_opens),
		cmocka_unit_test(test_damage),
		cmocka_unit_test(test_damaged_words),
		cmocka_unit_test(test_damaged_header_is_refused),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
