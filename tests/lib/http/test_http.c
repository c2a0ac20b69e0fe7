/* Methods, percent-encoding, forms, media types, preferences, ranges, languages.
 * SPDX-License-Identifier: MIT */
#include "../expect.h"

#include "http/accept_language.h"
#include "http/media.h"
#include "http/prefer.h"
#include "http/range.h"

static void methods(void **state)
{
	(void)state;
	static const struct {
		const char *token;
		enum http_method want;
	} rows[] = {
		{ "GET", HTTP_GET },
		{ "HEAD", HTTP_HEAD },
		{ "POST", HTTP_POST },
		{ "PATCH", HTTP_PATCH },
		{ "PUT", HTTP_PUT },
		{ "DELETE", HTTP_DELETE },
		{ "OPTIONS", HTTP_OPTIONS },
		{ "get", HTTP_OTHER },
		{ "TRACE", HTTP_OTHER },
		{ "", HTTP_OTHER },
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		expect_int(rows[i].token, http_method_from(str_of(rows[i].token)), rows[i].want);
}

static void percent_encoding(void **state)
{
	(void)state;
	static const struct {
		const char *raw, *want; /* NULL: a fault */
		bool plus;
	} rows[] = {
		{ "abc", "abc", false },
		{ "a%20b", "a b", false },
		{ "a+b", "a+b", false },
		{ "a+b%2B", "a b+", true },
		{ "%c3%A9", "\xc3\xa9", false },
		{ "", "", false },
		{ "%", "%", false },
		{ "%4", "%4", false },
		{ "%g1", "%g1", false },
		{ "%a%", "%a%", true },
		{ "%%41%+", "%A% ", true },
		{ "%4%31", "%41", false },
		{ "%00", NULL, false },
		{ "%ff", NULL, false },
		{ "%c3", NULL, false },
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct arena *a = arena_new(1 << 16);
		struct fault f = { 0 };
		struct str got = STR_NONE;
		if (!http_decode(&got, str_of(rows[i].raw), rows[i].plus, a, &f)) {
			expect_int(rows[i].raw, f.http_status, 400);
			got = STR_NONE;
		}
		expect_text(rows[i].raw, got, rows[i].want);
		arena_free(a);
	}
}

static void encoding_leaves_only_the_unreserved(void **state)
{
	(void)state;
	struct arena *a = arena_new(1 << 16);
	expect_text("all kinds", http_encode(a, STR("aZ09-._~ /?&=+\xc3\xa9")), "aZ09-._~%20%2F%3F%26%3D%2B%C3%A9");
	expect_text("nothing", http_encode(a, STR_NONE), "");
	arena_free(a);
}

static void forms(void **state)
{
	(void)state;
	static const struct {
		const char *raw, *want;
	} rows[] = {
		{ "a=1&b=2", "a=1;b=2;" },
		{ "a&b=&=c", "a;b=;=c;" },
		{ "&&a=1&", "a=1;" },
		{ "a=x=y", "a=x=y;" },
		{ "a+b=c%26d", "a b=c&d;" },
		{ "", "" },
		{ NULL, "" },
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct arena *a = arena_new(1 << 16);
		struct fault f = { 0 };
		struct http_pair *pairs;
		struct str got = STR("");
		size_t count;
		assert_true(http_form(&pairs, &count, str_of(rows[i].raw), a, &f));
		for (size_t j = 0; j < count; j++)
			got = str_printf(a, "%.*s%.*s%s%.*s;", STR_ARG(got), STR_ARG(pairs[j].name), pairs[j].value.p ? "=" : "",
				(int)pairs[j].value.n, pairs[j].value.p ? pairs[j].value.p : "");
		expect_text(rows[i].want, got, rows[i].want);
		arena_free(a);
	}
}

/* "json object+ csv" and so on, best first */
static void accepted_media(void **state)
{
	(void)state;
	static const struct {
		const char *accept, *want;
	} rows[] = {
		{ NULL, "*/*; charset=utf-8" },
		{ "", "" },
		{ "image/png,", "image/png > " },
		{ "text/csv", "text/csv; charset=utf-8" },
		{ "text/csv;q=0.5, application/json", "application/json; charset=utf-8 > text/csv; charset=utf-8" },
		{ "text/csv, application/json", "text/csv; charset=utf-8 > application/json; charset=utf-8" },
		{ "*/*, text/csv", "text/csv; charset=utf-8 > */*; charset=utf-8" },
		{ "text/csv;q=0, application/json;q=0.1", "application/json; charset=utf-8" },
		{ "TEXT/CSV ; q = 0.5", "text/csv; charset=utf-8" },
		{ "application/vnd.pgrst.object", "application/vnd.pgrst.object+json; charset=utf-8" },
		{ "application/vnd.pgrst.object+json;nulls=stripped",
			"application/vnd.pgrst.object+json;nulls=stripped; "
			"charset=utf-8" },
		{ "application/vnd.pgrst.array+json;nulls=stripped",
			"application/vnd.pgrst.array+json;nulls=stripped; "
			"charset=utf-8" },
		{ "application/vnd.pgrst.array+json", "application/json; charset=utf-8" },
		{ "application/json;nulls=stripped", "application/json; charset=utf-8" },
		{ "application/octet-stream", "application/octet-stream" },
		{ "image/png", "image/png" },
		{ "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
			"text/html > application/xhtml+xml > "
			"application/xml > */*; charset=utf-8" },
		{ "application/vnd.pgrst.plan", "application/vnd.pgrst.plan+text; for=\"application/json\"; charset=utf-8" },
		{ "application/vnd.pgrst.plan+json; for=\"text/csv\"; options=analyze|wal",
			"application/vnd.pgrst.plan+json; "
			"for=\"text/csv\"; options=analyze|wal; charset=utf-8" },
		{ "application/vnd.pgrst.plan; for=\"application/vnd.pgrst.object+json;nulls=stripped\";options=wal",
			"application/"
			"vnd.pgrst.plan+text; for=\"application/vnd.pgrst.object+json;nulls=stripped\"; options=wal; "
			"charset=utf-8" },
		{ "text/csv; x=\"never closed; q=", "text/csv; charset=utf-8" },
		{ "junk", "junk" },
		{ ";;", "" },
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct arena *a = arena_new(1 << 16);
		struct media *list;
		size_t count;
		struct str got = STR("");
		media_accept(&list, &count, str_of(rows[i].accept), a);
		for (size_t j = 0; j < count; j++) {
			struct str text = media_text(&list[j], a);
			got = str_printf(a, "%.*s%s%.*s", STR_ARG(got), j ? " > " : "", STR_ARG(text));
		}
		expect_text(rows[i].want, got, rows[i].want);
		arena_free(a);
	}
}

static void body_media(void **state)
{
	(void)state;
	struct arena *a = arena_new(1 << 16);
	assert_int_equal(media_content(STR_NONE, a).kind, MEDIA_JSON);
	assert_int_equal(media_content(STR("application/json; charset=utf-8"), a).kind, MEDIA_JSON);
	assert_int_equal(media_content(STR("Text/CSV"), a).kind, MEDIA_CSV);
	assert_int_equal(media_content(STR("application/x-www-form-urlencoded"), a).kind, MEDIA_FORM);
	assert_int_equal(media_content(STR("multipart/form-data; boundary=x"), a).kind, MEDIA_OTHER);
	arena_free(a);
}

static void preferences(void **state)
{
	(void)state;
	static const struct {
		const char *first, *second, *want; /* Preference-Applied; NULL: none */
	} rows[] = {
		{ "return=representation", NULL, "return=representation" },
		{ "return=minimal, return=representation", NULL, "return=minimal" },
		{ "count=exact", "count=planned, tx=rollback", "count=exact, tx=rollback" },
		{ "tx=commit,handling=lenient ,  missing=default", "resolution=merge-duplicates, return=headers-only",
			"resolution=merge-duplicates, missing=default, return=headers-only, tx=commit, handling=lenient" },
		{ "timezone=America/Los_Angeles, timezone=UTC", NULL, "timezone=America/Los_Angeles" },
		{ "handling=strict, max-affected=5", NULL, "handling=strict, max-affected=5" },
		{ "max-affected=5", NULL, "max-affected=5" },
		{ "max-affected=x, max-affected=5", NULL, NULL },
		{ "handling=strict, max-affected=x", NULL, "handling=strict" },
		{ "respond-async, Return=Minimal", NULL, NULL },
		{ "", NULL, NULL },
		{ "handling=strict, foo, count=none", NULL, "Invalid preferences: foo, count=none" },
		{ "handling=strict", "wait=10", "Invalid preferences: wait=10" },
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct arena *a = arena_new(1 << 16);
		struct http_field fields[] = {
			{ STR("prefer"), str_of(rows[i].first) },
			{ STR("accept"), STR("a, b") },
			{ STR("prefer"), str_of(rows[i].second) },
		};
		struct request r = { .fields = fields, .field_count = rows[i].second ? 3 : 2 };
		struct prefer p;
		struct fault f = { 0 };
		prefer_read(&p, &r, a);
		struct str got = prefer_check(&p, a, &f) ? prefer_applied(&p, a) : f.details;
		expect_text(rows[i].first, got, rows[i].want);
		arena_free(a);
	}
}

static void intersections(void **state)
{
	(void)state;
	static const struct {
		struct row_range x, y, want;
	} rows[] = {
		{ { 0, -1 }, { 0, -1 }, { 0, -1 } },
		{ { 3, -1 }, { 5, -1 }, { 5, -1 } },
		{ { 0, 10 }, { 5, -1 }, { 5, 5 } },
		{ { 2, 4 }, { 3, 2 }, { 3, 2 } },
		{ { 0, 2 }, { 2, 2 }, { 2, 0 } },
		{ { 9, -1 }, { 0, 5 }, { 9, 0 } },
		{ { 5, INT64_MAX }, { 0, -1 }, { 5, INT64_MAX - 5 } },
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct row_range there = range_intersect(rows[i].x, rows[i].y), back = range_intersect(rows[i].y, rows[i].x);
		assert_int_equal(there.offset, rows[i].want.offset);
		assert_int_equal(there.limit, rows[i].want.limit);
		assert_int_equal(back.offset, there.offset);
		assert_int_equal(back.limit, there.limit);
	}
}

static void content_ranges(void **state)
{
	(void)state;
	struct arena *a = arena_new(1 << 16);
	expect_text("some", range_content(a, 0, 10, 50), "0-9/50");
	expect_text("total unknown", range_content(a, 5, 1, -1), "5-5/*");
	expect_text("none", range_content(a, 0, 0, 0), "*/0");
	expect_text("nothing known", range_content(a, 3, 0, -1), "*/*");
	arena_free(a);
}

static void range_fields(void **state)
{
	(void)state;
	static const struct {
		const char *value;
		struct row_range want;
	} rows[] = {
		{ "0-9", { 0, 10 } },
		{ "7-7", { 7, 1 } },
		{ "7-", { 7, -1 } },
		{ "-5", { 0, -1 } },
		{ "items=0-9", { 0, -1 } },
		{ "0-9,20-29", { 0, -1 } },
		{ "a-b", { 0, -1 } },
		{ "", { 0, -1 } },
		{ "0-99999999999999999999", { 0, -1 } },
		{ "99999999999999999999-", { ROW_MOST, -1 } },
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct http_field field = { STR("range"), str_of(rows[i].value) };
		struct request r = { .method = HTTP_GET, .fields = &field, .field_count = 1 };
		struct row_range got;
		struct fault f = { 0 };
		assert_true(range_read(&got, &r, &f));
		expect_int(rows[i].value, got.offset, rows[i].want.offset);
		expect_int(rows[i].value, got.limit, rows[i].want.limit);
	}
}

static void languages(void **state)
{
	(void)state;
	static const struct {
		const char *value, *want;
	} rows[] = {
		{ "de", "de" },
		{ "de-AT, de;q=0.8, en;q=0.5", "de-AT de en" },
		{ "en;q=0.5, de;q=0.8,fr", "fr de en" },
		{ "a;q=0.5,b;q=0.5,c", "c a b" },
		{ "*, de;q=0.1", "de" },
		{ "de;q=0, en", "en" },
		{ " , ;q=1,, en ", "en" },
		{ "a,b,c,d,e", "a b c d" },
		{ "a,b,c,d,e;q=0.1,f,g,h,i,j,k,l,m,n,o,p,q,r,s", "a b c d" },
		{ "", "" },
	};
	struct arena *a = arena_new(1 << 16);
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct http_field field = { STR("accept-language"), str_of(rows[i].value) };
		struct request r = { .fields = &field, .field_count = 1 };
		struct str tags[4];
		size_t count = accept_language(tags, COUNT_OF(tags), &r);
		expect_text(rows[i].value, str_join(a, tags, count, STR(" ")), rows[i].want);
	}
	expect_int("no field", (int64_t)accept_language(&(struct str){ 0 }, 1, &(struct request){ 0 }), 0);
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(methods),
		cmocka_unit_test(percent_encoding),
		cmocka_unit_test(encoding_leaves_only_the_unreserved),
		cmocka_unit_test(forms),
		cmocka_unit_test(accepted_media),
		cmocka_unit_test(body_media),
		cmocka_unit_test(preferences),
		cmocka_unit_test(intersections),
		cmocka_unit_test(content_ranges),
		cmocka_unit_test(range_fields),
		cmocka_unit_test(languages),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
